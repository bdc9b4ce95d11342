"""The screen: base, mine and theirs side by side, and a person's choice that ends the conflict."""

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.record.notation import conflicts, history, told, values
from intake.record.test_history_laws import BY_PERSON, histories
from torpaq.intake.record.history import Version, settle
from torpaq.intake.record.merging import resolve, three_way

DEPTHS = """
    base: depth=13, note=x
    phone <- base: depth=20
    desk <- base: depth=25, note=y
"""
FINDS = """
    base: finds=[r1 model:PMN depth:10; r2 model:TM]
    phone <- base: finds=[r1 model:PMN depth:12]
    desk <- base: finds=[r1 model:PMN depth:15; r2 model:TM-62]
"""


def codes(problems):
    return [(problem.code, problem.subject) for problem in problems]


BASE = {"status": "open", "depth": 13, "note": "x"}


class TestThreeWay:
    def test_mine_theirs_and_what_only_i_changed(self):
        merge = three_way(BASE, BASE | {"depth": 20, "note": "y"}, BASE | {"depth": 25}, [])
        assert merge.values == BASE | {"note": "y"}
        (conflict,) = merge.conflicts
        assert (conflict.element, conflict.base) == ("depth", 13)
        assert conflict.sides == (("mine", 20), ("theirs", 25))

    def test_a_status_that_only_they_changed_is_for_a_person(self):
        merge = three_way(BASE, BASE, BASE | {"status": "closed"}, ["status"])
        assert merge.values == BASE
        assert merge.conflicts[0].sides == (("mine", "open"), ("theirs", "closed"))

    def test_nothing_in_common(self):
        merge = three_way(None, {"depth": 20, "note": "y"}, {"depth": 25}, [])
        assert merge.values == {"note": "y"}
        assert merge.conflicts[0].base is None

    def test_nobody_changed_anything(self):
        assert three_way(BASE, BASE, dict(BASE), ["status"]).conflicts == ()

    def test_mine_and_theirs_change_places_and_nothing_else_changes(self):
        mine, theirs = BASE | {"depth": 20}, BASE | {"depth": 25, "note": "y"}
        one, other = three_way(BASE, mine, theirs, []), three_way(BASE, theirs, mine, [])
        assert one.values == other.values
        assert {value for _, value in one.conflicts[0].sides} == {value for _, value in other.conflicts[0].sides}


class TestResolve:
    def resolved(self, text, choices):
        """Resolve the story, and settle it again with the resolution."""
        version, problems = resolve(told(text), choices, "authority")
        assert problems == []
        after = settle([*history(text), version], ())
        assert (after.conflicts, after.heads, after.values) == ((), ("authority",), version.values)
        return after

    def test_the_authority_chooses_a_side(self):
        after = self.resolved(DEPTHS, {"depth": 25})
        assert values(after) == "depth=25, note=y"
        assert after.origins["depth"] == "authority"

    def test_the_authority_writes_what_is_right_instead(self):
        assert values(self.resolved(DEPTHS, {"depth": 22})) == "depth=22, note=y"

    def test_the_authority_takes_the_element_out(self):
        assert values(self.resolved(DEPTHS, {"depth": None})) == "note=y"

    def test_a_resolution_is_edited_from_all_heads(self):
        version, _ = resolve(told(DEPTHS), {"depth": 25}, "authority")
        assert (version.id, version.bases) == ("authority", ("desk", "phone"))

    def test_a_conflict_without_a_choice_is_a_problem_and_there_is_no_version(self):
        version, problems = resolve(told(DEPTHS), {}, "authority")
        assert version is None
        assert codes(problems) == [("conflict_unresolved", "depth")]
        assert "2 sides" in problems[0].sentence()

    def test_a_choice_of_what_is_in_no_conflict_is_a_problem(self):
        """The screen was old: somebody else has settled the note meanwhile."""
        version, problems = resolve(told(DEPTHS), {"depth": 25, "note": "z"}, "authority")
        assert version is None
        assert codes(problems) == [("choice_without_conflict", "note")]

    def test_nothing_to_settle_and_nothing_chosen(self):
        version, problems = resolve(told("base: depth=13"), {}, "authority")
        assert (version, problems) == (Version("authority", ("base",), {"depth": 13}), [])

    def test_a_row_and_a_child_of_another_row(self):
        assert conflicts(told(FINDS)) == [
            "finds[r1].depth: 10 -> desk 15 | phone 12",
            "finds[r2]: r2 model:TM -> desk r2 model:TM-62 | phone -",
        ]
        row = {"_row": "r2", "model": "TM-62"}
        after = self.resolved(FINDS, {"finds[r1].depth": 15, "finds[r2]": row})
        assert values(after) == "finds=[r1 depth:15 model:PMN; r2 model:TM-62]"

    def test_a_row_keeps_its_own_id_whatever_the_choice_says(self):
        for row in ({"model": "TM-62"}, {"_row": "r9", "model": "TM-62"}):
            after = self.resolved(FINDS, {"finds[r1].depth": 15, "finds[r2]": row})
            assert [row["_row"] for row in after.values["finds"]] == ["r1", "r2"]

    def test_a_row_and_a_child_are_taken_out(self):
        assert values(self.resolved(FINDS, {"finds[r1].depth": None, "finds[r2]": None})) == "finds=[r1 model:PMN]"

    def test_a_row_is_put_back_into_a_list_that_has_none(self):
        text = """
            z: note=x
            a <- z: finds=[r1 model:PMN]
            gone <- a: finds=-
            b <- z: finds=[r1 model:TM]
        """
        assert conflicts(told(text)) == ["finds[r1]: - -> b r1 model:TM | gone -"]
        assert values(self.resolved(text, {"finds[r1]": {"model": "TM"}})) == "finds=[r1 model:TM], note=x"
        assert values(self.resolved(text, {"finds[r1]": None})) == "note=x"

    def test_a_word_is_no_row(self):
        version, problems = resolve(told(FINDS), {"finds[r1].depth": 15, "finds[r2]": "TM-62"}, "authority")
        assert version is None
        assert codes(problems) == [("choice_not_a_row", "finds[r2]")]

    @given(histories(), st.data())
    @settings(max_examples=80, deadline=None)
    def test_any_choice_of_sides_ends_every_conflict_for_good(self, versions: list[Version], data: st.DataObject):
        settled = settle(versions, BY_PERSON)
        choices = {c.element: data.draw(st.sampled_from([value for _, value in c.sides])) for c in settled.conflicts}
        version, problems = resolve(settled, choices, "authority")
        assert problems == []
        after = settle([*versions, version], BY_PERSON)
        assert (after.conflicts, after.heads) == ((), ("authority",))
        assert after.values == version.values
        assert after.waiting == settled.waiting
        for conflict in settled.conflicts:
            if len(conflict.place) == 1:
                assert after.values.get(conflict.element) == choices[conflict.element]
