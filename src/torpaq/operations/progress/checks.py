"""What a person should look at in a day of work. Work that was done is a fact: hardly anything refuses it.

Refused is what cannot be: another organisation's task, more hours than the persons had. All else is a flag.
"""

from collections.abc import Iterable, Sequence

from torpaq.geo.partition.faces import atomic_faces
from torpaq.geo.shape import Shape
from torpaq.operations.progress.day import Day, Limits, Searched, TaskFacts
from torpaq.operations.progress.rates import check_rate
from torpaq.standard.problems import Problem, problem

HOURS_A_DAY = 24
LEAST_M2 = 1.0
"""Less than this beside or over a border is no news: a corner is known to a decimetre at best."""
NOT_ISSUED = ("proposed", "withdrawn")


def check_day(
    day: Day, task: TaskFacts, searched: Iterable[Searched], history: Sequence[Day], limits: Limits
) -> list[Problem]:
    """Return everything about a day that does not fit (IMAS 09.10, 07.40); accreditations are checked elsewhere.

    ``searched`` are lanes of other days on the same task; ``history`` earlier days of the same team and method.
    """
    return [
        *check_order(day, task),
        *check_life(day, task),
        *check_hours(day),
        *check_area(day, limits),
        *check_inside(day, task),
        *check_overlaps(day, searched),
        *check_rate(day, history, limits),
    ]


def check_order(day: Day, task: TaskFacts) -> list[Problem]:
    """Compare a day with the task's order: whose task, which team on that day, which methods."""
    if day.organisation and task.organisation and day.organisation != task.organisation:
        return [problem("day_of_other_organisation", day.name, task=task.code, organisation=task.organisation)]
    found = []
    named = [code for code, _ in task.teams]
    if named and not any(code == day.team and period.holds(day.on) for code, period in task.teams):
        found.append(
            problem(
                "day_of_other_team",
                day.name,
                task=task.code,
                team=day.team or "–",
                on=day.on.isoformat(),
                teams=", ".join(dict.fromkeys(named)),
            )
        )
    if task.methods and day.method not in task.methods:
        methods = ", ".join(task.methods)
        found.append(problem("day_of_other_method", day.name, task=task.code, method=day.method, methods=methods))
    return found


def check_life(day: Day, task: TaskFacts) -> list[Problem]:
    """Say whether the task was under way on the day."""
    on = day.on.isoformat()
    if task.state in NOT_ISSUED:
        return [problem("day_on_task_not_issued", day.name, task=task.code, state=task.state)]
    if task.started_on is None or day.on < task.started_on:
        started = task.started_on.isoformat() if task.started_on else "–"
        return [problem("day_before_start", day.name, task=task.code, on=on, started=started)]
    if task.completed_on is not None and day.on > task.completed_on:
        completed = task.completed_on.isoformat()
        return [problem("day_after_completion", day.name, task=task.code, on=on, completed=completed)]
    for period in task.suspensions:
        if period.holds(day.on):
            since = period.since.isoformat()
            return [problem("day_while_suspended", day.name, task=task.code, on=on, since=since)]
    return []


def check_hours(day: Day) -> list[Problem]:
    """Refuse more net hours than the persons of the day can have worked."""
    most = HOURS_A_DAY * day.persons
    if day.hours > most:
        return [problem("day_hours_impossible", day.name, hours=_short(day.hours), persons=day.persons, most=most)]
    return []


def check_area(day: Day, limits: Limits) -> list[Problem]:
    """Compare the number stated with what was drawn (domain §2.5 rule 9): the larger of two tolerances counts."""
    if day.shape is None:
        return []
    drawn = day.shape.area_m2
    tolerance = max(limits.area_tolerance_m2, drawn * limits.area_tolerance_percent / 100)
    if abs(day.processed_m2 - drawn) <= tolerance:
        return []
    stated = _short(day.processed_m2)
    return [
        problem("day_area_differs", day.name, stated_m2=stated, drawn_m2=round(drawn), tolerance_m2=round(tolerance))
    ]


def check_inside(day: Day, task: TaskFacts) -> list[Problem]:
    """Say how much of what was drawn lies outside the task's boundary, in m²."""
    if day.shape is None or task.boundary is None:
        return []
    outside = outside_m2(day.shape, task.boundary)
    if outside < LEAST_M2:
        return []
    return [problem("day_outside_task", day.name, task=task.code, outside_m2=round(outside))]


def check_overlaps(day: Day, searched: Iterable[Searched]) -> list[Problem]:
    """Name the lanes of other days that the same method searched already, with the common area in m².

    One method after another over the same land is how clearance works (domain §9 rule 1); the same method twice is a
    second search, or a mistake in drawing.
    """
    if day.shape is None:
        return []
    found = []
    for lane in searched:
        if lane.method == day.method and _boxes_meet(lane.shape, day.shape):
            common = common_m2(lane.shape, day.shape)
            if common >= LEAST_M2:
                told = {"other": lane.name, "on": lane.on.isoformat(), "method": day.method}
                found.append(problem("day_overlaps", day.name, overlap_m2=round(common), **told))
    return found


def common_m2(one: Shape, other: Shape) -> float:
    """Return the area of land that both shapes cover, m²."""
    faces = atomic_faces([one, other])
    areas = faces.area_m2
    return float(sum(areas[face] for face in range(faces.n_faces) if len(faces.cover_of(face)) > 1))


def outside_m2(shape: Shape, boundary: Shape) -> float:
    """Return the area of a shape that a boundary does not cover, m²."""
    faces = atomic_faces([shape, boundary])
    areas = faces.area_m2
    return float(sum(areas[face] for face in range(faces.n_faces) if faces.cover_of(face).tolist() == [0]))


def _boxes_meet(one: Shape, other: Shape) -> bool:
    a, b = one.bounds_cm, other.bounds_cm
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _short(value: float) -> float | int:
    return int(value) if value == int(value) else round(value, 2)
