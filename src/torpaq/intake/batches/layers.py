"""A layer of a map file becomes a table: its attributes, and its geometry as the form's own place or boundary."""

import json

from torpaq.geo.crs import WGS84
from torpaq.geo.files.layers import FeatureGeometry, GeometryKind, Layer
from torpaq.intake.batches.targets import Part, Target
from torpaq.intake.tables.model import Cell, Column, Table, TableFinding, TableRow, column_letter
from torpaq.standard.form import ElementType, Form

GEOMETRY = "geometry"
TYPE_OF = {
    GeometryKind.POINT: ElementType.POINT,
    GeometryKind.LINE: ElementType.LINE,
    GeometryKind.POLYGON: ElementType.POLYGON,
}


def table_of_layer(layer: Layer, form: Form) -> Table:
    """Return a layer as a table: a row a feature under its number, a column an attribute, and one for the geometry.

    The geometry is the form's place of that kind: the required one before others, one at the top before one in a
    repeat. Where the form has none of the kind, the column stays to be matched by a person.
    """
    headings = [*layer.columns, GEOMETRY]
    columns = tuple(
        Column(column_letter(index), index, heading, (heading,) if heading else ())
        for index, heading in enumerate(headings)
    )
    rows = []
    findings = []
    for feature in layer.features:
        cells: list[Cell] = [feature.attributes.get(heading) for heading in layer.columns]
        rows.append(TableRow(feature.number, (*cells, _as_text(feature.geometry) if feature.geometry else None)))
        findings += [
            TableFinding(found.code, feature.number, len(headings) - 1, tuple(found.parameters.items()))
            for found in feature.problems
        ]
    kinds = {feature.geometry.kind for feature in layer.features if feature.geometry}
    target = main_place(form, TYPE_OF[kinds.pop()]) if len(kinds) == 1 else None
    return Table(
        name=layer.name,
        header_rows=(),
        columns=columns,
        rows=rows,
        findings=findings,
        blank_rows_ignored=0,
        code_row={len(headings) - 1: target.path} if target else {},
        formulas=set(),
        free_column=len(headings),
    )


def main_place(form: Form, kind: ElementType) -> Target | None:
    """Return the element of a form in which a geometry of a kind belongs; None for none, or for several alike."""
    found = [element for element in form.elements if element.type is kind]
    for wanted in (
        [e for e in found if not form.repeat_of(e) and e.required],
        [e for e in found if not form.repeat_of(e)],
        [e for e in found if e.required],
    ):
        if len(wanted) == 1:
            repeat = form.repeat_of(wanted[0])
            return Target(wanted[0].code, repeat, 1 if repeat else 0, Part.WHOLE)
    return None


def _as_text(geometry: FeatureGeometry) -> str:
    """Return a geometry as GeoJSON, with the file's own coordinate system beside it where it was another."""
    told = geometry.as_geojson()
    if geometry.crs != WGS84:
        told |= {"crs": geometry.crs, "operation": geometry.operation}
    return json.dumps(told)
