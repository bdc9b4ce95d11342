"""A form as an XLSForm: what ODK Collect and its relatives are built from, in three languages, from the form's rows.

Names of questions are the elements' codes. Names that begin with ``_`` are worked out on the phone: ``_row`` gives each
row of a repeat an id for life, so that edits of different rows can be merged, ``_boundary_m2`` is the area of what was
drawn. Source: XLSForm.org reference table.
"""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from torpaq.intake.exports.choices import Setting, Words, choices, label_with_unit, list_name, opening_language
from torpaq.intake.exports.describing import bounds_in_words
from torpaq.intake.exports.words import LANGUAGE_NAMES, say
from torpaq.intake.record.checking import MAY_LIE_AHEAD
from torpaq.standard.country import load_country
from torpaq.standard.form import AREA, Element, ElementType, Form, Sensitivity

Row = dict[str, str]

FORM_ID_PREFIX = "torpaq_"
AREAS_FILE, TASKS_FILE = "areas.csv", "tasks.csv"
TASK, TASK_CHOSEN = "task", "_task"
TASK_ITEMS = "/".join(("instance('tasks')", "root", "item"))
TASK_TELLS = ("area", "unit", "team", "activity", "method", "contamination_type", "required_depth_cm")
"""Answers that a chosen task fills in where it knows them; a person may change each."""

DIGEST_LENGTH = 8
LONG_LIST, VERY_LONG_LIST = 7, 30
TYPES = MappingProxyType(
    {
        ElementType.TEXT: "text",
        ElementType.LONG_TEXT: "text",
        ElementType.INTEGER: "integer",
        ElementType.DECIMAL: "decimal",
        ElementType.DATE: "date",
        ElementType.TIME: "time",
        ElementType.DATETIME: "dateTime",
        ElementType.POINT: "geopoint",
        ElementType.LINE: "geotrace",
        ElementType.POLYGON: "geoshape",
        ElementType.FILE: "image",
        ElementType.REFERENCE: "text",
        ElementType.UNIT: "text",
        ElementType.ORGANISATION: "text",
    }
)
APPEARANCES = MappingProxyType(
    {ElementType.LONG_TEXT: "multiline", ElementType.POINT: "placement-map", ElementType.LINE: "placement-map"}
)
"""A place may be put on the map: nobody walks to a mine to record it."""

PARAMETERS = MappingProxyType({ElementType.FILE: "max-pixels=2048", ElementType.POINT: "capture-accuracy=5"})
CLOCK_DAYS = 2
"""How far a phone's clock may be slow before it keeps its owner from writing today's date."""

AREA_PERCENT, AREA_M2 = "area_disagreement_percent", "area_disagreement_m2"
NAMED_BY = ("area", "accident", "local_id", "work_date", "date_of_information")
"""What a filled-in form is called on the phone: whatever of these it has, and nothing that identifies a person."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """The three sheets of an XLSForm, each as rows by column name."""

    survey: list[Row]
    choices: list[Row]
    settings: list[Row]

    def by_name(self) -> dict[str, list[Row]]:
        """Return the sheets by name, in the order of a workbook."""
        return {"survey": self.survey, "choices": self.choices, "settings": self.settings}


def columns_of(rows: list[Row]) -> list[str]:
    """Return the columns of a sheet, in the order in which its rows have them."""
    return list(dict.fromkeys(column for row in rows for column in row))


def form_id(code: str) -> str:
    """Return the id under which phones know a form."""
    return f"{FORM_ID_PREFIX}{code}"


def form_code(id: str) -> str:
    """Return the code of a form from the id under which phones know it; a code stays as it is."""
    return id.removeprefix(FORM_ID_PREFIX)


def form_version(published: str) -> str:
    """Return the form's own version of a published one: ``1.2`` of ``1.2-9f86d081``."""
    return published.partition("-")[0]


def xlsform_sheets(form: Form, setting: Setting | None = None) -> Sheets:
    """Return the sheets of a form; its ``version`` is the form's own with a digest of everything else in them."""
    setting = setting or Setting()
    language = opening_language(form, setting)
    survey = list(_rows(form, setting, ""))
    listed = _choices(form, setting)
    name = ", ' ', ".join(f"${{{code}}}" for code in NAMED_BY if _names_the_record(form, code))
    settings = {
        "form_title": form.labels[language],
        "form_id": form_id(form.code),
        "default_language": LANGUAGE_NAMES[language],
        "instance_name": f"concat({name})" if "," in name else name,
    }
    content = json.dumps([survey, listed, settings], ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:DIGEST_LENGTH]
    settings["version"] = f"{form.version}-{digest}"
    return Sheets(survey, listed, [{key: value for key, value in settings.items() if value}])


