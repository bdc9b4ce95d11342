"""The columns of a table are matched to the elements of a form: by what says so outright, by resemblance never."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from torpaq.intake.batches.headings import near_elements, targets_of, unit_in_heading
from torpaq.intake.batches.mapfile import EMPTY_MAP, MapFile
from torpaq.intake.batches.targets import How, Part, Target, read_target
from torpaq.intake.record.measures import M2
from torpaq.intake.tables.model import Column, Table
from torpaq.standard.form import Element, ElementType, Form
from torpaq.standard.problems import Problem, problem
from torpaq.standard.text import fold_name

PAIRS = (
    (Part.LAT, Part.LON),
    (Part.X, Part.Y),
    (Part.EASTING, Part.NORTHING),
)


@dataclass(frozen=True, slots=True)
class Matching:
    """What each column of a table holds. ``columns`` and ``unmatched`` go by the column's index.

    ``defaults`` are values for places that no column gives. ``needed`` are the elements that every record of the form
    must answer and that neither a column nor a default gives. ``map`` holds a person's own words for codes.
    """

    form: str
    columns: Mapping[int, Target]
    unmatched: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
    needed: tuple[str, ...] = ()
    map: MapFile = field(default=EMPTY_MAP)

    @property
    def defaults(self) -> Mapping[str, str]:
        """What stands in a record where the table says nothing."""
        return self.map.defaults

    def as_json(self, table: Table) -> dict[str, str]:
        """Return the paths of the columns by their headings' search keys, to be remembered for the next file."""
        keys = {column.index: heading_key(column) for column in table.columns}
        paths = {keys[index]: target.path for index, target in self.columns.items()}
        return {**paths, **{keys[index]: "" for index in self.unmatched}}


def match_columns(
    table: Table,
    form: Form,
    remembered: Mapping[str, str] | None = None,
    map_file: MapFile = EMPTY_MAP,
    is_explained: bool = True,
) -> Matching:
    """Match a table's columns to a form's elements.

    In this order: the row of codes, a map that a person wrote, the code of an element, its label in any language,
    a known alias, and last what was ``remembered`` of a table with the same headings (:meth:`Matching.as_json`).
    Where only the columns count it need not be explained what the others were perhaps meant for, which takes longest.
    """
    columns: dict[int, Target] = {}
    unmatched: list[int] = []
    problems: list[Problem] = []
    for column in table.columns:
        meant = _meant(column, table, form, remembered or {}, map_file)
        if meant is None:
            continue  # a person does not want it
        if len(meant) == 1:
            columns[column.index] = _with_unit(meant[0], column, form)
            continue
        unmatched.append(column.index)
        if is_explained:
            problems.append(_unmatched_problem(column, meant, form))
    _without_clashes(columns, unmatched, problems, table)
    _complete_points(columns, unmatched, problems, table)
    needed = _needed(columns.values(), map_file.defaults, form)
    problems += [problem("column_needed", code, label=form.by_code[code].labels["en"]) for code in needed]
    return Matching(form.code, columns, tuple(sorted(unmatched)), tuple(problems), needed, map_file)


def heading_key(column: Column) -> str:
    """Return what a column is remembered by: its heading's search key, or its letter where it has none."""
    return fold_name(column.heading) or f"column {column.letter.lower()}"


def header_digest(table: Table) -> str:
    """Return the SHA-256 of a table's headings, which tells whether a file is of the kind that came before."""
    return hashlib.sha256("\n".join(heading_key(column) for column in table.columns).encode()).hexdigest()


def _meant(
    column: Column, table: Table, form: Form, remembered: Mapping[str, str], map_file: MapFile
) -> Sequence[Target] | None:
    """Return what a column may hold; None where a person said that it is not wanted."""
    code = table.code_row.get(column.index)
    if code is not None and (target := read_target(code, form, How.CODE_ROW)):
        return [target]
    for key in (heading_key(column), *(fold_name(part) for part in reversed(column.headings))):
        if key in map_file.columns:
            mapped = map_file.columns[key]
            return [mapped] if mapped else None
    found = targets_of(column.headings, form) if column.headings else []
    known = remembered.get(heading_key(column))
    if len(found) != 1 and known is not None:
        target = read_target(known, form, How.REMEMBERED)
        return [target] if target else None if known == "" else found
    return found


def _with_unit(target: Target, column: Column, form: Form) -> Target:
    element = target.element_of(form)
    unit = target.unit or unit_in_heading(column.heading, element) or (column.shown_unit if element.unit == M2 else "")
    return Target(target.element, target.repeat, target.row, target.part, unit, target.how)


def _unmatched_problem(column: Column, meant: Sequence[Target], form: Form) -> Problem:
    heading = column.heading[:60] or "–"
    if meant:
        choices = ", ".join(target.path for target in meant)
        return problem("column_ambiguous", column.letter, heading=heading, choices=choices)
    near = near_elements(column.heading, form)
    if near:
        return problem("column_misspelt", column.letter, heading=heading, near=", ".join(near))
    return problem("column_not_matched", column.letter, heading=heading)


def _without_clashes(columns: dict[int, Target], unmatched: list[int], problems: list[Problem], table: Table) -> None:
    """Keep of several columns for one place the one that says so most plainly; where two do, a person must choose."""
    order = list(How)
    by_path: dict[str, list[int]] = {}
    for index, target in columns.items():
        by_path.setdefault(target.path, []).append(index)
    letters = {column.index: column.letter for column in table.columns}
    for path, indexes in by_path.items():
        if len(indexes) < 2:
            continue
        ranked = sorted(indexes, key=lambda index: (order.index(columns[index].how), index))
        best = [index for index in ranked if columns[index].how is columns[ranked[0]].how]
        lost = ranked if len(best) > 1 else ranked[1:]
        code = "columns_same_element" if len(best) > 1 else "column_second_for_element"
        for index in lost:
            others = ", ".join(letters[other] for other in ranked if other != index)
            problems.append(problem(code, letters[index], element=path, columns=others))
            unmatched.append(index)
        for index in lost:
            del columns[index]


def _complete_points(columns: dict[int, Target], unmatched: list[int], problems: list[Problem], table: Table) -> None:
    """Take out a latitude without its longitude, and parts of a point that a column holds whole."""
    letters = {column.index: column.letter for column in table.columns}
    places: dict[str, dict[Part, int]] = {}
    for index, target in columns.items():
        places.setdefault(target.place, {})[target.part] = index
    for place, parts in places.items():
        if not any(parts):
            continue
        is_whole = any(one in parts and other in parts for one, other in PAIRS) and Part.WHOLE not in parts
        if is_whole:
            continue
        for part, index in parts.items():
            if part is Part.WHOLE:
                continue
            code = "point_part_beside_whole" if Part.WHOLE in parts else "point_part_alone"
            problems.append(problem(code, letters[index], element=place, part=part.value))
            unmatched.append(index)
            del columns[index]


def _needed(targets: Iterable[Target], defaults: Mapping[str, str], form: Form) -> tuple[str, ...]:
    given = {target.place for target in targets} | set(defaults)
    return tuple(element.code for element in form.asked() if _is_needed(element) and element.code not in given)


def _is_needed(element: Element) -> bool:
    return element.required and not element.condition.clauses and element.type is not ElementType.REPEAT
