"""What was found in a checked file, row by row; possible duplicates decided; good rows taken; the workbook back."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from torpaq.intake.batches.results import Verdict
from torpaq.intake.record.record import Value
from torpaq.standard.form import Form
from torpaq.standard.problems import Problem
from torpaq.standard.text import fold_name
from torpaq.web.accounts import Right, note
from torpaq.web.batch_checking import BESIDE
from torpaq.web.batch_steps import Stage, begin_take, to_be_taken
from torpaq.web.batch_taking import LEAVE, NEW, VERSION, answers_of, decide, decision_of
from torpaq.web.batch_verdicts import verdict_workbook
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.import_seen import seen_batch
from torpaq.web.desk.import_words import decisions, is_untried, shown, source_name
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.record_words import form_of, in_words, label_of
from torpaq.web.desk.telling import tell
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.models import Account, Batch, BatchRow, FieldRecord
from torpaq.web.records import records_seen_by

A_PAGE = 50
CELLS_SHOWN = 6
TABS = {"errors": Verdict.REFUSED, "warnings": Verdict.WARNED, "duplicates": Verdict.DUPLICATE}
CODE = re.compile(r"\w{1,64}")
ELEMENT = re.compile(r"[\w.\[\]]{1,200}")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class FindingShown:
    """One finding: the column as the file names it, what is written there, and what is wrong.

    ``element`` is empty where it is called like the column, ``value`` where the sentence repeats it.
    """

    column: str
    element: str
    value: str
    severity: str
    problem: Mapping[str, Any]
    row: int = 0
    cells: int = 0


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row with its findings; of a possible duplicate the record that it resembles and what was decided."""

    number: int
    findings: Sequence[FindingShown]
    cells: Sequence[tuple[str, str]]
    record: FieldRecord | None = None
    decision: str = ""
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class SideShown:
    """One answer of a row and of the record that it resembles."""

    label: str
    row: str
    record: str

    @property
    def differs(self) -> bool:
        """Say whether the row says something else."""
        return self.row != self.record


def result_page(request: HttpRequest, batch: Batch, context: dict[str, object]) -> HttpResponseBase:
    """Show what was found in a file."""
    tabs = _tabs(batch)
    tab = request.GET.get("tab", "") if request.GET.get("tab", "") in tabs else next(iter(tabs), "")
    form = form_of(batch.form) if batch.form else None
    of_file = [found for found in batch.findings if not found["row"] and "cells" not in found]
    context |= {
        "tabs": [(name, _tab_name(name), count) for name, count in tabs.items()],
        "tab": tab,
        "form_label": form.labels[language()] if form else source_name(batch.source),
        "is_untried": is_untried(batch.source),
        "file_problems": of_file[:A_PAGE] if batch.source else of_file,
        "file_problems_more": max(0, len(of_file) - A_PAGE) if batch.source else 0,
        "take_count": to_be_taken(batch),
        "undecided": _undecided(batch),
        "decisions": decisions(),
        "question": {"code": request.GET.get("code", ""), "element": request.GET.get("element", "")},
        "may_decide": context["stage"] == Stage.CHECKED.value,
        "has_workbook": bool(form) and context["stage"] in (Stage.CHECKED.value, Stage.TAKEN.value),
    }
    if form and tab:
        context |= _tab_context(request, batch, tab, form, person_of(request))
    return render(request, "desk/import_result.html", context)


def _tabs(batch: Batch) -> dict[str, int]:
    """Return the tabs that hold anything, with how many."""
    counts = batch.counts
    told = {
        "errors": counts.get("refused", 0),
        "duplicates": counts.get("duplicates", 0),
        "warnings": counts.get("warned", 0),
        "unlocated": counts.get("unlocated", 0),
        "guessed": sum(int(found["cells"]) for found in batch.findings if "cells" in found),
    }
    has_rows = batch.rows.exists()
    return {name: int(count) for name, count in told.items() if count and (has_rows or name == "guessed")}


def _tab_name(tab: str) -> str:
    names = {
        "errors": _("Errors"),
        "warnings": _("Warnings"),
        "duplicates": _("Possible duplicates"),
        "unlocated": _("Without a place"),
        "guessed": _("What was interpreted"),
    }
    return names[tab]


def _tab_context(request: HttpRequest, batch: Batch, tab: str, form: Form, person: Account) -> dict[str, object]:
    if tab == "guessed":
        notes = [_finding(found, form) for found in batch.findings if "cells" in found]
        return {"page": page_of(request, notes, A_PAGE)}
    rows = _filtered(batch.rows.all(), tab, request.GET.get("code", ""), request.GET.get("element", ""))
    page = page_of(request, rows, A_PAGE)
    listed = list(page.object_list)
    seen = _records_beside(person, listed)
    return {
        "page": page,
        "rows": [_row(row, form, seen) for row in listed],
        "codes": _facet(batch, "codes", lambda code: code),
        "elements": _facet(batch, "elements", lambda element: label_of(element, form) if element else _("whole row")),
    }


def _filtered(rows: QuerySet[BatchRow], tab: str, code: str, element: str) -> QuerySet[BatchRow]:
    """Return the rows of a tab; with a code or an element only those that have such a finding."""
    rows = rows.filter(is_unlocated=True) if tab == "unlocated" else rows.filter(verdict=TABS[tab].value)
    # Both engines keep a finding's keys as "key": "value"; codes and paths hold no sign that would be escaped.
    if CODE.fullmatch(code):
        rows = rows.filter(findings__icontains=f'"code": "{code}"')
    if ELEMENT.fullmatch(element):
        rows = rows.filter(findings__icontains=f'"element": "{element}"')
    return rows


