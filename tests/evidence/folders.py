"""Evidence folders written from grids that a reader can see: a value a cell, a dot where nothing is known."""

import hashlib
import json
from dataclasses import asdict

import numpy as np

from torpaq.evidence.card import LayerCard
from torpaq.evidence.coding import NO_DATA, class_coding, distance_coding, even_coding
from torpaq.evidence.grid import Grid
from torpaq.evidence.raster import write_codes

AZERBAIJAN = "+proj=laea +lat_0=40 +lon_0=47 +datum=WGS84 +units=m +no_defs"


def codings():
    """The coding of every kind of layer that tests need; anything else is a share from 0 to 1."""
    metres = distance_coding(20_000, 10)
    kinds = ("trench_distance", "position_distance", "front_line_distance", "road_distance", "settlement_distance")
    told = dict.fromkeys(kinds, metres)
    told |= {"survey_status": class_coding("status", 5)}
    told |= {"slope": even_coding("deg", 0, 60), "years_used": class_coding("years", 40)}
    told |= {"examined": class_coding("class", 2), "unit": class_coding("class", 250)}
    told |= {"examined_year": class_coding("years", 250), "presence": class_coding("class", 2)}
    return told


def grid_of(shape, cell_m=100.0, west_m=0.0, north_m=0.0):
    """A grid at the middle of Azerbaijan's CRS."""
    return Grid(AZERBAIJAN, cell_m, west_m, north_m + shape[0] * cell_m, *shape)


def values_of(text):
    """Numbers of a readable grid, rows from the north; "." is not known."""
    return np.array(
        [[np.nan if cell == "." else float(cell) for cell in line.split()] for line in text.split("\n") if line.strip()]
    )


def write_folder(path, layers, cell_m=100.0, made=None, label="", names=None, sources=()):
    """Write an evidence folder; ``layers`` are texts or arrays of values by id. Returns the path."""
    values = {name: values_of(one) if isinstance(one, str) else np.asarray(one, float) for name, one in layers.items()}
    grid = grid_of(next(iter(values.values())).shape, cell_m)
    (path / "layers").mkdir(parents=True, exist_ok=True)
    cards = []
    for name, array in values.items():
        kind = name.split("-")[0]
        coding = codings().get(kind, even_coding("share", 0, 1))
        codes = coding.encode(array)
        write_codes(path / "layers" / f"{name}.tif", grid, codes)
        facts = {"names": names} if name == "unit" and names else dict(made or {})
        digest = hashlib.sha256(codes.tobytes()).hexdigest()
        card = LayerCard(
            name, kind, kind.replace("_", " "), (), coding, "2024-05-01", "public domain", 1.0, facts, digest,
            codes.size, int((codes != NO_DATA).sum()), bool(label),
        )  # fmt: skip
        cards.append(card.as_json())
    manifest = {
        "country": "aze",
        "grid": asdict(grid),
        "snapshot": {"head": "a" * 64},
        "area": {},
        "sources": list(sources),
        "layers": cards,
        "built": "2024-05-02T00:00:00+00:00",
        "synthetic_label": label,
        "digest": hashlib.sha256(json.dumps(cards, sort_keys=True).encode()).hexdigest(),
    }
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return path
