"""Stories of records that were edited in several places. Status, boundary and device are for persons alone."""

import pytest

from intake.record.notation import conflicts, history, told, values
from torpaq.intake.record.history import Version, settle


class TestOneDevice:
    def test_a_first_submission_says_what_it_says(self):
        settled = told("base: status=open, depth=13")
        assert values(settled) == "depth=13, status=open"
        assert settled.heads == ("base",)
        assert settled.origins == {"depth": "base", "status": "base"}
        assert (settled.conflicts, settled.waiting, settled.broken) == ((), (), ())

    def test_nothing_arrived_says_nothing(self):
        settled = settle([], ["status"])
        assert (settled.values, settled.heads, settled.conflicts) == ({}, (), ())

    def test_a_chain_of_edits_ends_with_the_last_and_each_value_names_who_wrote_it(self):
        settled = told("""
            base: status=open, depth=13, note=north
            a <- base: depth=20
            b <- a: status=closed
            c <- b: note=-
        """)
        assert values(settled) == "depth=20, status=closed"
        assert settled.origins == {"depth": "a", "status": "b"}
        assert settled.heads == ("c",)

    def test_operator_a_sends_the_same_thing_again_and_again(self):
        text = "base: depth=13\n a <- base: depth=20"
        assert settle(history(text) * 3, []) == told(text)

    def test_a_repeat_that_names_its_bases_twice_or_in_another_order_is_the_same(self):
        text = "base: depth=13\n a <- base: depth=20\n b <- base: note=x\n m <- a b: note=x"
        again = [*history(text), Version("m", ("b", "a", "b"), {"depth": 20, "note": "x"})]
        assert settle(again, []) == settle(reversed(again), []) == told(text)


class TestSeveralDevices:
    def test_operator_a_offline_and_the_authority_change_different_elements(self):
        """The phone writes the depth, the desk the note: both are right."""
        settled = told("""
            base: status=open, depth=13
            phone <- base: depth=20
            desk <- base: note=checked
        """)
        assert values(settled) == "depth=20, note=checked, status=open"
        assert settled.origins == {"depth": "phone", "note": "desk", "status": "base"}
        assert settled.heads == ("desk", "phone")
        assert conflicts(settled) == []

    def test_both_change_the_same_element_and_neither_wins(self):
        settled = told("""
            base: depth=13
            phone <- base: depth=20
            desk <- base: depth=25
        """)
        assert conflicts(settled) == ["depth: 13 -> desk 25 | phone 20"]
        assert values(settled) == "depth=13"
        assert settled.origins == {"depth": "base"}

    def test_both_write_the_same(self):
        settled = told("""
            base: depth=13, status=open
            phone <- base: depth=20, status=closed
            desk <- base: depth=20, status=closed
        """)
        assert values(settled) == "depth=20, status=closed"
        assert settled.origins == {"depth": "desk", "status": "desk"}
        assert conflicts(settled) == []

    def test_thirteen_is_thirteen_point_nought_but_not_a_text(self):
        def depth(phone, desk):
            return settle([Version("phone", (), {"depth": phone}), Version("desk", (), {"depth": desk})], [])

        assert conflicts(depth(13, 13.0)) == []
        assert conflicts(depth(13, "13")) == ["depth: - -> desk 13 | phone 13"]

    def test_places_are_compared_by_what_they_say(self):
        here = {"type": "Point", "coordinates": [46.75, 39.82]}
        swapped = {"coordinates": [39.82, 46.75], "type": "Point"}
        base = Version("base", (), {"boundary": here})
        same = Version("phone", ("base",), {"boundary": dict(reversed(here.items()))})
        other = Version("desk", ("base",), {"boundary": swapped})
        assert settle([base, same], []).origins == {"boundary": "base"}
        assert settle([base, other], []).origins == {"boundary": "desk"}

    def test_one_takes_an_element_out_and_the_other_changes_it(self):
        settled = told("""
            base: depth=13
            phone <- base: depth=-
            desk <- base: depth=25
        """)
        assert conflicts(settled) == ["depth: 13 -> desk 25 | phone -"]
        assert values(settled) == "depth=13"

    def test_one_takes_an_element_out_and_the_other_leaves_it(self):
        settled = told("base: depth=13, note=x\n phone <- base: depth=-\n desk <- base: note=y")
        assert values(settled) == "note=y"
        assert "depth" not in settled.origins

    def test_a_value_that_was_set_back_is_still_what_somebody_wrote(self):
        """Operator A wrote 20, saw the mistake and wrote 13 again: that is not the same as leaving it."""
        settled = told("""
            base: depth=13
            phone <- base: depth=20
            phone2 <- phone: depth=13
            desk <- base: depth=25
        """)
        assert conflicts(settled) == ["depth: 13 -> desk 25 | phone2 13"]

    def test_the_conflict_goes_back_to_the_latest_state_all_have_in_common(self):
        settled = told("""
            base: depth=5
            shared <- base: depth=13
            a <- shared: depth=20
            b <- shared: depth=25
            c <- shared: depth=30
        """)
        assert conflicts(settled) == ["depth: 13 -> a 20 | b 25 | c 30"]
        assert settled.origins == {"depth": "shared"}

    def test_two_first_submissions_of_one_record_have_nothing_in_common(self):
        settled = told("""
            a: depth=13, note=same, method=manual
            b: depth=20, note=same
        """)
        assert conflicts(settled) == ["depth: - -> a 13 | b 20"]
        assert values(settled) == "method=manual, note=same"


