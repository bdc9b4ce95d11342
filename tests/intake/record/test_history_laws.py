"""Laws of histories: only the set of versions counts, nothing written is lost, and a slow plain twin agrees."""

import random
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.record.plain_history import settle_plainly
from torpaq.intake.record.history import Settled, Version, settle

BY_PERSON = {"status", "device"}


@st.composite
def record_values(draw: st.DrawFn) -> dict:
    values: dict = {
        element: draw(st.sampled_from([1, 2, 3])) for element in ("status", "depth", "note") if draw(st.booleans())
    }
    for repeat, child in (("finds", "x"), ("items", "device")):
        rows = draw(st.sets(st.sampled_from(["r1", "r2", "r3"])))
        if rows:
            values[repeat] = [row_values(draw, row, child) for row in sorted(rows)]
    return values


def row_values(draw: st.DrawFn, row: str, child: str) -> dict:
    answers = {code: draw(st.sampled_from([0, 1, 2])) for code in (child, "y")}
    return {"_row": row} | {code: answer for code, answer in answers.items() if answer}


@st.composite
def histories(draw: st.DrawFn, most: int = 8) -> list[Version]:
    """Versions in an order in which bases come first; some have a base that never arrives."""
    versions: list[Version] = []
    for number in range(draw(st.integers(1, most))):
        earlier = [version.id for version in versions]
        bases = (
            draw(st.lists(st.sampled_from([*earlier, *earlier, "lost"]), max_size=3, unique=True)) if earlier else []
        )
        if number and not bases and draw(st.booleans()):
            bases = earlier[-1:]
        kept = [version.values for version in versions if bases and version.id == bases[0]]
        values = draw(record_values())
        if kept and draw(st.booleans()):  # an edit mostly keeps most of what was there
            values = kept[0] | {key: values[key] for key in list(values)[:1]}
        versions.append(Version(draw(st.sampled_from("abc")) + str(number), tuple(bases), values))
    return versions


def rows_in_any_order(values: dict) -> dict:
    return {
        key: sorted(value, key=lambda row: row["_row"]) if isinstance(value, list) else value
        for key, value in values.items()
    }


