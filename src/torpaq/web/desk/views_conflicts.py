"""A record written differently in several places: every side in words and on the map, and a person who chooses."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from torpaq.intake.record.context import Context
from torpaq.intake.record.history import Conflict, Settled
from torpaq.intake.record.record import Value
from torpaq.standard.form import GEOMETRIES, Element, ElementType
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import polygon_choices
from torpaq.web.desk.context import Question
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.polygon_input import Files
from torpaq.web.desk.record_fields import Field, field_alone
from torpaq.web.desk.record_input import read_alone
from torpaq.web.desk.record_words import in_words, label_of, row_ids, row_words, shape_of
from torpaq.web.desk.telling import tell
from torpaq.web.desk.views_records import READERS, seen_record
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.models import FieldRecord, RecordState, RecordVersion
from torpaq.web.record_row import identified
from torpaq.web.records import context_of, records_seen_by, resolve, settled_of

A_PAGE = 50
BASE, TYPED = "base", "typed"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a conflict: the letter of its version, what it says in words, its area, and whether it is chosen."""

    key: str
    letter: str
    words: str
    area_m2: float | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Clash:
    """One conflict as the page shows it; ``field`` takes another value where that can be typed."""

    number: int
    label: str
    sides: Sequence[Side]
    field: Field | None
    typed_chosen: bool
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a version: its letter, the version, and the number of its outline on the map."""

    letter: str
    outline: int
    version: RecordVersion


@needs(*READERS)
def conflicts_page(request: HttpRequest) -> HttpResponseBase:
    """List the records that were written differently in several places."""
    seen = records_seen_by(person_of(request)).exclude(conflicts=[]).exclude(state=RecordState.WITHDRAWN)
    lines = page_of(request, seen, A_PAGE)
    told = []
    for record in lines.object_list:
        form, rows = context_of(record.form).form, row_ids(record.values)
        told.append((record, [label_of(str(one["element"]), form, rows) for one in record.conflicts]))
    return render(request, "desk/conflicts.html", {"page": lines, "told": told})


@needs(*READERS)
def conflict_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show every side of a record's conflicts, and take a person's choices."""
    person = person_of(request)
    record = seen_record(person, number)
    if not record.conflicts:
        return redirect("record", number=number)
    context, settled = context_of(record.form), settled_of(record)
    if request.method != "POST":
        return _page(request, record, context, settled, QueryDict(), {})
    if request.POST.getlist("_base") != list(settled.heads):
        tell(request, [problem("conflict_changed_meanwhile", record.uid)])
        return redirect("conflict", number=number)
    choices, found = _choices(settled, context, request.POST, request.FILES)
    if not found:
        problems = resolve(record, person, choices, request.POST.get("_reason", ""), request.POST.getlist("_base"))
        if not has_errors(problems):
            messages.success(request, _("The conflict is resolved; what was chosen is a version of its own."))
            return redirect("record", number=number)
        tell(request, problems)
    return _page(request, record, context, settled, request.POST, found)


def _choices(
    settled: Settled, context: Context, posted: QueryDict, files: Files
) -> tuple[dict[str, Value | None], dict[int, list[Problem]]]:
    """Read what was chosen for every conflict: a side, the state before, or a value that was typed."""
    choices: dict[str, Value | None] = {}
    found: dict[int, list[Problem]] = {}
    for number, conflict in enumerate(settled.conflicts):
        chosen = posted.get(f"choice.{number}", "")
        by_key = dict([(BASE, conflict.base), *conflict.sides])
        element = _element(conflict, context)
        if chosen in by_key:
            choices[conflict.element] = by_key[chosen]
        elif chosen == TYPED and element is not None:
            value, problems = read_alone(element, f"typed.{number}", posted, files, context, conflict.element)
            if value is None and not has_errors(problems):
                problems.append(problem("conflict_value_missing", conflict.element))
            if has_errors(problems):
                found[number] = problems
            choices[conflict.element] = value
        else:
            found[number] = [problem("conflict_unresolved", conflict.element, sides=len(conflict.sides))]
    return choices, found