def _facet(batch: Batch, name: str, words: Callable[[str], str]) -> list[tuple[str, str, int]]:
    counted = batch.counts.get(name, {})
    return [(key, words(key), count) for key, count in sorted(counted.items(), key=lambda pair: -pair[1])]


def _records_beside(person: Account, rows: Sequence[BatchRow]) -> dict[str, FieldRecord]:
    uids = [row.duplicate_of for row in rows if row.duplicate_of]
    return {record.uid: record for record in records_seen_by(person).filter(uid__in=uids)} if uids else {}


def _row(row: BatchRow, form: Form, seen: Mapping[str, FieldRecord]) -> RowShown:
    cells = [(name, str(value)) for name, value in row.values.items() if name != BESIDE]
    findings = [_finding(found, form) for found in row.findings]
    return RowShown(row.number, findings, cells[:CELLS_SHOWN], seen.get(row.duplicate_of), decision_of(row))


def _finding(found: Mapping[str, Any], form: Form) -> FindingShown:
    element, column, value = (str(found[name]) for name in ("element", "column", "value"))
    label = label_of(element, form) if element else ""
    is_said = value in (str(one) for one in found["parameters"].values())
    return FindingShown(
        column or label,
        label if column and fold_name(label) != fold_name(column) else "",
        "" if is_said and "cells" not in found else value,
        str(found["severity"]),
        found,
        int(found["row"]),
        int(found.get("cells", 0)),
    )


def _undecided(batch: Batch) -> int:
    """Return how many possible duplicates nobody has decided on: they are left out."""
    rows = BatchRow.objects.filter(batch=batch, verdict=Verdict.DUPLICATE.value, take=False)
    return sum(not decision_of(row) for row in rows.only("values").iterator())


# -- one row ----------------------------------------------------------------------------------------------------------


@needs(Right.IMPORT)
def import_row(request: HttpRequest, number: int, row: int) -> HttpResponseBase:
    """Show a row as it stands in the file, with what was found; a possible duplicate beside the record it resembles."""
    person = person_of(request)
    batch = seen_batch(person, number)
    kept = batch.rows.filter(number=row).first()
    if kept is None or not batch.form:
        raise Http404
    form = form_of(batch.form)
    record = records_seen_by(person).filter(uid=kept.duplicate_of).first() if kept.duplicate_of else None
    told = _row(kept, form, {record.uid: record} if record else {})
    near = batch.rows.filter(verdict=kept.verdict)
    context = {
        "batch": batch,
        "row": told,
        "verdict": kept.verdict,
        "cells": [(name, str(value)) for name, value in kept.values.items() if name != BESIDE],
        "record": record,
        "record_hidden": bool(kept.duplicate_of) and record is None,
        "sides": list(_sides(form, answers_of(kept), record.values if record else {})),
        "decisions": [one for one in decisions() if record or one[0] != VERSION],
        "may_decide": shown(batch, None).stage is Stage.CHECKED and kept.verdict == Verdict.DUPLICATE.value,
        "before": near.filter(number__lt=row).order_by("-number").first(),
        "after": near.filter(number__gt=row).order_by("number").first(),
    }
    return render(request, "desk/import_row.html", context)


def _sides(form: Form, row: Mapping[str, Value], record: Mapping[str, Value]) -> Iterator[SideShown]:
    for element in form.asked():
        if element.code in row or element.code in record:
            here = in_words(row.get(element.code), element, form)
            yield SideShown(element.labels[language()], here, in_words(record.get(element.code), element, form))


@require_POST
@needs(Right.IMPORT)
def import_decide(request: HttpRequest, number: int) -> HttpResponseBase:
    """Keep what was decided of possible duplicates: of those on a page, or of all at once."""
    person = person_of(request)
    batch = seen_batch(person, number)
    for_all = request.POST.get("all", "")
    problems: list[Problem] = []
    if for_all in (LEAVE, NEW, VERSION):
        problems = decide(batch, person, for_all)
    else:
        by_decision: dict[str, list[int]] = {}
        for name, value in islice(request.POST.items(), 2 * A_PAGE):
            row = name.removeprefix("row.")
            if name.startswith("row.") and row.isdigit() and len(row) < 8 and value in (LEAVE, NEW, VERSION):
                by_decision.setdefault(str(value), []).append(int(row))
        for decision, numbers in by_decision.items():
            problems += decide(batch, person, decision, numbers)
    tell(request, problems)
    if not problems:
        messages.success(request, _("Decisions kept."))
    back = request.POST.get("back", "")
    if back.isdigit() and len(back) < 8:
        return redirect("import_row", number=number, row=int(back))
    return redirect(f"/import/{number}?tab=duplicates")


@require_POST
@needs(Right.IMPORT)
def import_take(request: HttpRequest, number: int) -> HttpResponseBase:
    """Have the good rows taken."""
    person = person_of(request)
    tell(request, begin_take(seen_batch(person, number), person))
    return redirect("import_batch", number=number)


@needs(Right.IMPORT)
def import_verdicts(request: HttpRequest, number: int) -> HttpResponse:
    """Send the person's own workbook back with a verdict on each row, in their language."""
    person = person_of(request)
    batch = seen_batch(person, number)
    if not batch.form or shown(batch, None).stage not in (Stage.CHECKED, Stage.TAKEN):
        raise Http404
    data, name = verdict_workbook(batch, language())
    note(person, "batch_verdicts_fetched", batch.uid)
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
