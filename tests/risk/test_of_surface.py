"""From folders to proposals: the Authority's open areas, cut out of a surface, with what its records say of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import shapely

from land.book import entries_of
from torpaq.evidence.card import LayerCard
from torpaq.evidence.coding import Coding
from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.snapshot import Snapshot, SnapshotCard
from torpaq.geo.crs import AZE
from torpaq.risk.decide.of_surface import CANNOT_SAY, propose_of, seed_of
from torpaq.risk.decide.open_land import OpenLand, cells_of, places_of
from torpaq.risk.decide.propose import Proposal
from torpaq.risk.decide.rules import RiskClass

LEDGER = """
    2021-03-04 establish HA-1 sha mine     box 0 0 500 500      unit AZ-AGM ; NTS-1
    2021-03-04 establish HA-2 sha mine     box 1000 0 1200 500  unit AZ-AGM ; NTS-2
    2022-01-01 confirm   HA-2 mine         box 1000 0 1100 500              ; TS-2
    2022-05-01 clear     HA-2 mine 13cm    box 1000 0 1100 500  operator OP-A ; CR-2
    2021-03-04 establish HA-3 sha mine     box 3000 0 3005 400              ; NTS-3
    2021-03-04 establish HA-9 sha mine     box 90000 0 90100 100            ; NTS-9
    2021-03-04 establish HA-4 cha mine     box 2000 0 2100 100              ; NTS-4
    2022-05-01 clear     HA-4 mine 13cm    box 2000 0 2100 100  operator OP-A ; CR-4