class TestResolutions:
    STORY = """
        base: status=open, depth=13
        phone <- base: depth=20
        desk <- base: depth=25
    """

    @pytest.mark.parametrize("choice", [13, 20, 25, 30])
    def test_a_person_chooses_any_value_and_the_conflict_is_over(self, choice: int):
        settled = told(self.STORY + f"authority <- phone desk: depth={choice}")
        assert conflicts(settled) == []
        assert values(settled) == f"depth={choice}, status=open"
        assert settled.origins["depth"] == "authority"
        assert settled.heads == ("authority",)

    def test_a_later_edit_of_an_old_version_is_weighed_against_the_resolution(self):
        settled = told(self.STORY + "authority <- phone desk: depth=25\n late <- phone: depth=30")
        assert conflicts(settled) == ["depth: 20 -> authority 25 | late 30"]

    def test_two_persons_resolve_differently(self):
        """Both knew both sides, so the state in common is the open conflict, and that stays at its own base."""
        settled = told(self.STORY + "authority <- phone desk: depth=25\n donor <- phone desk: depth=20")
        assert conflicts(settled) == ["depth: 13 -> authority 25 | donor 20"]
        assert settled.origins["depth"] == "base"

    def test_two_persons_resolve_alike(self):
        settled = told(self.STORY + "authority <- phone desk: depth=25\n donor <- phone desk: depth=25")
        assert conflicts(settled) == []
        assert values(settled) == "depth=25, status=open"

    def test_a_resolution_of_two_of_three_heads_leaves_the_third(self):
        settled = told(self.STORY + "third <- base: depth=30\n authority <- phone desk: depth=25")
        assert conflicts(settled) == ["depth: 13 -> authority 25 | third 30"]


class TestElementsForPersonsAlone:
    def test_a_status_that_one_side_changed_is_asked_about_while_the_other_did_not_know(self):
        settled = told("""
            base: status=open, depth=13
            phone <- base: status=closed
            desk <- base: depth=25
        """)
        assert conflicts(settled) == ["status: open -> desk open | phone closed"]
        assert values(settled) == "depth=25, status=open"
        assert settled.origins["status"] == "base"

    def test_it_is_not_asked_about_along_one_chain(self):
        assert conflicts(told("base: status=open\n a <- base: status=closed\n b <- a: status=open")) == []

    def test_it_is_not_asked_about_where_the_histories_parted_afterwards(self):
        settled = told("""
            base: status=open
            a <- base: status=closed
            phone <- a: depth=13
            desk <- a: note=x
        """)
        assert conflicts(settled) == []
        assert values(settled) == "depth=13, note=x, status=closed"

    def test_a_status_that_only_one_of_two_first_submissions_gives(self):
        assert conflicts(told("a: status=open\n b: depth=13")) == ["status: - -> a open | b -"]

    def test_every_head_that_did_not_know_is_named(self):
        settled = told("""
            base: status=open
            a <- base: status=closed
            b <- base: depth=13
            c <- base: note=x
        """)
        assert conflicts(settled) == ["status: open -> a closed | b open | c open"]

    def test_a_status_set_back_before_anybody_saw_it_leaves_nothing_to_ask(self):
        settled = told("base: status=open\n x <- base: status=closed\n x2 <- x: status=open\n b <- base: depth=13")
        assert conflicts(settled) == []
        assert settled.origins["status"] == "x2"

    def test_the_base_of_rival_resolutions_is_no_side_either(self):
        """Status was changed by one side alone; two persons then disagree: in common they have the status of before."""
        settled = told("""
            base: status=open
            phone <- base: status=closed
            desk <- base: depth=13
            authority <- phone desk: depth=13
            donor <- desk phone: status=open
        """)
        assert conflicts(settled) == ["status: open -> authority closed | donor open"]
        assert settled.origins["status"] == "base"


