"""Quality in the demonstration: what was found wrong, what is to be inspected, samples, lanes searched."""

from datetime import date, timedelta
from random import Random

from django.utils import timezone

from torpaq.geo.shape import box_shape
from torpaq.web.models import Account, LedgerEntry, NonConformity, Organisation, Task, Team
from torpaq.web.operations.quality import raise_non_conformity
from torpaq.web.operations.quality_look_back import decide_look_back
from torpaq.web.operations.quality_plans import draw_sample, plan_inspections, record_sample_result
from torpaq.web.operations.task_lanes import add_lane
from torpaq.web.operations.tasks import recount

FOUND = (
    ("major", "calibration", "Detectors were not tested before work (synthetic)"),
    ("major", "missed_overlap", "A strip of 20 cm between two lanes was not searched (synthetic)"),
    ("minor", "records", "The visitors' book was not kept (synthetic)"),
    ("minor", "marking", "Two signs have fallen (synthetic)"),
    ("minor", "supervision", "The section leader watched three lanes at once (synthetic)"),
)
SAMPLED = 3
"""So many of the released pieces, the smallest first, have a sample."""

LANES, LANE_M, WIDE_M, SEARCHED = 6, 60, 8, 4


def tell_of_quality(today: date) -> None:
    """Raise non-conformities, plan what the rules ask for, lay out lanes and draw samples, by a stated seed."""
    random = Random("quality")
    _non_conformities(today, random)
    inspector = Account.objects.get(username="inspector")
    for task in Task.objects.filter(state="under_way").order_by("code"):
        _lanes(task, today)
    accepted = Task.objects.filter(state="accepted").order_by("area_m2", "code")[:SAMPLED]
    for number, task in enumerate(accepted):
        plan, problems = draw_sample(inspector, task, seed=f"synthetic-{number}")
        if plan is None:
            raise ValueError(f"the demonstration's sample was not drawn: {problems}")
        if number:  # the first still waits for its inspector
            record_sample_result(inspector, plan, plan.sample_squares, 0)
    plan_inspections(today)
    _look_back(inspector)


def _non_conformities(today: date, random: Random) -> None:
    """Raise something of each severity; the critical one stands on a task that is suspended."""
    inspector = Account.objects.get(username="inspector")
    raised = [(task, *told) for task, told in zip(Task.objects.filter(state="under_way")[:5], FOUND, strict=False)]
    if suspended := Task.objects.filter(state="suspended").first():
        raised.insert(0, (suspended, "critical", "medical", "No medic was at the site (synthetic)"))
    for number, (task, severity, kind, words) in enumerate(raised, 1):
        found_on = today - timedelta(days=2 if severity == "critical" else random.randint(4, 20))
        NonConformity.objects.create(
            code=f"SYN-NC-{number:04}",
            severity=severity,
            kind=kind,
            organisation=task.organisation,
            task=task,
            team=getattr(task.teams.first(), "team", None),
            method=task.methods[0],
            area=task.areas[0],
            found_on=found_on,
            description=words,
            due_on=found_on + timedelta(days=14),
            raised_by=inspector,
        )
        recount(task)


def _lanes(task: Task, today: date) -> None:
    """Lay lanes side by side in the middle of a task, the first of them searched; none where it would lie outside."""
    if task.shape is None:
        return
    officer = Account.objects.get(username="officer")
    team = getattr(task.teams.first(), "team", None)
    x0_m, y0_m, x1_m, y1_m = (edge_cm / 100 for edge_cm in task.shape.bounds_cm)
    west_m, south_m = (x0_m + x1_m - LANES * WIDE_M) / 2, (y0_m + y1_m - LANE_M) / 2
    for number in range(LANES):
        left_m = west_m + number * WIDE_M
        shape = box_shape(left_m, south_m, left_m + WIDE_M, south_m + LANE_M)
        lane, _ = add_lane(officer, task, f"L{number + 1}", "lane", task.methods[0], shape, team)
        if lane and number < SEARCHED:
            lane.done_on = today - timedelta(days=SEARCHED - number)
            lane.save(update_fields=["done_on"])


def _look_back(inspector: Account) -> None:
    """Doubt the land of one team; what the demonstration's own tasks released was looked at and is sound."""
    accepted = list(Task.objects.filter(state="accepted").exclude(shape=None))
    own = Organisation.objects.filter(pk__in={task.organisation_id for task in accepted})
    released = {
        row.pk: LedgerEntry.objects.filter(operator=row.code, kind__in=("clear", "reduce"), shape__isnull=False).count()
        for row in own
    }
    of_few = sorted(own, key=lambda row: (released[row.pk], row.code))
    if not of_few:
        return
    found, _problems = raise_non_conformity(
        inspector,
        severity="critical",
        kind="calibration",
        organisation=of_few[0],
        team=Team.objects.filter(organisation=of_few[0]).order_by("code").first(),
        found_on=timezone.localdate(),
        description="Two test targets were missed in one lane (synthetic)",
    )
    if found is None:
        return
    areas = {area for task in accepted for area in task.areas}
    shapes = {task.shape for task in accepted}
    entries = {one.entry_id: one for one in LedgerEntry.objects.filter(area__in=areas, kind="clear")}
    for row in found.look_back.all():
        entry = entries.get(row.entry_id)
        if entry and entry.shape in shapes:
            decide_look_back(inspector, row, "sound", "Sampled again, nothing found (synthetic)")
