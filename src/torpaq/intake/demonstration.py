"""The demonstration programme: real districts, places and terrain, and hazardous areas that are all made up.

Everything it makes says so: area and entry ids begin with ``SYN-``, every deciding record ends in ``(synthetic)``,
and the operators' codes stand for kinds of organisations. No row of it says where a mine lies.

The full programme has 2,000 hazardous areas of about 950 km² in all, a twelfth of the 11,667 km² once published as
suspected, spread over districts like ANAMA's clearance of 2023, and about 15,000 entries from 10 November 2020 to the
end of October 2026. Its work grows from year to year as the published output did (18,000 ha in 2021, then 41,900,
53,100, 62,000, 62,000, and 55,000 ha in ten months of 2026) at a scale near 1 : 11: some 2,000 ha cleared in 2021,
5,200 in 2023, 5,800 in 2024. How much of the published output was clearance and how much survey is not published;
here the rest is cancelled or reduced. Approvers and lots are drawn by a seeded generator and mean nothing.
"""

import hashlib
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from torpaq.geo.crs import AZE, NationalCrs
from torpaq.geo.polygons import to_wkt
from torpaq.geo.shape import CM_PER_M, Shape
from torpaq.intake.demonstration_life import FIRST_DAY, LAST_DAY, Draft, opening_sign, tell
from torpaq.intake.demonstration_setting import Legacy, Setting, read_setting
from torpaq.intake.demonstration_sites import Site, SiteKind, place_sites
from torpaq.land.entry import Assertion, Contamination, Entry, Kind, Located, Measure, Status, Unlocated
from torpaq.standard.country import Country

AREAS, SMALL_AREAS, SMALL_UNITS = 2000, 40, 3
CM2_IN_M2 = CM_PER_M**2
DECIMALS = 8  # about a millimetre: brings back the same centimetre

WORKED = {  # the share of areas where work has begun
    SiteKind.BELT: 0.86,
    SiteKind.BATTLE: 0.80,
    SiteKind.ROAD: 0.95,
    SiteKind.FIELD: 0.9,
    SiteKind.SUSPECTED: 0.40,
}
APPROVERS = ("SYN-DIRECTOR", "SYN-DEPUTY", "SYN-OPERATIONS")
MEASURES = {Kind.CANCEL: Measure.CANCELLED, Kind.REDUCE: Measure.REDUCED, Kind.CLEAR: Measure.CLEARED}


def generate(country: Country, seed: int = 7, small: bool = False, crs: NationalCrs = AZE) -> list[Entry]:
    """Make the demonstration ledger of a country that has a ``demonstration.csv``, in the order of recording.

    The same seed gives the same entries, whatever the machine's hash seed. ``small``: about 40 areas and 250 entries
    in three districts. Folds without an error; its year-end ``assert`` entries are true, computed from what the
    programme itself did and not from a fold. Raises ``FileNotFoundError`` where the country has no setting.
    """
    setting = read_setting(country, crs, SMALL_UNITS if small else None)
    sites = place_sites(setting, SMALL_AREAS if small else AREAS, f"{seed}")
    drafts = [draft for life in _lives(setting, sites, f"{seed}") for draft in life]
    if not small:
        drafts += [draft for number, legacy in enumerate(setting.legacy, 1) for draft in _legacy(legacy, number)]
    numbered = sorted(enumerate(drafts), key=lambda pair: (pair[1].recorded, pair[1].effective, pair[0]))
    ordered = [draft for _, draft in numbered]
    entries = _entries(ordered, crs)
    return sorted(entries + _assertions(ordered), key=lambda entry: entry.recorded)


def _lives(setting: Setting, sites: Sequence[Site], seed: str) -> Iterable[list[Draft]]:
    """Tell every site's life; work starts so that the land worked on grows as the setting's output does."""
    rng = Random(f"{seed}/calendar")
    surveys = [FIRST_DAY + timedelta(days=5 + int(1750 * rng.betavariate(1.2, 2.4))) for _ in sites]
    works = [rng.random() < WORKED[site.kind] for site in sites]
    wishes = [survey + timedelta(days=rng.randint(20, 700)) for survey in surveys]
    queue = sorted((wish, number) for number, wish in enumerate(wishes) if works[number])
    total2 = sum(sites[number].belt.run(0, sites[number].belt.strips).area2_cm2 for _, number in queue)
    starts: dict[int, date] = {}
    done2 = 0
    for _, number in queue:
        starts[number] = _day_of_share(setting, done2 / total2) - timedelta(days=rng.randint(0, 120))
        done2 += sites[number].belt.run(0, sites[number].belt.strips).area2_cm2
    counters: Counter[str] = Counter()
    for number, site in enumerate(sites):
        counters[site.unit] += 1
        area = f"SYN-{site.unit.rpartition('-')[2]}-{counters[site.unit]:04d}"
        yield tell(site, area, surveys[number], starts.get(number), f"{seed}/{area}")


