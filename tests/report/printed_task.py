"""One task of Operator A near Ağdam, as it is printed in these tests: sixty turning points, a hundred and twenty finds.

The ground is made up; bearings and distances are walked from one place by geodesics.
"""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from torpaq.geo.coordinates.grids import geodesic_direct
from torpaq.report.certificate import HandoverCertificate
from torpaq.report.completion import AccreditationLine, BeneficiaryLine, CompletionDossier, FindLine, MethodLine
from torpaq.report.contents import Chain, Ground, Head, Signature
from torpaq.report.coordinates import Point
from torpaq.report.dossier import AssetLine, MarkingLine, Member, Order, TaskDossier, TeamLine
from torpaq.report.maps.sheet import MapArea, MapLine, MapPoint
from torpaq.report.parts import Outcome, Remaining
from torpaq.report.quality_pages import Failing, InspectionLine, PassMeans, SampleLine
from torpaq.standard.country import load_country

MIDDLE = (46.93, 39.99)
ADDRESS = "https://desk.example/tasks/TSK-2026-014"


def place(east_m, north_m, middle=MIDDLE):
    """(lon, lat) so many metres east and north of the middle."""
    there = geodesic_direct(*middle, math.degrees(math.atan2(east_m, north_m)), math.hypot(east_m, north_m))
    return there.lon, there.lat


def ring(count, across_m, up_m, middle=MIDDLE):
    angles = [2 * math.pi * number / count for number in range(count)]
    return tuple(place(across_m * math.cos(angle), up_m * math.sin(angle), middle) for angle in angles)


def box(west_m, south_m, east_m, north_m):
    corners = [(west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m)]
    return ((tuple(place(*corner) for corner in corners),),)


def named(text):
    return {"az": text, "en": text, "ru": text}


def head(**changes):
    given = Head(
        code="TSK-2026-014",
        title={"az": "Ağdam rayonu, AGM-014", "en": "Aghdam district, AGM-014", "ru": "Агдамский район, AGM-014"},
        organisation={"az": "Operator A (nümayiş)", "en": "Operator A", "ru": "Оператор А"},
        authority={"az": "Səlahiyyətli qurum", "en": "The Authority", "ru": "Уполномоченный орган"},
        classification="internal",
        address=ADDRESS,
        author="Elçin Quliyev",
        made_at=datetime(2026, 11, 28, 9, 5, 7, 123456, tzinfo=UTC),
        data_on=date(2026, 11, 27),
    )
    return replace(given, **changes)


def ground(turning):
    units = {
        code: tuple(tuple(tuple(points) for points in rings) for rings in boundary)
        for code, boundary in load_country("aze").boundaries.items()
    }
    points = [MapPoint("start" if n == 0 else "turning", *spot, f"TP{n + 1}") for n, spot in enumerate(turning)]
    points += [MapPoint("find", *place(-180 + 3 * n, n * 37 % 100 - 50), str(n + 1)) for n in range(120)]
    points += [MapPoint("reference", *place(-380, -290), "RP"), MapPoint("benchmark", *place(-330, -250), "BM")]
    areas = (
        MapArea("cha", ((ring(18, 420, 260),),), "AGM-014"),
        MapArea("task_boundary", ((turning,),)),
        MapArea("cleared", box(-200, -60, 0, 60)),
        MapArea("reduced", box(0, -60, 90, 60)),
        MapArea("remaining", box(90, -60, 180, 60)),
        *(MapArea("lane_done", box(-190 + n * 12, -58, -180 + n * 12, 58), f"L{n + 1}") for n in range(8)),
        *(MapArea("sample_square", box(-20 - 10 * n, 20, -10 - 10 * n, 30)) for n in range(7)),
    )
    route = MapLine("access_route", (place(-700, -500), place(-500, -350), place(-330, -260)))
    here = {"az": "Ağdam rayonu", "en": "Aghdam district", "ru": "Агдамский район"}
    return Ground(areas, (route,), tuple(points), units, "AZ-AGM", here)


def chains(turning):
    way_in = (
        Point("RP", "reference", *place(-380, -290), "körpünün şərq dayağı"),
        Point("BM", "benchmark", *place(-330, -250)),
        Point("TP1", "start", *turning[0]),
    )
    boundary = tuple(Point(f"TP{n + 1}", "turning" if n else "start", *spot) for n, spot in enumerate(turning))
    return Chain(named("RP → TP1"), way_in, False), Chain(named("TP"), boundary, True)


SIGNED = (
    Signature("authority"),
    Signature("operator", "Leyla Həsənova", date(2026, 11, 20)),
    Signature("land_user"),
    Signature("local_authority"),
)


