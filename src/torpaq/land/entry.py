"""What the ledger is made of: immutable entries. Names and laws: docs/guide/ledger.md; IMAS 07.11 for the terms."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntFlag, StrEnum

from torpaq.geo.shape import Shape


class Kind(StrEnum):
    """What an entry does to land (list ``entry_kind``)."""

    ESTABLISH = "establish"
    CONFIRM = "confirm"
    EXTEND = "extend"
    REDRAW = "redraw"
    CANCEL = "cancel"
    REDUCE = "reduce"
    CLEAR = "clear"
    REOPEN = "reopen"
    HAND_OVER = "hand_over"
    VOID = "void"
    ASSERT = "assert"


class Status(StrEnum):
    """What land of one contamination class is (list ``land_status``). Land without a status is unknown, never safe."""

    SHA = "sha"
    CHA = "cha"
    CANCELLED = "cancelled"
    REDUCED = "reduced"
    CLEARED = "cleared"


OPEN = (Status.SHA, Status.CHA)
RELEASED = (Status.CANCELLED, Status.REDUCED, Status.CLEARED)


class Contamination(IntFlag):
    """The classes land is accounted by (list ``contamination``): land cleared of one stays open for the other."""

    NONE = 0
    MINE = 1
    ERW = 2

    @property
    def code(self) -> str:
        """``mine``, ``erw``, ``mine+erw``, or an empty text for none."""
        return "+".join(str(member.name).lower() for member in self)


BOTH = Contamination.MINE | Contamination.ERW


class Measure(StrEnum):
    """What an official figure speaks of (list ``measure``)."""

    OPEN = "open"
    SHA = "sha"
    CHA = "cha"
    CANCELLED = "cancelled"
    REDUCED = "reduced"
    CLEARED = "cleared"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Located:
    """Land with a polygon: the snapped shape that was signed, and the geometry as it was written."""

    shape: Shape
    written: str


@dataclass(frozen=True, slots=True)
class Unlocated:
    """Land known only as an area in a unit: a legacy total. Counted apart and never drawn."""

    area_m2: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """An official figure: changes nothing, is checked for ever.

    A balance on the entry's date or, where ``since`` is given, a flow from ``since`` to the entry's date, both
    included. ``part_of`` names the id of the total that this figure is one part of.
    """

    measure: Measure
    figure_m2: Decimal
    since: date | None = None
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the book of account. Two dates: *effective* on the ground, *recorded* by the programme."""

    id: str
    kind: Kind
    effective: date
    recorded: date
    area: str = ""
    contamination: Contamination = Contamination.NONE
    status: Status | None = None
    depth_cm: Decimal | None = None
    place: Located | Unlocated | None = None
    record: str = ""
    approver: str = ""
    operator: str = ""
    method: str = ""
    unit: str = ""
    sector: str = ""
    target: str = ""
    assertion: Assertion | None = None
