"""Partition 100,000 overlapping polygons (1,000,000 with --large) into atomic faces; one cluster; locate points."""

import argparse
import json
import resource
import time
from collections.abc import Callable

import numpy as np

from generate import clustered_shapes
from torpaq.geo.partition.faces import Faces, atomic_faces, components_of
from torpaq.geo.shape import Shape, box_shape

LARGEST_CLUSTER = 180
LIMITS = {
    "100k": {"cpu_s": 6.0, "wall_s": 10.0, "rss_gib": 2.0},
    "1M": {"wall_s": 180.0, "rss_gib": 8.0},
    "always": {
        "cluster_p99_ms": 10.0,
        "two_shapes_p50_ms": 0.3,
        "locate_one_p99_ms": 1.0,
        "locate_seconds_per_100k": 1.0,
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="1,000,000 polygons instead of 100,000")
    large = parser.parse_args().large
    shapes = clustered_shapes(1_000_000 if large else 100_000, seed=1)
    warm = atomic_faces(shapes[:24])  # compiles, or reads the compiled kernels
    warm.locate([0.0], [0.0])
    warm.inner_points_m()
    wall, cpu = time.perf_counter(), time.process_time()
    faces = atomic_faces(shapes)
    measured = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    measured["rss_gib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    measured |= {"shapes": len(shapes), "vertices": sum(len(s.xy_cm) // 16 for s in shapes), "faces": faces.n_faces}
    measured |= {"borders": len(faces.edges), "largest_component": int(np.bincount(faces.shape_component).max())}
    measured |= located(faces) | incremental(shapes[:20_000])
    limit = LIMITS["1M" if large else "100k"] | LIMITS["always"]
    print(
        json.dumps(
            {
                "case": "faces_partition_large" if large else "faces_partition",
                "measured": {name: round(value, 4) for name, value in measured.items()},
                "limit": limit,
                "ratios": {name: round(measured[name] / bar, 3) for name, bar in limit.items()},
                "passed": all(measured[name] <= bar for name, bar in limit.items()),
            },
            indent=1,
        )
    )


def located(faces: Faces) -> dict[str, float]:
    """Measure the first look-up (which builds the index), then many points at once and one by one."""
    start = time.perf_counter()
    faces.locate([0.0], [0.0])
    index_s = time.perf_counter() - start
    points = faces.inner_points_m(np.random.default_rng(2).integers(0, faces.n_faces, 100_000))
    start = time.perf_counter()
    faces.locate(points[:, 0], points[:, 1])
    bulk_s = time.perf_counter() - start
    one_by_one = [timed_ms(lambda x=x, y=y: faces.locate(x, y)) for x, y in points[:2_000].tolist()]
    return {
        "locate_index_s": index_s,
        "locate_seconds_per_100k": bulk_s,
        "locate_one_p99_ms": float(np.percentile(one_by_one, 99)),
    }


def incremental(shapes: list[Shape]) -> dict[str, float]:
    """Measure what one new entry costs: its whole cluster again, the largest of 180 shapes; and the least call."""
    component = components_of(shapes)
    largest = np.flatnonzero(component == np.bincount(component).argmax())[:LARGEST_CLUSTER]
    cluster = [shapes[k] for k in largest]
    cluster_ms = [timed_ms(lambda: atomic_faces(cluster)) for _ in range(500)]
    pair = [box_shape(0, 0, 100, 100), box_shape(50, 50, 150, 150)]
    pair_ms = [timed_ms(lambda: atomic_faces(pair)) for _ in range(2_000)]
    return {
        "cluster_shapes": len(cluster),
        "cluster_p50_ms": float(np.percentile(cluster_ms, 50)),
        "cluster_p99_ms": float(np.percentile(cluster_ms, 99)),
        "two_shapes_p50_ms": float(np.percentile(pair_ms, 50)),
        "two_shapes_p99_ms": float(np.percentile(pair_ms, 99)),
    }


def timed_ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


if __name__ == "__main__":
    main()