"""
GRID = Grid(AZE.proj, 25.0, -500.0, 1000.0, 80, 200)


def nts(area: str, *negative: str) -> dict[str, Any]:
    values = {"area": area, "survey_result": "confirmed", "local_id": f"NTS-of-{area}", "evidence_negative": negative}
    return {"uid": f"u-{area}", "form": "hazardous_area", "values": values}


def accident(x_m: float, y_m: float, precision: str = "measured") -> dict[str, Any]:
    place = {"type": "Point", "coordinates": list(AZE.inverse(x_m, y_m))}
    values = {"place": place, "place_precision": precision, "local_id": "ACC-1", "device_category": "ap_mine"}
    return {"uid": "u-acc", "form": "accident", "values": values}


def snapshot(*records: dict[str, Any], finds: tuple[dict[str, Any], ...] = ()) -> Snapshot:
    entries = entries_of(LEDGER)
    card = SnapshotCard("The Authority (synthetic)", "aze", "h", len(entries), "0.4", "2026-06-01", "synthetic")
    return Snapshot(card, tuple(entries), records, finds)


class Evidence:
    """Layers of codes on the grid."""

    def __init__(self, **layers: tuple[tuple[float, ...], int]) -> None:
        self.layers = {
            name: LayerCard(name, name, name, (), Coding("", edges), "", "", 1.0, {})
            for name, (edges, _) in layers.items()
        }
        self._codes = {name: code for name, (_, code) in layers.items()}

    def read(self, layer: str, window: Window) -> np.ndarray:
        return np.full((window.rows, window.columns), self._codes[layer], dtype=np.uint8)


class Surface:
    """A surface of one chance everywhere that 12 districts calibrated."""

    def __init__(self, evidence: Evidence | None, chance: float = 1e-4, says: int = 1) -> None:
        self.evidence, self.grid, self._chance, self._says = evidence, GRID, chance, says
        self.card: Mapping[str, Any] = {"found_by_area": {f"D{n}": [0.02 + n / 100, 0.3] for n in range(12)}}

    def draws(self, window: Window) -> np.ndarray:
        shifts = np.random.default_rng(2).normal(np.log(self._chance), 0.2, 40)
        return np.broadcast_to(shifts[:, None, None], (40, window.rows, window.columns))

    def says(self, window: Window) -> np.ndarray:
        return np.full((window.rows, window.columns), self._says, dtype=np.uint8)


EXAMINED = {"examined": ((0.0, 1.0), 0)}


def decided(told: Snapshot, surface: Surface) -> dict[str, Proposal]:
    found, problems = propose_of(surface, told)
    assert problems == []
    assert found is not None
    return {one.area: one for one in found.proposals.proposals}


def test_the_open_areas_are_what_the_ledger_leaves_suspected_or_confirmed():
    areas = {area.area: area for area in OpenLand.of(snapshot()).areas}
    assert set(areas) == {"HA-1", "HA-2", "HA-3", "HA-9"}
    assert areas["HA-2"].polygon.area == pytest.approx(50_000)
    assert [areas[name].status for name in ("HA-1", "HA-2")] == ["sha", "sha"]
    assert areas["HA-1"].unit == "AZ-AGM"


def test_a_polygon_has_the_cells_whose_middle_lies_in_it_and_a_narrow_one_those_it_touches():
    square = cells_of(shapely.box(0, 0, 500, 500), GRID)
    assert square is not None
    assert square.chosen.sum() == 400
    places = places_of(square, GRID)
    assert places.min() == 12.5
    assert places.max() == 487.5
    narrow = cells_of(shapely.box(1001, 0, 1003, 100), GRID)
    assert narrow is not None
    assert narrow.chosen.sum() in (4, 5)
    assert cells_of(shapely.box(90_000, 0, 90_100, 100), GRID) is None
    assert cells_of(shapely.Polygon(), GRID) is None


def test_an_area_with_papers_and_an_audit_is_proposed_and_its_neighbour_without_papers_is_not():
    told = decided(snapshot(nts("HA-1", "long_use"), nts("HA-2")), Surface(Evidence(**EXAMINED)))
    assert told["HA-1"].risk_class is RiskClass.CANCEL_PROPOSED
    assert told["HA-2"].risk_class is RiskClass.SURVEY_NEXT
    assert told["HA-9"].risk_class is RiskClass.NOT_ASSESSED


def test_layers_show_signs_of_absence_too_and_a_minefield_record_is_a_report_of_presence():
    years = {"years_used": ((0.0, 1.0, 2.0, 3.0), 3)}
    papers = snapshot(nts("HA-1"))
    assert decided(papers, Surface(Evidence(**EXAMINED, **years)))["HA-1"].risk_class is RiskClass.CANCEL_PROPOSED
    denied = {"denial_density": ((0.0, 0.5), 1)}
    assert decided(papers, Surface(Evidence(**EXAMINED, **denied)))["HA-1"].risk_class is RiskClass.CANCEL_PROPOSED
    recorded = {"record_chance": ((0.0, 0.02, 0.5), 1)}
    found = decided(papers, Surface(Evidence(**EXAMINED, **years, **recorded)))["HA-1"]
    assert [statement.code for statement in found.conditions[3].statements] == ["cancel_presence"]


@pytest.mark.parametrize(
    ("x_m", "precision", "reaches"),
    [(650, "measured", True), (750, "measured", False), (2_900, "settlement", True), (4_600, "settlement", False)],
)
def test_an_accident_reaches_as_far_as_its_place_is_uncertain(x_m: float, precision: str, reaches: bool):
    told = snapshot(nts("HA-1", "long_use"), accident(x_m, 250, precision))
    found = decided(told, Surface(Evidence(**EXAMINED)))["HA-1"]
    assert (found.risk_class is not RiskClass.CANCEL_PROPOSED) == reaches


def test_an_accident_on_land_cleared_since_is_resolved():
    told = snapshot(nts("HA-2", "long_use"), accident(1_050, 250))
    assert decided(told, Surface(Evidence(**EXAMINED)))["HA-2"].risk_class is RiskClass.CANCEL_PROPOSED


def test_a_find_in_an_area_is_a_report_of_presence():
    lon, lat = AZE.inverse(300, 300)
    find = {"row": "find", "uid": "r:1", "category": "ap_mine", "lon": lon, "lat": lat}
    found = decided(snapshot(nts("HA-1", "long_use"), finds=(find,)), Surface(Evidence(**EXAMINED)))["HA-1"]
    assert [statement.code for statement in found.conditions[3].statements] == ["cancel_presence"]


def test_where_the_surface_cannot_say_neither_can_the_proposal():
    told = decided(snapshot(nts("HA-1", "long_use")), Surface(Evidence(**EXAMINED), says=CANNOT_SAY))
    assert told["HA-1"].risk_class is RiskClass.CANNOT_SAY


def test_a_surface_without_its_evidence_or_without_a_card_proposes_nothing_and_says_so():
    found, problems = propose_of(Surface(None), snapshot())
    assert found is None
    assert [one.code for one in problems] == ["propose_without_evidence"]
    bare = Surface(Evidence(**EXAMINED))
    bare.card = {}
    found, problems = propose_of(bare, snapshot(nts("HA-1", "long_use")))
    assert found is not None
    assert [one.code for one in problems] == ["not_certifiable"]
    assert found.proposals.hectares[RiskClass.CANCEL_PROPOSED] == 0


def test_the_seed_is_made_of_the_programmes_name_so_that_nobody_chooses_it():
    found, _ = propose_of(Surface(Evidence()), snapshot())
    assert found is not None
    assert found.seed == seed_of("The Authority (synthetic)")
