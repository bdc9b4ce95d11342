"""What a report on an EOD spot task begins with: all that the task knows already, so that nobody types it twice."""

from collections.abc import Mapping
from datetime import date

from django.http import QueryDict
from django.utils import timezone

from torpaq.intake.record.context import Context
from torpaq.intake.record.record import Value
from torpaq.web.desk.record_input import typed_of
from torpaq.web.models import SpotTask, StateMove
from torpaq.web.operations.spot import SUBJECT
from torpaq.web.operations.spot_places import area_at
from torpaq.web.operations.spot_teams import level_of_team

FORM = "eod_spot_task"
ACTIVITY = "eod_spot"


def first_answers(spot: SpotTask, context: Context) -> QueryDict:
    """Return the fields of the form as a spot task fills them in; who called stays with the task and is left out."""
    days = _days(spot)
    area = area_at(spot)
    values: dict[str, Value] = {
        "date_of_information": timezone.localdate().isoformat(),
        "local_id": spot.code,
        "unit": spot.unit,
        "task": spot.code,
        "task_status": spot.state,
        "reported_at": timezone.localtime(spot.reported_at).strftime("%Y-%m-%dT%H:%M"),
        "report_source": spot.source,
        "reported_item": spot.told,
        "reported_place": _place(spot),
        "place_description": spot.place_told,
        "danger_to": list(spot.danger_to),
        "urgency": spot.urgency,
        "in_recorded_area": "yes" if area else "",
        "area": area,
        "activity": ACTIVITY,
        "assigned_on": _iso(days.get("assigned")),
        "team": spot.team.code if spot.team else "",
        "eod_level": level_of_team(spot.team, timezone.localdate()) if spot.team else "",
        "start_date": _iso(days.get("on_site")),
        "end_date": _iso(days.get("closed")),
        "action": [spot.action] if spot.action else [],
        "finds": _finds(spot, days),
        **_evacuation(spot),
        "demolitions": _demolitions(spot),
        "feedback_given": "yes" if spot.feedback else "",
    }
    return typed_of({code: value for code, value in values.items() if value not in ("", [])}, context)


def _days(spot: SpotTask) -> dict[str, date]:
    """Return on which day a task reached each state, the last time."""
    moves = StateMove.objects.filter(subject=SUBJECT, name=spot.code).order_by("at", "pk")
    return dict(moves.values_list("target", "on"))


def _iso(on: date | None) -> str:
    return on.isoformat() if on else ""


def _place(spot: SpotTask) -> Value:
    if spot.lon is None or spot.lat is None:
        return ""
    return {"type": "Point", "coordinates": [spot.lon, spot.lat], "original": {"source": "spot task"}}


def _finds(spot: SpotTask, days: Mapping[str, date]) -> list[Value]:
    """Return a row for each item; without any one for what it may be, for the team to put right on the spot."""
    found_on = _iso(days.get("identified") or days.get("on_site"))
    known = [row for row in spot.items if isinstance(row, Mapping)]
    suspected = [{"category": spot.suspected, "quantity": 1}] if spot.suspected and not known else []
    rows: list[Value] = []
    for row in [*known, *suspected]:
        told: dict[str, Value] = {
            "category": str(row.get("category") or ""),
            "model": str(row.get("model") or ""),
            "quantity": _whole(row.get("quantity")),
            "place": _place(spot),
            "found_on": found_on,
            "item_status": str(row.get("status") or ""),
        }
        rows.append({code: value for code, value in told.items() if value != ""})
    return rows


def _whole(value: object) -> int | str:
    """Return a whole number, an empty text where there is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else ""


def _evacuation(spot: SpotTask) -> dict[str, Value]:
    if spot.evacuated is None:
        return {}
    told = spot.detail.get("evacuation")
    radius_m = told.get("radius_m") if isinstance(told, Mapping) else None
    return {
        "evacuated": "yes" if spot.evacuated else "no",
        "evacuated_persons": spot.evacuated or "",
        "evacuation_radius_m": _whole(radius_m),
    }


def _demolitions(spot: SpotTask) -> list[Value]:
    rows = spot.detail.get("explosives")
    found: list[Value] = []
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping) and row.get("explosive"):
            told: dict[str, Value] = {"explosive": str(row["explosive"])}
            for name in ("unit", "issued", "used", "returned"):
                if row.get(name) not in (None, ""):
                    told[f"explosive_{name}"] = str(row[name])
            found.append(told)
    return found
