"""The columns of an uploaded file and the elements of its form, side by side, for a person to see and to change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from torpaq.intake.batches.targets import How, Part, Target
from torpaq.intake.record.telling import HIDDEN, is_secret
from torpaq.standard.form import LISTED, Element, ElementType, Form, form_codes
from torpaq.standard.problems import Problem, has_errors
from torpaq.web.accounts import Right
from torpaq.web.batch_files import Described
from torpaq.web.batch_matching import Matched, described, told_table
from torpaq.web.batch_steps import begin_check, choose, match, match_again, unready
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import Choices, organisation_choices, unit_choices
from torpaq.web.desk.import_seen import seen_batch
from torpaq.web.desk.import_words import how_name, is_untried, part_name, source_name
from torpaq.web.desk.record_words import form_of, label_of
from torpaq.web.desk.telling import tell
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.models import Batch
from torpaq.web.records import context_of

UNWANTED, UNDECIDED = "-", "?"
COLUMN, DEFAULT = "column.", "default."
FEWEST_ROWS, MOST_ROWS = 2, 20
"""Rows of a repeat that are offered: one more than the file fills."""
MOST_COLUMNS = 1_000


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """A column: its heading and samples, the path it is matched to and how; ``path`` is ``-`` or ``?`` for none."""

    index: int
    letter: str
    heading: str
    samples: Sequence[str]
    path: str
    how: str
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class DefaultShown:
    """An element without a column, that one value may be given for; ``choices`` where it is chosen from a list."""

    path: str
    label: str
    value: str
    choices: Choices
    is_day: bool
    is_needed: bool


def match_page(request: HttpRequest, batch: Batch, context: dict[str, object]) -> HttpResponseBase:
    """Show what the columns are matched to, or ask which sheet and form are meant."""
    tables = batch.columns.get("tables", [])
    context |= {
        "tables": [(told["name"], told["rows"]) for told in tables],
        "forms": [(code, form_of(code).labels[language()]) for code in form_codes()],
        "source_name": source_name(batch.source) if batch.source else "",
        "is_untried": is_untried(batch.source),
        "file_problems": [found for found in batch.findings if not found["row"]],
    }
    form_context = context_of(batch.form) if batch.form else None
    found = described(batch, form_context) if form_context and not batch.source else None
    if found and form_context:
        told = told_table(batch) or {}
        columns = list(_columns(batch, told, found, form_context.form))
        context |= {
            "columns": columns,
            "matched_count": sum(one.path not in (UNWANTED, UNDECIDED) for one in columns),
            "undecided_count": sum(one.path == UNDECIDED for one in columns),
            "remembered_count": len(found.remembered),
            "groups": _options(form_context.form, found),
            "defaults": list(_defaults(found, form_context.form)),
            "needed_count": len(found.matching.needed),
            "tracks": told.get("tracks", []),
            "tracks_in_all": told.get("tracks_in_all", 0),
            "closed": batch.columns.get("closed"),
            "form_label": form_context.form.labels[language()],
        }
    return render(request, "desk/import_match.html", context)


@require_POST
@needs(Right.IMPORT)
def import_choose(request: HttpRequest, number: int) -> HttpResponseBase:
    """Choose the sheet and the form."""
    batch = seen_batch(person_of(request), number)
    tell(request, choose(batch, request.POST.get("sheet", ""), request.POST.get("form", "")))
    return redirect("import_batch", number=number)


@require_POST
@needs(Right.IMPORT)
def import_match(request: HttpRequest, number: int) -> HttpResponseBase:
    """Keep what a person says of the columns; then show it again, or have the rows checked."""
    person = person_of(request)
    batch = seen_batch(person, number)
    problems = [] if batch.source else match(batch, person, *_given(request.POST))
    if not has_errors(problems) and request.POST.get("action") == "check":
        problems = begin_check(batch, person)
    elif not has_errors(problems):
        problems = unready(batch)
    tell(request, problems)
    return redirect("import_batch", number=number)


@require_POST
@needs(Right.IMPORT)
def import_columns(request: HttpRequest, number: int) -> HttpResponseBase:
    """Go back to the columns of a file that was checked."""
    person = person_of(request)
    tell(request, match_again(seen_batch(person, number), person))
    return redirect("import_batch", number=number)


def _given(post: QueryDict) -> tuple[dict[int, str], dict[str, str], bool | None]:
    """Return the paths of columns by index, values for every row by path, and whether tracks are boundaries."""
    chosen: dict[int, str] = {}
    defaults: dict[str, str] = {}
    for name, value in post.items():
        index = name.removeprefix(COLUMN)
        if name.startswith(COLUMN) and index.isdigit() and int(index) < MOST_COLUMNS and value != UNDECIDED:
            chosen[int(index)] = "" if value == UNWANTED else str(value)
        elif name.startswith(DEFAULT):
            defaults[name.removeprefix(DEFAULT)] = str(value).replace("\x00", "")
    closed = {"yes": True, "no": False}.get(post.get("closed", ""))
    return chosen, defaults, closed


def _columns(batch: Batch, told: Described, found: Matched, form: Form) -> Iterator[ColumnShown]:
    problems: dict[str, list[Problem]] = {}
    for one in found.matching.problems:
        problems.setdefault(one.subject, []).append(one)
    chosen = batch.columns.get("chosen", {})
    listed: list[Described] = told.get("columns", [])
    geometry = listed[-1]["index"] if "geometry" in told else None
    for column in listed:
        index = int(column["index"])
        target = found.matching.columns.get(index)
        is_left_out = target is None and index not in found.matching.unmatched
        samples = column.get("samples", [])
        yield ColumnShown(
            index,
            column["letter"],
            column["heading"],
            [HIDDEN] if target and is_secret(target.element_of(form)) and samples else samples,
            target.path if target else UNWANTED if is_left_out else UNDECIDED,
            _how(index, target, found, chosen) if index != geometry else how_name(How.GEOMETRY.value),
            problems.get(column["letter"], []) if target is None and not is_left_out else [],
        )


def _how(index: int, target: Target | None, found: Matched, chosen: Mapping[str, str]) -> str:
    if index in found.remembered:
        return how_name(How.REMEMBERED.value)
    if str(index) in chosen:
        return how_name("chosen")
    return how_name(target.how.value) if target else ""


def _options(form: Form, found: Matched) -> list[tuple[str, Choices]]:
    """Return all that a column may hold, under the headings of the form's sections and repeats."""
    groups: dict[str, Choices] = {}
    used = [target.row for target in found.matching.columns.values() if target.repeat]
    rows = min(max([FEWEST_ROWS, *(row + 1 for row in used)]), MOST_ROWS)
    for element in form.elements:
        if element.type in (ElementType.SECTION, ElementType.REPEAT, ElementType.FILE):
            continue
        repeat = form.repeat_of(element)
        heading = form.by_code.get(repeat or element.parent)
        group = groups.setdefault(heading.labels[language()] if heading else form.labels[language()], [])
        for row in range(1, rows + 1) if repeat else (0,):
            place = f"{repeat}[{row}].{element.code}" if repeat else element.code
            label = label_of(place, form)
            group.append((place, label))
            if element.type is ElementType.POINT:
                group += [(f"{place}.{part}", f"{label}: {part_name(part)}") for part in Part if part]
    return list(groups.items())


def _defaults(found: Matched, form: Form) -> Iterator[DefaultShown]:
    """Return the elements that need a value, and those that were given one for every row."""
    given = found.matching.defaults
    for path in dict.fromkeys((*found.matching.needed, *given)):
        element = form.by_code.get(path.rpartition(".")[2])
        if element is None or element.type in (ElementType.POLYGON, ElementType.LINE, ElementType.FILE):
            continue
        yield DefaultShown(
            path,
            label_of(path, form),
            given.get(path, ""),
            _choices(element, form),
            element.type is ElementType.DATE,
            path in found.matching.needed,
        )


def _choices(element: Element, form: Form) -> Choices:
    if element.type in LISTED:
        return [(code, one.labels[language()]) for code, one in form.lists[element.list].items()]
    if element.type is ElementType.UNIT:
        return unit_choices(used_only=False)
    return organisation_choices() if element.type is ElementType.ORGANISATION else []