class TestVersionsThatWait:
    def test_an_edit_whose_base_is_still_on_the_phone_changes_nothing_yet(self):
        settled = told("""
            base: depth=13
            third <- second: depth=30
            fourth <- third: depth=40
        """)
        assert values(settled) == "depth=13"
        assert settled.waiting == ("fourth", "third")
        assert settled.heads == ("base",)

    def test_it_counts_as_soon_as_the_base_is_here(self):
        text = "base: depth=13\n second <- base: depth=20\n third <- second: depth=30"
        first, second, third = history(text)
        assert settle([third, first], []).waiting == ("third",)
        assert settle([third, first, second], []) == told(text, ())

    def test_a_resolution_waits_for_all_its_bases(self):
        settled = told("base: depth=13\n a <- base: depth=20\n m <- a b: depth=25")
        assert settled.waiting == ("m",)
        assert values(settled) == "depth=20"

    def test_only_waiting_versions_say_nothing(self):
        settled = told("b <- a: depth=20")
        assert (settled.values, settled.heads, settled.waiting) == ({}, (), ("b",))


class TestHostileVersions:
    def test_a_version_edited_from_itself_is_set_aside(self):
        settled = told("base: depth=13\n a <- a: depth=20\n b <- base a: depth=30")
        assert settled.broken == ("a",)
        assert settled.waiting == ("b",)
        assert values(settled) == "depth=13"

    def test_a_ring_is_set_aside_and_what_follows_it_waits(self):
        settled = told("""
            base: depth=13
            a <- c: depth=20
            b <- a: depth=20
            c <- b base: depth=20
            after <- c: depth=40
            later <- after missing: depth=50
        """)
        assert settled.broken == ("a", "b", "c")
        assert settled.waiting == ("after", "later")
        assert values(settled) == "depth=13"

    def test_what_lies_between_two_rings_is_set_aside_with_them(self):
        assert told("a <- a: x=1\n between <- a: x=2\n b <- b between: x=3").broken == ("a", "b", "between")

    def test_an_id_with_two_contents_is_set_aside_and_what_follows_it_waits(self):
        base, a, b = history("base: depth=13\n a <- base: depth=20\n b <- a: depth=30")
        for other in (Version("a", ("base",), {"depth": 99}), Version("a", (), a.values)):
            settled = settle([base, a, other, b], [])
            assert settled == settle([b, other, a, base], [])
            assert (settled.broken, settled.waiting) == (("a",), ("b",))
            assert values(settled) == "depth=13"

    def test_a_missing_base_is_no_ring(self):
        assert told("a <- b: x=1").broken == ()

    def test_a_very_long_chain_is_followed_to_its_end(self):
        chain = [Version(f"v{n}", (f"v{n - 1}",) if n else (), {"n": n, "same": "x"}) for n in range(3000)]
        settled = settle(reversed(chain), ["n"])
        assert settled.values == {"n": 2999, "same": "x"}
        assert settled.origins == {"n": "v2999", "same": "v0"}

    def test_a_ladder_of_crossing_resolutions_has_no_exponential_number_of_paths(self):
        rungs = [Version("l0", (), {"x": "l0"}), Version("r0", (), {"x": "r0"})]
        for n in range(1, 400):
            bases = (f"l{n - 1}", f"r{n - 1}")
            rungs += [Version(f"l{n}", bases, {"x": f"l{n}"}), Version(f"r{n}", bases, {"x": f"r{n}"})]
        assert conflicts(settle(rungs, ["x"])) == ["x: - -> l399 l399 | r399 r399"]


def test_a_conflict_calls_its_place_by_a_path():
    settled = told("""
        base: finds=[r1 model:PMN depth:10]
        a <- base: finds=[r1 model:PMN depth:20]
        b <- base: finds=[r1 model:PMN depth:30]
    """)
    (conflict,) = settled.conflicts
    assert conflict.place == ("finds", "r1", "depth")
    assert conflict.element == "finds[r1].depth"
