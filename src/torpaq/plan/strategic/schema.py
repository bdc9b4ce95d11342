"""The shape of an instance and of a plan as JSON Schema, and a small checker of the part of it used here."""

from typing import Any

INSTANCE_FORMAT = "torpaq-plan-instance/1"
PLAN_FORMAT = "torpaq-plan/1"

Shape = dict[str, Any]


def _text() -> Shape:
    return {"type": "string", "minLength": 1}


def _number(least: float = 0, most: float | None = None) -> Shape:
    return {"type": "number", "minimum": least} | ({} if most is None else {"maximum": most})


def _whole(least: int = 0) -> Shape:
    return {"type": "integer", "minimum": least}


def _list(of: Shape, least: int = 0) -> Shape:
    return {"type": "array", "items": of, "minItems": least}


def _map(of: Shape) -> Shape:
    return {"type": "object", "additionalProperties": of}


def _object(required: Shape, optional: Shape | None = None) -> Shape:
    return {
        "type": "object",
        "required": list(required),
        "properties": required | (optional or {}),
        "additionalProperties": False,
    }


_MODE = _object(
    {
        "id": _text(),
        "cost": _number(),
        "qc_days": _number(),
        "work": _list(_object({"class": _text(), "level": _whole(), "days": _number()}), 1),
    }
)
_COMMITTED = _object({"mode": _text(), "period": _whole(), "share": _number(0, 1)})
_TASK = _object(
    {
        "id": _text(),
        "district": _text(),
        "sector": _text(),
        "area_m2": _number(),
        "benefit": _number(),
        "modes": _list(_MODE, 1),
    },
    {
        "done": _number(0, 1),
        "after": _list(_text()),
        "window": _list({"type": "boolean"}),
        "committed": _list(_COMMITTED),
    },
)
_GROUP = _object(
    {
        "id": _text(),
        "class": _text(),
        "operator": _text(),
        "region": _text(),
        "level": _whole(),
        "women": {"type": "boolean"},
        "teams": _number(),
        "days": _list(_number(), 1),
    }
)
_SETTLEMENT = _object(
    {"id": _text(), "district": _text(), "people": _number(), "tasks": _list(_text(), 1)},
    {"due": _whole(), "late": _number()},
)
_FUNDER = _object(
    {"id": _text(), "budget": _list(_number(), 1)},
    {"cells": _list(_object({}, {"district": _text(), "sector": _text()})), "carry": {"type": "boolean"}},
)
INSTANCE_SCHEMA: Shape = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Torpaq plan instance",
    **_object(
        {
            "format": {"const": INSTANCE_FORMAT},
            "years_per_period": _number(0.01),
            "year_of_period": _list(_whole(), 1),
            "discount": _list(_number(), 1),
            "regions": _list(_text(), 1),
            "districts": _map(_text()),
            "sectors": _list(_text(), 1),
            "groups": _list(_GROUP, 1),
            "tasks": _list(_TASK, 1),
            "settlements": _list(_SETTLEMENT),
            "funders": _list(_FUNDER, 1),
            "qc_days": _list(_number(), 1),
            "qc_lag": _whole(),
            "person_year_value": _number(),
        },
        {
            "synthetic": _text(),
            "name": _text(),
            "seed": _whole(),
            "season": _map(_map(_list(_number(0, 1)))),
            "moves": _map(_map(_object({"days": _number(), "cost": _number()}))),
            "reserve": _map(_number(0, 1)),
            "money_value": _number(),
            "women": _object({"share": _number(0, 1), "price": _number()}),
            "floors": _map(_number(0, 1)),
            "service_weight": _number(),
        },
    ),
}
_SIGNED = {"type": "number"}
PLAN_SCHEMA: Shape = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Torpaq plan",
    **_object(
        {
            "format": {"const": PLAN_FORMAT},
            "instance": _text(),
            "work": _list(_object({"task": _text(), "mode": _text(), "period": _whole(), "share": _number(0, 1)})),
            "positions": _map(_map(_list(_number()))),
            "worked": _map(_map(_list(_number()))),
            "flows": _list(
                _object(
                    {
                        "funder": _text(),
                        "district": _text(),
                        "sector": _text(),
                        "year": _whole(),
                        "amount": _number(),
                    }
                )
            ),
            "completed": _map(_whole()),
            "opened": _map(_whole()),
            "objective": _SIGNED,
            "bound": _SIGNED,
            "gap": {"type": ["number", "null"]},
            "people_home": _number(),
            "person_years_home": _number(),
            "released_m2": _number(),
            "method": _text(),
            "digest": _text(),
        },
        {"synthetic": _text()},
    ),
}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def faults(value: object, shape: Shape, path: str = "$") -> list[tuple[str, str, str]]:
    """Return what in a JSON value departs from a shape: where, what was expected, what stands there."""
    if "const" in shape:
        return [] if value == shape["const"] else [(path, shape["const"], _short(value))]
    kinds = [shape["type"]] if isinstance(shape["type"], str) else shape["type"]
    if not any(_is_a(value, kind) for kind in kinds):
        return [(path, " | ".join(kinds), _short(value))]
    if isinstance(value, str):
        return [(path, "…", "")] if len(value) < shape.get("minLength", 0) else []
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _range(value, shape, path)
    if isinstance(value, list):
        found = [(path, f"≥ {shape['minItems']}", "0")] if len(value) < shape.get("minItems", 0) else []
        for at, item in enumerate(value):
            found += faults(item, shape["items"], f"{path}[{at}]")
        return found
    return _members(value, shape, path) if isinstance(value, dict) else []


def _members(value: dict[str, Any], shape: Shape, path: str) -> list[tuple[str, str, str]]:
    known, others = shape.get("properties", {}), shape.get("additionalProperties", True)
    found = [(f"{path}.{key}", key, "–") for key in shape.get("required", ()) if key not in value]
    for key, item in value.items():
        inner = known.get(key, others)
        if inner is False:
            found.append((f"{path}.{key}", ", ".join(known), key))
        elif isinstance(inner, dict):
            found += faults(item, inner, f"{path}.{key}")
    return found


def _is_a(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _range(value: float, shape: Shape, path: str) -> list[tuple[str, str, str]]:
    least, most = shape.get("minimum"), shape.get("maximum")
    if not abs(value) < float("inf"):  # neither infinity nor NaN is a number of anything
        return [(path, "number", str(value))]
    if least is not None and value < least:
        return [(path, f"≥ {least}", str(value))]
    return [(path, f"≤ {most}", str(value))] if most is not None and value > most else []


def _short(value: object) -> str:
    return str(value)[:60]
