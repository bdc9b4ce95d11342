"""The map: faces say what they are, unknown land is not drawn, exact land is shown to people who have signed in."""

import gzip
import io
from datetime import date

import mapbox_vector_tile
import numpy as np
import pytest
from django.test import Client
from PIL import Image

from torpaq.geo.crs import AZE
from torpaq.geo.tiles.encoder import mercator_unit
from torpaq.web.store import append, load, stamped
from torpaq.web.tile_store import land_tile, prebuild
from web.stories import Cast, ledger

# about 47°E 40°N: the middle of the national CRS
BOOK = """
2021-03-04 establish HA-17 sha mine+erw box 0 0 4000 4000 recorded 2021-03-10
2022-05-01 cancel    HA-17 mine+erw     box 0 0 1600 4000 recorded 2022-06-01
2023-06-10 clear     HA-17 mine 13cm    box 1600 0 4000 2000
2023-06-20 hand_over HA-17              box 0 0 1600 4000
"""


@pytest.fixture(autouse=True)
def derived_folder(settings: object, tmp_path: object) -> None:
    settings.DERIVED = tmp_path


def address(x_m: float, y_m: float, z: int) -> tuple[int, int, int]:
    lon, lat = AZE.inverse(x_m, y_m)
    x, y = mercator_unit(np.array([lon]), np.array([lat]))
    return z, int(x[0] * 2**z), int(y[0] * 2**z)


def decoded(tile: bytes) -> dict[str, list[dict[str, object]]]:
    layers = mapbox_vector_tile.decode(gzip.decompress(tile))
    return {name: [feature["properties"] for feature in layer["features"]] for name, layer in layers.items()}


def seen(on: date | None = None, known_on: date | None = None) -> set[tuple[object, ...]]:
    """The faces of the tile around the area, as (status, mine, erw, since)."""
    _, tile = land_tile(*address(2000, 2000, 11), on, known_on)
    faces = decoded(tile).get("faces", [])
    return {(f["status"], f.get("mine"), f.get("erw"), f["since"]) for f in faces}


@pytest.mark.django_db
def test_faces_say_what_they_are_and_since_when() -> None:
    load(ledger(BOOK))
    assert seen() == {
        ("cancelled", "cancelled", "cancelled", "2022-05-01"),
        ("sha", "cleared", "sha", "2021-03-04"),  # cleared of mines, still open for other ordnance
        ("sha", "sha", "sha", "2021-03-04"),
    }
    assert seen(on=date(2021, 12, 31)) == {("sha", "sha", "sha", "2021-03-04")}
    assert seen(known_on=date(2022, 5, 15)) == {("sha", "sha", "sha", "2021-03-04")}
    assert seen(on=date(2020, 1, 1)) == set()  # unknown: nothing is drawn, least of all as safe
    _, tile = land_tile(*address(800, 2000, 16))
    (face,) = decoded(tile)["faces"]
    assert (face["area"], face["handed_over"]) == ("HA-17", True)


@pytest.mark.django_db
def test_borders_run_only_between_land_of_different_status_and_name_the_worse() -> None:
    load(ledger(BOOK))
    _, tile = land_tile(*address(1600, 3000, 16))
    assert {border["status"] for border in decoded(tile)["borders"]} == {"sha"}
    _, between_the_two_sha_faces = land_tile(*address(3000, 2000, 16))
    assert "borders" not in decoded(between_the_two_sha_faces)


@pytest.mark.django_db
def test_a_tiles_tag_changes_with_the_ledger_and_the_dates() -> None:
    load(ledger(BOOK))
    where = address(2000, 2000, 11)
    first, _ = land_tile(*where)
    assert land_tile(*where)[0] == first
    assert land_tile(*where, date(2022, 1, 1))[0] != first
    append(stamped(ledger("2024-01-01 reopen HA-17 cha mine box 0 0 100 100 id R1")))
    assert land_tile(*where)[0] != first
    assert "cha" in {status for status, *_ in seen()}


@pytest.mark.django_db
def test_low_zooms_are_prebuilt_as_files_and_dropped_when_the_ledger_moves_on(tmp_path: object) -> None:
    load(ledger(BOOK))
    shares: list[float] = []
    count = prebuild(lambda done, total: shares.append(done / total))
    files = {path.name for path in tmp_path.rglob("*.gz")}
    assert len(files) == count >= 5 and shares[-1] == 1.0
    name = "{}-{}-{}.pbf.gz".format(*address(2000, 2000, 8))
    assert name in files
    path = next(tmp_path.rglob(name))
    assert land_tile(*address(2000, 2000, 8))[1] == path.read_bytes()
    append(stamped(ledger("2024-01-01 reopen HA-17 cha mine box 0 0 100 100 id R1")))
    prebuild()
    assert not path.exists() and len(list(tmp_path.glob("tiles/*"))) == 1


@pytest.mark.django_db
def test_an_empty_ledger_gives_empty_tiles() -> None:
    assert land_tile(*address(0, 0, 6))[1] == gzip.compress(b"", 5, mtime=0)
    assert prebuild() == 0


@pytest.mark.django_db
def test_the_public_sees_no_exact_land_and_a_signed_in_donor_does(client: Client, cast: Cast) -> None:
    load(ledger(BOOK))
    url = "/tiles/land/{}/{}/{}.pbf".format(*address(2000, 2000, 11))
    assert client.get(url).status_code == 403
    client.force_login(cast.donor)
    response = client.get(url)
    assert (response.status_code, response["Content-Encoding"]) == (200, "gzip")
    assert "private" in response["Cache-Control"] and "public" not in response["Cache-Control"]
    again = client.get(url, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(url + "?on=2021-12-31", headers={"If-None-Match": response["ETag"]}).status_code == 200
    for wrong in (url + "?on=yesterday", "/tiles/land/3/9/1.pbf", "/tiles/land/40/0/0.pbf"):
        assert client.get(wrong).status_code == 404


@pytest.mark.django_db
def test_districts_and_places_are_no_secret(client: Client) -> None:
    z, x, y = address(0, 0, 6)
    low = decoded(client.get(f"/tiles/context/{z}/{x}/{y}.pbf").content)
    assert {"az", "en", "ru", "code", "kind"} <= set(low["units"][0])
    z, x, y = address(0, 0, 9)
    near = decoded(client.get(f"/tiles/context/{z}/{x}/{y}.pbf").content)
    assert all(int(place["population"]) >= 20_000 for place in low["places"])
    assert any(int(place["population"]) < 20_000 for place in near["places"])
    assert client.get("/tiles/context/2/9/9.pbf").status_code == 404


@pytest.mark.django_db
def test_the_relief_is_a_picture_with_its_corners(client: Client) -> None:
    corners = client.get("/basemap/relief.json").json()["coordinates"]
    picture = Image.open(io.BytesIO(client.get("/basemap/relief.png").content))
    assert corners == [[44.0, 42.0], [51.0, 42.0], [51.0, 38.0], [44.0, 38.0]]
    assert picture.size == (840, 480)
    pixels = np.asarray(picture)
    assert (pixels[240, 800] == (214, 226, 233)).all()  # the Caspian
    assert (pixels[300, 600] != (214, 226, 233)).any()  # the plain of the Kura lies below the oceans, and is land
    assert len(np.unique(pixels[:, :400, 0])) > 30  # the mountains are not flat
