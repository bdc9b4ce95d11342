"""What stories of tasks begin with: a team of Operator A, its task on HA-17, and what others would have written."""

from datetime import date, timedelta

from django.utils import timezone

from torpaq.geo.shape import Shape, box_shape
from torpaq.operations.tasks.order import TaskOrder
from torpaq.web.models import (
    Account,
    Accreditation,
    Certificate,
    FieldRecord,
    MarkingScheme,
    OrdnanceItem,
    Organisation,
    Person,
    Proposal,
    RecordState,
    RecordVersion,
    Task,
    Team,
    TeamMember,
    WorkDay,
)
from torpaq.web.operations.environment import restore, screen
from torpaq.web.operations.marking import install
from torpaq.web.operations.tasks import assign_team, create_task, move_task, recount

BRIEF = {
    "threat": "PMN-2, sıra ilə",
    "access": "Asfalt yoldan şimala 400 m",
    "medical_plan": "Feldşer sahədə, təxliyə 20 dəqiqə",
    "hospital": "Ağdam rayon xəstəxanası",
    "contacts": "Qrup rəhbəri +994 50 000 00 00",
}
TODAY = timezone.localdate()
BEGUN = TODAY - timedelta(days=30)


def day(number: int) -> date:
    """The day so many days after the work began."""
    return BEGUN + timedelta(days=number)


def order(shape: Shape | None = None, **changes: object) -> TaskOrder:
    """An order of clearance on the confirmed land of HA-17: 3,000 m² in the story of ``desk_stories``."""
    values: dict[str, object] = {
        "code": "",
        "organisation": "OP-A",
        "activity": "clearance",
        "areas": ("HA-17",),
        "methods": ("manual",),
        "contamination": ("ap",),
        "planned_start": day(0),
        "planned_end": day(60),
        "brief": BRIEF,
        "shape": shape,
    }
    return TaskOrder(**(values | changes))  # type: ignore[arg-type]  # a story names what it changes


def team_of(person: Account, code: str = "A1") -> Team:
    """A team that is complete for clearance: a leader, a deminer and a medic, each examined."""
    accredited(person.organisation)
    team = Team.objects.create(organisation=person.organisation, code=code, name=f"Qrup {code}")
    for function in ("team_leader", "deminer", "medic"):
        someone = Person.objects.create(
            code=f"{code}-{function}", organisation=person.organisation, name=function, sex="female"
        )
        Certificate.objects.create(person=someone, kind=function, issued_on=day(-200))
        TeamMember.objects.create(team=team, person=someone, function=function, since=day(-100))
    return team


def proposed(officer: Account, **changes: object) -> Task:
    task, problems = create_task(officer, order(**changes))
    assert task is not None, problems
    return task


def ready(cast: object, **changes: object) -> Task:
    """A proposed task from which nothing is missing to be issued."""
    officer, operator = cast.officer, cast.operator_a
    task = proposed(officer, **changes)
    team = Team.objects.filter(code="A1").first() or team_of(operator)
    row, problems = assign_team(officer, task, team, day(0), None)
    assert row is not None, problems
    assert screen(operator, task, ["soil"], "Torpaq qatı yerinə qaytarılır", day(0)) == []
    return task


def at_work(cast: object) -> Task:
    """A task that Operator A has started: issued, marked, under way."""
    task = ready(cast)
    assert move_task(cast.authority, task, "issue", on=day(0)) == []
    scheme = MarkingScheme.objects.create(area="HA-17", system="temporary", planned_on=day(0))
    assert install(cast.officer, scheme, day(1)) == []
    assert move_task(cast.operator_a, task, "start", on=day(1)) == []
    return task


def work(task: Task, number: int, m2: float = 100.0, items: int = 0) -> None:
    """One day of Operator A's team, as its report of progress would have it."""
    WorkDay.objects.create(
        task=task,
        organisation=task.organisation,
        team="A1",
        on=day(number),
        activity=task.activity,
        method="manual",
        processed_m2=m2,
        items_found=items,
        accepted=True,
    )
    recount(task)


def find(task: Task, uid: str, status: str = "destroyed") -> OrdnanceItem:
    item = OrdnanceItem.objects.create(
        uid=uid, category="ap_mine", status=status, found_on=day(3), task=task, lon=task.lon, lat=task.lat
    )
    recount(task)
    return item


def report(task: Task, form: str, author: Account, state: str = RecordState.SUBMITTED, **values: object) -> FieldRecord:
    """A report that names the task, as its versions would have settled it."""
    uid = f"{form}-{FieldRecord.objects.count() + 1}"
    record = FieldRecord.objects.create(
        uid=uid,
        form=form,
        version="1",
        state=state,
        values={"task": task.code, "area": "HA-17", **values},
        local_id=uid,
        subject="HA-17",
        date_of_information=day(20),
        organisation=author.organisation,
        author=author,
    )
    RecordVersion.objects.create(version_id=uid, record=record, form=form, form_version="1", account=author)
    return record


def completion(task: Task, author: Account, state: str = RecordState.SUBMITTED, m2: float = 3_000) -> FieldRecord:
    products = [{"outcome": "cleared", "reported_area_m2": m2}]
    return report(task, "completion", author, state, products=products, internal_quality_result="conforms")


def written(task: Task, record: FieldRecord, officer: Account, m2: float = 3_000) -> Proposal:
    """The entry that the report proposed, signed into the ledger."""
    moved = {"land": {"cancelled_m2": 0, "reduced_m2": 0, "cleared_m2": m2, "cha_m2": -m2}}
    return Proposal.objects.create(
        state="signed",
        line="",
        area="HA-17",
        kind="clear",
        author=officer,
        organisation=officer.organisation,
        field_record=record,
        arithmetic={"areas": [{"area": "HA-17", "difference": moved}], "polygon_m2": m2},
        position=1,
    )


def ready_to_accept(cast: object) -> Task:
    """A completed task from which nothing is missing to be accepted."""
    task = at_work(cast)
    work(task, 2)
    record = completion(task, cast.operator_a)
    assert move_task(cast.operator_a, task, "complete", on=day(20)) == []
    record.state = RecordState.ACCEPTED
    record.save()
    written(task, record, cast.officer)
    report(
        task,
        "quality_inspection",
        cast.inspector,
        RecordState.ACCEPTED,
        inspection_kind="external_qc",
        result="conforms",
        inspected_on=day(21).isoformat(),
    )
    assert restore(cast.operator_a, task, "Çuxurlar dolduruldu", day(22)) == []
    return task


def box(x0: float, y0: float, x1: float, y1: float) -> Shape:
    return box_shape(x0, y0, x1, y1)


def accredited(organisation: Organisation, since: date | None = None) -> None:
    """An operator with all its papers, for clearance anywhere."""
    dates = {"valid_from": since or day(-100), "valid_to": day(300), "state": "granted"}
    for code, kind, activity in (("ORG", "organisational", ""), ("CLR", "operational", "clearance")):
        Accreditation.objects.get_or_create(
            code=f"ACC-{organisation.code}-{code}",
            defaults={"organisation": organisation, "kind": kind, "activity": activity, **dates},
        )
