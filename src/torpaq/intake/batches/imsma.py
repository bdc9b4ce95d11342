"""Feature tables of IMSMA Core: their own columns, and the links between records that stand in one long text.

Built from GICHD's documentation of IMSMA Core and from what a live deployment publishes; not yet tried on a real
export. Each feature has an ``imsma_id`` (``hazard_poly_145``) and ``imsma_links``, ids parted by commas, which nothing
in that system holds true: what a link names is looked at here by its beginning alone.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from torpaq.intake.batches.mapfile import MapFile
from torpaq.intake.batches.targets import How, Target, read_target
from torpaq.intake.tables.model import Cell, Column, Table, TableFinding, TableRow, column_letter
from torpaq.standard.form import AREA, ElementType, Form
from torpaq.standard.text import fold_name

ID, LINKS = "imsma id", "imsma links"
HAZARD = "hazard"
"""How the ids of hazardous areas begin."""

COLUMNS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "": {"imsma id": "local_id", "org": "reporting_organisation", "report dt": "report_date", "district": "unit"},
        "hazardous_area": {
            "imsma id": "area",
            "area type": "classification",
            "status": "area_status",
            "area size": "reported_area_m2",
            "nts result": "survey_result",
        },
    }
)
NOT_WANTED = (
    *("objectid", "fid", "globalid", "created user", "created date", "creator", "creationdate", "last edited user"),
    *("last edited date", "editor", "editdate", "shape length", "shape area", "validationstatus", "validationtime"),
    *("org validation", "workflow status", LINKS),
)
"""The bookkeeping of that system, by search key."""


def is_imsma(table: Table) -> bool:
    """Say whether a table is one of IMSMA Core: each of its features has an id of that system."""
    return any(fold_name(column.heading) == ID for column in table.columns)


def imsma_map(form: Form) -> MapFile:
    """Return what the columns of a feature table mean in a form."""
    columns: dict[str, Target | None] = dict.fromkeys(NOT_WANTED)
    for key, path in {**COLUMNS[""], **COLUMNS.get(form.code, {})}.items():
        target = read_target(path, form, How.MAP)
        if target is not None:
            columns[key] = target
    return MapFile(columns)


def with_links(table: Table, form: Form) -> Table:
    """Return a feature table with a column of its own for the hazardous area that each record is linked to.

    Where a record is linked to several, none is taken and the row says so.
    """
    links = next((column for column in table.columns if fold_name(column.heading) == LINKS), None)
    area = form.by_code.get("area")
    if links is None or area is None or area.type is not ElementType.REFERENCE or area.list != AREA:
        return table
    width = max((column.index for column in table.columns), default=-1) + 1
    findings = []
    rows = []
    for row in table.rows:
        hazards = _hazards(row.cells[links.index])
        if len(hazards) > 1:
            findings.append(
                TableFinding("imsma_links_several", row.number, links.index, (("value", ", ".join(hazards)),))
            )
        rows.append(TableRow(row.number, (*row.cells[:width], hazards[0] if len(hazards) == 1 else None)))
    column = Column(column_letter(width), width, links.heading, links.headings)
    return replace(
        table,
        columns=(*table.columns, column),
        rows=rows,
        findings=[*table.findings, *findings],
        code_row={**table.code_row, width: area.code},
        free_column=width + 1,
    )


def _hazards(cell: Cell) -> list[str]:
    names = [name.strip() for name in str(cell or "").split(",")]
    return list(dict.fromkeys(name for name in names if name.casefold().startswith(HAZARD)))
