"""What stories of evidence begin with: a programme's folder of its own, roads and trenches as text, jobs that run."""

import json
from collections.abc import Mapping
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from torpaq.geo.crs import AZE
from torpaq.web.job_kinds import register_all
from torpaq.web.jobs import run_next
from torpaq.web.models import Account, EvidenceBuild, RiskSurface
from torpaq.web.risk.making import ask_build, ask_surface

ABOUT = {"date": "2024-05-01", "source": "Survey of the Authority (synthetic)", "licence": "CC0", "is_synthetic": "yes"}


def line_of(*points_m: tuple[float, float]) -> dict[str, object]:
    """A feature along points given in metres of the national grid."""
    places = [[round(degree, 7) for degree in AZE.inverse(*point)] for point in points_m]
    return {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": places}}


def geojson(*features: Mapping[str, object]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


ROADS = geojson(line_of((-900.0, 300.0), (1600.0, 300.0)))
TRENCHES = geojson(line_of((40.0, -800.0), (60.0, 900.0)))


def add(client: Client, kind: str, name: str, content: bytes = ROADS, file: str = "roads.geojson", **values: str):
    """Send the form of a new source."""
    upload = SimpleUploadedFile(file, content)
    return client.post("/evidence/sources/new", ABOUT | {"kind": kind, "name": name, "file": upload} | values)


def run_jobs() -> None:
    register_all()
    while run_next():
        pass


def built(officer: Account, cell_m: float = 100.0) -> EvidenceBuild:
    """Build the layers of what is there now."""
    row, problems = ask_build(officer, {"cell_m": cell_m, "units": []})
    assert row is not None, problems
    run_jobs()
    row.refresh_from_db()
    assert row.state == "done", row.problems
    return row


def surface_made(officer: Account, origin: str = "expert", name: str = "") -> RiskSurface:
    """Make a surface of the layers as they are."""
    row, problems = ask_surface(officer, name, {"origin": origin})
    assert row is not None, problems
    run_jobs()
    row.refresh_from_db()
    assert row.state == "done", row.problems
    return row


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
