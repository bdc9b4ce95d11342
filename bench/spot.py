"""What is this spot? Many points with the status of each, one point with all that bears on it; 100,000 entries."""

import time

import numpy as np

from ledger_books import dense_book, legal_book
from telling import tell
from torpaq.land.entry import Entry
from torpaq.land.live import LiveLand

ENTRIES, MORE, POINTS, ONE_BY_ONE = 100_000, 300, 200_000, 2_000
LIMIT = {"single_ms": 1.0, "legal_single_ms": 1.0}
AT_LEAST = {"bulk_points_per_s": 100_000.0, "legal_bulk_points_per_s": 100_000.0}


def main() -> None:
    measured = asked(dense_book(ENTRIES + MORE, seed=1))
    measured |= {f"legal_{name}": value for name, value in asked(legal_book(ENTRIES + MORE, seed=1)).items()}
    tell("spot", measured, LIMIT, AT_LEAST)


def asked(entries: list[Entry]) -> dict[str, float]:
    """Ask a land that has grown by some hundred single entries, and so has many parts; the first question is timed."""
    land = LiveLand(entries[:ENTRIES])
    for entry in entries[ENTRIES:]:
        land.append(entry)
    x_m, y_m = points_in(land)
    start = time.perf_counter()
    land.at(float(x_m[0]), float(y_m[0]))
    first_ms = (time.perf_counter() - start) * 1e3
    bulk(land, x_m[:1000], y_m[:1000])
    start = time.perf_counter()
    status = bulk(land, x_m, y_m)
    bulk_s = time.perf_counter() - start
    singles = []
    for x, y in zip(x_m[:ONE_BY_ONE].tolist(), y_m[:ONE_BY_ONE].tolist(), strict=True):
        start = time.perf_counter()
        land.at(x, y)
        singles.append((time.perf_counter() - start) * 1e3)
    return {
        "bulk_points_per_s": len(x_m) / bulk_s,
        "bulk_recorded_share": float((status > 0).any(axis=1).mean()),
        "single_ms": float(np.percentile(singles, 99)),
        "single_p50_ms": float(np.percentile(singles, 50)),
        "first_ms": first_ms,
        "parts": len(land.parts),
    }


def points_in(land: LiveLand) -> tuple[np.ndarray, np.ndarray]:
    """Half the points are inside faces, half are up to 300 m off."""
    rng = np.random.default_rng(3)
    faces = land.parts[0].faces
    points = faces.inner_points_m(rng.integers(0, faces.n_faces, POINTS))
    points[::2] += rng.uniform(-300, 300, points[::2].shape)
    return points[:, 0].copy(), points[:, 1].copy()


def bulk(land: LiveLand, x_m: np.ndarray, y_m: np.ndarray) -> np.ndarray:
    """Return the status numbers of each point, by class (0: no record)."""
    active = land.book.active()
    parts, faces = land.locate(x_m, y_m)
    status = np.zeros((len(x_m), 2), np.int8)
    for place in np.unique(parts[parts >= 0]).tolist():
        here = parts == place
        status[here] = land.states(place, faces[here].astype(np.int64), active).status
    return status


if __name__ == "__main__":
    main()
