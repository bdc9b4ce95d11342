"""A map of somebody's own columns and words to a form's elements and codes.

It is a small TOML file::

    [columns]
    "Nr. sahə" = "area"
    "Enlik" = "benchmark.lat"
    "Köhnə qeyd" = ""            # not wanted: left out without a word

    [values.area_classification]
    "təsdiqlənib" = "cha"

    [values.organisation]
    "Operator A MMC" = "OP-A"

    [defaults]
    reporting_organisation = "OP-A"

``values`` are named by code list, by ``unit``, ``organisation`` or ``reference``, or by an element's own code.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from torpaq.intake.batches.targets import How, Target, read_target
from torpaq.standard.form import LISTED, Element, ElementType, Form
from torpaq.standard.problems import Problem, problem
from torpaq.standard.text import fold_name

TABLES = ("columns", "values", "defaults")
OF_TYPE = (ElementType.UNIT, ElementType.ORGANISATION, ElementType.REFERENCE)


@dataclass(frozen=True, slots=True)
class MapFile:
    """What a map says: the target of a heading (by search key; None: not wanted), words and values to put in."""

    columns: Mapping[str, Target | None] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)

    def words_for(self, element: Element) -> Mapping[str, str]:
        """Return a person's own words for an element's values by search key, its own before those of its list."""
        listed = self.words.get(element.list or element.type.value, {})
        return {**listed, **self.words.get(element.code, {})}


EMPTY_MAP = MapFile()


def read_map(text: str, form: Form) -> tuple[MapFile, list[Problem]]:
    """Read a map for a form; what it names and the form lacks is a problem, and the rest is there all the same."""
    try:
        loaded = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return EMPTY_MAP, [problem("map_not_toml", "map", detail=str(error)[:80])]
    problems = [
        problem("map_table_unknown", str(name)[:60], known=", ".join(TABLES)) for name in loaded if name not in TABLES
    ]
    columns = _columns(loaded.get("columns"), form, problems)
    words = _words(loaded.get("values"), form, problems)
    return MapFile(columns, words, _defaults(loaded.get("defaults"), form, problems)), problems


def _columns(table: object, form: Form, problems: list[Problem]) -> dict[str, Target | None]:
    columns: dict[str, Target | None] = {}
    for heading, path in _texts("columns", table, problems).items():
        target = read_target(path, form, How.MAP) if path else None
        if path and target is None:
            problems.append(problem("map_element_unknown", heading[:60], element=path[:60], form=form.code))
        else:
            columns[fold_name(heading)] = target
    return columns


def _words(table: object, form: Form, problems: list[Problem]) -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = {}
    if table is not None and not isinstance(table, dict):
        problems.append(problem("map_table_not_texts", "values"))
        return words
    for name, pairs in (table or {}).items():
        listed = _list_named(name, form)
        if listed is None:
            problems.append(problem("map_list_unknown", name[:60], form=form.code))
            continue
        for word, code in _texts(f"values.{name}", pairs, problems).items():
            if listed and code not in form.lists[listed]:
                problems.append(problem("map_code_unknown", word[:60], written=code[:60], list=listed))
            else:
                words.setdefault(name, {})[fold_name(word)] = code
    return words


def _list_named(name: str, form: Form) -> str | None:
    """Return the code list that a name means, an empty text for values without a list, None for no such thing."""
    if name in form.lists:
        return name
    element = form.by_code.get(name)
    if element is not None:
        is_worded = element.type in (*LISTED, *OF_TYPE)
        return element.list if element.type in LISTED else "" if is_worded else None
    return "" if name in OF_TYPE or name in {e.list for e in form.elements if e.type is ElementType.REFERENCE} else None


def _defaults(table: object, form: Form, problems: list[Problem]) -> dict[str, str]:
    defaults: dict[str, str] = {}
    for path, value in _texts("defaults", table, problems).items():
        target = read_target(path, form, How.MAP)
        if target is None or target.part:
            problems.append(problem("map_element_unknown", "defaults", element=path[:60], form=form.code))
        else:
            defaults[target.place] = value
    return defaults


def _texts(name: str, table: object, problems: list[Problem]) -> dict[str, str]:
    """Return a table whose values are texts or plain numbers; anything else is a problem."""
    if table is None:
        return {}
    if not isinstance(table, dict):
        problems.append(problem("map_table_not_texts", name))
        return {}
    texts = {str(key): str(value) for key, value in table.items() if not isinstance(value, dict | list | bool)}
    problems += [problem("map_table_not_texts", f"{name}.{key}"[:60]) for key in table if str(key) not in texts]
    return texts
