"""A form as the XForm that a phone downloads, and the lists that lie beside it: nothing but the team's own slice."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from torpaq.intake.exports.choices import Setting
from torpaq.intake.exports.xlsform import TASK_TELLS, columns_of, xlsform_sheets
from torpaq.standard.form import ElementType, Form
from torpaq.standard.problems import Problem, problem

AREA_COLUMNS = ("name", "label", "__version", "status", "geometry")


@dataclass(frozen=True, slots=True)
class AreaOnPhone:
    """A hazardous area as a phone lists it: its id, what people call it, its status in words.

    ``polygons`` are closed rings of (lon, lat) in WGS 84 degrees, shell first; a phone draws the first shell.
    ``version`` counts up whenever the area changes.
    """

    id: str
    label: str
    status: str = ""
    polygons: Sequence[Sequence[Sequence[Sequence[float]]]] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class TaskOnPhone:
    """A task as a phone lists it: its code, what people call it, and the answers it knows, as a form writes them."""

    code: str
    label: str
    known: Mapping[str, str]


def build_xform(form: Form, setting: Setting | None = None) -> tuple[str, list[Problem]]:
    """Return the XForm of a form as XML, and what pyxform warns of; an empty text where it refuses the form.

    No row of a repeat stands in the form from the start unless the repeat is required: a phone asks whether to add
    one, so that what a row requires is not required of nobody.
    """
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    subject = f"{form.code} {form.version}"
    sheets = xlsform_sheets(form, setting).by_name()
    headers = {f"{name}_header": [dict.fromkeys(columns_of(rows))] for name, rows in sheets.items()}
    warnings: list[str] = []
    try:
        xml = convert({**sheets, **headers}, warnings=warnings).xform
    except PyXFormError as error:
        return "", [problem("xform_refused", subject, reason=str(error))]
    for element in form.elements:
        if element.type is ElementType.REPEAT and not element.required:
            xml = _without_first_row(xml, element.code)
    return xml, [problem("xform_warning", subject, warning=warning) for warning in warnings]


def _without_first_row(xml: str, repeat: str) -> str:
    """Leave a repeat's template in the empty instance and take out the row that stands behind it."""
    pattern = rf'(<{repeat} jr:template="">.*?</{repeat}>)\s*<{repeat}>.*?</{repeat}>'
    return re.sub(pattern, r"\1", xml, count=1, flags=re.DOTALL)


def areas_csv(areas: Iterable[AreaOnPhone]) -> bytes:
    """Return ``areas.csv`` as ODK Collect takes it for a list of entities; UTF-8.

    Columns: ``name`` (the area's id), ``label``, ``__version``, ``status``, ``geometry`` (a geoshape, empty where the
    area is not drawn). Source: ODK XForms specification, entities; geoshape.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(AREA_COLUMNS)
    for area in areas:
        writer.writerow([area.id, area.label, area.version, area.status, _geoshape(area)])
    return written.getvalue().encode()


def _geoshape(area: AreaOnPhone) -> str:
    shell = area.polygons[0][0] if area.polygons else ()
    return ";".join(f"{lat:.7f} {lon:.7f} 0 0" for lon, lat, *_ in shell)


def tasks_csv(tasks: Iterable[TaskOnPhone]) -> bytes:
    """Return ``tasks.csv``, from which a form chooses a task and takes what it knows; UTF-8.

    Columns: ``name`` (the task's code), ``label``, and the answers of ``TASK_TELLS``, blanks between several codes.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("name", "label", *TASK_TELLS))
    for task in tasks:
        writer.writerow([task.code, task.label, *(task.known.get(code, "") for code in TASK_TELLS)])
    return written.getvalue().encode()
