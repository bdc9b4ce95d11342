"""Why land is called released: the chain from the ledger's entry to the days of work, link by link (IMAS 07.11, 08.30).

Every link names the records it rests on and says whether it holds; where it does not, its problems say what is missing.
A chain holds where each of its links does: none stands in for another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torpaq.operations.release.facts import (
    CONFORMING,
    EXTERNAL_CONTROL,
    NOT_SETTLED,
    PERMIT_KINDS,
    Day,
    Dossier,
    Inspection,
)
from torpaq.standard.problems import Problem, problem

FINISHED = ("completed", "accepted")
NAMED_DAYS = 5


@dataclass(frozen=True, slots=True)
class Link:
    """One link: its code, the ids it rests on, and what is wrong with it. ``kind`` says what the ids are of."""

    code: str
    kind: str
    ids: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def holds(self) -> bool:
        """Say whether nothing is wrong with it."""
        return not self.problems


def proof_chain(dossier: Dossier) -> list[Link]:
    """Return the links of a release in the order in which one asks for them."""
    return [link(dossier) for link in _LINKS]


def missing(chain: Sequence[Link]) -> list[Problem]:
    """Return everything that keeps a chain from holding; nothing where it holds."""
    return [found for link in chain for found in link.problems]


def is_proved(dossier: Dossier) -> bool:
    """Say whether every link of a release holds."""
    return not missing(proof_chain(dossier))


def _entries(dossier: Dossier) -> Link:
    """The ledger holds entries that somebody signed, and each clearance says how deep."""
    task = dossier.task.code
    found = []
    if not dossier.entries:
        found.append(problem("proof_no_entry", task))
    for entry in dossier.entries:
        if not entry.signer:
            found.append(problem("proof_entry_unsigned", entry.id, task=task))
        if entry.kind == "clear" and entry.depth_cm is None:
            found.append(problem("proof_depth_missing", entry.id))
    return Link("entries_signed", "entry", tuple(entry.id for entry in dossier.entries), tuple(found))


def _depth(dossier: Dossier) -> Link:
    """What was cleared was cleared as deep as the task asked."""
    required = dossier.task.required_depth_cm
    cleared = [entry for entry in dossier.entries if entry.kind == "clear"]
    found = [
        problem("proof_depth_less", entry.id, achieved_cm=entry.depth_cm, required_cm=required)
        for entry in cleared
        if required is not None and entry.depth_cm is not None and entry.depth_cm < required
    ]
    return Link("depth_reached", "entry", tuple(entry.id for entry in cleared), tuple(found))


def _completion(dossier: Dossier) -> Link:
    """Accepted completion reports of this very task stand behind the entries, one an area at most."""
    task, own = dossier.task.code, dossier.completions
    if not own:
        return Link("completion_accepted", "record", (), (problem("proof_no_completion", task),))
    found = []
    for one in own:
        if one.state != "accepted":
            found.append(problem("proof_completion_not_accepted", task, record=one.record))
        if one.task != task:
            found.append(problem("proof_completion_of_other", task, record=one.record, other=one.task or "–"))
    records = tuple(one.record for one in own)
    strangers = [entry.id for entry in dossier.entries if entry.record not in records]
    found += [problem("proof_entry_of_other", name, task=task) for name in strangers]
    return Link("completion_accepted", "record", records, tuple(found))


def _task(dossier: Dossier) -> Link:
    """The task's work is finished, and the land released is that of its own hazardous areas."""
    task = dossier.task
    found = []
    if task.state not in FINISHED:
        found.append(problem("proof_task_not_finished", task.code, state=task.state))
    found += [
        problem("proof_area_of_other", entry.id, area=entry.area, task=task.code)
        for entry in dossier.entries
        if task.areas and entry.area not in task.areas
    ]
    return Link("task_finished", "task", (task.code,), tuple(found))


def _days(dossier: Dossier) -> Link:
    """There are days of work, and every record of one was accepted."""
    task = dossier.task.code
    found = []
    if not dossier.days and any(entry.kind in ("clear", "reduce") for entry in dossier.entries):
        found.append(problem("proof_no_days", task))
    waiting = [day for day in dossier.days if not day.accepted]
    if waiting:
        found.append(problem("proof_days_not_accepted", task, days=_named(waiting), count=len(waiting)))
    return Link("days_accepted", "record", tuple(day.record for day in dossier.days), tuple(found))


