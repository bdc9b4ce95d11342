"""Build an evidence folder's layers: on one grid, only what changed, each finished or not there at all."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from torpaq.evidence.card import LayerCard, SourceCard
from torpaq.evidence.coding import NO_DATA
from torpaq.evidence.folder import EvidenceFolder, Manifest
from torpaq.evidence.grid import CELL_M, MOST_CELLS, Box, Grid, grid_over
from torpaq.evidence.layers import plans_of
from torpaq.evidence.picture import code_ramp, layer_png
from torpaq.evidence.plans import Drawn, Plan, Setting
from torpaq.evidence.raster import RasterError, StoppedError
from torpaq.evidence.snapshot import Snapshot
from torpaq.evidence.tiles import Output, read_window, run_tiles
from torpaq.geo.crs import NationalCrs
from torpaq.land.entry import Located
from torpaq.standard.country import Country
from torpaq.standard.problems import Problem, has_errors, problem

ROUND_LEDGER_M = 1000.0
SMALLEST_CELL_M, LARGEST_CELL_M = 1.0, 1000.0
CHUNK_BYTES = 1 << 20
SYNTHETIC_SOURCES = "SYNTHETIC SOURCES: no real hazard"
Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Area:
    """What to build: ``box_deg`` (west, south, east, north) or ``units`` by code; without either, what was built last.

    Where nothing was, the ledger's land with a kilometre round it.
    """

    box_deg: Box | None = None
    units: tuple[str, ...] = ()
    cell_m: float | None = None


def build(
    folder: EvidenceFolder,
    snapshot: Snapshot | None = None,
    area: Area | None = None,
    *,
    cluster: str | None = None,
    progress: Told = lambda step, share: None,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Manifest | None, list[Problem]]:
    """Make every layer that a snapshot and the folder's sources can make; return the new manifest, None for none.

    A layer whose grid, sources, snapshot, numbers and method are those of the last build is kept as it is, and
    ``folder.kept`` says which. A layer that cannot be made is a problem, and the others are made all the same.
    ``progress`` is told the layer's id and its share, ``cluster`` names a Dask scheduler.
    """
    with folder.held():
        if snapshot is not None and snapshot.card.country.lower() != folder.manifest.country.lower():
            names = {"own": folder.manifest.country, "other": snapshot.card.country}
            return None, [problem("evidence_other_country", str(folder.path), **names)]
        if snapshot is None and not folder.manifest.sources:
            return None, [problem("evidence_nothing_to_build", str(folder.path))]
        grid, told, problems = grid_for(folder, snapshot, area or Area())
        if grid is None:
            return None, problems
        problems += _changed_sources(folder)
        if has_errors(problems):
            return None, problems
        setting = Setting(folder, grid, snapshot)
        folder.kept = ()
        (folder.path / "layers").mkdir(exist_ok=True)
        cards = []
        for plan in plans_of(setting):
            card, found = _layer(plan, setting, cluster, progress, stop)
            problems += found
            cards += [card] if card else []
            if any(one.code in ("tiles_stopped", "cluster_unreachable", "cluster_lost") for one in found):
                return None, problems
        _finish(folder, setting, tuple(cards), told)
        return folder.manifest, problems


def grid_for(
    folder: EvidenceFolder, snapshot: Snapshot | None, area: Area
) -> tuple[Grid | None, dict[str, Any], list[Problem]]:
    """Return the grid to build on and what the manifest says of the area, or the problem."""
    last = folder.manifest.grid
    cell_m = area.cell_m or (last.cell_m if last else CELL_M)
    if not SMALLEST_CELL_M <= cell_m <= LARGEST_CELL_M:
        return None, {}, [problem("evidence_cell_wrong", str(folder.path), value=cell_m)]
    box_m: Box | None
    if area.units:
        box_m, problems = _box_of_units(area.units, folder.country, folder.crs)
    elif area.box_deg:
        box_m, problems = _box_of_degrees(area.box_deg, folder.country, folder.crs)
    elif last:
        box_m, problems = last.bounds_m, []
    else:
        box_m, problems = _box_of_ledger(snapshot), []
        problems = [] if box_m else [problem("evidence_area_missing", str(folder.path))]
    if box_m is None:
        return None, {}, problems
    cells = (box_m[2] - box_m[0]) * (box_m[3] - box_m[1]) / cell_m**2
    if cells > MOST_CELLS * 0.99:
        return None, {}, [problem("evidence_grid_too_large", str(folder.path), cells=round(cells), limit=MOST_CELLS)]
    told = {"units": list(area.units)} if area.units else {"box_deg": list(area.box_deg)} if area.box_deg else {}
    return grid_over(folder.crs, box_m, cell_m), told or dict(folder.manifest.area), []


def _box_of_units(units: Sequence[str], country: Country, crs: NationalCrs) -> tuple[Box | None, list[Problem]]:
    corners: list[tuple[float, float]] = []
    for code in units:
        unit, problems = country.resolve_unit(code, None, code)
        if unit is None:
            return None, problems
        parts = country.drawn_parts[unit.code]
        if not parts:
            return None, [problem("evidence_unit_not_drawn", unit.code, unit=unit.code)]
        corners += [
            point for part in parts for polygon in country.boundaries[part] for ring in polygon for point in ring
        ]
    lonlat = np.array(corners)
    return _round_points(np.column_stack(crs.forward(lonlat[:, 0].copy(), lonlat[:, 1].copy()))), []


def _round_points(xy_m: np.ndarray[Any, np.dtype[np.float64]]) -> Box:
    (west, south), (east, north) = xy_m.min(axis=0).tolist(), xy_m.max(axis=0).tolist()
    return west, south, east, north


def _box_of_degrees(box: Box, country: Country, crs: NationalCrs) -> tuple[Box | None, list[Problem]]:
    west, south, east, north = box
    extent = country.extent
    inside = extent.lon_min <= west < east <= extent.lon_max and extent.lat_min <= south < north <= extent.lat_max
    if not inside:
        return None, [problem("evidence_box_wrong", "--box", value=" ".join(f"{one:g}" for one in box))]
    lon, lat = np.meshgrid(np.linspace(west, east, 33), np.linspace(south, north, 33))
    return _round_points(np.column_stack(crs.forward(lon.ravel(), lat.ravel()))), []


def _box_of_ledger(snapshot: Snapshot | None) -> Box | None:
    """Return the box of all located land with a kilometre round it."""
    shapes = (
        [entry.place.shape.bounds_cm for entry in snapshot.entries if isinstance(entry.place, Located)]
        if snapshot
        else []
    )
    if not shapes:
        return None
    bounds = np.array(shapes) / 100
    low, high = bounds[:, :2].min(axis=0) - ROUND_LEDGER_M, bounds[:, 2:].max(axis=0) + ROUND_LEDGER_M
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _changed_sources(folder: EvidenceFolder) -> list[Problem]:
    """Name every source whose bytes are not those that were given."""
    problems = []
    for card in folder.manifest.sources:
        for path, stated in zip(folder.source_paths(card), card.files.values(), strict=True):
            if sha256_of(path) != stated:
                problems.append(problem("evidence_source_changed", card.name, file=path.name))
    return problems


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, an empty text where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()


def _layer(
    plan: Plan, setting: Setting, cluster: str | None, progress: Told, stop: Callable[[], bool]
) -> tuple[LayerCard | None, list[Problem]]:
    """Keep a layer that nothing changed, or make it; return its card."""
    folder, inputs = setting.folder, plan.digest(setting)
    path = folder.layer_path(plan.id)
    last = folder.manifest.layer(plan.id)
    if last and last.made.get("inputs") == inputs and sha256_of(path) == last.sha256:
        progress(plan.id, 1.0)
        folder.kept = (*folder.kept, plan.id)
        return last, []
    progress(plan.id, 0.0)
    try:
        drawn = plan.draw(setting)
        problems = list(drawn.problems)
        if drawn.work is None:
            empty = [] if problems else [problem("evidence_layer_outside_grid", plan.id, layer=plan.id)]
            return None, problems + empty
        run_tiles(
            setting.grid,
            drawn.work,
            [],
            [Output(path)],
            side_cells=drawn.side_cells,
            cluster=cluster,
            progress=lambda share: progress(plan.id, 0.9 * share),
            stop=stop,
        )
        known = _cells_known(path, setting.grid)
        if not known:
            path.unlink()
            return None, [*problems, problem("evidence_layer_without_values", plan.id, layer=plan.id)]
        folder.picture_path(plan.id).write_bytes(layer_png(path, code_ramp(drawn.coding, drawn.is_class)))
    except StoppedError as error:
        return None, [error.problem]
    except RasterError as error:
        return None, [error.problem]
    progress(plan.id, 1.0)
    return _card(plan, drawn, setting, inputs, known), problems


def _cells_known(path: Path, grid: Grid) -> int:
    return sum(int((read_window(path, window) != NO_DATA).sum()) for window in grid.tiles())


def _card(plan: Plan, drawn: Drawn, setting: Setting, inputs: str, known: int) -> LayerCard:
    taken = setting.snapshot.card.taken[:10] if setting.snapshot and plan.of_snapshot else ""
    uses: Mapping[str, Any] = {key: setting.usual[key] for key in plan.uses}
    label = setting.snapshot.card.synthetic_label if setting.snapshot and plan.of_snapshot else ""
    return LayerCard(
        id=plan.id,
        kind=plan.kind.value,
        name=plan.name(setting),
        sources=tuple(card.id for card in plan.sources),
        coding=drawn.coding,
        date=max([taken, *(card.date for card in plan.sources)]),
        licence=" + ".join(dict.fromkeys(card.licence for card in plan.sources)),
        reliability=min((card.reliability for card in plan.sources), default=1.0),
        made={**drawn.made, "parameters": uses, "class": drawn.is_class, "inputs": inputs},
        sha256=sha256_of(setting.folder.layer_path(plan.id)),
        cells=setting.grid.cells,
        cells_known=known,
        is_synthetic=bool(label) or any(card.is_synthetic for card in plan.sources),
    )


def _finish(folder: EvidenceFolder, setting: Setting, cards: tuple[LayerCard, ...], told: Mapping[str, Any]) -> None:
    """Save the manifest, then take away layers that are no longer there."""
    snapshot = setting.snapshot
    label = snapshot.card.synthetic_label if snapshot else ""
    if not label and any(card.is_synthetic for card in cards):
        label = SYNTHETIC_SOURCES
    gone = {card.id for card in folder.manifest.layers} - {card.id for card in cards}
    folder.save(
        replace(
            folder.manifest,
            grid=setting.grid,
            snapshot=snapshot.card.as_json() if snapshot else {},
            sources=_with_learned(folder.manifest.sources, cards),
            area=told,
            layers=cards,
            built=datetime.now(UTC).isoformat(timespec="seconds"),
            synthetic_label=label,
        )
    )
    for layer in gone:
        folder.layer_path(layer).unlink(missing_ok=True)
        folder.picture_path(layer).unlink(missing_ok=True)


def _with_learned(sources: Sequence[SourceCard], layers: Sequence[LayerCard]) -> tuple[SourceCard, ...]:
    """Return the sources' cards with what the field taught of those who issued minefield records."""
    trusts = {one["issuer"]: one for card in layers for one in card.made.get("issuers", ())}

    def learned(card: SourceCard) -> SourceCard:
        trust = trusts.get(card.options.get("issuer"))
        if trust is None:
            return card
        return replace(card, reliability=round(trust["mean"], 4), reliability_known=bool(trust["is_learned"]))

    return tuple(map(learned, sources))
