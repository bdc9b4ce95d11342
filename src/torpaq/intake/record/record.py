"""A record: the typed answers to one version of a form, in the standard's codes alone, and what was found about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from torpaq.standard.form import ElementType, Form, Sensitivity
from torpaq.standard.problems import Problem, Severity

Value: TypeAlias = str | int | float | Sequence["Value"] | Mapping[str, "Value"]
"""A value as JSON knows it. By the element's type:

=================================  =================================================================================
text, long_text, reference,        text; a code of the list, an area's or record's id, a unit's or organisation's code
code, unit, organisation
codes                              list of codes, in the order of the list, none twice
integer, decimal                   number, in the element's unit, of at most 15 digits
date, time, datetime               ISO 8601 text: ``2026-05-31``, ``08:30``, ``2026-05-31T08:30``
point                              ``{"type": "Point", "coordinates": [lon, lat], "original": {…}}`` in WGS 84
line                               ``{"type": "LineString", "coordinates": […], "original": {…}}``
polygon                            ``{"type": "MultiPolygon", "coordinates": […], "written": "wkt …", "original": {…}}``
file                               ``{"name": …, "sha256": …, "media_type": …, "size": …}``
repeat                             list of rows, each a mapping of its own elements, perhaps with an id in ``_row``
=================================  =================================================================================

``original`` holds coordinates, CRS, notation, method and transformation as they were typed. What was not said is not
there: there are no empty texts, empty lists or nulls.
"""


@dataclass(frozen=True, slots=True)
class Record:
    """What a form was answered. ``values`` may hold identities; :func:`without_identities` parts them."""

    form: str
    version: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found about one cell or one answer.

    ``row`` is the row of a file as a spreadsheet shows it (0: not of a file), ``column`` its heading, ``element`` the
    code of the element (``finds[2].depth_cm`` for the second row of a repeat), ``value`` what was written there.
    """

    row: int
    column: str
    element: str
    value: str
    problem: Problem

    @property
    def is_error(self) -> bool:
        """Say whether the finding stands in the way."""
        return self.problem.severity is Severity.ERROR

    def as_json(self) -> dict[str, object]:
        """Return ``row``, ``column``, ``element`` and ``value`` with the problem's own keys."""
        return {
            "row": self.row,
            "column": self.column,
            "element": self.element,
            "value": self.value,
            **self.problem.as_json(),
        }


def without_identities(form: Form, values: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, Value]]:
    """Part values into those that name nobody and those that identify a person, by the form's own classes.

    A repeat that has an element of that kind is an identity as a whole. Elements that the form does not know stay
    with the identities: what nobody classified may name somebody.
    """
    vaults = {form.repeat_of(e) or e.code for e in form.elements if e.sensitive is Sensitivity.VAULT}
    open_codes = {e.code for e in form.elements if e.type is not ElementType.SECTION} - vaults
    plain = {code: value for code, value in values.items() if code in open_codes}
    return plain, {code: value for code, value in values.items() if code not in plain}
