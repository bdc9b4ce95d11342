"""Assets as a list shows them: how each certificate stands, drawn on a line of time around today."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_noop as later

from torpaq.operations.assets.certificates import Certificate, Standing
from torpaq.operations.assets.fitness import AssetFacts, Need, asset_problems, standing_of
from torpaq.operations.assets.limits import Limits
from torpaq.operations.assets.training import HitRate
from torpaq.standard.problems import Problem
from torpaq.web.models import Asset

DAYS_SHOWN = 365
WORDS = {
    Standing.VALID: later("Valid"),
    Standing.ENDS_SOON: later("Ends soon"),
    Standing.EXPIRED: later("Expired"),
    Standing.LAPSED: later("Lapsed"),
    Standing.FAILED: later("Failed its test"),
    Standing.MISSING: later("Not tested"),
    Standing.NOT_NEEDED: later("No test needed"),
}
FILLS = {
    Standing.VALID: "cleared",
    Standing.ENDS_SOON: "sha",
    Standing.EXPIRED: "cha",
    Standing.LAPSED: "cha",
    Standing.FAILED: "cha",
    Standing.MISSING: "unknown",
    Standing.NOT_NEEDED: "cancelled",
}
CHIPS = {"cleared": "signed", "sha": "submitted", "cha": "returned", "unknown": "returned", "cancelled": "none"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A certificate's time on a line of two years around today, in percent of its width."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class ShownAsset:
    """One line of the list."""

    asset: Asset
    certificate: Certificate
    problems: list[Problem]
    bar: Bar | None

    @property
    def standing(self) -> Standing:
        """Return how the certificate stands."""
        return self.certificate.standing

    @property
    def words(self) -> str:
        """Return the standing in English, to be translated."""
        return WORDS[self.standing]

    @property
    def fill(self) -> str:
        """Return the hatch that shows the standing."""
        return FILLS[self.standing]

    @property
    def chip(self) -> str:
        """Return the class of its label."""
        return CHIPS[self.fill]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a kind's assets that stands alike: percent from the left, percent wide, how many."""

    standing: Standing
    words: str
    fill: str
    x: float
    width: float
    count: int


@dataclass(frozen=True, slots=True)
class KindShown:
    """All assets of a kind, by how their certificates stand."""

    kind: str
    count: int
    shares: list[Share]


def shown(asset: Asset, facts: AssetFacts, on: date, limits: Limits) -> ShownAsset:
    """Return an asset's line."""
    certificate = standing_of(facts, on, limits)
    problems = asset_problems(facts, Need(on), limits)
    return ShownAsset(asset, certificate, problems, bar_of(certificate, on))


def bar_of(certificate: Certificate, on: date) -> Bar | None:
    """Draw a certificate from its test to its last day; None where there is none that ever ran."""
    if certificate.test is None or certificate.ends is None:
        return None
    first = max(-DAYS_SHOWN, (certificate.test.on - on).days)
    last = min(DAYS_SHOWN, (certificate.ends - on).days)
    if last <= -DAYS_SHOWN:
        return Bar(0.0, 1.0)
    return Bar(50 + first * 50 / DAYS_SHOWN, max(1.0, (last - first) * 50 / DAYS_SHOWN))


def by_kind(rows: Sequence[ShownAsset]) -> list[KindShown]:
    """Count the assets of each kind by how their certificates stand, in the order good to bad."""
    kinds = []
    for kind in dict.fromkeys(row.asset.kind for row in rows):
        counts = Counter(row.standing for row in rows if row.asset.kind == kind)
        total, left, shares = sum(counts.values()), 0.0, []
        for standing in (each for each in WORDS if counts[each]):
            width = 100 * counts[standing] / total
            shares.append(Share(standing, WORDS[standing], FILLS[standing], left, width, counts[standing]))
            left += width
        kinds.append(KindShown(kind, total, shares))
    return kinds


# -- training ----------------------------------------------------------------------------------------------------------

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720.0, 260.0, 84.0, 34.0, 14.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A month of training in the picture: its place, the rate, and the ends of its interval."""

    x: float
    y: float
    high: float
    low: float
    rate: HitRate


@dataclass(frozen=True, slots=True)
class TrainingChart:
    """The hit rate of months with the interval that agrees with each."""

    marks: list[Mark]
    line: str
    ups: list[tuple[float, int]]
    labels: list[tuple[float, date]]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    base: float = HEIGHT - BOTTOM


def training_chart(months: Sequence[HitRate]) -> TrainingChart | None:
    """Draw months that had targets; None where none had."""
    drawn = [month for month in months if month.rate is not None and month.month is not None]
    if not drawn:
        return None
    rise, pitch = HEIGHT - BOTTOM - TOP, (WIDTH - LEFT) / len(drawn)

    def up(rate: float) -> float:
        return HEIGHT - BOTTOM - rate * rise

    marks = [
        Mark(LEFT + (place + 0.5) * pitch, up(month.rate or 0.0), up(month.most), up(month.least), month)
        for place, month in enumerate(drawn)
    ]
    every = max(1, len(drawn) // 8)
    labels = [(mark.x, mark.rate.month) for mark in marks[::every] if mark.rate.month]
    line = "M" + " L".join(f"{mark.x:.1f} {mark.y:.1f}" for mark in marks)
    return TrainingChart(marks, line, [(up(value / 100), value) for value in (0, 25, 50, 75, 100)], labels)