def _element(conflict: Conflict, context: Context) -> Element | None:
    """Return the element in conflict where another value can be typed for it: not for a whole row or repeat."""
    code = conflict.place[2] if len(conflict.place) == 3 else conflict.place[0]
    element = context.form.by_code.get(code)
    is_whole = element is None or len(conflict.place) == 2 or element.type in (ElementType.REPEAT, ElementType.FILE)
    return None if is_whole else element


# -- the page ---------------------------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    record: FieldRecord,
    context: Context,
    settled: Settled,
    posted: QueryDict,
    found: Mapping[int, Sequence[Problem]],
) -> HttpResponseBase:
    ids = sorted({version for conflict in settled.conflicts for version, _value in conflict.sides})
    versions = record.versions.select_related("account__organisation", "device__team__organisation").in_bulk(
        ids, field_name="version_id"
    )
    authors = [
        Author(LETTERS[place % len(LETTERS)], place % 4 + 1, versions[version]) for place, version in enumerate(ids)
    ]
    letters = {author.version.version_id: author for author in authors}
    showing = _Showing(record, context, letters, may(person_of(request), Right.SEE_IDENTITIES))
    clashes = [
        showing.clash(number, conflict, posted, found.get(number, ()))
        for number, conflict in enumerate(settled.conflicts)
    ]
    return render(
        request,
        "desk/conflict.html",
        {
            "record": record,
            "clashes": clashes,
            "authors": authors,
            "bases": settled.heads,
            "reason": posted.get("_reason", ""),
            "outlines": json.dumps(showing.outlines) if showing.outlines else "",
            "question": Question(),
            "extent": list(country_extent()),
            **polygon_choices(),
        },
    )


class _Showing:
    """Puts conflicts into words, and boundaries on one map."""

    def __init__(
        self, record: FieldRecord, context: Context, authors: Mapping[str, Author], may_see_identities: bool
    ) -> None:
        self.form, self.context, self.authors = context.form, context, authors
        self.rows = row_ids(record.values)
        self.may_see_identities = may_see_identities
        self.outlines: list[dict[str, object]] = []

    def clash(self, number: int, conflict: Conflict, posted: QueryDict, problems: Sequence[Problem]) -> Clash:
        chosen = posted.get(f"choice.{number}", "")
        keys = [(BASE, conflict.base), *conflict.sides]
        sides = [self.side(conflict, key, value, chosen == key) for key, value in keys]
        element = _element(conflict, self.context)
        field = field_alone(element, f"typed.{number}", posted, problems, self.context) if element else None
        label = label_of(conflict.element, self.form, self.rows)
        return Clash(number, label, sides, field, chosen == TYPED, problems)

    def side(self, conflict: Conflict, key: str, value: Value | None, chosen: bool) -> Side:
        author = self.authors.get(key)
        shape = shape_of(value)
        element = self.form.by_code.get(conflict.place[-1] if len(conflict.place) != 2 else conflict.place[0])
        if element is not None and element.type in GEOMETRIES and isinstance(value, Mapping):
            geometry = {"type": value.get("type"), "coordinates": value.get("coordinates")}
            properties = {"outline": author.outline if author else 0, "letter": author.letter if author else ""}
            self.outlines.append({"type": "Feature", "properties": properties, "geometry": geometry})
        letter = author.letter if author else ""
        return Side(key, letter, self.words(conflict, value), shape.area_m2 if shape else None, chosen)

    def words(self, conflict: Conflict, value: Value | None) -> str:
        """Say one side's value; what identifies a person is not said without the right."""
        if identified(self.form, conflict.place[0]) and not self.may_see_identities:
            return _("kept apart")
        if value is None:
            return _("nothing")
        if len(conflict.place) == 2 and isinstance(value, Mapping):
            return row_words(value, conflict.place[0], self.form)
        element = self.form.by_code.get(conflict.place[-1])
        if element is None:
            return str(value)[:300]
        if isinstance(value, Sequence) and not isinstance(value, str) and self.form.asked(element.code):
            rows = [row for row in value if isinstance(row, Mapping)]
            return " | ".join(row_words(row, element.code, self.form) for row in rows)
        return in_words(value, element, self.form)
