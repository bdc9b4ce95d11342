"""What is printed of a task, out of the rows: its dossier, its maps, the completion dossier, the certificate."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from torpaq.land.balance import square_metres
from torpaq.report.certificate import Change, HandoverCertificate
from torpaq.report.completion import CompletionDossier
from torpaq.report.contents import Head, Signature
from torpaq.report.dossier import Order, TaskDossier
from torpaq.report.parts import Outcome, Remaining
from torpaq.report.wording import Words
from torpaq.standard.problems import LANGUAGES
from torpaq.web.accounts import Right, may
from torpaq.web.models import Account, EnvironmentRecord, FieldRecord, Handover, Organisation, RecordState, Task
from torpaq.web.operations import documents_rows as lines
from torpaq.web.operations.answers import Row, day, known_number, rows, text
from torpaq.web.operations.documents_ground import (
    chains_of,
    controls_of,
    ground_of,
    land_today,
    ledger_m2,
    unit_name,
)
from torpaq.web.operations.release_since import changed_since, points_at_signature, seen_at_signature
from torpaq.web.operations.standing_seen import oversees, sees_people
from torpaq.web.programme_row import programme_row

READERS = (Right.WORK_OWN, Right.WORK_ANY, Right.INSPECT, Right.SIGN)
"""Who may print: the maps hold exact places of what is still open, so the donor may not."""
PAPERS = ("A4", "A3")
DOSSIER_SIGNS = ("authority", "operator")
HANDOVER_SIGNS = ("authority", "operator", "land_user", "local_authority")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a document, the record's address that its code leads to, the paper of its maps."""

    person: Account
    address: str
    paper: str = "A4"


def printed_tasks_seen_by(person: Account) -> QuerySet[Task]:
    """Return the tasks whose documents a person may print: the Authority's people all, an operator its own."""
    tasks = Task.objects.select_related("organisation", "issuer")
    if oversees(person):
        return tasks
    return tasks.filter(organisation=person.organisation_id) if may(person, Right.WORK_OWN) else tasks.none()


def dossier_values(task: Task, asked: Asked) -> TaskDossier:
    """Return the task dossier of a task."""
    brief = {key: str(value) for key, value in task.brief.items()}
    controls = controls_of(task, completion_of(task))
    sheet = EnvironmentRecord.objects.filter(task=task).first()
    return TaskDossier(
        head=_head(task, asked, task.code),
        order=_order(task),
        ground=ground_of(task, controls),
        chains=chains_of(task, controls),
        threat=brief.get("threat", ""),
        follow_up_method=brief.get("follow_up_method", ""),
        access=brief.get("access", ""),
        medical_plan=brief.get("medical_plan", ""),
        hospital=brief.get("hospital", ""),
        contacts=brief.get("contacts", ""),
        teams=tuple(lines.team_lines(task, sees_people(asked.person, task.organisation))),
        assets=tuple(lines.asset_lines(task)),
        marking=tuple(lines.marking_lines(task)),
        environment=tuple(sheet.aspects) if sheet else (),
        environment_measures=sheet.measures if sheet else "",
        signatures=tuple(Signature(kind) for kind in DOSSIER_SIGNS),
    )