def _accredited(dossier: Dossier) -> Link:
    """On every working day accreditations of both kinds allowed the operator that work there."""
    used: dict[str, None] = {}
    bare = []
    for day in dossier.days:
        permits = [permit for permit in dossier.permits if permit.covers(day)]
        used.update(dict.fromkeys(permit.code for permit in permits))
        if {permit.kind for permit in permits} < set(PERMIT_KINDS):
            bare.append(day)
    found = [problem("proof_not_accredited", dossier.task.code, days=_named(bare), count=len(bare))] if bare else []
    return Link("accredited_each_day", "accreditation", tuple(used), tuple(found))


def _teams(dossier: Dossier) -> Link:
    """On every working day the team was complete: medic, team leader, certificates."""
    lacking = [day for day in dossier.days if day.team_problems]
    unknown = [day for day in dossier.days if not day.team]
    found = []
    if lacking:
        found.append(problem("proof_team_incomplete", dossier.task.code, days=_named(lacking), count=len(lacking)))
    if unknown:
        found.append(problem("proof_team_unknown", dossier.task.code, days=_named(unknown), count=len(unknown)))
    teams = dict.fromkeys(day.team for day in dossier.days if day.team)
    return Link("teams_complete", "team", tuple(teams), tuple(found))


def _finds(dossier: Dossier) -> Link:
    """Every item found was destroyed or handed over."""
    lying = [item for item in dossier.items if item.status in NOT_SETTLED]
    found = [problem("proof_find_not_settled", item.uid, status=item.status) for item in lying]
    return Link("finds_settled", "item", tuple(item.uid for item in dossier.items), tuple(found))


def _inspected(dossier: Dossier) -> Link:
    """After the last day of work somebody from outside inspected the land and found it conforming."""
    task = dossier.task
    controls = [one for one in dossier.inspections if one.kind == EXTERNAL_CONTROL]
    last_work = max((day.on for day in dossier.days), default=None)
    late = [one for one in controls if last_work is None or one.on >= last_work]
    ids = tuple(one.record for one in controls)
    if not late:
        return Link("inspected_outside", "record", ids, (problem("proof_not_inspected", task.code),))
    last_day = max(one.on for one in late)
    found = [
        problem("proof_inspection_fails", task.code, record=one.record, result=one.result)
        for one in late
        if one.on == last_day and (one.result not in CONFORMING or one.finds)
    ]
    found += _from_inside(late, task.organisation)
    return Link("inspected_outside", "record", ids, tuple(found))


def _from_inside(inspections: Sequence[Inspection], organisation: str) -> list[Problem]:
    return [
        problem("proof_inspected_by_itself", one.record, organisation=organisation)
        for one in inspections
        if one.organisation == organisation
    ]


def _failings(dossier: Dossier) -> Link:
    """No critical or major non-conformity is open, and no doubt of a look-back rests on the land."""
    found = [
        problem("proof_non_conformity_open", one.code, severity=one.severity)
        for one in dossier.failings
        if one.in_the_way
    ]
    found += [problem("proof_look_back_open", entry, task=dossier.task.code) for entry in dossier.look_back_open]
    return Link("nothing_serious_open", "non_conformity", tuple(one.code for one in dossier.failings), tuple(found))


def _people(dossier: Dossier) -> Link:
    """Whoever worked or wrote, whoever inspected and whoever signed are different people."""
    worked, inspected = dossier.writers, dossier.inspectors
    signed = frozenset(entry.signer for entry in dossier.entries if entry.signer)
    pairs = (
        ("worked", "inspected", worked & inspected),
        ("worked", "signed", worked & signed),
        ("inspected", "signed", inspected & signed),
    )
    found = [
        problem("proof_same_person", dossier.task.code, person=", ".join(sorted(both)), first=first, second=second)
        for first, second, both in pairs
        if both
    ]
    return Link("different_people", "person", tuple(sorted(worked | inspected | signed)), tuple(found))


def _named(days: Sequence[Day]) -> str:
    """Name the first few days."""
    dates = sorted({day.on.isoformat() for day in days})
    return ", ".join(dates[:NAMED_DAYS]) + (" …" if len(dates) > NAMED_DAYS else "")


_LINKS: tuple[Callable[[Dossier], Link], ...] = (
    _entries,
    _depth,
    _completion,
    _task,
    _days,
    _accredited,
    _teams,
    _finds,
    _inspected,
    _failings,
    _people,
)