def published_version(form: Form, setting: Setting | None = None) -> str:
    """Return the version under which phones know a form: another one whenever its definition is another."""
    return xlsform_sheets(form, setting).settings[0]["version"]


def write_xlsform(form: Form, setting: Setting | None = None) -> bytes:
    """Return the workbook of a form."""
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    for name, rows in xlsform_sheets(form, setting).by_name().items():
        sheet = workbook.create_sheet(name)
        columns = columns_of(rows)
        sheet.append(columns)
        for row in rows:
            sheet.append([row.get(column, "") for column in columns])
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def needs_areas(form: Form) -> bool:
    """Say whether a form chooses hazardous areas, and so needs ``areas.csv`` beside it on the phone."""
    return any(element.type is ElementType.REFERENCE and element.list == AREA for element in form.elements)


def needs_tasks(form: Form) -> bool:
    """Say whether a form names a task of land, and so needs ``tasks.csv`` beside it: an EOD spot task is none."""
    element = form.by_code.get(TASK)
    return element is not None and _is_own_task(element, form)


def _is_own_task(element: Element, form: Form) -> bool:
    is_text = element.type is ElementType.TEXT and not form.repeat_of(element)
    return is_text and element.code == TASK and form.code != "eod_spot_task"


def reported_area_of(form: Form, boundary: Element) -> Element | None:
    """Return the element in which the area of a boundary is reported: ``boundary`` has ``reported_area_m2`` beside it.

    ``uncleared_boundary`` has ``uncleared_area_m2``.
    """
    prefix = boundary.code.removesuffix("boundary")
    for code in (f"{prefix}reported_area_m2", f"{prefix}area_m2"):
        found = form.by_code.get(code)
        if found and found.type is ElementType.DECIMAL and form.repeat_of(found) == form.repeat_of(boundary):
            return found
    return None


# -- survey -----------------------------------------------------------------------------------------------------------


def _rows(form: Form, setting: Setting, parent: str) -> Iterator[Row]:
    """Yield the rows of what stands in a section or repeat, those of its own sections and repeats among them."""
    children = form.children(parent)
    for element in children:
        if element.type in (ElementType.SECTION, ElementType.REPEAT):
            kind = "group" if element.type is ElementType.SECTION else "repeat"
            yield {"type": f"begin_{kind}", "name": element.code, **_spoken(element), **_relevant(element)}
            if element.type is ElementType.REPEAT:
                yield {"type": "calculate", "name": "_row", "calculation": "once(uuid())"}
            yield from _rows(form, setting, element.code)
            yield {"type": f"end_{kind}"}
        else:
            if _is_own_task(element, form):
                yield _task_choice(element)
            yield _question(element, form, setting)
    for element in children:
        if element.type is ElementType.POLYGON:
            yield from _area_rows(form, element)


def _task_choice(task: Element) -> Row:
    """Ask for one of the team's own tasks before its number is asked: what is chosen fills the number in."""
    return {
        "type": f"select_one_from_file {TASKS_FILE}",
        "name": TASK_CHOSEN,
        **_said("label", {language: say("own_task", language) for language in LANGUAGE_NAMES}),
        **_relevant(task),
        "appearance": "minimal autocomplete",
    }


def _told_by_task(element: Element, form: Form) -> Row:
    """Let the chosen task fill an answer in where it knows it; what it does not know stays as it was."""
    if element.code == TASK:
        told = f"${{{TASK_CHOSEN}}}"
    elif element.code in TASK_TELLS and not form.repeat_of(element):
        told = f"{TASK_ITEMS}[name = ${{{TASK_CHOSEN}}}]/{element.code}"
    else:
        return {}
    return {"trigger": f"${{{TASK_CHOSEN}}}", "calculation": f"if({told} != '', {told}, ${{{element.code}}})"}


def _question(element: Element, form: Form, setting: Setting) -> Row:
    kind, appearance = _kind(element, form, setting)
    row = {
        "type": kind,
        "name": element.code,
        **_spoken(element),
        **_relevant(element),
        **_constraint(element),
        "appearance": appearance,
        "parameters": PARAMETERS.get(element.type, ""),
        "default": setting.defaults.get(element.code, ""),
        **(_told_by_task(element, form) if needs_tasks(form) else {}),
    }
    if element.required:
        row |= {
            "required": "yes",
            **_said("required_message", {code: say("required", code) for code in LANGUAGE_NAMES}),
        }
    return {column: value for column, value in row.items() if value}


