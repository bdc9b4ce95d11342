"""Rows of a task as lines of its printed tables."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Count, Sum

from torpaq.report.completion import AccreditationLine, BeneficiaryLine, FindLine, MethodLine
from torpaq.report.dossier import AssetLine, MarkingLine, Member, TeamLine
from torpaq.report.photographs import Photograph
from torpaq.report.quality_pages import Failing, InspectionLine, PassMeans, SampleLine
from torpaq.report.wording import Words
from torpaq.web.models import (
    Accreditation,
    FieldRecord,
    MarkingScheme,
    NonConformity,
    RecordState,
    SamplePlan,
    SubmissionFile,
    Task,
    WorkDay,
)
from torpaq.web.operations.answers import Row, day, known_number, rows, text, whole
from torpaq.web.operations.documents_ground import finds_of

PICTURES = ("image/jpeg", "image/png")
MOST_PHOTOGRAPHS = 12


def team_lines(task: Task, with_names: bool) -> Iterable[TeamLine]:
    """Return the teams of a task with their members; by their codes where names are not for the reader."""
    for row in task.teams.select_related("team").prefetch_related("team__members__person__certificates"):
        members = [
            Member(
                one.person.name if with_names else one.person.code,
                one.function,
                tuple((held.kind, held.valid_to) for held in one.person.certificates.all() if not held.withdrawn_on),
            )
            for one in row.team.members.all()
            if one.until is None or one.until >= row.since
        ]
        yield TeamLine(f"{row.team.code} {row.team.name}", row.since, row.until, tuple(members))


def team_names(task: Task) -> list[str]:
    """Return the teams that were on a task or reported days of it."""
    codes = list(task.teams.values_list("team__code", flat=True))
    codes += list(task.days.exclude(team="").order_by("on").values_list("team", flat=True))
    return list(dict.fromkeys(codes))


def asset_lines(task: Task) -> Iterable[AssetLine]:
    """Return a task's detectors, machines and animals, each with its latest test."""
    for row in task.assets.select_related("asset").prefetch_related("asset__tests"):
        asset = row.asset
        last = max(asset.tests.all(), key=lambda one: (one.on, one.pk), default=None)
        name = asset.model or asset.name
        if last is None:
            yield AssetLine(asset.code, asset.kind, name)
        else:
            yield AssetLine(asset.code, asset.kind, name, last.kind, last.on, last.valid_to, last.passed)


def marking_lines(task: Task) -> Iterable[MarkingLine]:
    """Return the marking planned or standing for a task."""
    for one in MarkingScheme.objects.filter(task=task, removed_on=None):
        yield MarkingLine(
            one.area, one.system, one.length_m, one.signs, one.posts, one.material, one.planned_on, one.installed_on
        )


def accreditation_lines(task: Task) -> Iterable[AccreditationLine]:
    """Return the papers of the organisation that speak of the task's activity, or of all."""
    held = Accreditation.objects.filter(organisation=task.organisation, activity__in=["", task.activity])
    for one in held.order_by("code"):
        yield AccreditationLine(one.code, one.kind, one.activity, one.method, one.valid_from, one.valid_to, one.state)


def method_lines(task: Task) -> Iterable[MethodLine]:
    """Return what each method processed; the same ground counts as often as it was gone over."""
    sums = (
        WorkDay.objects.filter(task=task)
        .order_by("method")
        .values("method")
        .annotate(
            processed=Sum("processed_m2"),
            searched=Sum("quality_search_m2"),
            worked=Sum("hours"),
            days=Count("pk"),
            finds=Sum("items_found"),
        )
    )
    for one in sums:
        yield MethodLine(one["method"], one["processed"], one["searched"], one["worked"], one["days"], one["finds"])


def stoppages_of(task: Task) -> list[tuple[str, float]]:
    """Return hours lost by reason, most first."""
    lost: dict[str, float] = defaultdict(float)
    for told in WorkDay.objects.filter(task=task).values_list("stoppages", flat=True):
        for reason, hours in told_stoppages(told):
            lost[reason] += hours
    return sorted(lost.items(), key=lambda one: (-one[1], one[0]))


def told_stoppages(told: object) -> Iterable[tuple[str, float]]:
    """Return reason and hours of each stoppage of a day, however the row keeps them."""
    for one in told if isinstance(told, list) else []:
        if isinstance(one, Mapping):
            reason = text(one, "reason") or text(one, "stoppage_reason")
            yield reason, known_number(one, "hours") or known_number(one, "stoppage_hours") or 0.0
        elif isinstance(one, list) and len(one) == 2:
            yield str(one[0]), known_number({"hours": one[1]}, "hours") or 0.0


