"""Tiles as bytes: encoded from the land of this process, the low zooms kept as files in the programme's folder.

A tile depends on the ledger's head, the two dates and its own address, and on nothing else; that is its name in the
cache and its ETag. Files of earlier heads are dropped when a new head's are written.
"""

import gzip
import os
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection

from torpaq.geo.tiles.encoder import TileLayer, encode_tile
from torpaq.standard.country import load_country
from torpaq.web.live import live_land
from torpaq.web.programme_row import programme_crs, programme_row
from torpaq.web.tile_layers import Ground, Scene, context_layers, ground_of, scene_of, tile_of

LOW_ZOOMS = range(5, 10)
LAST_ZOOM = 22
TOWN_POPULATION = 20_000  # smaller places are named from zoom 9 on
SCENES_KEPT = 6
MOMENTS_KEPT = 4


@dataclass(frozen=True, slots=True)
class Moment:
    """What a map shows: a ledger's head and the two dates (None: everything so far)."""

    head: str
    on: date | None
    known_on: date | None

    @property
    def key(self) -> str:
        """The moment as part of a file name or an ETag."""
        return f"{self.head[:16]}-{self.on or 'all'}-{self.known_on or 'now'}"


class SceneKeeper:
    """Keeps the geometry of the latest land and the scenes asked for last."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.ground: tuple[str, Ground] | None = None
        self.scenes: OrderedDict[Moment, Scene] = OrderedDict()
        self.on_new_land: Callable[[], object] = lambda: None

    def scene_at(self, on: date | None, known_on: date | None) -> tuple[Moment, Scene]:
        """Return the moment as the ledger stands now, and its scene."""
        with live_land() as (land, head), self.lock:
            moment = Moment(head.hash, on, known_on)
            if moment not in self.scenes:
                if self.ground is None or self.ground[0] != head.hash:
                    self.ground = (head.hash, ground_of(land, programme_crs()))
                    self.scenes.clear()
                    self.on_new_land()
                self.scenes[moment] = scene_of(land, self.ground[1], on, known_on)
                while len(self.scenes) > SCENES_KEPT:
                    self.scenes.popitem(last=False)
            self.scenes.move_to_end(moment)
            return moment, self.scenes[moment]


KEEPER = SceneKeeper()
PREBUILDING = threading.Lock()


def land_tile(z: int, x: int, y: int, on: date | None = None, known_on: date | None = None) -> tuple[str, bytes]:
    """Return a land tile's ETag and its gzipped bytes. Raises ``ValueError`` for an address off the map."""
    check_address(z, x, y)
    moment, scene = KEEPER.scene_at(on, known_on)
    tag = f"{moment.key}-{z}-{x}-{y}"
    if z not in LOW_ZOOMS:
        return tag, compressed(tile_of(scene, z, x, y, with_borders=z > LOW_ZOOMS[-1]))
    path = tile_folder(moment) / f"{z}-{x}-{y}.pbf.gz"
    try:
        return tag, path.read_bytes()
    except FileNotFoundError:
        tile = compressed(tile_of(scene, z, x, y, with_borders=False))
        write_whole(path, tile)
        return tag, tile


def context_tile(z: int, x: int, y: int) -> bytes:
    """Return a tile of districts and places, gzipped. Raises ``ValueError`` for an address off the map."""
    check_address(z, x, y)
    return _context_tile(country_code(), z, x, y)


def prebuild(progress: Callable[[int, int], None] = lambda done, all_of_them: None) -> int:
    """Write every low-zoom tile of the land as it stands now; return how many. ``progress(done, all)`` after each."""
    moment, scene = KEEPER.scene_at(None, None)
    drop_old_folders(moment)
    addresses = [(z, x, y) for z in LOW_ZOOMS for x, y in tiles_with_land(scene, z)]
    for done, (z, x, y) in enumerate(addresses, 1):
        path = tile_folder(moment) / f"{z}-{x}-{y}.pbf.gz"
        if not path.exists():
            write_whole(path, compressed(tile_of(scene, z, x, y, with_borders=False)))
        progress(done, len(addresses))
    return len(addresses)


def prebuild_in_background() -> threading.Thread:
    """Build the land and its low zooms in a thread of their own: when the desk starts and after every append."""
    thread = threading.Thread(target=_prebuild_alone, name="torpaq-low-zooms", daemon=True)
    thread.start()
    return thread


def tiles_with_land(scene: Scene, z: int) -> list[tuple[int, int]]:
    """Return the addresses of a zoom's tiles that the faces' bounds touch, from the north-west on."""
    bounds = scene.faces.measures[0]
    if not len(bounds):
        return []
    low = np.floor(bounds[:, :2] * 2**z).astype(np.int64)
    high = np.floor(bounds[:, 2:] * 2**z).astype(np.int64)
    corners = np.unique(np.concatenate([low, high]), axis=0)
    (x0, y0), (x1, y1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    index = scene.ground.faces.index
    return [(x, y) for y in range(y0, y1 + 1) for x in range(x0, x1 + 1) if len(index.tile(z, x, y))]


def check_address(z: int, x: int, y: int) -> None:
    """Raise ``ValueError`` where there is no such tile."""
    if not (0 <= z <= LAST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise ValueError(f"there is no tile {z}/{x}/{y}")


def compressed(tile: bytes) -> bytes:
    """Gzip a tile, the same bytes for the same tile."""
    return gzip.compress(tile, 5, mtime=0)


def tile_folder(moment: Moment) -> Path:
    """Return the folder of a moment's low zooms."""
    return Path(settings.DERIVED) / "tiles" / moment.key


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that others may be reading: it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}")
    part.write_bytes(content)
    part.replace(path)


def drop_old_folders(moment: Moment) -> None:
    """Drop the low zooms of earlier heads and, of this head, all but the dates asked for last."""
    folders = sorted(tile_folder(moment).parent.glob("*"), key=lambda folder: folder.stat().st_mtime, reverse=True)
    current = [folder for folder in folders if folder.name.startswith(moment.head[:16])]
    for folder in folders:
        if folder not in current[:MOMENTS_KEPT]:
            shutil.rmtree(folder, ignore_errors=True)


def country_code() -> str:
    """Return the programme's country, read once the programme is there."""
    programme = programme_row()
    return programme.country if programme else "aze"


@cache
def _context_tile(country: str, z: int, x: int, y: int) -> bytes:
    layers = _context(country)
    selections = [layer.index.tile(z, x, y) for layer in layers]
    if z < LOW_ZOOMS[-1]:
        codes, populations = layers[2].columns["population"]
        large = np.array([int(population) >= TOWN_POPULATION for population in populations], np.bool_)
        selections[2] = selections[2][large[codes[selections[2]]]]
    return compressed(encode_tile(layers, z, x, y, selections))


@cache
def _context(country: str) -> tuple[TileLayer, TileLayer, TileLayer]:
    return context_layers(load_country(country))


def _prebuild_alone() -> None:
    """Prebuild unless another thread is at it; what it misses is made when it is asked for."""
    if not PREBUILDING.acquire(blocking=False):
        return
    try:
        prebuild()
    finally:
        PREBUILDING.release()
        connection.close()
