"""Which work an accreditation speaks of: activity × method × unit. A parent covers its children, never the reverse."""

from collections.abc import Sequence
from dataclasses import dataclass

from torpaq.operations.standing.values import Accreditation, Kind
from torpaq.standard.codes import code_list


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work to be allowed; ``parents`` are those of the unit in the country's gazetteer.

    An empty ``method`` or ``unit`` is one that nobody named: only an accreditation for all of them covers it.
    """

    activity: str
    method: str = ""
    unit: str = ""
    parents: tuple[str, ...] = ()


def works_of(activity: str, methods: Sequence[str], unit: str, parents: Sequence[str]) -> list[Work]:
    """Return a task's pieces of work: one a method, or one without where it names none."""
    return [Work(activity, method, unit, tuple(parents)) for method in dict.fromkeys(methods or ("",))]


def covers(accreditation: Accreditation, work: Work) -> bool:
    """Say whether the scope of an accreditation holds a piece of work, whatever its state and dates."""
    return (
        _activity_covers(accreditation, work.activity)
        and (not accreditation.method or is_under("operational_method", work.method, accreditation.method))
        and (not accreditation.units or bool({work.unit, *work.parents} & set(accreditation.units) - {""}))
    )


def is_under(name: str, code: str, above: str) -> bool:
    """Say whether a code of the list ``name`` is another or stands below it; an unknown code is itself alone."""
    codes = code_list(name)
    while code:
        if code == above:
            return True
        code = codes[code].parent if code in codes else ""
    return False


def _activity_covers(accreditation: Accreditation, activity: str) -> bool:
    if not accreditation.activity:
        return accreditation.kind == Kind.ORGANISATIONAL
    return is_under("activity", activity, accreditation.activity)
