"""Surfaces at the desk: made by a job, shown as tiles, explained cell by cell and area by area, judged, printed."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.test import Client, override_settings
from PIL import Image
from pypdf import PdfReader

from torpaq.geo.crs import AZE
from torpaq.web.models import RiskSurface
from torpaq.web.risk.making import ask_surface
from torpaq.web.risk.surfaces import open_surface
from web.desk_stories import LABEL, open_desk
from web.risk_stories import TRENCHES, add, built, run_jobs, surface_made
from web.stories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path) -> Iterator[Path]:
    with override_settings(PROGRAMME=tmp_path):
        yield tmp_path


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    """Roads and trenches round HA-17, their layers built."""
    open_desk()
    client.force_login(cast.officer)
    add(client, "road", "Main roads")
    add(client, "trench", "Trenches", TRENCHES)
    built(cast.officer)
    client.get("/evidence")  # reads what was told of the sources
    return client


def text(client: Client, address: str, status: int = 200, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == status, address
    return re.sub(r"\s+", " ", answer.content.decode()) if status == 200 else ""


def place(x_m: float, y_m: float) -> str:
    lon, lat = AZE.inverse(x_m, y_m)
    return f"{lat:.7f}° N, {lon:.7f}° E"


def fragment(client: Client, row: RiskSurface, x_m: float, y_m: float) -> str:
    answer = client.get(f"/risk/{row.pk}/explain", {"place": place(x_m, y_m)}, headers={"HX-Request": "true"})
    return re.sub(r"\s+", " ", answer.content.decode())


def tile_of(x_m: float, y_m: float, z: int = 15) -> str:
    lon, lat = AZE.inverse(x_m, y_m)
    column = int((lon + 180) / 360 * 2**z)
    row = int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**z)
    return f"{z}/{column}/{row}"


class TestMaking:
    def test_the_officer_asks_for_a_surface_and_follows_it(self, desk: Client, cast: Cast):
        assert "It will rest on" in text(desk, "/risk/new")
        asked = desk.post("/risk/new", {"name": "Autumn", "origin": "expert"})
        row = RiskSurface.objects.get()
        assert asked["Location"] == f"/risk/{row.pk}"
        assert "<progress" in text(desk, f"/risk/{row.pk}")
        assert "<progress" in text(desk, f"/risk/{row.pk}/progress")
        assert text(desk, f"/risk/{row.pk}/map", 404) == ""
        run_jobs()
        assert desk.get(f"/risk/{row.pk}/progress")["HX-Redirect"] == f"/risk/{row.pk}"
        row.refresh_from_db()
        assert row.state == "done" and row.entries == 14 and len(row.digest) == 64 and len(row.head) == 64
        page = text(desk, f"/risk/{row.pk}")
        for words in ("Autumn", "Experts&#x27; tables", row.digest[:16], "nothing here changes the status of land"):
            assert words in page
        assert "Autumn" in text(desk, "/risk")

    def test_without_layers_there_is_no_surface(self, desk: Client, cast: Cast):
        desk.post("/evidence/build", {"cell_m": "100"})
        row, problems = ask_surface(cast.officer, "", {"origin": "expert"})
        assert row is None and [one.code for one in problems] == ["evidence_build_runs"]
        desk.post("/evidence/build/stop")
        row, problems = ask_surface(cast.officer, "", {"origin": "expert"})
        assert row is None and [one.code for one in problems] == ["evidence_not_built"]
        assert 'class="problem error"' in desk.post("/risk/new", {"origin": "expert"}).content.decode()

    def test_one_that_is_stopped_or_cannot_be_made_leaves_nothing(self, desk: Client, cast: Cast, own_folder: Path):
        row, _ = ask_surface(cast.officer, "", {"origin": "expert"})
        assert row is not None
        desk.post(f"/risk/{row.pk}/stop")
        run_jobs()
        assert "Stopped" in text(desk, f"/risk/{row.pk}")
        learned, _ = ask_surface(cast.officer, "", {"origin": "fitted"})
        run_jobs()
        assert learned is not None
        learned.refresh_from_db()
        assert learned.state == "failed", "nothing contaminated was found on examined land"
        page = text(desk, f"/risk/{learned.pk}")
        assert re.search('class="problem error"', page)
        assert list((own_folder / "surfaces").glob("*/log_odds.tif")) == []

    def test_an_older_surface_keeps_the_layers_it_was_made_of(self, desk: Client, cast: Cast):
        row = surface_made(cast.officer)
        before = fragment(desk, row, 50, 50)
        desk.post("/evidence/sources/trenches", {"reason": "a wrong sheet"})
        built(cast.officer, 50.0)
        assert fragment(desk, row, 50, 50) == before
        assert "trench" in before


class TestMap:
    def test_tiles_show_chance_spread_class_and_each_layer(self, desk: Client, cast: Cast):
        row = surface_made(cast.officer)
        for layer in ("chance", "spread", "class", "value", "evidence~trench_distance"):
            answer = desk.get(f"/tiles/risk/{row.pk}/{layer}/{tile_of(300, 300)}.png")
            assert answer["Content-Type"] == "image/png", layer
            pixels = np.asarray(Image.open(io.BytesIO(answer.content)))
            assert pixels.shape == (256, 256, 4)
            assert (pixels[..., 3] > 0).mean() > 0.85, layer
        beside = desk.get(f"/tiles/risk/{row.pk}/chance/{tile_of(90_000, 300)}.png")
        assert not np.asarray(Image.open(io.BytesIO(beside.content)))[..., 3].any()
        for layer in ("no-such", "evidence~no_such"):
            text(desk, f"/tiles/risk/{row.pk}/{layer}/{tile_of(300, 300)}.png", 404)

    def test_the_map_names_its_layers_and_its_colours_in_words(self, desk: Client, cast: Cast):
        row = surface_made(cast.officer)
        page = text(desk, f"/risk/{row.pk}/map")
        for words in (
            "Distance to a trench",
            "hatched: the model cannot say",
            "evidence~trench_distance",
            "0.1 – 0.5",
            "data-bounds=",
        ):
            assert words in page
        assert text(desk, "/risk/map").count("data-risk-map") == 1


class TestWhy:
    def test_a_cell_is_explained_by_terms_that_sum_to_what_is_stored(self, desk: Client, cast: Cast):
        row = surface_made(cast.officer)
        page = text(desk, f"/risk/{row.pk}/explain", place=place(50, 50))
        assert page.count("<li>") > 1 and "trench" in page
        part = fragment(desk, row, 110, 50)
        assert "<html" not in part
        outline = json.loads(re.findall(r'data-polygon="([^"]*)"', part)[0].replace("&quot;", '"'))
        assert len(outline["coordinates"][0]) == 5
        assert "HA-17: explain the whole area" in part
        assert "explain the whole area" not in fragment(desk, row, 50, 50), "this land is released"
        surface, _ = open_surface(row)
        assert surface is not None and surface.evidence is not None

    def test_an_area_is_explained_on_average_and_drawn(self, desk: Client, cast: Cast):
        row = surface_made(cast.officer)
        page = text(desk, f"/risk/{row.pk}/area/HA-17")
        assert "HA-17" in page and 'data-fit="yes"' in page and "MultiPolygon" in page
        assert "IMAS" in page or "chance" in page
        no_land = text(desk, f"/risk/{row.pk}/area/LEGACY-1")
        assert "risk_area_not_open" in no_land
        text(desk, f"/risk/{row.pk}/area/NO-SUCH", 404)
        assert "/risk/area/HA-17" in text(desk, "/area/HA-17")
        assert desk.get("/risk/area/HA-17")["Location"] == f"/risk/{row.pk}/area/HA-17"

    @pytest.mark.parametrize("typed", ["", "nowhere", "51° N, 10° E", "9999999 9999999", "\x00"])
    def test_places_that_cannot_be_read_or_lie_beside_the_surface_are_told(self, desk: Client, cast: Cast, typed: str):
        row = surface_made(cast.officer)
        page = text(desk, f"/risk/{row.pk}/explain", place=typed)
        assert ('class="problem' in page) == bool(typed.strip("\x00"))
        assert "problem" in text(desk, f"/risk/{row.pk}/explain", place=place(60_000, 50))


class TestScoreAndPrint:
    def test_without_learning_the_card_says_that_there_is_nothing_to_judge_by(self, desk: Client, cast: Cast):
        row = surface_made(cast.officer)
        assert "nothing to judge by" in text(desk, f"/risk/{row.pk}/score")

    @pytest.mark.parametrize(
        ("language", "words"), [("az", "Risk səthi"), ("en", "Surface of risk"), ("ru", "Поверхность риска")]
    )
    def test_it_is_printed_with_its_map_and_says_that_it_is_synthetic(
        self, desk: Client, cast: Cast, language: str, words: str
    ):
        row = surface_made(cast.officer, name="Autumn")
        answer = desk.get(f"/risk/{row.pk}.pdf", {"language": language})
        assert answer["Content-Type"] == "application/pdf"
        assert "synthetic-" in answer["Content-Disposition"]
        said = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages)
        for one in (words, "Autumn", row.head[:20], LABEL):
            assert one in said


PAGES = ("", "/map", "/score", "/threshold", "/proposals", "/explain", "/area/HA-17")


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_page_opens_in_every_language_and_says_that_data_are_synthetic(desk: Client, cast: Cast, language: str):
    row = surface_made(cast.officer)
    desk.cookies["django_language"] = language
    for address in (
        "/risk",
        "/risk/new",
        "/risk/map",
        "/risk/proposals",
        "/risk/compare",
        *(f"/risk/{row.pk}{one}" for one in PAGES),
    ):
        assert 'class="synthetic"' in text(desk, address)


class TestWhoSeesWhat:
    def test_operators_look_and_make_nothing_and_the_donor_sees_no_exact_risk(self, desk: Client, cast: Cast):
        row = surface_made(cast.officer)
        tile = f"/tiles/risk/{row.pk}/chance/{tile_of(300, 300)}.png"
        desk.force_login(cast.operator_a)
        assert text(desk, f"/risk/{row.pk}/map")
        assert desk.get(tile).status_code == 200
        text(desk, "/risk/new", 403)
        assert desk.post(f"/risk/{row.pk}/stop").status_code == 403
        desk.force_login(cast.donor)
        for address in ("/risk", "/risk/map", f"/risk/{row.pk}.pdf", tile, *(f"/risk/{row.pk}{one}" for one in PAGES)):
            text(desk, address, 403)
        desk.logout()
        assert desk.get(tile).status_code == 403
        assert desk.get(f"/risk/{row.pk}").status_code == 302