def _kind(element: Element, form: Form, setting: Setting) -> tuple[str, str]:
    """Return the type of a question and its appearance: a long list folds, a very long one can be searched."""
    if element.type is ElementType.REFERENCE and element.list == AREA:
        return f"select_one_from_file {AREAS_FILE}", "minimal autocomplete"
    name = list_name(element, form, setting)
    if not name:
        return TYPES[element.type], APPEARANCES.get(element.type, "")
    count = len(choices(name, form, setting))
    fold = "minimal autocomplete" if count > VERY_LONG_LIST else "minimal" if count > LONG_LIST else ""
    is_several = element.type is ElementType.CODES
    return f"select_{'multiple' if is_several else 'one'} {name}", fold


def _spoken(element: Element) -> Row:
    labels = {language: label_with_unit(element, language) for language in LANGUAGE_NAMES}
    return {**_said("label", labels), **_said("hint", element.hints)}


def _said(column: str, words: Words) -> Row:
    return {f"{column}::{name}": words[language] for language, name in LANGUAGE_NAMES.items() if words[language]}


def _relevant(element: Element) -> Row:
    return {"relevant": element.condition.as_xpath("${{{}}}".format)} if element.condition.clauses else {}


def _constraint(element: Element) -> Row:
    if element.type in (ElementType.DATE, ElementType.DATETIME) and element.code not in MAY_LIE_AHEAD:
        words = {language: say("not_yet", language) for language in LANGUAGE_NAMES}
        bound = f"decimal-date-time(.) < decimal-date-time(today()) + {CLOCK_DAYS + 1}"
        return {"constraint": bound, **_said("constraint_message", words)}
    least, most = element.least, element.most
    if least is None and most is None:
        return {}
    bounds = [f". >= {least:f}"] if least is not None else []
    bounds += [f". <= {most:f}"] if most is not None else []
    words = {language: bounds_in_words(element, language) for language in LANGUAGE_NAMES}
    return {"constraint": " and ".join(bounds), **_said("constraint_message", words)}


def _area_rows(form: Form, boundary: Element) -> Iterator[Row]:
    """Yield what a phone says of the area of a boundary as soon as it is drawn, and where the report says another."""
    area, drawn = f"_{boundary.code}_m2", f"${{{boundary.code}}} != ''"
    yield {"type": "calculate", "name": area, "calculation": f"if({drawn}, round(area(${{{boundary.code}}}), 0), '')"}
    words = {language: say("drawn_area", language, area=f"${{{area}}}") for language in LANGUAGE_NAMES}
    yield {"type": "note", "name": f"_{boundary.code}_note", **_said("label", words), "relevant": drawn}
    reported = reported_area_of(form, boundary)
    if reported:
        percent, least_m2 = _disagreement(form)
        told, gap = f"${{{reported.code}}}", f"abs(${{{area}}} - ${{{reported.code}}})"
        words = {
            language: say("areas_differ", language, area=f"${{{area}}}", reported=told) for language in LANGUAGE_NAMES
        }
        relevant = f"{drawn} and {told} != '' and {gap} > {least_m2:f} and {gap} > {told} * {percent / 100:f}"
        yield {"type": "note", "name": f"_{boundary.code}_differs", **_said("label", words), "relevant": relevant}


def _disagreement(form: Form) -> tuple[Decimal, Decimal]:
    """Return the percentage and the m² beyond which two areas differ: the country's, else 1 % and 50 m²."""
    if not form.country:
        return Decimal(1), Decimal(50)
    country = load_country(form.country)
    return country.threshold(AREA_PERCENT), country.threshold(AREA_M2)


# -- choices and settings ---------------------------------------------------------------------------------------------


def _choices(form: Form, setting: Setting) -> list[Row]:
    names = dict.fromkeys(list_name(element, form, setting) for element in form.elements)
    return [
        {"list_name": name, "name": code, **_said("label", words)}
        for name in names
        if name
        for code, words in choices(name, form, setting).items()
    ]


def _names_the_record(form: Form, code: str) -> bool:
    element = form.by_code.get(code)
    return element is not None and not form.repeat_of(element) and element.sensitive is not Sensitivity.VAULT
