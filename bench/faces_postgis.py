"""The same partition by us, by PostGIS in a private cluster and by shapely: same polygons, same run, equal areas."""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psycopg
import shapely

from generate import clustered_shapes
from torpaq.geo.partition.faces import atomic_faces, components_of
from torpaq.geo.shape import Shape

GRID_M = 1e-6
LEAST_SPEED_UP = 5.0
MOST_DIFFERENCE = 1e-6
PARTITION = """
CREATE TABLE face AS
WITH line AS (
    SELECT component, ST_UnaryUnion(ST_Collect(ST_Boundary(geom)){grid}) AS geom FROM shape GROUP BY component
), part AS (
    SELECT component, (ST_Dump(ST_Polygonize(geom))).geom AS geom FROM line GROUP BY component
), inside AS (
    SELECT row_number() OVER () AS id, component, geom, ST_PointOnSurface(geom) AS point FROM part
)
SELECT inside.id, ST_Area(inside.geom) AS area_m2, array_agg(shape.id ORDER BY shape.id) AS cover
FROM inside JOIN shape ON ST_Covers(shape.geom, inside.point)
GROUP BY inside.id, inside.geom
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", type=int, default=30_000)
    shapes = clustered_shapes(parser.parse_args().shapes, seed=5)
    component = components_of(shapes)
    polygons = as_polygons(shapes)
    ours, our_s = our_faces(shapes)
    peers = {"shapely": with_shapely(polygons, component)}
    with private_cluster() as address:
        for name, grid in (("postgis", f", {GRID_M}"), ("postgis_float", "")):
            peers[name] = with_postgis(address, polygons, component, grid)
    measured: dict[str, float] = {"shapes": len(shapes), "ours_faces": ours["faces"], "ours_one_thread_s": our_s}
    ratios: dict[str, float] = {}
    for name, peer in peers.items():
        measured |= {f"{name}_{key}": value for key, value in peer.items()}
        ratios[f"{name}_time"] = peer["s"] / our_s
        ratios[f"{name}_area_difference"] = abs(peer["area_m2"] / ours["area_m2"] - 1)
        ratios[f"{name}_covered_area_difference"] = abs(peer["covered_m2"] / ours["covered_m2"] - 1)
    faster = all(ratios[f"{name}_time"] >= LEAST_SPEED_UP for name in peers)
    equal = all(ratio <= MOST_DIFFERENCE for name, ratio in ratios.items() if name.endswith("difference"))
    print(
        json.dumps(
            {
                "case": "faces_postgis",
                "measured": {name: round(value, 6) for name, value in measured.items()},
                "limit": {"least_speed_up": LEAST_SPEED_UP, "most_relative_area_difference": MOST_DIFFERENCE},
                "ratios": ratios,
                "passed": faster and equal,
            },
            indent=1,
        )
    )


def as_polygons(shapes: list[Shape]) -> np.ndarray:
    """Return the shapes (one ring each) as shapely polygons in metres."""
    points = np.concatenate([shape.points_cm for shape in shapes]) / 100
    sizes = np.array([len(shape.points_cm) for shape in shapes])
    rings = shapely.linearrings(points, indices=np.repeat(np.arange(len(shapes)), sizes))
    return shapely.polygons(rings)


def our_faces(shapes: list[Shape]) -> tuple[dict[str, float], float]:
    """Return (figures, seconds) on one thread, components and all; the best of three."""
    seconds = []
    for _ in range(4):  # the first one may compile
        start = time.perf_counter()
        faces = atomic_faces(shapes, threads=1)
        seconds.append(time.perf_counter() - start)
    covered = float((faces.area_m2 * np.diff(faces.cover_offsets)).sum())
    return {"faces": faces.n_faces, "area_m2": faces.area2_um2() / 2e12, "covered_m2": covered}, min(seconds)


def with_shapely(polygons: np.ndarray, component: np.ndarray) -> dict[str, float]:
    """Partition each component with GEOS through shapely, in one thread."""
    start, faces, area, covered = time.perf_counter(), 0, 0.0, 0.0
    order = np.argsort(component, kind="stable")
    for members in np.split(polygons[order], np.flatnonzero(np.diff(component[order])) + 1):
        lines = shapely.union_all(shapely.boundary(members), grid_size=GRID_M)
        parts = shapely.get_parts(shapely.polygonize([lines]))
        points = shapely.point_on_surface(parts)
        found, _ = shapely.STRtree(members).query(points, predicate="covered_by")
        covers = np.bincount(found, minlength=len(parts))
        areas = shapely.area(parts)
        faces += int((covers > 0).sum())
        area += float(areas[covers > 0].sum())
        covered += float((areas * covers).sum())
    return {"s": time.perf_counter() - start, "faces": faces, "area_m2": area, "covered_m2": covered}


def with_postgis(address: str, polygons: np.ndarray, component: np.ndarray, grid: str) -> dict[str, float]:
    """Partition in PostGIS; the components are given to it, so its clock runs for the partition and covers only.

    The covers are found through the spatial index, which the planner likes best when nothing else joins.
    """
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        connection.execute("DROP TABLE IF EXISTS shape, face")
        connection.execute("CREATE TABLE shape (id integer PRIMARY KEY, component integer, geom geometry(Polygon))")
        with connection.cursor().copy("COPY shape FROM STDIN") as copy:
            for k, wkb in enumerate(shapely.to_wkb(polygons, hex=True)):
                copy.write_row((k, int(component[k]), wkb))
        connection.execute("CREATE INDEX ON shape USING gist (geom)")
        connection.execute("ANALYZE shape")
        start = time.perf_counter()
        connection.execute(PARTITION.format(grid=grid))
        seconds = time.perf_counter() - start
        row = connection.execute(
            "SELECT count(*), sum(area_m2), sum(area_m2 * cardinality(cover)) FROM face"
        ).fetchone()
    faces, area, covered = row or (0, 0.0, 0.0)
    return {"s": seconds, "faces": faces, "area_m2": area, "covered_m2": covered}


@contextlib.contextmanager
def private_cluster() -> Iterator[str]:
    """Yield the address of a new PostgreSQL cluster on a socket in a temporary folder, gone afterwards.

    PostgreSQL refuses to run as root: then the user postgres runs it.
    """
    tools = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    folder = Path(tempfile.mkdtemp(prefix="faces_postgis_"))
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if become:
        shutil.chown(folder, "postgres")
    options = f"-c listen_addresses='' -k {folder} -c work_mem=256MB -c shared_buffers=256MB -c jit=off"
    control = [*become, str(tools / "pg_ctl"), "-D", str(folder / "data"), "-l", str(folder / "log"), "-w"]
    try:
        start = [
            *become,
            str(tools / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            "app",
            "-A",
            "trust",
            "--locale=C.UTF-8",
        ]
        subprocess.run([*start, "-E", "UTF8"], check=True, stdout=subprocess.DEVNULL, cwd="/")
        subprocess.run([*control, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL, cwd="/")
        yield f"host={folder} user=app dbname=postgres"
    finally:
        subprocess.run([*control, "-m", "fast", "stop"], check=False, stdout=subprocess.DEVNULL, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
