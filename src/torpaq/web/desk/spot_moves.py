"""What the form of a move of a spot task brings: a team, items, an action, an evacuation, explosives, an answer."""

from django.http import QueryDict

from torpaq.standard.problems import Problem, problem
from torpaq.web.desk import operations_input as read
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.models import Team

ITEM = ("item_category", "item_model", "item_quantity", "item_status")
EXPLOSIVE = ("explosive", "unit", "issued", "used", "returned")


def changes_of(move: str, values: QueryDict, problems: list[Problem]) -> dict[str, object]:
    """Return what a move changes, as :func:`torpaq.web.operations.spot.move_spot` takes it; problems are added."""
    if move == "assign":
        return _assignment(values, problems)
    changes: dict[str, object] = {}
    if move in ("refuse", "close"):
        changes["feedback"] = read.text(values, "feedback")
        changes["feedback_on"] = read.day(values, "feedback_on", problems)
    if move in ("identify", "close"):
        changes["items"] = _items(values, problems)
    if move == "close":
        changes |= {
            "action": values.get("action", "")[:32],
            "evacuated": read.whole(values, "evacuated", problems),
            "evacuation": {
                "radius_m": read.whole(values, "evacuation_radius_m", problems),
                "from": read.line(values, "evacuation_from", 40),
                "until": read.line(values, "evacuation_until", 40),
            },
            "explosives": _explosives(values, problems),
        }
    return changes


def _assignment(values: QueryDict, problems: list[Problem]) -> dict[str, object]:
    chosen = values.get("team", "")
    team = Team.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 10 else None
    place = read.place(values.get("place", ""), country_extent(), problems)
    changes: dict[str, object] = {
        "urgency": values.get("urgency", "")[:16],
        "team": team,
        "organisation": team.organisation if team else None,
    }
    return changes | ({"lon": place[0], "lat": place[1]} if place else {})


def _items(values: QueryDict, problems: list[Problem]) -> list[dict[str, object]]:
    """Read the rows of items; a row without a category is left out."""
    columns = [values.getlist(name) for name in ITEM]
    found: list[dict[str, object]] = []
    for number, (category, model, quantity, status) in enumerate(zip(*columns, strict=False), 1):
        if not category.strip():
            continue
        count = int(quantity) if quantity.strip().isdecimal() and len(quantity) < 8 else 0
        if count < 1:
            problems.append(problem("spot_item_wrong", "items", number=number, value=f"{category} {quantity}"[:60]))
        found.append(
            {"category": category[:64], "model": model.strip()[:200], "quantity": count, "status": status[:32]}
        )
    return found


def _explosives(values: QueryDict, problems: list[Problem]) -> list[dict[str, object]]:
    """Read the rows of explosives; a row without a name is left out, numbers are kept as they were written."""
    columns = [values.getlist(f"explosive_{name}") for name in EXPLOSIVE]
    found: list[dict[str, object]] = []
    for row in zip(*columns, strict=False):
        told = dict(zip(EXPLOSIVE, (cell.strip()[:100] for cell in row), strict=True))
        if not told["explosive"]:
            continue
        amounts = {name: told[name].replace(",", ".") for name in ("issued", "used", "returned")}
        for name, amount in amounts.items():
            read.number({name: amount}, name, problems)
        found.append({**told, **amounts})
    return found
