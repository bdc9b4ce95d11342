"""What became of a task's land: beside a plain twin that counts square metres one by one, and as stories."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from land.grid_books import CLASSES, DAYS_AND_MORE, OPEN, UM2, Twin, cells_of, grid_books, shapes
from torpaq.geo.shape import Shape, box_shape
from torpaq.land.entry import BOTH, Contamination, Entry, Status
from torpaq.land.fold import fold
from torpaq.land.live import LiveLand
from torpaq.land.text import parse_ledger
from torpaq.operations.release.arithmetic import (
    LAND,
    Product,
    TaskLand,
    processed_beside_released,
    product_problems,
    task_land,
)
from torpaq.standard.parameters import parameters_of

LATE = date(2030, 1, 1)
OUTCOMES = [Status.CANCELLED, Status.REDUCED, Status.CLEARED]
AZE = parameters_of("aze")
STORY = """
2023-01-10 establish HA-1 cha mine+erw box 0 0 100 100 unit AZ-AGM ; NTS-1
"""


@st.composite
def products(draw: st.DrawFn) -> list[Product]:
    classes = st.sampled_from([*CLASSES, BOTH])
    outcomes = st.sampled_from(OUTCOMES)
    return [Product(f"P{n}", draw(outcomes), draw(shapes()), draw(classes)) for n in range(draw(st.integers(0, 3)))]


def plain_accounts(before: Twin, now: Twin, boundary: Shape, parts: list[Product]) -> dict[str, dict[str, int]]:
    """The same figures by looking at every square metre of the boundary by itself."""
    told = {name: dict.fromkeys(NAMES, 0) for name in ("mine", "erw", LAND)}
    for at in cells_of(boundary):
        was, cell = before.cells[at], now.cells[at]
        after, last = dict(cell.status), cell.last
        for part in parts:
            for c in CLASSES:
                if part.contamination & c and at in cells_of(part.shape) and after[c] in OPEN:
                    after[c], last = part.outcome.value, c
        states = [after[last], *after.values()]
        land = next((s for s in ("cha", "sha") if s in states), next((s for s in states if s != "none"), "none"))
        for name, one, other in (("mine", was.status[CLASSES[0]], after[CLASSES[0]]),
                                 ("erw", was.status[CLASSES[1]], after[CLASSES[1]]),
                                 (LAND, was.land, land)):  # fmt: skip
            count(told[name], one, other)
    return told


NAMES = ("baseline", "added", "cancelled", "reduced", "cleared", "remaining", "corrected")


def count(account: dict[str, int], was: str, now: str) -> None:
    if was in OPEN or now in OPEN or (was != now and now != "none"):
        account["baseline" if was in OPEN else "added"] += 1
        account["remaining" if now in OPEN else "corrected" if now == "none" else now] += 1


@given(grid_books(), shapes(), DAYS_AND_MORE, products())
@settings(max_examples=120, deadline=None)
def test_every_square_metre_of_a_task_is_counted_once_as_by_hand(
    entries: list[Entry], boundary: Shape, baseline: date, parts: list[Product]
) -> None:
    land, _ = fold(entries)
    told = task_land(land, boundary, baseline, parts)
    plain = plain_accounts(Twin(entries, baseline, LATE, None), Twin(entries, LATE, LATE, None), boundary, parts)
    for name, account in told.accounts.items():
        assert {each: getattr(account, each) for each in NAMES} == {e: n * UM2 for e, n in plain[name].items()}
        assert account.closes
    assert told.boundary == len(cells_of(boundary)) * UM2


@given(grid_books(), shapes(), DAYS_AND_MORE, products())
@settings(max_examples=80, deadline=None)
def test_pieces_are_disjoint_and_add_up_and_a_union_is_no_sum(
    entries: list[Entry], boundary: Shape, baseline: date, parts: list[Product]
) -> None:
    land, _ = fold(entries)
    told = task_land(land, boundary, baseline, parts)
    covered = [cells_of(part.shape) for part in parts]
    assert told.products_union == len(frozenset().union(*covered)) * UM2
    assert told.products_sum == sum(len(cells) for cells in covered) * UM2
    assert (told.products_sum == told.products_union) == (not told.overlaps)
    by_outcome = {name: sum(p.area2 for p in told.pieces if p.outcome == name) for name in ("sha", "cha")}
    assert sum(by_outcome.values()) == told.land.remaining
    assert sum(piece.area2 for piece in told.pieces) <= told.boundary


def open_land(text: str = STORY) -> LiveLand:
    entries, problems = parse_ledger(text.strip())
    assert problems == []
    return LiveLand(entries)


def cleared(name: str, shape: Shape, stated: float | None = None, reason: str = "") -> Product:
    return Product(name, Status.CLEARED, shape, BOTH, stated, reason)


def of(*parts: Product, boundary: Shape | None = None) -> TaskLand:
    return task_land(open_land(), boundary or box_shape(0, 0, 100, 100), date(2023, 2, 1), parts)


def codes(told: TaskLand) -> list[str]:
    return sorted(found.code for found in product_problems(told, "T-1", AZE))


def test_operator_a_clears_half_and_the_other_half_remains() -> None:
    told = of(cleared("north", box_shape(0, 50, 100, 100), 5000))
    assert told.land.as_json() == {
        "baseline_m2": 10000.0, "added_m2": 0.0, "cancelled_m2": 0.0, "reduced_m2": 0.0, "cleared_m2": 5000.0,
        "remaining_m2": 5000.0, "corrected_m2": 0.0, "released_m2": 5000.0,
    }  # fmt: skip
    assert codes(told) == []


def test_two_parts_that_overlap_are_released_once_and_refused() -> None:
    told = of(cleared("north", box_shape(0, 40, 100, 100)), cleared("south", box_shape(0, 0, 100, 60)))
    assert (told.products_sum, told.products_union) == (12000 * UM2, 10000 * UM2)
    assert told.land.released == 10000 * UM2
    assert codes(told) == ["release_parts_overlap"]


def test_a_part_outside_the_task_on_unrecorded_or_released_land_is_refused() -> None:
    assert codes(of(cleared("beyond", box_shape(50, 0, 150, 100)))) == ["release_not_recorded", "release_outside_task"]
    land = open_land(STORY + "2023-03-01 clear HA-1 mine+erw 13cm box 0 0 50 50 ; CR-1")
    again = task_land(land, box_shape(0, 0, 100, 100), date(2023, 2, 1), [cleared("again", box_shape(0, 0, 50, 50))])
    assert codes(again) == ["release_not_open"]
    assert again.land.cleared == 2500 * UM2, "what was cleared before is not cleared twice"


def test_a_stated_area_that_differs_needs_its_reason() -> None:
    """The larger of 1 % and 50 m² is allowed: 75 m² on 7,500 m²."""
    north = box_shape(0, 25, 100, 100)
    assert codes(of(cleared("north", north, 7575))) == []
    assert codes(of(cleared("north", north, 7575.5))) == ["release_area_unexplained"]
    assert codes(of(cleared("north", north, 7400, "measured along the slope"))) == ["release_area_explained"]
    assert codes(of(cleared("small", box_shape(0, 0, 10, 10), 149))) == []
    assert codes(of(cleared("small", box_shape(0, 0, 10, 10), 151))) == ["release_area_unexplained"]


def test_land_cleared_of_mines_alone_is_not_shown_free_of_other_ordnance() -> None:
    part = Product("all", Status.CLEARED, box_shape(0, 0, 100, 100), Contamination.MINE)
    told = of(part)
    assert told.accounts["mine"].cleared == 10000 * UM2
    assert (told.accounts["erw"].cleared, told.accounts["erw"].remaining) == (0, 10000 * UM2)
    assert (told.land.released, told.land.remaining) == (0, 10000 * UM2)


def test_a_shared_border_and_a_sliver_below_a_square_metre_are_no_overlap() -> None:
    told = of(cleared("north", box_shape(0, 50, 100, 100)), cleared("south", box_shape(0, 0, 100, 50.005)))
    assert codes(told) == []


def test_what_was_processed_stands_beside_what_was_released_and_equals_it_by_no_rule() -> None:
    told = of(cleared("all", box_shape(0, 0, 100, 100)))
    beside = processed_beside_released({"mechanical": 10000.0, "dog": 10000.0, "manual": 10000.0}, told)
    assert (beside["processed_m2"], beside["released_m2"]) == (30000.0, 10000.0)


def test_land_reopened_after_the_task_began_is_added_to_what_there_was() -> None:
    text = STORY + (
        "2023-01-20 clear HA-1 mine+erw 13cm box 0 0 20 100 ; CR-0\n"
        "2023-05-01 reopen HA-1 cha mine box 0 0 10 100 ; a find\n"
    )
    told = task_land(open_land(text), box_shape(0, 0, 100, 100), date(2023, 2, 1))
    assert (told.land.baseline, told.land.added) == (8000 * UM2, 1000 * UM2)
    assert told.land.remaining == 9000 * UM2
    assert told.land.closes


def test_an_empty_ledger_has_nothing_to_release() -> None:
    told = task_land(LiveLand(), box_shape(0, 0, 10, 10), None, [cleared("all", box_shape(0, 0, 10, 10))])
    assert told.land.baseline == 0
    assert codes(told) == ["release_not_recorded"]
