"""The life of one made-up hazardous area: survey, confirmation, release in steps, handover, and what goes wrong.

Shares cancelled by kind are Beta draws: suspected land (14, 6), battle areas (6, 14), belts (2, 38), after the
published experience that most suspected land holds nothing and belts hold mines nearly throughout.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from torpaq.geo.shape import Shape
from torpaq.intake.demonstration_sites import Site, SiteKind
from torpaq.land.entry import BOTH, Contamination, Kind, Status, Unlocated

FIRST_DAY = date(2020, 11, 10)
LAST_DAY = date(2026, 10, 31)

CANCEL_SHARE = {
    SiteKind.SUSPECTED: (14.0, 6.0),
    SiteKind.BATTLE: (6.0, 14.0),
    SiteKind.BELT: (2.0, 38.0),
    SiteKind.FIELD: (6.0, 14.0),
    SiteKind.ROAD: (2.0, 38.0),
}
REDUCE_SHARE = {
    SiteKind.SUSPECTED: (6.0, 6.0),
    SiteKind.BATTLE: (4.0, 12.0),
    SiteKind.BELT: (3.0, 27.0),
    SiteKind.FIELD: (8.0, 8.0),
    SiteKind.ROAD: (2.0, 20.0),
}
SUSPECTED_FIRST = {  # the share of areas recorded as SHA, the others as CHA at once
    SiteKind.SUSPECTED: 1.0,
    SiteKind.BATTLE: 0.7,
    SiteKind.BELT: 0.45,
    SiteKind.FIELD: 0.9,
    SiteKind.ROAD: 0.6,
}
MINE_DEPTH_CM, BATTLE_DEPTH_CM = Decimal(13), Decimal(50)

STATE_OPERATORS = {"ANAMA": 60, "MOD": 13, "MES": 2, "SBS": 2}  # in hundred areas, near the published split of 2023
OTHER_OPERATORS = {"COMPANY-1": 8, "COMPANY-2": 6, "COMPANY-3": 4, "COMPANY-4": 2, "NGO-A": 2, "NGO-B": 1}
OPERATORS = STATE_OPERATORS | OTHER_OPERATORS
MINE_METHODS = {"manual": 30, "mechanical": 20, "dog": 14, "rat": 4, "combined": 32}
BATTLE_METHODS = {"visual": 25, "manual": 35, "combined": 40}
SURVEY_METHODS = {"mechanical": 45, "dog": 30, "rat": 5, "combined": 20}
SECTORS = {"agriculture": 55, "residential": 22, "energy": 3, "transport": 2, "water": 3, "environment": 5, "other": 10}


@dataclass(slots=True)
class Draft:
    """An entry to be, before it has an id. ``opens2_cm2`` is what it adds to the open land, doubled cm²."""

    kind: Kind
    effective: date
    recorded: date
    area: str
    unit: str
    record: str
    contamination: Contamination = Contamination.NONE
    status: Status | None = None
    depth_cm: Decimal | None = None
    place: Shape | Unlocated | None = None
    operator: str = ""
    method: str = ""
    sector: str = ""
    opens2_cm2: int = 0
    target: "Draft | None" = None
    is_void: bool = False


@dataclass(slots=True)
class Story:
    """Gathers one area's drafts in their order. After the last day nothing more is added.

    ``operator`` and ``sector`` (of the land's later use) are those of the work; empty before it.
    """

    site: Site
    area: str
    rng: Random
    day: date
    flipped: bool
    strips: int
    operator: str = ""
    sector: str = ""
    drafts: list[Draft] = field(default_factory=list)
    is_over: bool = False

    def shape(self, start: int, end: int) -> Shape:
        """Return strips ``start`` to ``end``, counted from whichever end this story begins at."""
        n = self.site.belt.strips
        return self.site.belt.run(n - end, n - start) if self.flipped else self.site.belt.run(start, end)

    def inner(self, strip: int) -> Shape:
        """Return a polygon inside a strip."""
        place = self.site.belt.strips - 1 - strip if self.flipped else strip
        return self.site.belt.inner(place, self.rng.uniform(0.2, 0.45))

    def wait(self, least: int, most: int) -> None:
        """Let days pass."""
        self.day += timedelta(days=self.rng.randint(least, most))

    def add(
        self,
        kind: Kind,
        record: str,
        place: Shape | None,
        contamination: Contamination = Contamination.NONE,
        status: Status | None = None,
        opens2_cm2: int | None = None,
    ) -> Draft | None:
        """Add a draft on the story's day, recorded within days or now and then weeks, in order; ``None`` when over."""
        late = self.rng.random() < 0.08
        recorded = self.day + timedelta(days=self.rng.randint(21, 120) if late else self.rng.randint(0, 10))
        recorded = max(recorded, self.drafts[-1].recorded) if self.drafts else recorded
        if self.is_over or recorded > LAST_DAY:
            self.is_over = True
            return None
        if opens2_cm2 is None:
            opens2_cm2 = opening_sign(kind) * place.area2_cm2 if place else 0
        draft = Draft(kind, self.day, recorded, self.area, self.site.unit, record, contamination, status, place=place)
        draft.opens2_cm2 = opens2_cm2
        self.drafts.append(draft)
        return draft

    def work(
        self,
        kind: Kind,
        record: str,
        place: Shape,
        contamination: Contamination = Contamination.NONE,
        method: str = "",
        depth_cm: Decimal | None = None,
    ) -> Draft | None:
        """Add a draft of the operator's work: a release, or a handover; ``None`` when the story is over."""
        draft = self.add(kind, record, place, contamination)
        if draft:
            draft.operator, draft.sector, draft.method, draft.depth_cm = self.operator, self.sector, method, depth_cm
        return draft


def opening_sign(kind: Kind) -> int:
    """Return +1 for a kind that opens land, -1 for one that releases it, 0 for the others."""
    if kind in {Kind.ESTABLISH, Kind.EXTEND, Kind.REOPEN}:
        return 1
    return -1 if kind in {Kind.CANCEL, Kind.REDUCE, Kind.CLEAR} else 0


def chosen(rng: Random, weights: dict[str, int]) -> str:
    """Draw a key by its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def tell(site: Site, area: str, survey: date, start: date | None, seed: str) -> list[Draft]:
    """Tell an area's life from its survey; work begins on ``start``, or never where that is ``None``."""
    rng = Random(seed)
    story = Story(site, area, rng, survey, rng.random() < 0.5, site.belt.strips)
    status = Status.SHA if rng.random() < SUSPECTED_FIRST[site.kind] else Status.CHA
    extension = _establish(story, status)
    if start is None:
        if status is Status.SHA and rng.random() < 0.15:
            story.wait(30, 400)
            _confirm(story, 0, max(1, story.strips // 3))
        return story.drafts
    story.day = max(start, story.day + timedelta(days=10))
    _work(story, status, extension)
    return story.drafts


def _establish(story: Story, status: Status) -> bool:
    """Record the area, sometimes with a perimeter that is corrected later; say whether a last strip is to come."""
    change = story.rng.random()
    n, classes = story.strips, story.site.contamination
    comes_later = change < 0.08
    strips = n - 1 if change < 0.095 else n
    story.add(Kind.ESTABLISH, "SV", story.shape(0, strips), classes, status)
    if 0.08 <= change < 0.095:
        _redraw(story, n, story.shape(n - 1, n).area2_cm2)
    elif 0.095 <= change < 0.11:
        _redraw(story, n - 1, -story.shape(n - 1, n).area2_cm2)
    return comes_later


def _redraw(story: Story, strips: int, change2_cm2: int) -> None:
    story.wait(3, 60)
    shape = story.shape(0, strips)
    story.add(Kind.REDRAW, "SV", shape, story.site.contamination, opens2_cm2=change2_cm2)
    story.strips = strips


def _confirm(story: Story, start: int, end: int) -> None:
    story.add(Kind.CONFIRM, "NTS", story.shape(start, end), story.site.contamination)


def _work(story: Story, status: Status, extension: bool) -> None:
    """Release the area: cancelled strips first, then reduced, the rest cleared in steps, then handed over."""
    rng, kind, n = story.rng, story.site.kind, story.strips
    story.operator = chosen(rng, OPERATORS)
    story.sector = "transport" if kind is SiteKind.ROAD else chosen(rng, SECTORS)
    cancelled = _parts(rng, CANCEL_SHARE[kind], n - 1) if status is Status.SHA else 0
    reduced = _parts(rng, REDUCE_SHARE[kind], n - cancelled)
    recorded = min(n - 1 if extension else n, n - reduced)
    if cancelled:
        _release(story, Kind.CANCEL, "NTS", 0, cancelled)
    if status is Status.SHA and recorded > cancelled:
        _confirm(story, cancelled, recorded)
        story.wait(5, 45)
    if extension:
        story.add(Kind.EXTEND, "SV", story.shape(n - 1, n), story.site.contamination, Status.CHA)
        story.wait(5, 40)
    if reduced:
        _release(story, Kind.REDUCE, "TS", n - reduced, n, chosen(rng, SURVEY_METHODS))
    _clear(story, cancelled, n - reduced)
    _hand_over(story)
    _open_again(story, cancelled, n - reduced)


def _parts(rng: Random, share: tuple[float, float], strips: int) -> int:
    """Draw a share of so many strips, rounded up or down by chance so that the mean is kept; never more than all."""
    exact = rng.betavariate(*share) * strips
    return max(0, min(strips, int(exact + rng.random())))


def _release(story: Story, kind: Kind, record: str, start: int, end: int, method: str = "") -> None:
    """Cancel or reduce strips, now and then in two decisions."""
    middle = (start + end) // 2 if end - start > 2 and story.rng.random() < 0.4 else end
    for one, other in ((start, middle), (middle, end)):
        if other > one:
            story.work(kind, record, story.shape(one, other), story.site.contamination, method)
            story.wait(5, 60)


def _clear(story: Story, start: int, end: int) -> None:
    """Clear strips in progress steps; in some areas of both classes the battle area first and the mines after it."""
    classes = story.site.contamination
    if classes == BOTH and story.rng.random() < 0.25 and end > start:
        story.work(Kind.CLEAR, "PR", story.shape(start, end), Contamination.ERW, "visual", BATTLE_DEPTH_CM)
        story.wait(10, 60)
        classes = Contamination.MINE
    depth_cm = BATTLE_DEPTH_CM if Contamination.ERW in classes else MINE_DEPTH_CM
    methods = BATTLE_METHODS if classes == Contamination.ERW else MINE_METHODS
    while start < end:
        step = min(end - start, 2 if story.rng.random() < 0.06 else 1)
        strips = story.shape(start, start + step)
        if story.rng.random() < 0.012:
            _wrong_entry(story, strips, classes, depth_cm)
        story.work(Kind.CLEAR, "PR", strips, classes, chosen(story.rng, methods), depth_cm)
        story.wait(6, 34)
        start += step


def _wrong_entry(story: Story, strips: Shape, classes: Contamination, depth_cm: Decimal) -> None:
    """Record a step before it was done, and take it back when that is found."""
    wrong = story.work(Kind.CLEAR, "PR", strips, classes, "manual", depth_cm)
    story.wait(4, 50)
    void = story.add(Kind.VOID, "ERR", None)
    if wrong and void:
        void.target, wrong.is_void = wrong, True
    story.wait(2, 20)


def _hand_over(story: Story) -> None:
    """Give the land back to its users, sometimes in two halves; not where other land under it may still be open."""
    if story.site.is_entangled or story.rng.random() < 0.15:
        return
    story.wait(15, 120)
    middle = story.strips // 2 if story.rng.random() < 0.25 else story.strips
    for one, other in ((0, middle), (middle, story.strips)):
        if other > one:
            story.work(Kind.HAND_OVER, "HO", story.shape(one, other))
            story.wait(5, 60)


def _open_again(story: Story, start: int, end: int) -> None:
    """In a few areas open a part of the cleared land again after a missed item, or record a new area in it."""
    if end <= start or story.site.is_entangled or story.rng.random() > 0.07:
        return
    story.wait(40, 500)
    part = story.inner(story.rng.randrange(start, end))
    kind = Kind.REOPEN if story.rng.random() < 0.7 else Kind.ESTABLISH
    if kind is Kind.ESTABLISH:
        story.area += "-R"
    classes = story.site.contamination
    story.add(kind, "AI", part, classes, Status.CHA)
    if story.rng.random() < 0.85:
        story.wait(5, 70)
        story.work(Kind.CLEAR, "PR", part, classes, "manual", BATTLE_DEPTH_CM)