class TestOnlyTheSetCounts:
    @given(histories(), st.randoms())
    @settings(max_examples=120, deadline=None)
    def test_any_order_says_the_same_to_the_byte(self, versions: list[Version], chance: random.Random):
        shuffled = chance.sample(versions, len(versions))
        assert repr(settle(shuffled, BY_PERSON)) == repr(settle(versions, BY_PERSON))

    @given(histories(), st.data())
    @settings(max_examples=80, deadline=None)
    def test_repeats_say_nothing_new(self, versions: list[Version], data: st.DataObject):
        again = data.draw(st.lists(st.sampled_from(versions)))
        assert settle([*again, *versions, *again], BY_PERSON) == settle(versions, BY_PERSON)

    @given(histories(), st.integers(0, 8))
    @settings(max_examples=80, deadline=None)
    def test_what_arrived_first_and_what_arrived_later_say_together_what_all_say(self, versions, cut):
        """Whatever was settled in between, nothing of it stays: the versions that waited are taken up."""
        first, later = versions[cut:], versions[:cut]
        before = settle(first, BY_PERSON)
        after = settle([*first, *later], BY_PERSON)
        assert after == settle(versions, BY_PERSON)
        assert set(before.waiting) <= set(after.waiting) | {version.id for version in first}
        assert set(after.waiting) - {version.id for version in later} <= set(before.waiting)

    def test_every_permutation_of_chains_up_to_six_long_ends_in_the_same_state(self):
        chain = [Version(f"v{n}", (f"v{n - 1}",) if n else (), {"n": n, f"only_{n}": n}) for n in range(6)]
        for length in range(1, 7):
            expected = settle(chain[:length], ["n"])
            assert expected.values["n"] == length - 1
            for order in permutations(chain[:length]):
                assert settle(order, ["n"]) == expected

    def test_a_thousand_longer_chains_in_any_order(self):
        chance = random.Random(669)
        for _ in range(1000):
            chain = [Version(f"v{n}", (f"v{n - 1}",) if n else (), {"n": n}) for n in range(chance.randint(7, 30))]
            settled = settle(chance.sample(chain, len(chain)), ["n"])
            assert (settled.values, settled.heads, settled.waiting) == ({"n": len(chain) - 1}, (chain[-1].id,), ())

    @given(
        st.lists(
            st.tuples(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdefg"), max_size=3), st.integers(0, 1))
        )
    )
    @settings(max_examples=300, deadline=None)
    def test_hostile_versions_in_any_order_each_end_in_one_place(self, written: list):
        versions = [Version(id_, tuple(bases), {"x": x}) for id_, bases, x in written]
        settled = settle(versions, ["x"])
        assert settled == settle(reversed(versions), ["x"])
        assert not set(settled.broken) & set(settled.waiting)
        counted = {version.id for version in versions} - set(settled.broken) - set(settled.waiting)
        good = [version for version in versions if version.id in counted]
        assert all(set(version.bases) <= counted for version in good)
        assert settle(good, ["x"]).values == settled.values


class TestNothingIsLost:
    @given(histories())
    @settings(max_examples=120, deadline=None)
    def test_every_value_that_was_written_is_found_again(self, versions: list[Version]):
        """It is the value, a side of a conflict, or a version that descends from it says something else."""
        settled = settle(versions, BY_PERSON)
        for version in versions:
            for place, value in written_by(version, versions).items():
                assert (
                    version.id in settled.waiting
                    or spread(settled.values).get(place) == value
                    or value in sides(settled, place)
                    or is_overtaken(version, place, versions)
                ), place

    @given(histories())
    @settings(max_examples=80, deadline=None)
    def test_each_value_is_the_one_its_origin_wrote(self, versions: list[Version]):
        settled = settle(versions, BY_PERSON)
        written = {version.id: spread(version.values) for version in versions}
        for place, value in spread(settled.values).items():
            row = place.partition("]")[0] + "]"
            origins = [
                settled.origins[path] for path in (place, row, place.partition("[")[0]) if path in settled.origins
            ]
            assert written[origins[0]][place] == value

    @given(histories())
    @settings(max_examples=80, deadline=None)
    def test_the_heads_alone_decide_whether_there_is_anything_to_settle(self, versions: list[Version]):
        settled = settle(versions, BY_PERSON)
        if len(settled.heads) == 1:
            (head,) = [version for version in versions if version.id == settled.heads[0]]
            assert (settled.values, settled.conflicts) == (head.values, ())


def spread(values: dict) -> dict[str, object]:
    """Values by path; rows by their children."""
    flat = {}
    for element, value in values.items():
        if isinstance(value, list):
            flat |= {f"{element}[{row['_row']}].{key}": row[key] for row in value for key in row if key != "_row"}
        else:
            flat[element] = value
    return flat


def written_by(version: Version, versions: list[Version]) -> dict[str, object]:
    """What a version says that one of the versions it was edited from did not say; all, where there is none."""
    before = [spread(base.values) for base in versions if base.id in version.bases] or [{}]
    told = spread(version.values)
    return {place: told[place] for place in told if any(past.get(place) != told[place] for past in before)}


def sides(settled: Settled, place: str) -> list[object]:
    row, _, child = place.partition("].")
    found = []
    for conflict in settled.conflicts:
        told = [value for _, value in conflict.sides]
        if conflict.element == place:
            found += told
        if conflict.element == row + "]":
            found += [value[child] for value in told if value is not None and child in value]
    return found


def is_overtaken(version: Version, place: str, versions: list[Version]) -> bool:
    edits = [edit for edit in versions if version.id in edit.bases]
    written = spread(version.values)[place]
    return any(spread(edit.values).get(place) != written or is_overtaken(edit, place, versions) for edit in edits)


@given(histories())
@settings(max_examples=300, deadline=None)
def test_the_slow_plain_twin_agrees(versions: list[Version]):
    settled = settle(versions, BY_PERSON)
    values, heads, conflicts, waiting = settle_plainly(versions, BY_PERSON)
    assert rows_in_any_order(settled.values) == rows_in_any_order(values)
    assert list(settled.heads) == heads
    assert list(settled.waiting) == waiting
    assert sorted((c.element, repr(c.base), list(c.sides)) for c in settled.conflicts) == conflicts


ELEMENTS = ["status", "boundary", "note", "remarks", "method", "team"]


def devices_offline(chance: random.Random) -> tuple[list[Version], list[dict[str, int]]]:
    """A record from which two to four devices edit offline, one to three times each, and what each wrote last.

    Each edit gives one to three elements a value that nobody ever gave before.
    """
    fresh = iter(range(1, 1000))
    base = Version("base", (), {element: next(fresh) for element in ELEMENTS if chance.random() < 0.8})
    versions, wrote = [base], []
    for device in range(chance.randint(2, 4)):
        last, written = base, {}
        for number in range(chance.randint(1, 3)):
            edit = {element: next(fresh) for element in chance.sample(ELEMENTS, chance.randint(1, 3))}
            last = Version(f"device{device}-{number}", (last.id,), last.values | edit)
            written |= edit
            versions.append(last)
        wrote.append(written)
    return chance.sample(versions, len(versions)), wrote


@pytest.mark.parametrize("by_person", [set(), {"status", "boundary"}], ids=["machine", "person"])
def test_a_thousand_histories_of_two_to_four_devices(by_person: set[str]):
    """Clashes are all flagged, edits apart are all merged, and what is for persons is never settled by itself."""
    chance = random.Random(508)
    clashes = apart = 0
    for _ in range(1000):
        versions, wrote = devices_offline(chance)
        settled = settle(versions, by_person)
        base = next(version for version in versions if version.id == "base")
        flagged = {conflict.element: conflict for conflict in settled.conflicts}
        for element in ELEMENTS:
            told = [written[element] for written in wrote if element in written]
            if len(told) > 1 or (told and element in by_person):
                clashes += 1
                assert settled.values.get(element) == base.values.get(element) == flagged[element].base
                assert set(told) <= {value for _, value in flagged[element].sides}
            else:
                apart += 1
                assert element not in flagged
                assert settled.values.get(element) == (told[0] if told else base.values.get(element))
    assert min(clashes, apart) > 1000