def hours_of(task: Task) -> dict[str, float]:
    """Return hours of people, machines and animals, and of stoppage."""
    columns = {"man": "hours", "machine": "machine_hours", "animal": "animal_hours", "stoppage": "stoppage_hours"}
    sums = WorkDay.objects.filter(task=task).aggregate(**{name: Sum(column) for name, column in columns.items()})
    return {name: float(sums[name] or 0.0) for name in columns}


def find_lines(task: Task) -> Iterable[FindLine]:
    """Return the items found on a task, each by the number of the report that told it and its row there."""
    finds = finds_of(task)
    told = [one.uid.rpartition(":") for one in finds]
    records = FieldRecord.objects.filter(uid__in={uid for uid, _, _ in told}).exclude(local_id="")
    numbers = dict(records.values_list("uid", "local_id"))
    for one, (uid, _, row) in zip(finds, told, strict=True):
        name = f"{numbers[uid]}/{row}" if uid in numbers else one.uid
        yield FindLine(
            name, one.category, one.model, one.quantity, one.lon, one.lat, one.depth_cm, one.condition, one.found_on,
            one.status, one.disposal, one.disposed_on,
        )  # fmt: skip


def accidents_of(task: Task) -> list[str]:
    """Return the numbers of the accepted records of accidents on a task."""
    found = FieldRecord.objects.filter(form="accident", state=RecordState.ACCEPTED, values__task=task.code)
    return [record.local_id or record.uid for record in found.order_by("pk")]


def inspection_lines(task: Task) -> Iterable[InspectionLine]:
    """Return the accepted inspections of a task, as they were told."""
    found = FieldRecord.objects.filter(form="quality_inspection", state=RecordState.ACCEPTED, values__task=task.code)
    for record in found.order_by("date_of_information", "pk"):
        values = record.values
        yield InspectionLine(
            record.local_id or f"R{record.pk}",
            text(values, "inspection_kind"),
            day(values, "inspected_on") or record.date_of_information,
            text(values, "inspecting_organisation"),
            text(values, "result"),
            known_number(values, "checked_area_m2"),
            sum(whole(row, "quantity") or 1 for row in rows(values, "finds")),
        )


def sample_lines(task: Task) -> Iterable[SampleLine]:
    """Return the samples drawn on a task."""
    for one in SamplePlan.objects.filter(task=task).order_by("created", "pk"):
        means = tuple(PassMeans(int(each[0]), float(each[1])) for each in one.power if len(each) == 2)
        yield SampleLine(
            one.rule, one.lot_squares, one.sample_squares, one.seed, one.inspected_squares, one.failed_squares, means
        )


def failing_lines(task: Task) -> Iterable[Failing]:
    """Return the non-conformities of a task, the oldest first."""
    for one in NonConformity.objects.filter(task=task).order_by("found_on", "code"):
        yield Failing(
            one.code, one.severity, one.kind, one.state, one.found_on, one.description, one.correction, one.verified_on
        )


def beneficiary_lines(values: Row) -> Iterable[BeneficiaryLine]:
    """Return the people a completion report counts."""
    for row in rows(values, "beneficiaries"):
        yield BeneficiaryLine(
            text(row, "kind"), text(row, "stage"), text(row, "sex"), text(row, "age"), whole(row, "count")
        )


def photographs_of(report: FieldRecord | None) -> Iterable[Photograph]:
    """Return the pictures that a completion report attaches, at most twelve."""
    if report is None:
        return
    number = 0
    for row in rows(report.values, "attachments"):
        sent = row.get("file")
        sha256 = text(sent, "sha256") if isinstance(sent, Mapping) else ""
        file = SubmissionFile.objects.filter(
            submission__versions__record=report, sha256=sha256, media_type__in=PICTURES
        ).first()
        if sha256 and file and number < MOST_PHOTOGRAPHS:
            number += 1
            yield Photograph(f"photo-{number}.jpg", bytes(file.data), text(row, "caption"))


def control_in_words(last: Row, words: Words) -> str:
    """Return the last external control in a sentence, as the certificate keeps it."""
    checked = words.quantity(known_number(last, "checked_m2"), "m2")
    result = words.code("check_result", text(last, "result"))
    return words.say("external_control", day=words.day(day(last, "on")), result=result, checked=checked)


def codes_of(values: Row, code: str) -> tuple[str, ...]:
    """Return the codes of an answer that may have several."""
    found = values.get(code)
    if isinstance(found, str):
        return (found,)
    return tuple(str(one) for one in found) if isinstance(found, list) else ()
