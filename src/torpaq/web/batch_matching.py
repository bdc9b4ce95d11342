"""The columns of an uploaded file matched to a form: by their headings, as the sender did before, or as a person says.

What a person decided stands in ``Batch.columns`` beside the description of the file's tables:

========== ============================================================================================
tables     what the file holds (:mod:`torpaq.web.batch_files`)
chosen     the path of each column by its index as text; an empty text where it is not wanted
defaults   values for every row, by path
closed     whether tracks are closed into boundaries; absent while nobody has said
matched    the paths by heading, as they were when the file was checked
========== ============================================================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils import timezone

from torpaq.intake.batches.columns import Matching, header_digest, heading_key, match_columns
from torpaq.intake.batches.imsma import imsma_map, is_imsma
from torpaq.intake.batches.mapfile import MapFile
from torpaq.intake.batches.targets import How, read_target
from torpaq.intake.batches.tracks import close_tracks, is_layer
from torpaq.intake.record.context import Context
from torpaq.intake.tables.model import Column, Table
from torpaq.standard.form import Form, form_codes, load_form
from torpaq.standard.text import fold_name
from torpaq.web.batch_files import Described, described_table
from torpaq.web.models import Batch, ColumnMatch, OrganisationKind
from torpaq.web.tile_store import country_code

DEFAULT_MARK = "="
"""Begins the key of a value for every row among remembered headings: no heading's search key holds such a sign."""
REPORTER = "reporting_organisation"
FEWEST_MATCHED = 2
NAME, FEATURE_NAME = "name", "feature name"


@dataclass(frozen=True, slots=True)
class Matched:
    """A table as a person wants it read, and what its columns hold.

    ``table`` lacks the columns that are not wanted (``unwanted``, by index); ``remembered`` are the indexes of those
    that are matched as the sender did the last time.
    """

    table: Table
    matching: Matching
    unwanted: frozenset[int] = frozenset()
    remembered: frozenset[int] = frozenset()


def told_table(batch: Batch) -> Described | None:
    """Return the description of the batch's sheet or layer; None before one is chosen."""
    tables = batch.columns.get("tables", [])
    return next((told for told in tables if told["name"] == batch.sheet), None)


def is_closed(batch: Batch) -> bool:
    """Say whether tracks are boundaries in this batch."""
    return bool(batch.columns.get("closed"))


def matched(batch: Batch, table: Table, context: Context) -> Matched:
    """Match a batch's table, whole or only described, as far as anybody has said what its columns hold."""
    form = context.form
    if is_closed(batch) and is_layer(table):
        table = close_tracks(table, form, context.crs)
    before = _remembered(batch, table, form)
    chosen = {int(index): str(path) for index, path in batch.columns.get("chosen", {}).items()}
    decided = {**before, **chosen}
    defaults = {**_own_defaults(batch, form), **_remembered_defaults(batch, form), **batch.columns.get("defaults", {})}
    wanted = _as_decided(table, decided)
    known = imsma_map(form).columns if is_imsma(table) else {}
    alone = match_columns(wanted, form, map_file=MapFile(known), is_explained=False)
    given = {target.place for target in alone.columns.values()}
    needed = {path: value for path, value in defaults.items() if value and path not in given}
    return Matched(
        wanted,
        match_columns(wanted, form, map_file=MapFile(known, defaults=needed)),
        frozenset(index for index, path in decided.items() if path == ""),
        frozenset(before) - frozenset(chosen),
    )


def described(batch: Batch, context: Context) -> Matched | None:
    """Match the batch's table as it is described; None before one is chosen."""
    told = told_table(batch)
    return matched(batch, described_table(told, context.form), context) if told else None


