"""The ledger's laws, as properties over random books of overlapping boxes."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.geo.shape import box_shape
from torpaq.land.balance import INCOMING, OUTGOING, Balance, Figures, GroupBy, balance, tally
from torpaq.land.entry import BOTH, Contamination, Entry, Kind, Located, Status
from torpaq.land.fold import fold
from torpaq.land.live import LiveLand
from torpaq.land.rules import CHA, SHA

START = date(2021, 1, 1)
LAND_KINDS = [kind for kind in Kind if kind not in (Kind.VOID, Kind.ASSERT)]


@st.composite
def land_entries(draw: st.DrawFn, number: int = 0) -> Entry:
    kind = draw(st.sampled_from(LAND_KINDS + [Kind.ESTABLISH, Kind.CLEAR] * 2))
    x, y = draw(st.integers(0, 12)), draw(st.integers(0, 6))
    w, h = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    tilt = draw(st.sampled_from([0.0, 0.37]))  # off the common lattice, so that edges also cross between corners
    effective = START + timedelta(days=draw(st.integers(0, 20)))
    return Entry(
        id=f"E{number}",
        kind=kind,
        effective=effective,
        recorded=effective + timedelta(days=draw(st.integers(0, 10))),
        area=draw(st.sampled_from(["HA-1", "HA-2"])),
        contamination=Contamination.NONE
        if kind is Kind.HAND_OVER
        else draw(st.sampled_from([Contamination.MINE, Contamination.ERW, BOTH])),
        status=draw(st.sampled_from([Status.SHA, Status.CHA]))
        if kind in (Kind.ESTABLISH, Kind.EXTEND, Kind.REOPEN)
        else None,
        depth_cm=Decimal(13) if kind is Kind.CLEAR else None,
        place=Located(box_shape(x + tilt, y + tilt, x + w, y + h), "box"),
        operator=draw(st.sampled_from(["OP-A", "OP-B"])),
        unit=draw(st.sampled_from(["AZ-AGM", "AZ-FUZ"])),
        method=draw(st.sampled_from(["manual", "mechanical"])),
    )


@st.composite
def books(draw: st.DrawFn, voids: bool = True, most: int = 12) -> list[Entry]:
    count = draw(st.integers(1, most))
    entries = [draw(land_entries(number)) for number in range(count)]
    if voids:
        for number in range(draw(st.integers(0, 2))):
            target = draw(st.sampled_from(entries))
            day = target.recorded + timedelta(days=draw(st.integers(0, 5)))
            entries.append(Entry(f"V{number}", Kind.VOID, day, day, target=target.id))
    return entries


def open_area(figures: Figures, account: int) -> int:
    return figures.classes[account][SHA] + figures.classes[account][CHA]


@given(books())
@settings(max_examples=120, deadline=None)
def test_every_account_closes_exactly_for_any_period(entries: list[Entry]) -> None:
    land, _ = fold(entries)
    for since in (None, START + timedelta(days=7)):
        for by in (None, *GroupBy):
            figures = balance(land, START + timedelta(days=15), None, since, by)
            for one in [figures.located, *(drawn for drawn, _ in figures.groups.values())]:
                for flows in one.flows:
                    moved = sum(flows[name] for name in INCOMING) - sum(flows[name] for name in OUTGOING)
                    assert flows["opening"] + moved == flows["closing"]


@given(books())
@settings(max_examples=80, deadline=None)
def test_groups_by_owner_add_up_to_the_whole_and_match_the_faces(entries: list[Entry]) -> None:
    land, _ = fold(entries)
    on = START + timedelta(days=12)
    for by in (GroupBy.UNIT, GroupBy.AREA):
        figures = balance(land, on, by=by)
        for account in (0, 1):
            for status in range(1, 6):
                parts = sum(drawn.classes[account][status] for drawn, _ in figures.groups.values())
                assert parts == figures.located.classes[account][status] >= 0


@given(books())
@settings(max_examples=80, deadline=None)
def test_one_status_a_face_and_the_faces_add_up_to_the_balance(entries: list[Entry]) -> None:
    land, _ = fold(entries)
    on = START + timedelta(days=9)
    figures = balance(land, on).located
    assert figures.classes == status_areas(land, on)
    assert [open_area(figures, account) for account in (0, 1)] == [figures.flows[a]["closing"] for a in (0, 1)]


def status_areas(land: LiveLand, on: date) -> tuple[tuple[int, ...], ...]:
    """The slow plain twin of the balance: fold each face by itself and add up what it has become."""
    active = land.book.active(on)
    totals = [[0] * 6, [0] * 6]
    for place, part in enumerate(land.parts):
        faces = np.flatnonzero(land.living(place))
        states = land.states(place, faces, active)
        for row, face in enumerate(faces.tolist()):
            area = int(part.faces.area2_hi[face]) * 10**12 + int(part.faces.area2_lo[face])
            for account in (0, 1):
                status = int(states.status[row, account])
                totals[account][status] += area
    nothing = balance(land, on).located.classes  # land without a record has no area of its own in any account
    return tuple((nothing[a][0], *totals[a][1:]) for a in (0, 1))


@given(books(voids=False), st.data())
@settings(max_examples=80, deadline=None)
def test_an_entry_and_its_void_leave_no_trace(entries: list[Entry], data: st.DataObject) -> None:
    wrong = data.draw(land_entries(99))
    wrong = Entry(
        "WRONG",
        wrong.kind,
        wrong.effective,
        wrong.recorded,
        wrong.area,
        wrong.contamination,
        wrong.status,
        wrong.depth_cm,
        wrong.place,
    )
    late = max(entry.recorded for entry in [*entries, wrong])
    void = Entry("V", Kind.VOID, late, late, target="WRONG")
    place = data.draw(st.integers(0, len(entries)))
    with_void = [*entries[:place], wrong, *entries[place:], void]
    known = late
    before, after = balance(fold(entries, known)[0], known, known), balance(fold(with_void, known)[0], known, known)
    assert (before.located, before.groups) == (after.located, after.groups)
    assert fold(entries)[1] == fold(with_void)[1]


@given(books(), st.data())
@settings(max_examples=80, deadline=None)
def test_what_was_known_on_a_date_never_changes_afterwards(entries: list[Entry], data: st.DataObject) -> None:
    known = START + timedelta(days=data.draw(st.integers(0, 25)))
    on = START + timedelta(days=data.draw(st.integers(0, 25)))
    known_then = [entry for entry in entries if entry.recorded <= known]
    then = balance(fold(known_then, known)[0], on, known, by=GroupBy.AREA)
    now = balance(fold(entries, known)[0], on, known, by=GroupBy.AREA)
    assert then.as_json() == now.as_json()


@given(books(voids=False), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_recording_never_matters(entries: list[Entry], random: object) -> None:
    on_distinct_days = [
        Entry(
            e.id,
            e.kind,
            START + timedelta(days=number),
            START + timedelta(days=90),
            e.area,
            e.contamination,
            e.status,
            e.depth_cm,
            e.place,
            e.record,
        )
        for number, e in enumerate(entries)
    ]
    shuffled = list(on_distinct_days)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's seeded Random
    late = START + timedelta(days=91)
    first, second = balance(fold(on_distinct_days)[0], late, late), balance(fold(shuffled)[0], late, late)
    assert first.located == second.located


@given(books())
@settings(max_examples=100, deadline=None)
def test_entry_by_entry_is_the_same_as_all_at_once(entries: list[Entry]) -> None:
    grown = LiveLand()
    for entry in entries:
        announced = grown.check(entry).problems
        assert grown.append(entry) == announced
    built = LiveLand(entries)
    on = START + timedelta(days=40)
    for by in (None, GroupBy.AREA, GroupBy.OPERATOR):
        assert balance(grown, on, by=by).as_json() == balance(built, on, by=by).as_json()
    assert balance(grown, on).located == balance(built, on).located
    assert sorted(map(str, grown.problems())) == sorted(map(str, built.problems()))


@given(books(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_live_land_and_a_fold_agree_on_any_known_date(entries: list[Entry], data: st.DataObject) -> None:
    known = START + timedelta(days=data.draw(st.integers(0, 25)))
    on = START + timedelta(days=data.draw(st.integers(0, 25)))
    live, folded = balance(LiveLand(entries), on, known), balance(fold(entries, known)[0], on, known)
    assert drift_m2(live, folded) < 0.001


def drift_m2(first: Balance, second: Balance) -> float:
    pairs = [(a, b) for c in (0, 1) for a, b in zip(first.located.classes[c], second.located.classes[c], strict=True)]
    return max(abs(a - b) for a, b in pairs) / 2e12


@given(books(voids=False))
@settings(max_examples=60, deadline=None)
def test_nothing_is_released_twice(entries: Sequence[Entry]) -> None:
    land, _ = fold(entries)
    postings = land.postings()
    figures = tally(land.book, postings, START + timedelta(days=60))
    for account in (0, 1):
        flows = figures.flows[account]
        released_now = sum(figures.classes[account][3:])
        released = sum(flows[name] for name in OUTGOING)
        assert released_now <= released
        assert flows["closing"] >= 0
