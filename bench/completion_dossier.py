"""The papers of one large task as PDF: 60 turning points, 300 days of work, 120 finds, maps with lanes and samples.

The first completion dossier of a process also reads the typeface; the second does not. Then task dossier, certificate.
"""

import math
import time
from datetime import UTC, date, datetime, timedelta

from telling import tell
from torpaq.geo.coordinates.grids import geodesic_direct
from torpaq.report.certificate import HandoverCertificate, handover_certificate
from torpaq.report.completion import CompletionDossier, FindLine, MethodLine, completion_dossier
from torpaq.report.contents import Chain, Ground, Head, Signature
from torpaq.report.coordinates import Point
from torpaq.report.dossier import Order, TaskDossier, task_dossier
from torpaq.report.maps.sheet import MapArea, MapPoint
from torpaq.report.parts import Outcome
from torpaq.report.quality_pages import Failing, InspectionLine
from torpaq.standard.country import load_country

LIMIT = {"first_s": 5.0, "completion_s": 5.0, "dossier_s": 5.0, "certificate_s": 5.0}
MIDDLE = (46.93, 39.99)
TURNING, DAYS, FINDS, LANES, SQUARES = 60, 300, 120, 60, 100
FIRST_DAY = date(2026, 1, 5)


def main() -> None:
    ground, chains = ground_and_chains()
    completion = completion_of(ground, chains)
    order = Order(("AGM-1",), "clearance", ("manual", "dog"), ("mine",), 13, "routine", "issued", 240_000.0)
    dossier = TaskDossier(completion.head, order, ground, chains, threat="PMN-2 " * 200)
    certificate = HandoverCertificate(
        completion.head, "T-1", ("AGM-1",), {"en": "Aghdam"}, ("mine",), None, None, ground, completion.outcomes,
        chains=chains, not_cleared={"en": "Nothing inside the boundary."}, signatures=completion.signatures,
    )  # fmt: skip
    papers = {
        "first_s": lambda: completion_dossier(completion, ["az"]),
        "completion_s": lambda: completion_dossier(completion, ["az"]),
        "dossier_s": lambda: task_dossier(dossier, ["az"]),
        "certificate_s": lambda: handover_certificate(certificate, ["az", "en"]),
    }
    measured, sizes = {}, {}
    for name, make in papers.items():
        start = time.perf_counter()
        sizes[name] = len(make())
        measured[name] = time.perf_counter() - start
    tell("completion_dossier", measured, LIMIT, None, bytes=sizes)


def completion_of(ground: Ground, chains: tuple[Chain, ...]) -> CompletionDossier:
    days = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
    finds = tuple(
        FindLine(f"F-{n:04}", "ap_mine", "PMN-2", 1, *place(n * 4 - 240, n * 37 % 160 - 80), 8.0, "armed", days[n],
                 "destroyed", "destroyed_in_place", days[n + 1])
        for n in range(FINDS)
    )  # fmt: skip
    head = Head(
        "T-1", {"en": "Aghdam district"}, {"en": "Operator A"}, {"en": "The Authority"}, "internal",
        "https://desk.example/tasks/T-1", "The bench", datetime(2026, 11, 28, tzinfo=UTC), date(2026, 11, 28),
        "Made up",
    )  # fmt: skip
    return CompletionDossier(
        head, ("AGM-1",), "clearance", ("mine",), {"en": "Aghdam"}, FIRST_DAY, FIRST_DAY, days[-1], 13, 240_000.0,
        ground, (Outcome("cleared", 240_000.0, 13, ("manual", "dog")),), (), chains,
        methods=tuple(MethodLine(each, 800.0 * DAYS, 20.0 * DAYS, 40.0 * DAYS, DAYS, 60) for each in ("manual", "dog")),
        finds=finds,
        inspections=tuple(InspectionLine(f"Q-{n}", "internal_qc", days[n], "OP-A", "conforms", 400.0, 0)
                          for n in range(0, DAYS, 5)),
        non_conformities=tuple(Failing(f"NC-{n}", "minor", "marking", "closed", days[n], "A sign lies down " * 5)
                               for n in range(0, DAYS, 30)),
        signatures=(Signature("authority"), Signature("operator"), Signature("land_user")),
    )  # fmt: skip


def ground_and_chains() -> tuple[Ground, tuple[Chain, ...]]:
    angles = [2 * math.pi * number / TURNING for number in range(TURNING)]
    ring = tuple(place(340 * math.cos(angle), 230 * math.sin(angle)) for angle in angles)
    wide = tuple(place(600 * math.cos(angle), 420 * math.sin(angle)) for angle in angles)
    areas = [MapArea("cha", ((wide,),), "AGM-1"), MapArea("task_boundary", ((ring,),))]
    areas += [MapArea("lane_done", box(-300 + 10 * n, -100, -292 + 10 * n, 100), f"L{n}") for n in range(LANES)]
    squares = [(n % 20 * 10 - 100, n // 20 * 10 - 50) for n in range(SQUARES)]
    areas += [MapArea("sample_square", box(x, y, x + 10, y + 10)) for x, y in squares]
    points = [MapPoint("turning", *spot, f"TP{n}") for n, spot in enumerate(ring, 1)]
    points += [MapPoint("find", *place(n * 4 - 240, n * 37 % 160 - 80), str(n)) for n in range(FINDS)]
    units = {
        code: tuple(tuple(tuple(line) for line in rings) for rings in boundary)
        for code, boundary in load_country("aze").boundaries.items()
    }
    ground = Ground(tuple(areas), (), tuple(points), units, "AZ-AGM", {"en": "Aghdam district"})
    chain = Chain({"en": "Boundary"}, tuple(Point(f"TP{n}", "turning", *spot) for n, spot in enumerate(ring, 1)), True)
    return ground, (chain,)


def box(west_m: float, south_m: float, east_m: float, north_m: float) -> tuple:
    corners = ((west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m))
    return ((tuple(place(*corner) for corner in corners),),)


def place(east_m: float, north_m: float) -> tuple[float, float]:
    there = geodesic_direct(*MIDDLE, math.degrees(math.atan2(east_m, north_m)), math.hypot(east_m, north_m))
    return there.lon, there.lat


if __name__ == "__main__":
    main()
