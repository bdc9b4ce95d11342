"""Work by tiles: whoever does it and however the grid is cut, the same cells, a whole file or none."""

import functools
import json
import threading
from pathlib import Path

import numpy as np
import pytest

from torpaq.evidence.grid import Window, grid_over
from torpaq.evidence.tiles import (
    Output,
    RasterError,
    StoppedError,
    check_grid,
    read_cell,
    read_window,
    run_tiles,
    write_codes,
)
from torpaq.geo.crs import AZE, NationalCrs

GRID = grid_over(AZE, (0.0, 0.0, 23_000.0, 15_000.0))  # 1,500 rows of 2,300 cells


def hills(seed=1):
    """Codes that differ from cell to cell, with a corner where nothing is known."""
    codes = np.random.default_rng(seed).integers(0, 200, (GRID.rows, GRID.columns), dtype=np.uint8)
    codes[:700, :900] = 255
    return codes


def blurred(window, arrays, *, weight):
    """The mean of the 5 × 5 cells around each, times a weight; and the row's number. Needs a halo of 2."""
    (codes,) = arrays
    grown = GRID.grown(window, 2)
    wide = np.full((GRID.rows + 4, GRID.columns + 4), 0, dtype=np.int32)
    wide[grown.row + 2 : grown.row + grown.rows + 2, grown.column + 2 : grown.column + grown.columns + 2] = codes
    total = sum(
        wide[row : row + GRID.rows, column : column + GRID.columns][window.slices]
        for row in range(5)
        for column in range(5)
    )
    rows = np.broadcast_to(np.arange(window.row, window.row + window.rows)[:, None], (window.rows, window.columns))
    return (total * weight // 25).astype(np.int16), rows.astype(np.uint8)


def nothing_known(window, arrays):
    return (np.full((window.rows, window.columns), 255, dtype=np.uint8),)


def fails(window, arrays):
    raise ZeroDivisionError


def given(tmp_path):
    path = tmp_path / "hills.tif"
    write_codes(path, GRID, hills())
    return path


def outputs(folder):
    folder.mkdir(exist_ok=True)
    return Output(folder / "mean.tif", "int16", -32768), Output(folder / "rows.tif")


def test_what_was_written_is_read_back_whole_by_window_and_by_cell(tmp_path: Path) -> None:
    path = given(tmp_path)
    assert (read_window(path, GRID.whole) == hills()).all()
    assert (read_window(path, Window(690, 890, 40, 30)) == hills()[690:730, 890:920]).all()
    assert read_cell(path, 1499, 2299) == hills()[1499, 2299]
    assert read_cell(path, 0, 0) == 255
    assert [entry.name for entry in tmp_path.iterdir()] == ["hills.tif"]


def test_a_raster_is_laid_out_for_reading_a_part_over_a_network(tmp_path: Path) -> None:
    """Header first and no blocks out of order; tiles of 512; overviews of the nearest cell, halved until one tile."""
    import rasterio

    path = given(tmp_path)
    with rasterio.open(path) as raster:
        assert raster.profile["driver"] == "GTiff" and raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.block_shapes == [(512, 512)] and raster.overviews(1) == [2, 4, 8]
        assert raster.nodata == 255 and raster.compression.value == "DEFLATE"
        assert raster.bounds == GRID.bounds_m
        first, last = (int(raster.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1, ovr=level)) for level in (2, 0))
        assert first < last < int(raster.get_tag_item("BLOCK_OFFSET_0_2", "TIFF", bidx=1))
    with rasterio.open(path, overview_level=2) as smallest:
        assert set(np.unique(smallest.read(1))) <= {*range(200), 255}
    assert path.read_bytes()[:4] == b"II*\x00" and b"GDAL_STRUCTURAL_METADATA" in path.read_bytes()[:200]


