"""What ends soon: accreditations and certificates, each told once, at the tightest band that holds it (IMAS 07.30)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that is valid up to and with a day. Of several with one ``about`` only the last to end counts.

    ``kind`` is ``accreditation`` or ``certificate``; ``about`` is what a newer one replaces: a scope, or a person's
    kind of certificate. ``ref`` finds it again.
    """

    kind: str
    about: tuple[str, ...]
    name: str
    organisation: str
    ends_on: date
    ref: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """An ending within a band of so many days; ``days_left`` 0 is its last day, less than that is past it."""

    ending: Ending
    days_left: int
    band: int | None

    @property
    def is_expired(self) -> bool:
        """Say whether it has ended; then it is in no band."""
        return self.band is None


def alerts(endings: Iterable[Ending], on: date, bands_days: Sequence[int]) -> list[Alert]:
    """Return what has ended, then what ends within the widest band, the most urgent first.

    ``bands_days`` are days such as 60, 30, 7; a thing stands in the narrowest that holds it and in no other.
    """
    last: dict[tuple[str, ...], Ending] = {}
    for one in endings:
        key = (one.kind, *one.about)
        if key not in last or one.ends_on > last[key].ends_on:
            last[key] = one
    found = [_alert(one, (one.ends_on - on).days, bands_days) for one in last.values()]
    told = [one for one in found if one is not None]
    return sorted(told, key=lambda one: (one.days_left, one.ending.organisation, one.ending.kind, one.ending.about))


def _alert(ending: Ending, days_left: int, bands_days: Sequence[int]) -> Alert | None:
    if days_left < 0:
        return Alert(ending, days_left, None)
    bands = [band for band in bands_days if days_left <= band]
    return Alert(ending, days_left, min(bands)) if bands else None
