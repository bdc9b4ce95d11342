"""Seeded made-up data for the benches: clusters of overlapping polygons, as hazardous areas and their events look."""

import numpy as np

from torpaq.geo.shape import CM_PER_M, Shape

EVENTS_PER_HAZARD = 12
MOST_HAZARDS_PER_CLUSTER = 15  # so that a cluster has at most 180 shapes
HALF_WIDTH_M, HALF_HEIGHT_M = 180_000, 150_000  # about Azerbaijan, around the centre of its CRS


def clustered_shapes(n: int, seed: int) -> list[Shape]:
    """Return n star-shaped polygons of 8 to 16 vertices (mean 12), snapped to 1 cm, twelve around each hazard."""
    rng = np.random.default_rng(seed)
    n_hazards = -(-n // EVENTS_PER_HAZARD)
    hazard_x, hazard_y = hazards(n_hazards, rng)
    centre_x = np.repeat(hazard_x, EVENTS_PER_HAZARD)[:n] + rng.normal(0, 110, n)
    centre_y = np.repeat(hazard_y, EVENTS_PER_HAZARD)[:n] + rng.normal(0, 110, n)
    radius = rng.lognormal(np.log(85), 0.45, n)
    sizes = rng.integers(8, 17, n)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    owner = np.repeat(np.arange(n), sizes)
    step = np.arange(len(owner)) - starts[owner]
    angle = 2 * np.pi * (step + rng.uniform(0, 0.8, len(owner))) / sizes[owner]
    reach = radius[owner] * rng.uniform(0.65, 1.35, len(owner))
    x = np.rint((centre_x[owner] + reach * np.cos(angle)) * CM_PER_M)
    y = np.rint((centre_y[owner] + reach * np.sin(angle)) * CM_PER_M)
    points = np.stack([x, y], axis=1).astype("<i8")
    return [Shape(points[starts[i] : starts[i + 1]].tobytes(), (int(sizes[i]),)) for i in range(n)]


def hazards(n_hazards: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return positions of hazards, metres: clusters of 1 to 15, most of them small, neighbours about 400 m apart."""
    sizes = np.minimum(rng.geometric(0.35, n_hazards), MOST_HAZARDS_PER_CLUSTER)
    cluster = np.repeat(np.arange(n_hazards), sizes)[:n_hazards]
    spread = 220 * np.sqrt(sizes[cluster])
    x = rng.uniform(-HALF_WIDTH_M, HALF_WIDTH_M, n_hazards)[cluster] + rng.uniform(-1, 1, n_hazards) * spread
    y = rng.uniform(-HALF_HEIGHT_M, HALF_HEIGHT_M, n_hazards)[cluster] + rng.uniform(-1, 1, n_hazards) * spread
    return x, y