def _day_of_share(setting: Setting, share: float) -> date:
    """Return the day by which this share of all the setting's output was done, even within each year."""
    years = sorted(setting.output_ha)
    done = [sum(setting.output_ha[year] for year in years[:k]) for k in range(len(years) + 1)]
    wanted = share * done[-1]
    k = min(len(years), bisect(done, wanted)) - 1
    first, last = max(FIRST_DAY, date(years[k], 1, 1)), min(LAST_DAY, date(years[k], 12, 31))
    return first + timedelta(days=int((last - first).days * (wanted - done[k]) / setting.output_ha[years[k]]))


def _legacy(legacy: Legacy, number: int) -> list[Draft]:
    """Tell a legacy total: known by its figure since the start, a part reduced and a part cleared since."""
    area, classes = f"SYN-LEGACY-{number}", Contamination.ERW
    story = (
        (Kind.ESTABLISH, date(2021, 1, 15), 100, "SV"),
        (Kind.REDUCE, date(2022, 6, 30), 20 + number, "TS"),
        (Kind.CLEAR, date(2023, 11, 30), 25, "PR"),
        (Kind.CLEAR, date(2025, 5, 31), 10 + 2 * number, "PR"),
    )
    drafts = []
    for kind, day, percent, record in story:
        place = Unlocated(Decimal(legacy.area_m2 * percent) / 100, legacy.unit)
        draft = Draft(kind, day, day + timedelta(days=12), area, legacy.unit, record, classes, place=place)
        draft.status = Status.SHA if kind is Kind.ESTABLISH else None
        draft.operator = "" if kind is Kind.ESTABLISH else "ANAMA"
        draft.opens2_cm2 = opening_sign(kind) * int(place.area_m2 * 2 * CM2_IN_M2)
        drafts.append(draft)
    return drafts


def _entries(drafts: Sequence[Draft], crs: NationalCrs) -> list[Entry]:
    """Give drafts their ids and records, in their order."""
    ids = {id(draft): f"SYN-{number:05d}" for number, draft in enumerate(drafts, 1)}
    records: Counter[str] = Counter()
    entries = []
    for draft in drafts:
        records[draft.record] += 1
        place = _located(draft.place, crs) if isinstance(draft.place, Shape) else draft.place
        entries.append(
            Entry(
                id=ids[id(draft)],
                kind=draft.kind,
                effective=draft.effective,
                recorded=draft.recorded,
                area="" if draft.kind is Kind.VOID else draft.area,
                contamination=draft.contamination,
                status=draft.status,
                depth_cm=draft.depth_cm,
                place=place,
                record=f"SYN-{draft.record}-{records[draft.record]:04d} (synthetic)",
                approver=APPROVERS[_lot(draft.area) % len(APPROVERS)],
                operator=draft.operator,
                method=draft.method,
                unit=draft.unit,
                sector=draft.sector,
                target=ids[id(draft.target)] if draft.target else "",
            )
        )
    return entries


def _lot(text: str) -> int:
    """Return a number that looks drawn by lot but is always the same for a text."""
    return hashlib.sha256(text.encode()).digest()[0]


def _located(shape: Shape, crs: NationalCrs) -> Located:
    return Located(shape, f"wkt {to_wkt(shape, crs, DECIMALS)}")


def _assertions(drafts: Sequence[Draft]) -> list[Entry]:
    """State each year's released land by class and what was open at its end, from what the programme did itself.

    Land of one class is never counted twice here, as areas of one class share no land; each figure is recorded at the
    end of the next June, or with the last record that speaks of its year where that came later.
    """
    standing = [draft for draft in drafts if not draft.is_void and draft.kind is not Kind.VOID]
    entries = []
    for year in range(FIRST_DAY.year + 1, LAST_DAY.year):
        end = date(year, 12, 31)
        known = [draft for draft in drafts if (draft.target or draft).effective <= end]
        recorded = max([date(year + 1, 6, 30), *(draft.recorded for draft in known)])
        past = [draft for draft in standing if draft.effective <= end]
        for contamination in (Contamination.MINE, Contamination.ERW):
            of_class = [draft for draft in past if contamination in draft.contamination]
            open2_cm2 = sum(draft.opens2_cm2 for draft in of_class)
            figures: list[tuple[Measure, date | None, int]] = [(Measure.OPEN, None, open2_cm2)]
            for kind, measure in MEASURES.items():
                flow = [draft for draft in of_class if draft.kind is kind and draft.effective.year == year]
                figures.append((measure, date(year, 1, 1), -sum(draft.opens2_cm2 for draft in flow)))
            entries += [_assert(end, recorded, contamination, *figure) for figure in figures]
    return entries


def _assert(
    on: date, recorded: date, contamination: Contamination, measure: Measure, since: date | None, area2_cm2: int
) -> Entry:
    figure_m2 = (Decimal(area2_cm2) / (2 * CM2_IN_M2)).quantize(Decimal(1), ROUND_HALF_UP)
    return Entry(
        id=f"SYN-RET-{on.year}-{measure.value}-{contamination.code}",
        kind=Kind.ASSERT,
        effective=on,
        recorded=recorded,
        contamination=contamination,
        record=f"SYN-RET-{on.year} (synthetic)",
        approver=APPROVERS[0],
        assertion=Assertion(measure, figure_m2, since),
    )
