"""Building: everything at once, on this machine or on a cluster with the same bits, and stopped without a trace."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from evidence.evidence_stories import features, folder_at, new_source, snapshot_of
from evidence.test_ledger_layers import BOOK
from evidence.test_raster_layers import tiff
from evidence.test_records import record_of
from torpaq.evidence.build import Area, build
from torpaq.evidence.folder import EvidenceFolder
from torpaq.evidence.kinds import LayerKind, SourceKind
from torpaq.evidence.layers import plans_of
from torpaq.evidence.plans import Setting
from torpaq.standard.codes import code_list

WARPED = (LayerKind.LAND_COVER, LayerKind.SLOPE, LayerKind.YEARS_USED, LayerKind.POSITION_VIEW)
AREA = Area((46.995, 39.996, 47.005, 40.004), cell_m=10.0)


def with_everything(tmp_path: Path) -> EvidenceFolder:
    """A folder with a source of every kind."""
    folder = folder_at(tmp_path / "evidence")
    ring = [[(0, 0), (200, 0), (200, 200), (0, 200), (0, 0)]]
    drawn = {
        SourceKind.FRONT_LINE: features("LineString", [(-300, -200), (300, 250)]),
        SourceKind.YEARS_USED: features("Polygon", ring, years=[7]),
        SourceKind.DETECTION: features("Point", (10, 20), sure=[0.5]),
        SourceKind.MINEFIELD_RECORD: json.dumps(record_of()),
        SourceKind.ACCIDENTS: features("Point", (-50, 60)),
        SourceKind.FINDS: features("Point", (70, 80)),
    }
    options = {SourceKind.YEARS_USED: {"attribute": "years"}, SourceKind.DETECTION: {"confidence": "sure"}}
    rasters = (SourceKind.LAND_COVER, SourceKind.TERRAIN, SourceKind.RASTER_VALUE, SourceKind.RASTER_CLASS)
    for kind in SourceKind:
        file = tmp_path / f"{kind.value}.json"
        if kind in rasters:
            file = tiff(
                tmp_path / f"{kind.value}.tif", np.random.default_rng(1).integers(0, 9, (90, 90)).astype(np.uint8)
            )
        else:
            file.write_text(drawn.get(kind, features("Polygon", ring)))
        card, problems = folder.add_source(file, new_source(kind.value, kind.value, options=options.get(kind, {})))
        assert card is not None, problems
    return folder


def test_every_kind_of_source_and_layer_is_in_its_list():
    assert [kind.value for kind in LayerKind] == list(code_list("layer_kind"))
    assert [kind.value for kind in SourceKind] == list(code_list("evidence_source"))


def test_every_kind_of_layer_is_made_and_its_card_can_be_read_again(tmp_path: Path):
    folder = with_everything(tmp_path)
    denied = {
        "uid": "s",
        "form": "hazardous_area",
        "lon": 47.0,
        "lat": 40.0,
        "values": {"evidence_negative": ["long_use"]},
    }
    steps: dict[str, float] = {}
    snapshot = snapshot_of(tmp_path / "taken", BOOK, [denied])
    manifest, problems = build(folder, snapshot, AREA, progress=lambda layer, share: steps.update({layer: share}))
    assert [one.code for one in problems] == ["evidence_places_vague", "evidence_reliability_is_prior"]
    assert manifest is not None
    assert {card.kind for card in manifest.layers} == {kind.value for kind in LayerKind}
    assert set(steps.values()) == {1.0} and set(steps) == {card.id for card in manifest.layers}
    again, _ = EvidenceFolder.open(folder.path)
    assert again is not None and again.manifest == manifest
    for card in manifest.layers:
        assert (
            (card.date or card.kind == LayerKind.UNIT)
            and card.made["method"]
            and card.cells_known
            and 0 < card.reliability <= 1
        )
        assert folder.picture_path(card.id).stat().st_size > 60


def test_the_work_of_every_layer_travels(tmp_path: Path):
    folder = with_everything(tmp_path)
    snapshot = snapshot_of(tmp_path / "taken", BOOK)
    manifest, _ = build(folder, snapshot, AREA)
    assert manifest is not None and manifest.grid is not None
    setting = Setting(folder, manifest.grid, snapshot)
    window = next(manifest.grid.tiles(40))
    for plan in plans_of(setting):
        work = plan.draw(setting).work
        assert work is not None
        (here,), (there,) = work(window, ()), pickle.loads(pickle.dumps(work))(window, ())
        assert (here == there).all(), plan.id


def test_layers_do_not_depend_on_how_the_grid_is_cut(tmp_path: Path):
    folder = with_everything(tmp_path)
    snapshot = snapshot_of(tmp_path / "taken", BOOK)
    manifest, _ = build(folder, snapshot, AREA)
    assert manifest is not None and manifest.grid is not None
    setting = Setting(folder, manifest.grid, snapshot)
    for plan in plans_of(setting):
        work = plan.draw(setting).work
        assert work is not None
        (whole,) = work(manifest.grid.whole, ())
        cut = np.empty_like(whole)
        for window in manifest.grid.tiles(37):
            (cut[window.slices],) = work(window, ())
        differing = (cut != whole).mean()
        # a warp approximates the projection within what it is asked for: a cell on an edge may differ
        is_warped = plan.kind.value.startswith("raster") or plan.kind in WARPED
        assert differing <= (0.02 if is_warped else 0), plan.id


def test_a_build_that_is_stopped_leaves_the_folder_as_it_was(tmp_path: Path):
    folder = folder_at(tmp_path / "evidence")
    before = folder.manifest
    manifest, problems = build(folder, snapshot_of(tmp_path / "taken", BOOK), AREA, stop=lambda: True)
    assert manifest is None and [one.code for one in problems] == ["tiles_stopped"]
    assert EvidenceFolder.open(folder.path)[0].manifest == before  # type: ignore[union-attr] # it was opened above


def test_a_cluster_that_is_not_there_is_named(tmp_path: Path):
    folder = folder_at(tmp_path / "evidence")
    told = build(folder, snapshot_of(tmp_path / "taken", BOOK), AREA, cluster="tcp://127.0.0.1:9")
    assert told[0] is None and [one.code for one in told[1]] == ["cluster_unreachable"]


def test_a_scan_is_kept_beside_its_record_and_must_be_a_picture(tmp_path: Path):
    folder = folder_at(tmp_path / "evidence")
    record, scan = tmp_path / "record.json", tmp_path / "sheet 5.pdf"
    record.write_text(json.dumps(record_of()))
    scan.write_bytes(b"MZ program")
    new = new_source("minefield_record", "Record")
    assert [one.code for one in folder.add_source(record, new, scan=scan)[1]] == ["evidence_scan_wrong"]
    scan.write_bytes(b"%PDF-1.7 a sheet")
    card, problems = folder.add_source(record, new, scan=scan)
    assert card is not None and problems == []
    assert list(card.files) == ["record.json", "scan-sheet_5.pdf"]
    assert [path.exists() for path in folder.source_paths(card)] == [True, True]


@pytest.mark.parametrize("units", [("AZ-AGM",), ("AZ-AGM", "AZ-XA")])
def test_districts_are_built_by_their_codes(tmp_path: Path, units: tuple[str, ...]):
    folder = folder_at(tmp_path / "evidence")
    file = tmp_path / "road.geojson"
    file.write_text(features("LineString", [(-900, -700), (900, 700)]))
    folder.add_source(file, new_source("road", "Roads"))
    manifest, problems = build(folder, None, Area(units=units, cell_m=500.0))
    assert problems == [] and manifest is not None and manifest.area == {"units": list(units)}
    assert manifest.grid is not None and manifest.grid.cells > 5_000
