"""The completion report put together from the task's own records: what they say, and what they leave open.

Nothing is invented: an answer that no record gives is left out and named, an answer on which records contradict one
another is named too, and a person settles both. Contents: IMAS 08.30; processed ground is told by method and is not
land released (IMAS 07.11); finds told day by day are not told a second time (IMAS 05.10).
"""

from collections import defaultdict
from collections.abc import Sequence

from torpaq.operations.release.facts import NOT_SETTLED, Day, Dossier
from torpaq.standard.problems import Problem, problem

Plain = str | int | float | list["Plain"] | dict[str, "Plain"]
HOURS_A_DAY = 24


def completion_values(dossier: Dossier) -> tuple[dict[str, Plain], list[Problem]]:
    """Return answers for the form ``completion``, and what is missing or contradicts itself.

    The parts released, the boundary's points, beneficiaries and the handover are not in the daily records: they are for
    a person to add.
    """
    values: dict[str, Plain] = {
        **_of_task(dossier),
        **_dates(dossier),
        **_effort(dossier),
        **_finds(dossier),
        **_quality(dossier),
        **_environment(dossier),
        **_accidents(dossier),
    }
    values = {name: value for name, value in values.items() if value not in ("", [], {})}
    return values, [*_missing(dossier), *_contradictions(dossier)]


def _of_task(dossier: Dossier) -> dict[str, Plain]:
    task = dossier.task
    used = [p.code for p in dossier.permits if any(p.covers(day) for day in dossier.days)]
    teams = list(dict.fromkeys([day.team for day in dossier.days if day.team] or dossier.teams))
    values: dict[str, Plain] = {
        "task": task.code,
        "area": task.areas[0] if len(task.areas) == 1 else "",
        "activity": task.activity,
        "reporting_organisation": task.organisation,
        "unit": task.unit,
        "contamination_type": [*task.contamination],
        "team": ", ".join(teams),
        "accreditation": ", ".join(used),
    }
    if task.required_depth_cm is not None:
        values["required_depth_cm"] = task.required_depth_cm
    return values


def _dates(dossier: Dossier) -> dict[str, Plain]:
    days = sorted(day.on for day in dossier.days)
    if not days:
        return {}
    return {
        "start_date": days[0].isoformat(),
        "end_date": days[-1].isoformat(),
        "date_of_information": days[-1].isoformat(),
        "working_days": len(set(days)),
    }


def _effort(dossier: Dossier) -> dict[str, Plain]:
    """Hours, stoppages and processed ground by method. Man-hours are the hours that the day's record states."""
    if not dossier.days:
        return {}
    processed: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    stopped: dict[str, float] = defaultdict(float)
    for day in dossier.days:
        processed[day.method][0] += day.processed_m2
        processed[day.method][1] += day.hours
        for reason, hours in day.stoppages:
            stopped[reason] += hours
    values: dict[str, Plain] = {
        "processed": [
            {"processed_method": method, "processed_area_m2": round(area_m2, 2), "processed_hours": round(hours, 2)}
            for method, (area_m2, hours) in sorted(processed.items())
        ],
        "stoppages": [
            {"stoppage_reason": reason, "stoppage_hours": round(hours, 2)} for reason, hours in sorted(stopped.items())
        ],
        "man_hours": round(sum(day.hours for day in dossier.days), 2),
    }
    for name, hours in (("machine_hours", _sum(dossier.days, "machine_hours")),
                        ("animal_hours", _sum(dossier.days, "animal_hours"))):  # fmt: skip
        if hours:
            values[name] = hours
    return values


def _sum(days: Sequence[Day], name: str) -> float:
    return round(sum(float(getattr(day, name)) for day in days), 2)


def _finds(dossier: Dossier) -> dict[str, Plain]:
    """Where the finds are told: in the daily reports, or there were none. They are not written out again."""
    if dossier.items:
        return {"finds_reported": "in_progress_reports"}
    return {"finds_reported": "none_found"} if dossier.days else {}


