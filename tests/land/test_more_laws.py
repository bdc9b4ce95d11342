"""More laws: polygons moved and turned, entries taken back and written again, releases and their evidence, growth."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from land.book import entries_of
from land.grid_books import DAYS_AND_MORE, START, grid_books, grid_entries
from torpaq.geo.shape import Shape, shape_of_rings
from torpaq.land.balance import FLOWS, INCOMING, OUTGOING, GroupBy, balance
from torpaq.land.book import Book
from torpaq.land.entry import RELEASED, Entry, Kind, Located, Status
from torpaq.land.fold import fold
from torpaq.land.live import LiveLand
from torpaq.standard.problems import Problem

LATE = date(2030, 1, 1)
RELEASING = {Kind.CANCEL: Status.CANCELLED, Kind.REDUCE: Status.REDUCED, Kind.CLEAR: Status.CLEARED}


def tilted(entry: Entry, turn: int) -> Entry:
    """The entry with its shape sheared by some centimetres, so that edges cross between corners."""
    if not isinstance(entry.place, Located):
        return entry
    shear = np.array([[7 + turn % 3, 2], [1, 9 - turn % 2]])
    rings = [ring @ shear // 4 for ring in entry.place.shape.rings_cm]
    return replace(entry, place=Located(shape_of_rings(rings), "wkt"))


def moved(shape: Shape, dx_cm: int, dy_cm: int, turn: int) -> Shape:
    """The shape moved by whole centimetres, each ring begun at another of its corners."""
    return shape_of_rings([np.roll(ring, turn, axis=0) + np.array([dx_cm, dy_cm]) for ring in shape.rings_cm])


@given(grid_books(), st.integers(-18_000_000, 18_000_000), st.integers(-15_000_000, 15_000_000), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_moving_all_land_or_beginning_rings_elsewhere_changes_no_figure(
    entries: list[Entry], dx_cm: int, dy_cm: int, turn: int
) -> None:
    here = [tilted(entry, number) for number, entry in enumerate(entries)]
    there = [
        replace(entry, place=Located(moved(entry.place.shape, dx_cm, dy_cm, turn), "wkt"))
        if isinstance(entry.place, Located)
        else entry
        for entry in here
    ]
    (land, problems), (other, others) = fold(here), fold(there)
    for by in (None, *GroupBy):
        first, second = balance(land, by=by), balance(other, by=by)
        assert first.as_json() == second.as_json()
        assert (first.located, first.groups) == (second.located, second.groups), "to the last integer"
    assert list(map(str, problems)) == list(map(str, others))


@given(grid_books(), st.data())
@settings(max_examples=40, deadline=None)
def test_taking_back_and_writing_again_is_as_if_written_once(entries: list[Entry], data: st.DataObject) -> None:
    entry = data.draw(grid_entries(99))
    days = [max([e.recorded for e in [*entries, entry]]) + timedelta(days=n) for n in range(2)]
    once = [*entries, replace(entry, recorded=days[1])]
    void = Entry("V", Kind.VOID, days[0], days[0], target=entry.id)
    again = [*entries, entry, void, replace(entry, id="AGAIN", recorded=days[1])]
    for by in (None, GroupBy.UNIT, GroupBy.METHOD):
        first, second = balance(fold(once)[0], LATE, by=by), balance(fold(again)[0], LATE, by=by)
        assert (first.located, first.unlocated, first.groups) == (second.located, second.unlocated, second.groups)


@given(grid_books())
@settings(max_examples=40, deadline=None)
def test_released_land_names_the_standing_entry_that_released_it(entries: list[Entry]) -> None:
    land, _ = fold(entries)
    for place, part in enumerate(land.parts):
        states = land.states(place, np.arange(part.faces.n_faces), land.book.active())
        for face, by_class in enumerate(states.since.tolist()):
            covering = {max(step, ~step) for step in part.cover[part.offsets[face] : part.offsets[face + 1]].tolist()}
            for c, since in enumerate(by_class):
                status = int(states.status[face, c])
                if status >= 3:
                    entry = land.entries[since]
                    assert RELEASING[entry.kind] is RELEASED[status - 3]
                    assert entry.contamination & (c + 1)
                    assert since in covering


@given(grid_books(), DAYS_AND_MORE, st.sampled_from(GroupBy))
@settings(max_examples=40, deadline=None)
def test_drawn_and_unlocated_groups_close_and_add_up_to_the_whole(
    entries: list[Entry], since: date, by: GroupBy
) -> None:
    told = balance(fold(entries)[0], START + timedelta(days=500), None, since, by)
    for apart, whole in enumerate((told.located, told.unlocated)):
        groups = [pair[apart] for pair in told.groups.values()]
        for account, flow in enumerate(whole.flows):
            for one in (flow, *(group.flows[account] for group in groups)):
                moves = sum(one[name] for name in INCOMING) - sum(one[name] for name in OUTGOING)
                assert one["opening"] + moves == one["closing"]
            for name in FLOWS[1:-1] if by is GroupBy.YEAR else FLOWS:
                assert sum(group.flows[account][name] for group in groups) == flow[name]


@given(grid_books(), st.booleans())
@settings(max_examples=50, deadline=None)
def test_entry_by_entry_with_voids_redraws_and_late_news_is_all_at_once(entries: list[Entry], tilt: bool) -> None:
    book = [tilted(entry, number) for number, entry in enumerate(entries)] if tilt else entries
    grown = LiveLand()
    for entry in book:
        before = {told(found) for found in grown.problems()}
        trial = grown.check(entry)
        assert grown.append(entry) == trial.problems
        now = {
            told(found) for found in grown.problems() if found.code != "sliver_skipped"
        }  # shrunk to a sliver: no news
        new = now - before
        assert new <= {told(found) for found in trial.problems}, "nothing is wrong afterwards that was not announced"
    built = LiveLand(book)
    assert [told(p) for p in sorted(grown.problems(), key=str)] == [told(p) for p in sorted(built.problems(), key=str)]
    for known in (None, START + timedelta(days=300)):
        for by in (None, GroupBy.AREA):
            assert balance(grown, LATE, known, by=by).as_json() == balance(built, LATE, known, by=by).as_json()


def told(found: Problem) -> tuple[object, ...]:
    """A problem without the hundredths of a square metre that depend on which land was cut with it."""
    rest = {name: value for name, value in found.parameters.items() if not name.endswith("_m2")}
    return found.code, found.subject, str(sorted(rest.items()))


@given(grid_books(most=20), st.lists(st.integers(0, 19), max_size=6))
@settings(max_examples=50, deadline=None)
def test_what_stands_is_known_without_reading_the_whole_book_again(entries: list[Entry], asked: list[int]) -> None:
    book = Book()
    for number, entry in enumerate(entries):
        book.append(entry)
        if number in asked:  # a trial and its end, in between
            assert book.standing().tolist() == Book(entries[: number + 1]).standing(LATE).tolist()
            book.append(replace(entry, id=f"E{number + 1}"))
            book.standing()
            book.drop_last()
        assert book.standing().tolist() == book.standing(LATE).tolist()


def test_a_trial_leaves_no_list_behind() -> None:
    text = """
        2021-01-01 establish HA-1 sha mine box 0 0 10 10 id A
        2021-02-01 redraw HA-1 mine box 0 0 9 10 id R
        2021-03-01 void R id V
    """
    book = Book(entries_of(text))
    lists = [dict(map_) for map_ in (book.establishes, book.redraws, book.voids_of, book.number_of)]
    for line in ("establish HA-2 sha mine box 0 0 1 1", "redraw HA-2 mine box 0 0 1 1", "void A"):
        book.append(entries_of(f"2022-01-01 {line} id NEW")[0])
        book.drop_last()
    assert lists == [book.establishes, book.redraws, book.voids_of, book.number_of]
    assert (len(book), book.voids) == (3, [2])


def test_a_void_that_named_nothing_is_judged_when_its_entry_comes() -> None:
    land = LiveLand(entries_of("2021-02-01 void A id V"))
    (late,) = entries_of("2021-01-01 establish HA-1 sha mine box 0 0 10 10 id A recorded 2021-05-01")
    assert [(found.code, found.subject) for found in land.append(late)] == [("void_before_target", "V")]
    assert land.at(5, 5).status == (Status.SHA, None)


def test_an_unlocated_record_can_change_what_a_redraw_added_to_drawn_land() -> None:
    text = """
        2021-03-01 redraw HA-1 mine box 0 0 10 10 id R
        2021-01-01 establish HA-1 cha mine unlocated 500 AZ-AGM id LEGACY
        2021-06-01 void LEGACY id V
    """
    redraw, legacy, void = entries_of(text)
    land = LiveLand([redraw])
    assert land.at(5, 5).status == (Status.SHA, None)
    land.append(legacy)
    assert land.at(5, 5).status == (Status.CHA, None)
    assert balance(land, LATE).located == balance(LiveLand([redraw, legacy]), LATE).located
    land.append(void)
    assert land.at(5, 5).status == (Status.SHA, None)
    assert balance(land, LATE).located == balance(LiveLand([redraw, legacy, void]), LATE).located


def test_taking_back_an_unlocated_total_says_what_is_missing_then() -> None:
    text = """
        2021-01-01 establish OLD sha mine unlocated 500 AZ-AGM id A
        2021-02-01 confirm OLD mine unlocated 400 AZ-AGM id B
        2021-06-01 void A id V
    """
    *entries, void = entries_of(text)
    land = LiveLand(entries)
    (found,) = land.append(void)
    assert (found.code, found.subject, found.parameters["missing_m2"]) == ("unlocated_exceeds", "B", 400)


def test_a_problem_is_new_when_its_land_grows_and_not_when_it_stays_or_shrinks() -> None:
    text = """
        2021-01-01 establish HA-1 cha mine box 0 0 10 10 id A
        2021-05-01 cancel HA-1 mine box 0 0 4 10 id WRONG
        2021-02-01 clear HA-1 mine 13cm box 0 0 1 10 id SHRINKS
        2021-03-01 establish HA-2 cha mine box 20 0 30 10 id FAR
        2021-04-01 extend HA-1 cha mine box 1 10 4 11 id STAYS
        2021-06-01 void SHRINKS id GROWS
    """
    first, wrong, shrinks, far, stays, grows = entries_of(text)
    land = LiveLand([first])
    assert [(found.code, found.parameters["area_m2"]) for found in land.append(wrong)] == [("needs_suspected", 40)]
    assert [(found.code, found.parameters["found"]) for found in land.append(shrinks)] == [
        ("release_of_released", "cleared")
    ]
    assert land.append(far) == []
    assert land.append(stays) == []
    assert [(found.code, found.parameters["area_m2"]) for found in land.append(grows)] == [("needs_suspected", 40)]


def test_a_sliver_that_grows_by_a_hair_to_land_that_counts_is_news() -> None:
    text = """
        2021-01-01 establish HA-1 sha mine box 0 0 10 10 id A
        2021-02-01 clear HA-1 mine 13cm box 0 9.9 0.05 10 id C
        2021-05-01 establish HA-2 sha mine box 0 9.9 10 20 id E
        2021-06-01 void C id V
    """
    first, cleared, sliver, void = entries_of(text)
    land = LiveLand([first, cleared])
    assert [(found.code, found.subject) for found in land.append(sliver)] == [("sliver_skipped", "E")]  # 0.995 m²
    assert [(found.code, found.subject) for found in land.append(void)] == [("land_already_open", "E")]  # 1 m²


def test_land_that_is_cut_anew_for_years_does_not_grow_in_memory() -> None:
    lines = [f"2021-01-01 establish HA-{n} cha mine box {100 * n} 0 {100 * n + 90} 90 id E{n}" for n in range(60)]
    entries = entries_of("\n".join(lines))
    land = LiveLand(entries)
    for round_ in range(12):
        for n in range(60):
            line = f"2022-01-01 clear HA-{n} mine 13cm box {100 * n + 7 * round_} 0 {100 * n + 7 * round_ + 6} 90"
            (entry,) = entries_of(f"{line} id C{n}-{round_}")
            assert land.append(entry) == []
            entries.append(entry)
    living = sum(int(land.living(place).sum()) for place in range(len(land.parts)))
    kept = sum(part.faces.n_faces for part in land.parts)
    built = LiveLand(entries)
    assert living == sum(part.faces.n_faces for part in built.parts)
    assert kept < 4 * living
    assert balance(land, LATE, by=GroupBy.AREA).as_json() == balance(built, LATE, by=GroupBy.AREA).as_json()
    x_m, y_m = np.meshgrid(np.arange(3.5, 6000, 37), np.arange(2.5, 100, 11))
    parts, faces = land.locate(x_m.ravel(), y_m.ravel())
    expected = built.locate(x_m.ravel(), y_m.ravel())
    assert ((parts >= 0) == (expected[0] >= 0)).all()
    for k in range(0, len(parts), 13):
        if parts[k] >= 0:
            assert land.parts[parts[k]].faces.area_m2[faces[k]] == built.parts[0].faces.area_m2[expected[1][k]]
            assert land.at(x_m.ravel()[k], y_m.ravel()[k]).status == built.at(x_m.ravel()[k], y_m.ravel()[k]).status


def test_joined_parts_keep_the_borders_between_faces() -> None:
    lines = [f"2021-01-01 establish HA-{n} cha mine box {30 * n} 0 {30 * n + 20} 20 id E{n}" for n in range(150)]
    lines += [f"2022-01-01 clear HA-{n} mine 13cm box {30 * n} 0 {30 * n + 7} 20 id C{n}" for n in range(0, 150, 2)]
    land = LiveLand()
    for entry in entries_of("\n".join(lines)):
        land.append(entry)
    shared = 0
    for place, part in enumerate(land.parts):
        faces, living = part.faces, land.living(place)
        for face in np.flatnonzero(living).tolist():
            corners = {tuple(point) for ring in faces.rings_um(face) for point in ring.tolist()}
            sides = faces.edges[(faces.edges[:, 2:] == face).any(axis=1)]
            assert {tuple(point) for point in faces.vertices_um[sides[:, :2]].reshape(-1, 2).tolist()} == corners
            shared += int((sides[:, 2:] >= 0).all(axis=1).sum())
    assert shared == 2 * 75, "each area cut in two has one inner border, seen from both sides"