def test_cutting_the_grid_otherwise_or_working_with_more_hands_changes_nothing(tmp_path: Path) -> None:
    path = given(tmp_path)
    work = functools.partial(blurred, weight=3)
    found = []
    for side, threads in ((4096, 1), (512, 2), ((70, 5000), 3)):
        made = outputs(tmp_path / f"{threads}")
        run_tiles(GRID, work, [path], made, side_cells=side, halo_cells=2, threads=threads)
        found.append([output.path.read_bytes() for output in made])
    assert found[0] == found[1] == found[2]
    wide = np.pad(hills().astype(np.int64), 2)
    plain = sum(wide[row : row + GRID.rows, column : column + GRID.columns] for row in range(5) for column in range(5))
    assert (read_window(tmp_path / "2" / "mean.tif", GRID.whole) == plain * 3 // 25).all()


def test_a_cluster_gives_the_same_bits(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    path = given(tmp_path)
    work = functools.partial(blurred, weight=7)
    here, there = outputs(tmp_path / "here"), outputs(tmp_path / "there")
    run_tiles(GRID, work, [path], here, side_cells=512, halo_cells=2)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None, host="127.0.0.1", protocol="tcp"
    ) as cluster:
        shares = []
        run_tiles(
            GRID,
            work,
            [path],
            there,
            side_cells=512,
            halo_cells=2,
            cluster=cluster.scheduler_address,
            progress=shares.append,
        )
        assert shares == sorted(shares) and shares[-1] == 1
        with pytest.raises(ZeroDivisionError):
            run_tiles(GRID, fails, [path], there, cluster=cluster.scheduler_address)
    assert [output.path.read_bytes() for output in here] == [output.path.read_bytes() for output in there]


def test_a_cluster_that_does_not_answer_is_a_problem_to_show(tmp_path: Path, monkeypatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("torpaq.evidence.cluster.FIND_S", 1.0)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(RasterError) as found:
            run_tiles(GRID, nothing_known, [], [Output(tmp_path / "out.tif")], cluster=address)
        assert found.value.problem.code == "cluster_unreachable" and address in found.value.problem.sentence("az")
    assert list(tmp_path.iterdir()) == []


def test_a_cluster_that_is_lost_in_the_middle_is_a_problem_and_leaves_nothing(tmp_path: Path, monkeypatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("torpaq.evidence.cluster.FIND_S", 2.0)
    monkeypatch.setattr("torpaq.evidence.cluster.LOST_S", 1.0)
    monkeypatch.setattr("torpaq.evidence.cluster.LOOK_S", 0.5)
    for lose in ("workers", "scheduler"):
        with distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, host="127.0.0.1", protocol="tcp"
        ) as cluster:
            first = iter([cluster.scale if lose == "workers" else lambda workers: cluster.close()])

            def lost(share: float, first=first) -> None:
                next(first, lambda workers: None)(0)

            with pytest.raises(RasterError) as found:
                run_tiles(
                    GRID,
                    nothing_known,
                    [],
                    [Output(tmp_path / "out.tif")],
                    side_cells=64,
                    cluster=cluster.scheduler_address,
                    progress=lost,
                )
        assert found.value.problem.code == "cluster_lost"
    assert list(tmp_path.iterdir()) == []


def test_the_authority_stops_the_work_and_nothing_half_made_stays(tmp_path: Path) -> None:
    made = outputs(tmp_path / "made")
    shares: list[float] = []
    with pytest.raises(StoppedError) as stopped:
        run_tiles(
            GRID,
            functools.partial(blurred, weight=1),
            [given(tmp_path)],
            made,
            side_cells=512,
            halo_cells=2,
            progress=shares.append,
            stop=lambda: len(shares) > 2,
        )
    assert stopped.value.problem.code == "tiles_stopped" and 0 < shares[-1] < 1
    assert list((tmp_path / "made").iterdir()) == []


def test_progress_is_told_by_whoever_asked_so_that_it_may_be_written_to_a_database(tmp_path: Path) -> None:
    told: set[int] = set()
    work = functools.partial(blurred, weight=1)
    made = outputs(tmp_path / "made")

    def note(*_: float) -> None:
        told.add(threading.get_ident())

    run_tiles(GRID, work, [given(tmp_path)], made, side_cells=512, halo_cells=2, threads=3, progress=note)
    assert told == {threading.get_ident()}


def test_work_that_fails_leaves_the_file_of_last_time(tmp_path: Path) -> None:
    path = given(tmp_path)
    before = path.read_bytes()
    with pytest.raises(ZeroDivisionError):
        run_tiles(GRID, fails, [path], [Output(path)])
    assert path.read_bytes() == before and [entry.name for entry in tmp_path.iterdir()] == ["hills.tif"]


def test_land_of_which_nothing_is_known_takes_no_room(tmp_path: Path) -> None:
    run_tiles(GRID, nothing_known, [], [Output(tmp_path / "empty.tif")])
    assert (read_window(tmp_path / "empty.tif", GRID.whole) == 255).all()
    assert (tmp_path / "empty.tif").stat().st_size < 10_000


def test_a_raster_that_is_no_raster_breaks_off_or_lies_elsewhere_is_named(tmp_path: Path) -> None:
    path = given(tmp_path)
    (tmp_path / "words.tif").write_text("not a raster")
    (tmp_path / "broken.tif").write_bytes(path.read_bytes()[:200_000])
    inputs = {
        "missing.tif": ("raster_unreadable", GRID),
        "words.tif": ("raster_unreadable", GRID),
        "broken.tif": ("raster_unreadable", GRID),
        "hills.tif": ("raster_other_grid", grid_over(AZE, (10.0, 0.0, 23_010.0, 15_000.0))),
    }
    for name, (code, grid) in inputs.items():
        with pytest.raises(RasterError) as found:
            run_tiles(grid, functools.partial(blurred, weight=1), [tmp_path / name], outputs(tmp_path), halo_cells=2)
        assert (found.value.problem.code, found.value.problem.subject) == (code, name)
        assert json.dumps(found.value.problem.as_json())
    for other in (NationalCrs(AZE.proj.replace("lon_0=47", "lon_0=48")), NationalCrs("EPSG:3857")):
        with pytest.raises(RasterError, match="raster_other_grid"):
            check_grid(path, grid_over(other, (0.0, 0.0, 23_000.0, 15_000.0)))
    with pytest.raises(RasterError, match="raster_other_grid"):
        read_cell(path, 1500, 0)
    check_grid(path, GRID)


def test_a_disk_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(RasterError) as found:
        write_codes(tmp_path / "no folder" / "out.tif", GRID, hills())
    assert found.value.problem.code == "raster_unwritten"


def test_a_tile_of_another_shape_is_our_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not"):
        write_codes(tmp_path / "out.tif", GRID, hills()[1:])