def order():
    return Order(
        areas=("AGM-014",),
        activity="clearance",
        methods=("manual", "dog"),
        contamination=("mine",),
        depth_cm=13,
        urgency="urgent",
        state="issued",
        area_m2=83214.2,
        planned_start=date(2026, 12, 1),
        planned_end=date(2027, 3, 31),
        issued_on=date(2026, 11, 25),
        issued_by="Aynur Rəhimova",
    )


def task_dossier_values(**changes):
    turning = ring(60, 260, 170)
    team = TeamLine(
        "A-1",
        date(2026, 12, 1),
        None,
        (
            Member("Rauf Məmmədov", "team_leader", (("team_leader", date(2027, 5, 1)), ("eod2", None))),
            Member("Günel Əliyeva", "medic", (("medic", date(2027, 2, 1)),)),
        ),
    )
    detector = AssetLine("VLL-01", "detector", "VMH4", "calibration", date(2026, 9, 1), date(2027, 9, 1), True)
    given = TaskDossier(
        head(),
        order(),
        ground(turning),
        chains(turning),
        threat="PMN-2 minaları, iki sıra.\n\nŞimalda OZM-72 ehtimalı.",
        follow_up_method="Əl ilə, sonra it ilə.",
        access="14-cü km-də sağa torpaq yol.",
        medical_plan="",
        hospital="Bərdə Mərkəzi Xəstəxanası",
        contacts="050 000 00 00",
        teams=(team,),
        assets=(detector,),
        marking=(MarkingLine("AGM-014", "fence", 1240.0, 52, 250, "metal", date(2026, 11, 26)),),
        environment=("soil", "water"),
        environment_measures="Çuxurlar doldurulur.",
        signatures=SIGNED,
    )
    return replace(given, **changes)


def completion_values(**changes):
    turning = ring(60, 260, 170)
    day = date(2026, 2, 1)
    finds = tuple(
        FindLine(f"FIND-{n + 1:04}", "ap_mine", "PMN-2", 1, *place(-180 + 3 * n, n * 37 % 100 - 50), 12.0, "armed",
                 day + timedelta(days=n), "destroyed", "destroyed_in_place", day + timedelta(days=n + 1))
        for n in range(120)
    )  # fmt: skip
    given = CompletionDossier(
        head(),
        ("AGM-014",),
        "clearance",
        ("mine",),
        named("Ağdam"),
        date(2026, 1, 1),
        date(2026, 1, 5),
        date(2026, 11, 20),
        13,
        83214.0,
        ground(turning),
        (Outcome("cleared", 60000.4, 15, ("manual", "dog")), Outcome("reduced", 15000, None, ("visual",))),
        (Remaining("terrain", 8000.0, "Dərə yamacı"),),
        chains(turning),
        ("A-1", "A-2"),
        (AccreditationLine("ACC-7", "operational", "clearance", "", date(2025, 1, 1), date(2027, 1, 1), "valid"),),
        (MethodLine("manual", 70000, 2000, 5123.5, 280, 118), MethodLine("dog", 60000, 0, 800, 60, 2)),
        (("weather", 120.0),),
        {"man": 5923.5, "stoppage": 120.0},
        finds,
        (),
        (InspectionLine("QA-1", "external_qc", date(2026, 11, 22), "AUTHORITY", "conforms", 6000.0, 0),),
        (SampleLine("hypergeometric", 600, 58, "a1b2", 58, 0, (PassMeans(6, 0.53), PassMeans(30, 0.04))),),
        (Failing("NC-1", "minor", "marking", "closed", date(2026, 5, 1), "İki nişan düşüb", "Qoyulub"),),
        (BeneficiaryLine("direct", "expected", "female", "adult", 120),),
        {"deviations": "Yağış səbəbindən gecikmə.", "residual_risk": "13 sm-dən dərində axtarılmayıb."},
        signatures=SIGNED,
    )
    return replace(given, **changes)


def certificate_values(**changes):
    turning = ring(14, 260, 170)
    given = HandoverCertificate(
        head(code="HC-2026-014", classification="partner"),
        "TSK-2026-014",
        ("AGM-014",),
        named("Ağdam"),
        ("mine",),
        date(2026, 11, 20),
        None,
        ground(turning),
        completion_values().outcomes,
        completion_values().remaining,
        chains(turning)[1:],
        not_cleared={"az": "Dərə yamacı təmizlənməyib.", "en": "The slope was not cleared."},
        restrictions={"": "Tikinti üçün 13 sm-dən dərin qazma qadağandır."},
        hotline="102",
        quality={"": "Xarici yoxlama uyğundur."},
        present={"men": 12, "women": 9},
        signatures=SIGNED,
    )
    return replace(given, **changes)