def _quality(dossier: Dossier) -> dict[str, Plain]:
    values: dict[str, Plain] = {}
    internal = sorted((i for i in dossier.inspections if i.kind == "internal_qc"), key=lambda one: one.on)
    searched_m2 = _sum(dossier.days, "quality_search_m2") + sum(one.checked_m2 for one in internal)
    if internal:
        values["internal_quality_result"] = internal[-1].result
        values["internal_quality_finds"] = sum(one.finds for one in internal)
    if internal and searched_m2:
        values["internal_quality_area_m2"] = round(searched_m2, 2)
    external = sorted((i for i in dossier.inspections if i.kind == "external_qc"), key=lambda one: one.on)
    if external:
        values["external_quality_result"] = external[-1].result
    return values


def _environment(dossier: Dossier) -> dict[str, Plain]:
    known = dossier.environment
    values: dict[str, Plain] = {}
    aspects = known.get("aspects")
    if isinstance(aspects, list | tuple):
        values["environment_aspects"] = [str(one) for one in aspects]
    if known.get("restored_on"):
        values["environment_restored"] = "yes"
    if known.get("restoration"):
        values["environment_note"] = str(known["restoration"])
    return values


def _accidents(dossier: Dossier) -> dict[str, Plain]:
    """Only what a record names is told: that none is recorded does not yet say that none happened."""
    if not dossier.accidents:
        return {}
    return {"accidents_happened": "yes", "accidents": [{"accident": uid} for uid in dossier.accidents]}


def _missing(dossier: Dossier) -> list[Problem]:
    task = dossier.task.code
    found = []
    if not dossier.days:
        found.append(problem("completion_no_days", task))
    if not dossier.task.areas:
        found.append(problem("completion_no_area", task))
    if len(dossier.task.areas) > 1:
        found.append(problem("completion_several_areas", task, areas=", ".join(dossier.task.areas)))
    if dossier.task.required_depth_cm is None:
        found.append(problem("completion_depth_not_asked", task))
    if dossier.days and not any(day.depth_cm is not None for day in dossier.days):
        found.append(problem("completion_depth_not_told", task))
    if not any(one.kind == "internal_qc" for one in dossier.inspections):
        found.append(problem("completion_no_internal_control", task))
    if dossier.days and not dossier.accidents:
        found.append(problem("completion_accidents_not_said", task))
    return found


def _contradictions(dossier: Dossier) -> list[Problem]:
    task = dossier.task
    found = [
        problem("completion_day_not_accepted", task.code, day=day.on.isoformat(), team=day.team or "–")
        for day in dossier.days
        if not day.accepted
    ]
    first = task.issued_on
    early = [day for day in dossier.days if first and day.on < first]
    found += [
        problem("completion_day_before_order", task.code, day=day.on.isoformat(), issued=str(first)) for day in early
    ]
    required = task.required_depth_cm
    shallow = [d for d in dossier.days if required is not None and d.depth_cm is not None and d.depth_cm < required]
    found += [
        problem(
            "completion_depth_less", task.code, day=day.on.isoformat(), achieved_cm=day.depth_cm or 0,
            required_cm=required or 0,
        )
        for day in shallow
    ]  # fmt: skip
    found += [
        problem("proof_find_not_settled", item.uid, status=item.status)
        for item in dossier.items
        if item.status in NOT_SETTLED
    ]
    used = {day.method for day in dossier.days} - set(task.methods)
    if task.methods and used:
        found.append(problem("completion_other_method", task.code, methods=", ".join(sorted(used))))
    found += _long_days(dossier)
    return found


def _long_days(dossier: Dossier) -> list[Problem]:
    """A person has 24 hours a day whatever a record adds up to."""
    return [
        problem("completion_hours_impossible", dossier.task.code, day=day.on.isoformat(), hours=day.hours,
                persons=day.persons)
        for day in dossier.days
        if day.persons and day.hours > day.persons * HOURS_A_DAY
    ]  # fmt: skip