def completion_values(task: Task, asked: Asked) -> CompletionDossier:
    """Return the completion dossier of a task: of its report where there is one, and of the rows that it rests on."""
    report = completion_of(task)
    values = report.values if report else {}
    land = land_today(task)
    controls = controls_of(task, report)
    by_ledger = ledger_m2(land)
    return CompletionDossier(
        head=_head(task, asked, task.code),
        areas=tuple(task.areas),
        activity=task.activity,
        contamination=tuple(task.contamination),
        unit=unit_name(task.unit),
        issued_on=task.issued_on,
        started_on=task.started_on,
        completed_on=task.completed_on or day(values, "end_date"),
        required_depth_cm=task.required_depth_cm,
        baseline_m2=square_metres(land.land.baseline) if land else 0.0,
        ground=ground_of(task, controls),
        outcomes=_outcomes(values, by_ledger),
        remaining=_remaining(values),
        chains=chains_of(task, controls),
        teams=tuple(lines.team_names(task)),
        accreditations=tuple(lines.accreditation_lines(task)),
        methods=tuple(lines.method_lines(task)),
        stoppages=tuple(lines.stoppages_of(task)),
        hours=lines.hours_of(task),
        finds=tuple(lines.find_lines(task)),
        accidents=tuple(lines.accidents_of(task)),
        inspections=tuple(lines.inspection_lines(task)),
        samples=tuple(lines.sample_lines(task)),
        non_conformities=tuple(lines.failing_lines(task)),
        beneficiaries=tuple(lines.beneficiary_lines(values)),
        texts=_texts(task, values),
        residual=lines.codes_of(values, "residual_risk"),
        marking_left=lines.codes_of(values, "marking_left"),
        ledger_m2=by_ledger,
        photographs=tuple(lines.photographs_of(report)),
        signatures=tuple(Signature(kind) for kind in DOSSIER_SIGNS),
    )


def certificate_of(handover: Handover, asked: Asked) -> HandoverCertificate:
    """Return the certificate of a handover: as it was prepared and signed, where it was, else as it stands now.

    A signed one shows the land of its own day as it was known then, and names what changed since.
    """
    task, kept = handover.task, handover.contents
    report = handover.completion or completion_of(task)
    values = report.values if report else {}
    land = None if "parts" in kept else land_today(task)
    seen, points = seen_at_signature(handover), points_at_signature(handover)
    controls = controls_of(task, report) if points is None else points
    texts = kept.get("texts", {})
    told = {"not_cleared": handover.not_cleared, "restrictions": handover.restrictions,
            "residual_risk": handover.residual_risk}  # fmt: skip
    stated = {key: dict(texts[key]) if texts.get(key) else {"": text} for key, text in told.items()}
    return HandoverCertificate(
        head=replace(_head(task, asked, handover.code, "partner"), data_on=seen.on or timezone.localdate()),
        task=task.code,
        areas=tuple(task.areas),
        unit=unit_name(task.unit),
        contamination=tuple(task.contamination),
        completed_on=task.completed_on,
        signed_on=handover.signed_on,
        ground=ground_of(task, controls, seen),
        outcomes=_kept_outcomes(kept) if "parts" in kept else _outcomes(values, ledger_m2(land)),
        remaining=_kept_remaining(kept) if "uncleared" in kept else _remaining(values),
        chains=chains_of(task, controls),
        not_cleared=stated["not_cleared"],
        restrictions=stated["restrictions"],
        residual_risk=stated["residual_risk"],
        not_free_of=tuple(kept.get("not_free_of", ())) if kept.get("parts") else (),
        hotline=handover.hotline,
        quality=_quality(kept, values),
        intended_use=tuple(handover.intended_use),
        present=dict(handover.present),
        signatures=_signatures(handover),
        changes=tuple(
            Change(one.entry.entry_id, one.entry.kind, one.entry.effective, one.area_m2)
            for one in changed_since(handover)
        ),
    )


def completion_of(task: Task) -> FieldRecord | None:
    """Return the report of completion that counts: the newest accepted one, else the newest that was sent."""
    reports = FieldRecord.objects.filter(form="completion", values__task=task.code).order_by("-pk")
    for state in (RecordState.ACCEPTED, RecordState.SUBMITTED):
        found = reports.filter(state=state).first()
        if found:
            return found
    return None


