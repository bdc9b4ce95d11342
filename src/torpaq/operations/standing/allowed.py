"""Whether an organisation may do a piece of work on a day, and if not, exactly what is missing (IMAS 07.30)."""

from collections.abc import Iterable, Sequence
from datetime import date

from torpaq.operations.standing.scope import Work, covers
from torpaq.operations.standing.values import Accreditation, Kind, State
from torpaq.standard.problems import Problem, problem


def work_problems(
    organisation: str, accreditations: Iterable[Accreditation], works: Sequence[Work], on: date, idle_days: int
) -> list[Problem]:
    """Say what stands in the way of work, each thing once; without an error among the problems it is allowed.

    Both kinds are looked at. A suspended accreditation that covers the work blocks it even where another one stands:
    a suspension would else be worth nothing. An organisation that has no organisational accreditation at all is
    warned about, because some registers do not tell the kinds apart; one that does not stand blocks.
    """
    held = list(accreditations)
    found: list[Problem] = []
    for work in works:
        for kind in Kind:
            found += _of_kind(organisation, kind, [one for one in held if one.kind == kind], work, on, idle_days)
    return list({(one.code, one.subject, tuple(one.parameters.items())): one for one in found}.values())


def _of_kind(
    organisation: str, kind: Kind, held: list[Accreditation], work: Work, on: date, idle_days: int
) -> list[Problem]:
    if not held and kind is Kind.ORGANISATIONAL:
        return [problem("accreditation_organisational_missing", organisation)]
    covering = [one for one in held if covers(one, work)]
    suspended = [one for one in covering if one.state_on(on) == State.SUSPENDED]
    if suspended:
        return [_why_not(one, on) for one in suspended]
    standing = sorted((one for one in covering if one.stands_on(on)), key=lambda one: _rank(one, on, idle_days))
    if standing:
        return _told_of(standing[0], on, idle_days)
    if covering:
        return [_why_not(max(covering, key=lambda one: _nearness(one, on)), on)]
    parameters = {"activity": work.activity or "–", "method": work.method or "–", "unit": work.unit or "–"}
    return [problem("accreditation_missing", organisation, kind=kind.value, **parameters)]


def is_idle(accreditation: Accreditation, on: date, idle_days: int) -> bool:
    """Say whether an operational accreditation went without work for longer than ``idle_days`` days.

    Counted from the last day of work or, where that is later, from the first day it is valid.
    """
    if accreditation.kind != Kind.OPERATIONAL or not accreditation.stands_on(on):
        return False
    begun = max(day for day in (accreditation.valid_from, accreditation.last_work_on) if day is not None)
    return (on - begun).days > idle_days


def _rank(one: Accreditation, on: date, idle_days: int) -> tuple[bool, bool, bool]:
    """Order those that stand: granted before provisional, in use before idle, without conditions before with."""
    return one.state != State.GRANTED, is_idle(one, on, idle_days), bool(one.conditions)


def _told_of(one: Accreditation, on: date, idle_days: int) -> list[Problem]:
    """Return what is to be known of an accreditation that stands."""
    told = []
    if one.state == State.PROVISIONAL:
        told.append(problem("accreditation_provisional", one.code, conditions=_clause(one.conditions) or "–"))
    elif one.conditions:
        told.append(problem("accreditation_conditions", one.code, conditions=_clause(one.conditions)))
    if is_idle(one, on, idle_days):
        last = one.last_work_on.isoformat() if one.last_work_on else "–"
        told.append(problem("accreditation_idle", one.code, last=last, days=idle_days))
    return told


def _nearness(one: Accreditation, on: date) -> tuple[int, date]:
    """Order those that do not stand by how near they are to standing; among equals the one that ends last."""
    steps = [State.WITHDRAWN, State.APPLIED, State.DESK_ASSESSMENT, State.EXPIRED, State.PROVISIONAL, State.GRANTED]
    return steps.index(State(one.state_on(on))), one.valid_to or date.min


def _why_not(one: Accreditation, on: date) -> Problem:
    """Say why an accreditation of the right scope does not carry work on a day."""
    state = one.state_on(on)
    if state == State.SUSPENDED:
        since = one.suspended_on.isoformat() if one.suspended_on else "–"
        return problem("accreditation_suspended", one.code, since=since, reason=_clause(one.reason) or "–")
    if state == State.EXPIRED:
        return problem("accreditation_expired", one.code, ended=one.valid_to.isoformat() if one.valid_to else "–")
    if state == State.WITHDRAWN:
        return problem("accreditation_withdrawn", one.code)
    if state in {State.APPLIED, State.DESK_ASSESSMENT}:
        return problem("accreditation_not_granted", one.code, state=state)
    if one.valid_from is None or one.valid_to is None:
        return problem("accreditation_without_dates", one.code)
    return problem("accreditation_not_begun", one.code, begins=one.valid_from.isoformat())


def _clause(text: str) -> str:
    """Return a text that goes on inside a sentence, without its full stop."""
    return text.strip().rstrip(".")
