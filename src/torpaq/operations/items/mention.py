"""Where a record tells of an item: one row of its finds, as a plain value."""

from dataclasses import dataclass
from datetime import date

CM_PER_M = 100
REPEATING = frozenset({"completion", "land_release_product", "ordnance_item"})
"""Forms that tell again what a day's or a visit's report told first."""
FIRST_TOLD = (
    "clearance_progress",
    "technical_survey",
    "eod_spot_task",
    "quality_inspection",
    "ordnance_item",
    "land_release_product",
    "completion",
)
"""Of several mentions of an item the first of these forms is the find itself, whenever it arrives."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One row of finds (IMAS 09.30): ``x_cm`` and ``y_cm`` are where it was found, in the national CRS.

    ``model`` is the catalogue's code where it is known, else what was written, folded. ``row`` counts from 1.
    """

    record: str
    row: int
    form: str
    category: str
    model: str
    found_on: date
    quantity: int = 1
    x_cm: int | None = None
    y_cm: int | None = None
    status: str = "found"
    disposal: str = ""
    disposed_on: date | None = None
    told_on: date | None = None
    task: str = ""

    @property
    def key(self) -> tuple[str, str, date]:
        """What mentions of one item have in common beside its place."""
        return self.category, self.model, self.found_on

    @property
    def rank(self) -> tuple[int, str, int]:
        """The order in which mentions of one item count; arrival has no part in it."""
        place = FIRST_TOLD.index(self.form) if self.form in FIRST_TOLD else len(FIRST_TOLD)
        return place, self.record, self.row

    def distance_m(self, other: "Mention") -> float | None:
        """Return how far another mention's place is, metres; None where one of them has no place."""
        if self.x_cm is None or self.y_cm is None or other.x_cm is None or other.y_cm is None:
            return None
        return float(((self.x_cm - other.x_cm) ** 2 + (self.y_cm - other.y_cm) ** 2) ** 0.5) / CM_PER_M
