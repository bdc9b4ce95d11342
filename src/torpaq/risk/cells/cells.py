"""Labelled cells as a person's file gives them, checked and on one plane of metres."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from torpaq.geo.crs import WGS84, transformer
from torpaq.risk.score.card import roc_auc
from torpaq.risk.table import Table, missing_columns
from torpaq.standard.problems import Problem, has_errors, problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Names = NDArray[np.str_]

CONTAMINATED, EXAMINED, UNLABELLED = 1, 0, -1
MOST_CELLS = 30_000
LEAK, FEWEST_FOR_LEAK = 0.98, 10


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a file hold what; without ``features`` every other column of numbers is one."""

    x: str
    y: str
    crs: str
    label: str
    area: str
    features: tuple[str, ...] = ()

    @property
    def reserved(self) -> tuple[str, ...]:
        """The columns that are no features."""
        return (self.x, self.y, self.label, self.area)


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells with distinct places: WGS 84 degrees (n, 2), labels 1, 0 or −1, area names, features (n, k) with nan."""

    lonlat: Floats
    labels: Ints
    areas: Names
    names: tuple[str, ...]
    features: Floats

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """Which cells were examined."""
        return np.asarray(self.labels != UNLABELLED)

    def without_labels(self) -> "Cells":
        """Return the same cells with every label taken off, as a model may see cells that it has to judge."""
        return replace(self, labels=np.full(len(self.labels), UNLABELLED))

    def metres(self, like: "Cells") -> Floats:
        """Return places in metres on an equal-area plane about the middle of ``like``."""
        lon, lat = like.lonlat.mean(axis=0)
        plane = f"+proj=laea +lat_0={lat:.6f} +lon_0={lon:.6f} +datum=WGS84 +units=m +no_defs"
        return np.column_stack(transformer(WGS84, plane).transform(self.lonlat[:, 0], self.lonlat[:, 1]))


def cells_of(
    table: Table, columns: Columns, features: Sequence[str] | None = None
) -> tuple[Cells | None, list[Problem]]:
    """Read cells from a table; ``features`` are those a model was fitted on, or None to choose them by this file."""
    wanted = [*columns.reserved, *(columns.features if features is None else features)]
    problems = missing_columns(table, wanted)
    problems += [
        problem("risk_label_is_feature", table.name, column=name)
        for name in columns.features
        if name in columns.reserved
    ]
    if has_errors(problems):
        return None, problems
    labels, found = _labels(table, columns.label)
    lonlat, more = _places(table, columns)
    problems += found + more
    names, values, more = _features(table, columns, features)
    problems += more
    if has_errors(problems):
        return None, problems
    areas = np.array([cell.strip() for cell in table.columns[columns.area]])
    cells, found = _distinct(Cells(lonlat, labels, areas, names, values), table.name)
    problems += found
    if len(cells.labels) > MOST_CELLS:
        problems.append(problem("risk_cells_too_many", table.name, cells=len(cells.labels), limit=MOST_CELLS))
        return None, problems
    return cells, problems


def _labels(table: Table, column: str) -> tuple[Ints, list[Problem]]:
    values, wrong = table.numbers(column)
    labels = np.where(np.isnan(values), UNLABELLED, values)
    strange = ~np.isin(labels, (CONTAMINATED, EXAMINED, UNLABELLED))
    if wrong or strange.any():
        example = float(labels[strange][0]) if strange.any() else next(iter(_words(table.columns[column])), "?")
        return labels.astype(np.int64), [problem("risk_label_wrong", table.name, column=column, value=example)]
    return labels.astype(np.int64), []


def _words(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if cell.strip() and not cell.strip().lstrip("+-").replace(".", "", 1).isdigit()][:1]


def _places(table: Table, columns: Columns) -> tuple[Floats, list[Problem]]:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    nowhere = np.zeros((table.rows, 2))
    try:
        crs = CRS.from_user_input(columns.crs)
    except CRSError:
        return nowhere, [problem("risk_crs_unknown", "--crs", value=columns.crs)]
    problems, read = [], []
    for column in (columns.x, columns.y):
        values, wrong = table.numbers(column)
        if wrong:
            problems.append(problem("risk_not_numbers", table.name, column=column, cells=wrong))
        read.append(values)
    places = np.column_stack(read)
    lost = int(np.isnan(places).any(axis=1).sum())
    if lost and not problems:
        problems.append(problem("risk_cells_without_place", table.name, cells=lost))
    if problems:
        return nowhere, problems
    lonlat = np.column_stack(transformer(columns.crs, WGS84).transform(places[:, 0], places[:, 1]))
    as_degrees = (np.abs(places) <= (180, 90)).all(axis=1)
    wrong_rows = ~np.isfinite(lonlat).all(axis=1) | (np.abs(lonlat) > (180, 90)).any(axis=1)
    if not crs.is_geographic and as_degrees.all():
        wrong_rows |= True
    if (use := crs.area_of_use) and not wrong_rows.any():
        far = (lonlat < (use.west - 5, use.south - 5)).any(axis=1) | (lonlat > (use.east + 5, use.north + 5)).any(
            axis=1
        )
        wrong_rows = far if use.west < use.east and far.mean() > 0.5 else wrong_rows
    if wrong_rows.any():
        x, y = places[np.flatnonzero(wrong_rows)[0]]
        return nowhere, [problem("risk_crs_wrong", table.name, crs=columns.crs, x=float(x), y=float(y))]
    return lonlat, []


def _features(
    table: Table, columns: Columns, fitted: Sequence[str] | None
) -> tuple[tuple[str, ...], Floats, list[Problem]]:
    asked = columns.features if fitted is None else tuple(fitted)
    names, values, problems = [], [], []
    for name in asked or [name for name in table.columns if name not in columns.reserved]:
        column, wrong = table.numbers(name)
        if wrong:
            if asked:
                problems.append(problem("risk_not_numbers", table.name, column=name, cells=wrong))
            continue  # without being asked for, a column of words is no feature
        known = column[~np.isnan(column)]
        if fitted is None and (not len(known) or known.min() == known.max()):
            problems.append(problem("risk_feature_empty", table.name, column=name))
            continue
        names.append(name)
        values.append(column)
    tried = asked or any(found.code == "risk_feature_empty" for found in problems)
    if fitted is None and not names:
        problems.append(problem("risk_all_nodata" if tried else "risk_no_features", table.name))
    return tuple(names), np.column_stack(values) if values else np.zeros((table.rows, 0)), problems


def _distinct(cells: Cells, name: str) -> tuple[Cells, list[Problem]]:
    """Count each place once: contaminated where any row says so, else examined where any says so."""
    _, first, place, counts = np.unique(
        np.round(cells.lonlat, 9), axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    if len(first) == len(cells.labels):
        return cells, []
    place = place.ravel()
    most = np.full(len(first), UNLABELLED)
    np.maximum.at(most, place, cells.labels)
    hits = np.bincount(place, weights=cells.labels == CONTAMINATED)
    clean = np.bincount(place, weights=cells.labels == EXAMINED)
    problems = [problem("risk_duplicates", name, cells=int((counts - 1).sum()))]
    if differ := int(((hits > 0) & (clean > 0)).sum()):
        problems.append(problem("risk_duplicates_differ", name, cells=differ))
    order = np.argsort(first)
    kept = first[order]
    return Cells(cells.lonlat[kept], most[order], cells.areas[kept], cells.names, cells.features[kept]), problems


def leaking(cells: Cells, name: str) -> list[Problem]:
    """Return a warning for each feature that alone, or by being absent, tells the label nearly without fault."""
    rows = cells.labelled
    labels = cells.labels[rows]
    if min((labels == CONTAMINATED).sum(), (labels == EXAMINED).sum()) < FEWEST_FOR_LEAK:
        return []
    problems = []
    for column, values in zip(cells.names, cells.features[rows].T, strict=True):
        missing = np.isnan(values)
        known = roc_auc(labels, np.where(missing, np.nanmin(values) - 1, values)) if not missing.all() else 0.5
        told = max(known, 1 - known, roc_auc(labels, missing.astype(float)), roc_auc(labels, (~missing).astype(float)))
        if told >= LEAK:
            problems.append(problem("risk_feature_leaks", name, column=column, roc=round(told, 3)))
    return problems
