"""Something was found in released land: how much of it is opened anew, shown before it is proposed."""

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from torpaq.geo.overlay import rest_of
from torpaq.geo.shape import CM_PER_M, Shape
from torpaq.land.entry import Contamination, Entry, Located, Status
from torpaq.standard.problems import Problem, has_errors
from torpaq.web.accounts import Right, may
from torpaq.web.desk import operations_input as read
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.area_story import Face
from torpaq.web.desk.charts import Plan, plan_of
from torpaq.web.desk.choices import polygon_choices
from torpaq.web.desk.polygon_input import read_polygon
from torpaq.web.desk.record_words import geojson
from torpaq.web.desk.views_release import day_given, tell, text_given
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.desk.views_tasks import LEGS_SHOWN
from torpaq.web.models import Account, LedgerEntry, OrdnanceItem
from torpaq.web.operations.release import REOPENERS, reopen
from torpaq.web.operations.release_dossier import RELEASES
from torpaq.web.operations.release_finds import class_of
from torpaq.web.operations.release_reopening import (
    CIRCLE,
    POLYGON,
    WAYS,
    WHOLE,
    Wanted,
    ground_to_open,
    released_part,
    usual_radius_m,
)
from torpaq.web.operations.work_seen import items_seen_by
from torpaq.web.programme_row import programme_crs
from torpaq.web.rows import entry_of_row

CLASSES = {"mine": Contamination.MINE, "erw": Contamination.ERW}


@needs(*REOPENERS)
def reopen_page(request: HttpRequest, entry_id: str) -> HttpResponseBase:
    """Ask what was found and how much land is opened anew; show its area, then propose just that.

    Nothing is proposed whose area the person has not seen: the form carries the area that was shown.
    """
    person = person_of(request)
    row = get_object_or_404(LedgerEntry, entry_id=entry_id, kind__in=RELEASES)
    release, problems = entry_of_row(row), list[Problem]()
    values = request.POST if request.method == "POST" else first_values(person, request.GET.get("item", ""))
    place: Located | None = None
    if request.method == "POST":
        wanted, problems = _wanted(request)
        if not has_errors(problems):
            place, found = ground_to_open(release, classes_given(values), wanted)
            problems += found
        if place is not None and values.get("shown_m2") == _written(place):
            answer = _proposed(request, person, entry_id, wanted, problems)
            if answer is not None:
                return answer
    return render(request, "desk/reopen.html", _context(row, release, values, place, problems))


def _proposed(
    request: HttpRequest, person: Account, entry_id: str, wanted: Wanted, problems: list[Problem]
) -> HttpResponseBase | None:
    """Propose what was shown; None where it cannot stand, with why among the problems."""
    on, wrong = day_given(request, "on")
    problems += wrong
    if on is None:
        return None
    proposal, found = reopen(
        person, entry_id, classes_given(request.POST), on, text_given(request, "why"), wanted=wanted
    )
    if proposal is None:
        problems += [one for one in found if one not in problems]
        return None
    tell(request, found)
    messages.info(request, _("Proposed. It counts once another person signs it; the look-back has begun."))
    if may(person, Right.PROPOSE_ANY) or may(person, Right.SIGN):
        return redirect("proposal", number=proposal.pk)
    return redirect("proof", entry_id=entry_id)


def first_values(person: Account, item: str) -> QueryDict:
    """Return what the page begins with: from an item that the person may see its day, class, place and words."""
    values = QueryDict(mutable=True)
    values["way"], values["radius_m"] = WHOLE, f"{usual_radius_m():g}"
    found: OrdnanceItem | None = items_seen_by(person).filter(pk=int(item)).first() if _is_number(item) else None
    if found is None:
        return values
    values["on"] = found.found_on.isoformat()
    values["why"] = f"{found.model or found.category} ({found.uid})"
    values.setlist("class", [name for name, member in CLASSES.items() if member in class_of(found.category)])
    if found.lon is not None and found.lat is not None:
        values["centre"], values["way"] = f"{found.lat:.7f} {found.lon:.7f}", CIRCLE
    return values


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def classes_given(values: QueryDict) -> Contamination:
    """Return the classes that were ticked."""
    found = Contamination.NONE
    for name in values.getlist("class"):
        found |= CLASSES.get(name, Contamination.NONE)
    return found


def _wanted(request: HttpRequest) -> tuple[Wanted, list[Problem]]:
    """Read how much land is meant."""
    values, problems = request.POST, list[Problem]()
    way = values.get("way", "")
    wanted = Wanted(way if way in WAYS else "")
    if way == CIRCLE:
        centre = read.place(read.line(values, "centre"), country_extent(), problems)
        wanted = replace(wanted, centre=centre, radius_m=read.number(values, "radius_m", problems))
    elif way == POLYGON:
        given = read_polygon(values, request.FILES, country_extent(), programme_crs())
        problems += given.problems
        wanted = replace(wanted, drawn=given.shape)
    return wanted, problems


def _written(place: Located) -> str:
    return f"{place.shape.area_m2:.4f}"


def _context(
    row: LedgerEntry, release: Entry, values: QueryDict, place: Located | None, problems: list[Problem]
) -> dict[str, object]:
    shown = values.copy()
    if place is not None and values.get("way") == POLYGON:  # a file is not sent twice: the polygon stays as text
        shown["source"], shown["typed"] = "typed", place.written.removeprefix("wkt ")
    classes = classes_given(values) or release.contamination
    released = released_part(release, classes) if isinstance(release.place, Located) else None
    legs = list(zip(*(values.getlist(name) for name in ("bearing", "distance", "slope")), strict=False))
    return {
        "row": row,
        "problems": problems,
        "values": shown,
        "classes": values.getlist("class"),
        "today": timezone.localdate(),
        "released_m2": released.area_m2 if released else 0.0,
        "place_m2": place.shape.area_m2 if place else None,
        "shown_m2": _written(place) if place else "",
        "places": _places(released, place, row.entry_id),
        "plan": _plan(released, place, release),
        "legs": [*legs, *([("", "", "")] * max(0, LEGS_SHOWN - len(legs)))],
        "extent": list(country_extent()),
        **polygon_choices(),
    }


def _places(released: Shape | None, place: Located | None, name: str) -> str:
    """Return the released land, and what would be opened of it, for the map."""
    drawn = [("boundary", released), ("lane", place.shape if place else None)]
    features = [
        {"type": "Feature", "properties": {"kind": kind, "words": name}, "geometry": json.loads(geojson(shape))}
        for kind, shape in drawn
        if shape
    ]
    return json.dumps(features)


def _plan(released: Shape | None, place: Located | None, release: Entry) -> Plan | None:
    """Return the picture: what stays released, and what would be opened."""
    if released is None:
        return None
    stays = rest_of(released, [place.shape]) if place else released
    was = {"cancel": Status.CANCELLED, "reduce": Status.REDUCED}.get(release.kind.value, Status.CLEARED)
    drawn = [(stays, was), (place.shape if place else None, Status.CHA)]
    return plan_of([_face(number, shape, status) for number, (shape, status) in enumerate(drawn, 1) if shape])


def _face(number: int, shape: Shape, status: Status) -> Face:
    rings = [np.concatenate((ring, ring[:1])) / CM_PER_M for ring in shape.rings_cm]
    middle: Sequence[float] = rings[0][:-1].mean(axis=0).tolist()
    nothing = (None, None)
    return Face(number, rings, (middle[0], middle[1]), shape.area_m2, (status, None), nothing, (), handed_over=False)
