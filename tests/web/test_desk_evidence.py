"""Evidence at the desk: sources come in and go, layers are built by a job, everybody sees what is theirs to see."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings

from torpaq.web.models import Audit, EvidenceBuild, Job
from torpaq.web.risk.building import Follower
from torpaq.web.risk.making import BUILD, ask_build, stop
from web.desk_stories import LABEL, open_desk
from web.risk_stories import ABOUT, ROADS, TRENCHES, add, built, run_jobs
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
    open_desk()
    client.force_login(cast.officer)
    return client


def text(client: Client, address: str, status: int = 200, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == status, address
    return re.sub(r"\s+", " ", answer.content.decode()) if status == 200 else ""


class TestSources:
    def test_the_officer_adds_roads_and_reads_their_card(self, desk: Client, cast: Cast):
        answer = add(desk, "road", "Main roads", error_m="15", reliability="90")
        assert answer.status_code == 302
        page = text(desk, answer["Location"])
        for words in (
            "Main roads",
            "Survey of the Authority (synthetic)",
            "CC0",
            "90.0",
            "roads.geojson",
            "1 May 2024",
        ):
            assert words in page
        assert 'class="synthetic-badge"' in page
        listed = text(desk, "/evidence")
        assert "Main roads" in listed
        assert Audit.objects.get(action="evidence_source_added").account == cast.officer

    def test_a_form_asks_only_for_what_its_kind_needs(self, desk: Client):
        assert "Places of accidents" in text(desk, "/evidence/sources/new")
        detection = text(desk, "/evidence/sources/new", kind="detection")
        position = text(desk, "/evidence/sources/new", kind="position")
        terrain = text(desk, "/evidence/sources/new", kind="terrain")
        assert 'id="confidence"' in detection and 'id="confidence"' not in position
        assert 'id="observer_m"' in position and 'id="observer_m"' not in detection
        assert 'id="error_m"' in position and 'id="error_m"' not in terrain
        assert ".tif" in terrain and ".geojson" not in terrain

    @pytest.mark.parametrize(
        ("kind", "content", "file", "said"),
        [
            ("road", b"", "roads.geojson", "empty"),
            ("road", ROADS[:-40], "roads.geojson", ""),
            ("terrain", ROADS, "heights.tif", ""),
            ("road", b"II*\x00\x08\x00\x00\x00", "roads.tif", ""),
            ("front_line", b'{"type": "FeatureCollection", "features": []}', "front.geojson", ""),
            ("minefield_record", b'{"record": "MF-1"}', "record.json", ""),
        ],
    )
    def test_a_file_that_cannot_be_used_is_told_in_a_sentence_and_not_kept(
        self, desk: Client, own_folder: Path, kind: str, content: bytes, file: str, said: str
    ):
        answer = add(desk, kind, "Something", content, file)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert re.search('class="problem error"', page)
        assert said in page
        assert "Traceback" not in page
        assert list((own_folder / "evidence").glob("sources/*")) == []
        assert 'value="Something"' in page, "what was typed stays"

    def test_what_is_not_said_or_said_wrongly_is_asked_for(self, desk: Client):
        assert 'class="problem error"' in add(desk, "road", "").content.decode()
        assert 'class="problem error"' in add(desk, "road", "Roads", reliability="900").content.decode()
        assert 'class="problem error"' in add(desk, "road", "Roads", error_m="near").content.decode()
        assert 'class="problem error"' in add(desk, "road", "Roads", date="2999-01-01").content.decode()
        nothing = desk.post("/evidence/sources/new", ABOUT | {"kind": "road", "name": "Roads"})
        assert 'class="problem error"' in nothing.content.decode()

    def test_a_source_goes_only_with_a_reason_and_takes_its_layers_along(self, desk: Client, cast: Cast):
        add(desk, "road", "Main roads")
        built(cast.officer)
        assert "Distance to a road" in text(desk, "/evidence")
        assert 'class="problem error"' in desk.post("/evidence/sources/main-roads", {"reason": " "}).content.decode()
        gone = desk.post("/evidence/sources/main-roads", {"reason": "drawn on a wrong map"})
        assert gone["Location"] == "/evidence"
        assert "Distance to a road" not in text(desk, "/evidence")
        assert Audit.objects.get(action="evidence_source_removed").detail == {"reason": "drawn on a wrong map"}
        text(desk, "/evidence/sources/main-roads", 404)


class TestLayers:
    def test_layers_are_built_by_a_job_and_each_has_its_card_picture_and_map(self, desk: Client, cast: Cast):
        add(desk, "road", "Main roads")
        add(desk, "trench", "Trenches", TRENCHES)
        asked = desk.post("/evidence/build", {"cell_m": "100.00"})
        assert asked["Location"] == "/evidence"
        waiting = text(desk, "/evidence")
        assert "<progress" in waiting and "/evidence/build/stop" in waiting
        assert "<progress" in text(desk, "/evidence/build/progress")
        run_jobs()
        assert desk.get("/evidence/build/progress")["HX-Redirect"] == "/evidence"
        row = EvidenceBuild.objects.get()
        assert row.state == "done" and len(row.digest) == 64 and row.entries == 14
        page = text(desk, "/evidence")
        for words in (
            "Distance to a road",
            "Distance to a trench",
            "Status of the land in the ledger",
            "The layers were built",
        ):
            assert words in page
        layer = text(desk, "/evidence/layers/road_distance")
        assert "Main roads" in layer and "/tiles/evidence/road_distance/{z}/{x}/{y}.png" in layer
        assert desk.get("/evidence/layers/road_distance.png")["Content-Type"] == "image/png"
        tile = desk.get("/tiles/evidence/road_distance/12/2582/1552.png")
        assert tile["Content-Type"] == "image/png"
        assert (
            desk.get(
                "/tiles/evidence/road_distance/12/2582/1552.png", headers={"if-none-match": tile["ETag"]}
            ).status_code
            == 304
        )
        text(desk, "/evidence/layers/no_such", 404)
        text(desk, "/tiles/evidence/no_such/12/2582/1552.png", 404)
        text(desk, "/tiles/evidence/road_distance/3/99/0.png", 404)

    def test_a_build_that_is_stopped_says_so_and_one_at_a_time_is_built(self, desk: Client, cast: Cast):
        row, _ = ask_build(cast.officer, {"cell_m": 100.0, "units": []})
        again, problems = ask_build(cast.officer, {"cell_m": 100.0, "units": []})
        assert again is None and [one.code for one in problems] == ["evidence_build_runs"]
        assert 'class="problem error"' in add(desk, "road", "Roads").content.decode(), "sources wait meanwhile"
        assert desk.post("/evidence/build/stop")["Location"] == "/evidence"
        run_jobs()
        assert row is not None
        assert "stopped" in text(desk, "/evidence")
        assert [one.code for one in stop(cast.officer, row)] == ["nothing_runs"]

    def test_a_running_build_ends_where_it_is_asked_to(self, desk: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("torpaq.web.jobs.SAID_EVERY_S", 0)
        told: list[str] = []
        tell = Follower.tell

        def tell_and_stop(self: Follower, layer: str, share: float) -> None:
            told.append(layer)
            Job.objects.filter(kind=BUILD).update(stop_asked=True)
            tell(self, layer, share)

        monkeypatch.setattr(Follower, "tell", tell_and_stop)
        ask_build(cast.officer, {"cell_m": 100.0, "units": []})
        run_jobs()
        assert len(set(told)) == 1, "it ended with the first layer"
        assert EvidenceBuild.objects.get().state == "stopped"
        assert "No layer was built yet" in text(desk, "/evidence")

    def test_a_cell_or_a_district_that_there_is_not_is_refused(self, desk: Client):
        desk.post("/evidence/build", {"cell_m": "7"})
        desk.post("/evidence/build", {"cell_m": "100", "units": "ATLANTIS"})
        assert not EvidenceBuild.objects.exists()

    def test_the_whole_follows_one_layer_after_the_other(self):
        told: list[tuple[str, float]] = []
        follower = Follower({"a", "b"}, lambda step, share: told.append((step, share)))
        for layer, share in (("a", 0.5), ("a", 1.0), ("c", 0.1), ("b", 1.0)):
            follower.tell(layer, share)
        shares = [share for _, share in told]
        assert shares == sorted(shares) and shares[0] > 0 and shares[-1] < 1


PAGES = ("/evidence", "/evidence/sources/new", "/evidence/sources/new?kind=road", "/evidence/sources/main-roads",
         "/evidence/layers/road_distance")  # fmt: skip


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_page_opens_in_every_language_and_says_that_data_are_synthetic(desk: Client, cast: Cast, language: str):
    add(desk, "road", "Main roads")
    built(cast.officer)
    desk.cookies["django_language"] = language
    for address in PAGES:
        assert 'class="synthetic"' in text(desk, address)
    assert LABEL


class TestWhoSeesWhat:
    def test_operators_look_and_change_nothing_and_the_donor_sees_no_exact_evidence(self, desk: Client, cast: Cast):
        add(desk, "road", "Main roads")
        built(cast.officer)
        tile = "/tiles/evidence/road_distance/12/2582/1552.png"
        desk.force_login(cast.operator_a)
        assert "Main roads" in text(desk, "/evidence")
        assert "Add a source" not in text(desk, "/evidence")
        assert desk.get(tile).status_code == 200
        assert add(desk, "road", "Other roads").status_code == 403
        assert desk.post("/evidence/build", {"cell_m": "100"}).status_code == 403
        assert desk.post("/evidence/build/stop").status_code == 403
        refused = desk.post("/evidence/sources/main-roads", {"reason": "ours is better"})
        assert "right_missing" in refused.content.decode()
        desk.force_login(cast.donor)
        for address in (*PAGES, "/evidence/layers/road_distance.png", tile):
            text(desk, address, 403)
        assert "Evidence and risk" not in text(desk, "/")
        desk.logout()
        assert desk.get("/evidence").status_code == 302
        assert desk.get(tile).status_code == 403