def _head(task: Task, asked: Asked, code: str, classification: str = "internal") -> Head:
    programme = programme_row()
    author = f"{asked.person.get_full_name() or asked.person.get_username()}, {asked.person.organisation}"
    authority = Organisation.objects.filter(kind="authority").order_by("pk").first()
    place = unit_name(task.unit)
    return Head(
        code=code,
        title={language: ", ".join([place[language], *task.areas]) for language in LANGUAGES},
        organisation=_names(task.organisation),
        authority=_names(authority),
        classification=classification,
        address=asked.address,
        author=author,
        made_at=timezone.localtime(),
        data_on=timezone.localdate(),
        synthetic=programme.synthetic_label if programme and programme.is_synthetic else "",
        paper=asked.paper,
    )


def _names(organisation: Organisation | None) -> dict[str, str]:
    return {language: organisation.name(language) if organisation else "–" for language in LANGUAGES}


def _order(task: Task) -> Order:
    return Order(
        areas=tuple(task.areas),
        activity=task.activity,
        methods=tuple(task.methods),
        contamination=tuple(task.contamination),
        depth_cm=task.required_depth_cm,
        urgency=task.urgency,
        state=task.state,
        area_m2=task.shape.area_m2 if task.shape else task.area_m2,
        planned_start=task.planned_start,
        planned_end=task.planned_end,
        issued_on=task.issued_on,
        issued_by=task.issuer.get_full_name() if task.issuer else "",
    )


def _outcomes(values: Row, by_ledger: Mapping[str, float]) -> tuple[Outcome, ...]:
    """Return the parts that the report releases; without a report what the ledger has released."""
    told = [
        Outcome(
            text(row, "outcome"),
            known_number(row, "reported_area_m2") or 0.0,
            known_number(row, "achieved_depth_cm"),
            lines.codes_of(row, "method"),
            lines.codes_of(row, "criteria"),
        )
        for row in rows(values, "products")
    ]
    released = [Outcome(name, m2) for name, m2 in by_ledger.items() if name != "remaining" and m2 > 0]
    return tuple(told or released)


def _remaining(values: Row) -> tuple[Remaining, ...]:
    return tuple(
        Remaining(text(row, "uncleared_reason"), known_number(row, "uncleared_area_m2"), text(row, "uncleared_note"))
        for row in rows(values, "uncleared")
    )


def _kept_outcomes(kept: Row) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(text(part, "outcome"), known_number(part, "area_m2") or 0.0, known_number(part, "depth_cm"))
        for part in rows(kept, "parts")
    )


def _kept_remaining(kept: Row) -> tuple[Remaining, ...]:
    found = kept["uncleared"]
    parts = [one for one in found if isinstance(one, list) and len(one) == 2] if isinstance(found, list) else []
    return tuple(Remaining(str(reason), known_number({"m2": m2}, "m2")) for reason, m2 in parts)


def _quality(kept: Row, values: Row) -> dict[str, str]:
    """Return the conclusion by language: of the last external control where the certificate keeps one."""
    last = kept.get("quality")
    if isinstance(last, Mapping) and last:
        return {language: lines.control_in_words(last, Words(language)) for language in LANGUAGES}
    return {"": text(values, "quality_conclusion", 2000)}


def _texts(task: Task, values: Row) -> dict[str, str]:
    sheet = EnvironmentRecord.objects.filter(task=task).first()
    return {
        "deviations": text(values, "plan_deviations", 4000),
        "residual_risk": text(values, "residual_risk_statement", 4000),
        "restrictions": text(values, "restrictions", 4000),
        "environment": text(values, "environment_note", 4000) or (sheet.measures if sheet else ""),
        "restoration": sheet.restoration if sheet else "",
        "remarks": text(values, "remarks", 4000),
    }


def _signatures(handover: Handover) -> tuple[Signature, ...]:
    signed = {text(row, "kind"): row for row in handover.signatures if isinstance(row, Mapping)}
    kinds = dict.fromkeys([*HANDOVER_SIGNS, *signed])
    return tuple(
        Signature(kind, text(signed.get(kind, {}), "name"), _signed_on(signed.get(kind, {}))) for kind in kinds
    )


def _signed_on(row: Row) -> date | None:
    return day(row, "on")