def remember(batch: Batch, context: Context) -> None:
    """Keep how the columns are matched for the next file of this sender: those with the same headings first of all."""
    told, found = told_table(batch), described(batch, context)
    if batch.organisation is None or told is None or found is None:
        return
    table = described_table(told, context.form)
    keys = {column.index: heading_key(column) for column in table.columns}
    paths = {key: "" for index, key in keys.items() if index in found.unwanted}
    paths |= {keys[index]: target.path for index, target in found.matching.columns.items() if index in keys}
    paths |= {DEFAULT_MARK + path: value for path, value in found.matching.defaults.items()}
    ColumnMatch.objects.update_or_create(
        organisation=batch.organisation,
        form=batch.form,
        header_sha256=header_digest(table),
        defaults={"columns": paths, "changed": timezone.now()},
    )


def recognise_form(told: Described) -> str:
    """Return the form that a table's headings speak of: the one with the most of them, then with the least missing.

    An empty text where fewer than half of the columns are known, or two forms do as well.
    """
    country = country_code()
    scores = []
    for code in form_codes():
        form = load_form(code, country)
        found = match_columns(described_table(told, form), form, is_explained=False)
        scores.append((len(found.columns), -len(found.needed), code))
    (most, missing, code), (next_most, next_missing, _) = sorted(scores, reverse=True)[:2]
    is_clear = (most, missing) > (next_most, next_missing)
    return code if is_clear and most >= max(FEWEST_MATCHED, len(told["columns"]) / 2) else ""


def _as_decided(table: Table, decided: Mapping[int, str]) -> Table:
    """Return a table with what was decided in its row of codes, without the columns that are not wanted."""
    if is_layer(table):
        table = replace(table, columns=tuple(_of_feature(column, decided) for column in table.columns))
    unwanted = {index for index, path in decided.items() if path == ""}
    codes = {**table.code_row, **{index: path for index, path in decided.items() if path}}
    return replace(
        table,
        columns=tuple(column for column in table.columns if column.index not in unwanted),
        findings=[found for found in table.findings if found.column is None or found.column not in unwanted],
        code_row={index: path for index, path in codes.items() if index not in unwanted},
    )


def _of_feature(column: Column, decided: Mapping[int, str]) -> Column:
    """Return a layer's column under words of its own where it names the feature: that is nobody's name."""
    is_name = fold_name(column.heading) == NAME and column.index not in decided
    return replace(column, heading=FEATURE_NAME, headings=(FEATURE_NAME,)) if is_name else column


def _remembered(batch: Batch, table: Table, form: Form) -> dict[int, str]:
    """Return the paths of the columns that this sender matched before, by index.

    Of a table with the same headings everything holds; of another only headings that mean nothing by themselves.
    """
    same, others = _known(batch, table)
    found = {}
    alone = match_columns(table, form, is_explained=False).columns if others and not same else {}
    for column in table.columns:
        key = heading_key(column)
        path = same.get(key) if key in same else others.get(key) if column.index not in alone else None
        if path is not None and (path == "" or read_target(path, form, How.REMEMBERED)):
            found[column.index] = path
    return found


def _remembered_defaults(batch: Batch, form: Form) -> dict[str, str]:
    told = told_table(batch)
    same = _known(batch, described_table(told, form))[0] if told else {}
    paths = {key.removeprefix(DEFAULT_MARK): value for key, value in same.items() if key.startswith(DEFAULT_MARK)}
    return {path: value for path, value in paths.items() if read_target(path, form, How.REMEMBERED)}


def _known(batch: Batch, table: Table) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return what was matched of a table with the same headings, and of this sender's other tables of the form."""
    if batch.organisation is None:
        return {}, {}
    known = ColumnMatch.objects.filter(organisation=batch.organisation, form=batch.form).order_by("changed")
    same, others = {}, {}
    for one in known:
        if one.header_sha256 == header_digest(table):
            same = one.columns
        others.update(one.columns)
    return same, others


def _own_defaults(batch: Batch, form: Form) -> dict[str, str]:
    """Return what goes without saying: an operator reports for itself."""
    organisation = batch.organisation
    if organisation is None or organisation.kind != OrganisationKind.OPERATOR or REPORTER not in form.by_code:
        return {}
    return {REPORTER: organisation.code}
