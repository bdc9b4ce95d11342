"""Merging for the screen: three states of a record side by side, and the version that ends a conflict."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from torpaq.intake.record.history import ROW_KEY, Conflict, Settled, Version, settle
from torpaq.intake.record.record import Value
from torpaq.standard.problems import Problem, problem


@dataclass(frozen=True, slots=True)
class Merge:
    """Two edits of one state put together: values by element, and what a person has to settle."""

    values: Mapping[str, Value]
    conflicts: tuple[Conflict, ...]


def three_way(
    base: Mapping[str, Value] | None,
    mine: Mapping[str, Value],
    theirs: Mapping[str, Value],
    by_person: Collection[str],
) -> Merge:
    """Merge two edits of ``base`` (``None``: nothing in common) by the rule of :func:`settle`.

    The sides of a conflict are named ``mine`` and ``theirs``.
    """
    past = [] if base is None else [Version("base", (), base)]
    bases = tuple(version.id for version in past)
    settled = settle([*past, Version("mine", bases, mine), Version("theirs", bases, theirs)], by_person)
    return Merge(settled.values, settled.conflicts)


def resolve(settled: Settled, choices: Mapping[str, Value | None], id: str) -> tuple[Version | None, list[Problem]]:
    """Return the version that ends every conflict: edited from all heads, with the chosen values.

    ``choices`` has, by the conflict's ``element``, the value that is right: one of the sides' or another; ``None``
    takes the element or row out. ``settled`` must be what the person saw: a version that arrived since is no base of
    the resolution, so it stays a head and is weighed against it. With a problem there is no version:
    ``conflict_unresolved`` for each conflict without a choice, ``choice_without_conflict`` for a choice of anything
    else, ``choice_not_a_row`` where a row was to be chosen.
    """
    problems = [
        problem("conflict_unresolved", conflict.element, sides=len(conflict.sides))
        for conflict in settled.conflicts
        if conflict.element not in choices
    ]
    in_conflict = {conflict.element: conflict for conflict in settled.conflicts}
    for element, choice in choices.items():
        if element not in in_conflict:
            problems.append(problem("choice_without_conflict", element))
        elif len(in_conflict[element].place) == 2 and not isinstance(choice, Mapping | None):
            problems.append(problem("choice_not_a_row", element))
    if problems:
        return None, problems

    values = dict(settled.values)
    for conflict in settled.conflicts:
        element, *inner = conflict.place
        choice = choices[conflict.element]
        _put(values, element, _list_with(values.get(element), inner, choice) if inner else choice)
    return Version(id, settled.heads, values), []


def _list_with(rows: object, inner: list[str], choice: Value | None) -> Value | None:
    """Return a list of rows with the choice put in for a row, or for one child of a row."""
    row_id, *child = inner
    by_id: dict[str, dict[str, Value]] = {row[ROW_KEY]: dict(row) for row in (rows if isinstance(rows, list) else [])}
    if child:
        _put(by_id[row_id], child[0], choice)
    elif isinstance(choice, Mapping):
        by_id[row_id] = {**choice, ROW_KEY: row_id}
    else:
        by_id.pop(row_id, None)
    return list(by_id.values()) or None


def _put(values: dict[str, Value], key: str, value: Value | None) -> None:
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value
