"""A balance as people read it: tables of square metres, split as asked, with what was destroyed beside it."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from torpaq.cli.output import thousands, write_table
from torpaq.land.balance import FLOWS, Balance, Figures, GroupBy
from torpaq.standard.country import Country

CLASSES = ("mine", "erw")
DEPARTMENT = "department"
SPLITS = (*(split.value for split in GroupBy), DEPARTMENT)
SIGNS = {"opening": " ", "closing": "=", "reclassified": "~"}
OUTGOING = ("cancelled", "reduced", "cleared")
NOT_STATED = "(not stated)"


@dataclass(frozen=True, slots=True)
class Ordnance:
    """Items of explosive ordnance that a programme's imported records count, in all and in the groups asked for."""

    by_category: dict[str, int] = field(default_factory=dict)
    by_group: dict[str, int] = field(default_factory=dict)

    @property
    def items(self) -> int:
        """All items."""
        return sum(self.by_category.values())

    def as_json(self) -> dict[str, object]:
        """Return ``items`` and ``by_category``."""
        return {"items": self.items, "by_category": self.by_category}


def department_of(country: Country, unit: str) -> str:
    """Return the unit of the first level below the country: from its table, or from a code with strokes."""
    if unit in country.units:
        upwards = [unit, *country.ancestors(unit)]
        return upwards[-2] if len(upwards) > 1 else unit
    return "/".join(unit.split("/")[:2])


def by_department(figures: Balance, country: Country) -> Balance:
    """Return a balance by unit as one by units of the first level, each figure the exact sum of its units' figures."""
    groups: dict[str, tuple[Figures, Figures]] = {}
    for unit, (drawn, apart) in figures.groups.items():
        key = department_of(country, unit)
        earlier = groups.get(key)
        groups[key] = (_sum(earlier[0], drawn), _sum(earlier[1], apart)) if earlier else (drawn, apart)
    return replace(figures, groups=dict(sorted(groups.items())))


def _sum(one: Figures, other: Figures) -> Figures:
    mine, erw = (
        tuple(a + b for a, b in zip(*pair, strict=True)) for pair in zip(one.classes, other.classes, strict=True)
    )
    flows = [{name: a[name] + b[name] for name in FLOWS} for a, b in zip(one.flows, other.flows, strict=True)]
    return Figures((mine, erw), (flows[0], flows[1], flows[2]))


def read_ordnance(split: str | None, country: Country, on: date, known: date, since: date | None) -> Ordnance:
    """Count the opened programme's ordnance items: months that end on or before ``on``, imported by ``known``."""
    from torpaq.web.models import OrdnanceCount

    group_of: dict[str | None, Callable[[OrdnanceCount], str]] = {
        "unit": lambda row: row.unit,
        "operator": lambda row: row.operator,
        "year": lambda row: str(row.month.year),
        DEPARTMENT: lambda row: department_of(country, row.unit),
    }
    by_category, by_group = Counter[str](), Counter[str]()
    for row in OrdnanceCount.objects.select_related("batch"):
        last_day = (row.month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        is_known = row.batch is None or row.batch.created.date() <= known
        if not is_known or last_day > on or (since and last_day < since):
            continue
        by_category[row.category] += row.items
        if split in group_of:
            by_group[group_of[split](row)] += row.items
    return Ordnance(dict(sorted(by_category.items())), dict(by_group))


def balance_as_json(figures: Balance, ordnance: Ordnance | None, label: str) -> dict[str, Any]:
    """Return the documented keys of a balance; a programme's has ``ordnance``, a synthetic one's ``synthetic``."""
    value = figures.as_json()
    if ordnance is not None:
        value["ordnance"] = ordnance.as_json()
        for group in value["groups"] if isinstance(value["groups"], list) else ():
            group["items"] = ordnance.by_group.get(group["key"], 0)
    if label:
        value["synthetic"] = label
    return value


def write_balance(value: Mapping[str, Any], names: Callable[[str], str] = str) -> None:
    """Write a balance's JSON as tables; ``names`` gives a group's key in words."""
    if value.get("synthetic"):
        print(value["synthetic"])
    print(f"On {value['on']}, as known on {value['known']}; areas in square metres\n")
    sides = {
        "drawn": (value["classes"], value["flows"]),
        "unlocated": (value["unlocated"], value["unlocated"]["flows"]),
    }
    told = {name: side for name, side in sides.items() if name == "drawn" or _has_figures(*side)}
    _write_classes({name: classes for name, (classes, _) in told.items()})
    _write_flows({name: flows for name, (_, flows) in told.items()}, value["from"])
    if value["groups"]:
        _write_groups("drawn", [(names(g["key"]), g["flows"], g.get("items")) for g in value["groups"]])
        unlocated = [(names(g["key"]), g["unlocated"]["flows"], g.get("items")) for g in value["groups"]]
        _write_groups("unlocated", unlocated)
    if value.get("ordnance", {}).get("items"):
        parts = ", ".join(f"{name} {count}" for name, count in value["ordnance"]["by_category"].items())
        print(f"{value['ordnance']['items']} items of explosive ordnance: {parts}\n")
    print(f"digest {value['digest']}")


def _has_figures(classes: Mapping[str, Any], flows: Mapping[str, float]) -> bool:
    return any(flows.values()) or any(any(classes[name].values()) for name in CLASSES)


def _write_classes(sides: Mapping[str, Mapping[str, Any]]) -> None:
    heads = [f"{name}, {side}" if len(sides) > 1 else name for side in sides for name in CLASSES]
    rows = [["", *heads]]
    for status in next(iter(sides.values()))["mine"]:
        cells = [thousands(classes[name][status]) for classes in sides.values() for name in CLASSES]
        rows.append([status.removesuffix("_m2"), *cells])
    write_table(rows)
    print()


def _write_flows(sides: Mapping[str, Mapping[str, float]], since: str | None) -> None:
    """Write what the land account opened with, what moved, and what it closes with: each square metre once."""
    rows = [[f"open land{f', from {since}' if since else ''}", *(sides if len(sides) > 1 else [""])]]
    for name in FLOWS:
        amounts = [flows[f"{name}_m2"] for flows in sides.values()]
        if any(amounts) or name in {"opening", "closing"}:
            sign = SIGNS.get(name, "-" if name in OUTGOING else "+")
            rows.append([f"{sign} {_words(name)}", *map(thousands, amounts)])
    write_table(rows)
    print()


def _write_groups(side: str, groups: list[tuple[str, Mapping[str, float], int | None]]) -> None:
    moving = [name for name in FLOWS if any(flows[f"{name}_m2"] for _, flows, _ in groups)]
    if not moving:
        return
    shown = [name for name in FLOWS if name in moving or name in {"opening", "closing"}]
    with_items = any(items for _, _, items in groups)
    rows = [[side, *map(_words, shown), *(["items"] if with_items else [])]]
    for key, flows, items in groups:
        if not items and not any(flows[f"{name}_m2"] for name in shown):
            continue
        cells = [thousands(flows[f"{name}_m2"]) for name in shown]
        rows.append([key or NOT_STATED, *cells, *([str(items or 0)] if with_items else [])])
    write_table(rows)
    print()


def _words(name: str) -> str:
    return "not recorded before" if name == "not_previously_recorded" else name
