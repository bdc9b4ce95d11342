"""The Authority asks its ledger from the command line: what is open, since when, and what is wrong."""

import json
from pathlib import Path

import pyogrio
import pytest
import shapely

from cli.house import Desk
from torpaq.land.chain import digest_of

HA_17 = """
    2021-03-04 establish HA-17 sha mine      box 0 0 100 100                    ; NTS-88
    2022-05-01 cancel    HA-17 mine          box 0 0 40 100   by Director       ; NTS-131
    2023-06-10 clear     HA-17 mine 13cm     box 40 0 100 50  operator OP-A     ; CR-9
    2023-09-02 reopen    HA-17 cha mine      box 60 0 70 10   id R1 recorded 2023-09-05 ; accident 12
    2023-12-31 assert    open mine 3100 m2                                      ; return for 2023
    2024-01-15 void      R1                                                     ; entered in error
"""
TWO_DISTRICTS = """
    2021-03-04 establish HA-1 cha mine box 0 0 100 100    unit AZ-AGM
    2022-03-04 establish HA-2 cha erw  box 200 0 300 50   unit AZ-FUZ
    2022-05-01 clear     HA-1 mine 13cm box 0 0 50 100    unit AZ-AGM operator OP-A method manual
    2022-06-01 establish HA-3 sha mine+erw unlocated 1200 AZ-NX
    2023-05-01 clear     HA-2 erw 30cm box 200 0 300 50   unit AZ-FUZ operator OP-B method machine
"""
BALANCE_KEYS = {"on", "known", "classes", "unlocated", "flows", "groups", "problems", "digest"}
FLOWS = (
    *("opening_m2", "established_m2", "extended_m2", "reopened_m2", "cancelled_m2", "reduced_m2", "cleared_m2"),
    *("reclassified_m2", "corrected_m2", "closing_m2"),
)


def test_the_documented_keys_of_a_balance_are_there_and_its_figures_are_right(desk: Desk) -> None:
    told = desk.ledger("balance", HA_17, "--json")
    value = told.json
    assert told.status == 0
    assert set(value) >= BALANCE_KEYS
    assert (value["on"], value["known"]) == ("2023-12-31", "2024-01-15")
    assert value["classes"]["mine"] == {
        "sha_m2": 3000.0,
        "cha_m2": 0.0,
        "cancelled_m2": 4000.0,
        "reduced_m2": 0.0,
        "cleared_m2": 3000.0,
    }
    assert set(value["classes"]["erw"]) == set(value["classes"]["mine"])
    assert [name for name in value["flows"] if name in FLOWS] == list(FLOWS)
    assert value["flows"]["closing_m2"] == 3000.0
    assert set(value["problems"][0]) == {"code", "severity", "subject", "parameters"}
    assert told.codes == ["assertion_restated"]


def test_the_digest_is_of_the_figures_alone_and_anyone_can_make_it_again(desk: Desk) -> None:
    value = desk.ledger("balance", HA_17, "--json").json
    figures = {key: part for key, part in value.items() if key not in {"problems", "digest"}}
    assert value["digest"] == digest_of(figures)


def test_what_was_known_before_a_reopening_was_recorded(desk: Desk) -> None:
    known = desk.ledger("balance", HA_17, "--on", "2023-09-03", "--known", "2023-09-04", "--json").json
    later = desk.ledger("balance", HA_17, "--on", "2023-09-03", "--known", "2023-09-05", "--json").json
    assert known["classes"]["mine"]["cha_m2"] == 0
    assert later["classes"]["mine"]["cha_m2"] == 100
    assert known["known"] == "2023-09-04"


def test_before_the_first_entry_there_is_nothing_and_that_is_no_problem(desk: Desk) -> None:
    told = desk.ledger("balance", HA_17, "--on", "2000-01-01", "--json")
    assert told.status == 0
    assert (told.json["on"], told.codes) == ("2000-01-01", [])
    assert not any(told.json["flows"].values())


@pytest.mark.parametrize("text", ["", "\n# nothing yet\n", "\ufeff"])
def test_an_empty_ledger_balances_at_nothing(desk: Desk, text: str) -> None:
    assert desk.ledger("check", text).status == 0
    told = desk.ledger("balance", text, "--json")
    assert told.status == 0
    assert not any(told.json["flows"].values())
    assert told.json["on"] == told.json["known"]
    assert desk.ledger("at", text, "--point", "40 47").status == 0


def test_a_problem_of_the_future_is_not_yet_a_problem(desk: Desk) -> None:
    late = HA_17 + "2025-01-01 clear HA-17 mine 13cm box 0 0 40 100\n"
    assert desk.ledger("check", late).status == 1
    assert desk.ledger("check", late, "--on", "2024-12-31").status == 0


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("unit", ["AZ-AGM", "AZ-FUZ", "AZ-NX"]),
        ("area", ["HA-1", "HA-2", "HA-3"]),
        ("operator", ["", "OP-A", "OP-B"]),
        ("method", ["", "machine", "manual"]),
        ("year", ["2021", "2022", "2023"]),
        ("department", ["AZ-AGM", "AZ-FUZ", "AZ-NX"]),
    ],
)
def test_the_groups_of_every_split_add_up_to_the_whole(desk: Desk, by: str, keys: list[str]) -> None:
    value = desk.ledger("balance", TWO_DISTRICTS, "--by", by, "--json").json
    assert [group["key"] for group in value["groups"]] == keys
    for flow in FLOWS[1:9]:
        assert sum(group["flows"][flow] for group in value["groups"]) == value["flows"][flow]
        unlocated = sum(group["unlocated"]["flows"][flow] for group in value["groups"])
        assert unlocated == value["unlocated"]["flows"][flow]


def test_districts_of_an_autonomous_republic_are_one_department(desk: Desk) -> None:
    told = desk.ledger(
        "balance",
        """
        2021-03-04 establish HA-1 cha mine unlocated 100 AZ-BAB
        2021-03-04 establish HA-2 cha mine unlocated 200.5 AZ-SAR
        2021-03-04 establish HA-3 cha mine unlocated 400 XX/NORTH/TOWN
        """,
        *("--by", "department", "--json"),
    )
    closing = {group["key"]: group["unlocated"]["flows"]["closing_m2"] for group in told.json["groups"]}
    assert closing == {"AZ-NX": 300.5, "XX/NORTH": 400.0}


def test_flows_of_a_period_open_with_what_was_open(desk: Desk) -> None:
    value = desk.ledger("balance", TWO_DISTRICTS, "--from", "2022-01-01", "--on", "2022-12-31", "--json").json
    assert value["flows"]["opening_m2"] == 10_000
    assert value["flows"]["established_m2"] == 5000
    assert value["flows"]["cleared_m2"] == 5000
    assert value["flows"]["closing_m2"] == 10_000


def test_people_read_aligned_columns_with_blanks_between_thousands(desk: Desk) -> None:
    told = desk.ledger("balance", TWO_DISTRICTS, "--by", "unit", "--language", "az")
    assert "On 2023-05-01, as known on 2023-05-01; areas in square metres" in told.out
    assert "  = closing       5 000.00   1 200.00" in told.out
    assert "AZ-AGM Ağdam" in told.out
    figures = [line for line in told.out.splitlines() if line.startswith(("  sha ", "  cha ", "  cleared "))]
    assert len({len(line) for line in figures}) == 1


def test_a_check_counts_and_names_the_chain(desk: Desk) -> None:
    told = desk.ledger("check", HA_17, "--json")
    assert {key: told.json[key] for key in ("entries", "areas", "faces")} == {"entries": 6, "areas": 1, "faces": 3}
    assert len(told.json["chain"]) == 64
    assert "6 entries, 1 hazardous areas, 3 faces" in desk.ledger("check", HA_17).out


def test_forty_problems_are_shown_and_all_are_in_the_json(desk: Desk) -> None:
    text = "\n".join(f"2021-01-01 void NO-{n}" for n in range(50))
    told = desk.ledger("check", text)
    assert told.status == 1
    assert len(told.err.splitlines()) == 41
    assert told.err.endswith("… 10 more; --json lists them all\n")
    assert len(desk.ledger("check", text, "--json").codes) == 50


def test_a_problem_is_told_in_the_language_that_was_asked_for(desk: Desk) -> None:
    text = "2021-01-01 void NOPE"
    assert "there is no entry" in desk.ledger("check", text, "--language", "en").err
    assert "yoxdur" in desk.ledger("check", text, "--language", "az").err
    assert "нет" in desk.ledger("check", text, "--language", "ru").err


# -- faces ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["faces.gpkg", "faces.geojson"])
def test_gdal_reads_one_valid_feature_a_face(desk: Desk, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    told = desk.ledger("faces", TWO_DISTRICTS, "--out", str(out), "--json")
    assert (told.status, told.json["faces"]) == (0, 3)
    meta, _, geometry, columns = pyogrio.raw.read(out, force_2d=False)
    shapes = shapely.from_wkb(geometry)
    assert shapely.is_valid(shapes).all()
    rows = [dict(zip(meta["fields"], row, strict=True)) for row in zip(*columns, strict=True)]
    by_area = {(row["areas"], row["area_m2"]): row for row in rows}
    cleared, half = by_area["HA-1", 5000.0], by_area["HA-2", 5000.0]
    assert {row["mine"] for row in rows if row["areas"] == "HA-1"} == {"cha", "cleared"}
    assert (half["erw"], str(half["erw_since"]), half["entries"]) == ("cleared", "2023-05-01", "L2 L5")
    assert cleared["areas"] == "HA-1"
    if name.endswith("gpkg"):
        assert shapely.area(shapes).sum() == pytest.approx(15_000, abs=1e-6)


def test_faces_on_a_date_have_only_what_was_then(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "then.geojson"
    desk.ledger("faces", TWO_DISTRICTS, "--out", str(out), "--on", "2021-12-31")
    features = json.loads(out.read_text())["features"]
    assert {feature["properties"]["mine"] for feature in features} == {"cha"}
    assert {feature["properties"]["entries"] for feature in features} == {"L1"}


def test_faces_of_invented_land_say_so_wherever_they_go(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "demo.geojson"
    invented = "# SYNTHETIC: no real hazard\n2021-01-01 establish HA-1 sha mine box 0 0 9 9\n"
    assert desk.ledger("faces", invented, "--out", str(out)).status == 0
    (feature,) = json.loads(out.read_text())["features"]
    assert feature["properties"]["synthetic"] == "SYNTHETIC: no real hazard"
    assert desk.ledger("balance", invented, "--json").json["synthetic"] == "SYNTHETIC: no real hazard"
    assert desk.ledger("text", invented).out.startswith("# SYNTHETIC: no real hazard\n2021-01-01")


@pytest.mark.parametrize(
    ("out", "code"),
    [("faces.shp", "polygon_file_kind_unknown"), ("no/such/folder.gpkg", "polygon_file_unwritable")],
)
def test_a_file_that_cannot_be_written_is_a_problem_and_leaves_nothing(desk: Desk, out: str, code: str) -> None:
    told = desk.ledger("faces", HA_17, "--out", str(desk.folder / out), "--json")
    assert (told.status, told.codes) == (2, [code])
    assert [path.name for path in desk.folder.iterdir()] == ["book.ledger"]


# -- a spot -----------------------------------------------------------------------------------------------------------


def test_what_is_this_spot(desk: Desk) -> None:
    told = desk.ledger("at", HA_17, "--point", "40°00'00.5\" N 47°00'03\" E", "--json")
    assert told.status == 0
    assert told.json["mine"] == {"status": "cleared", "since": "2023-06-10", "entry": "L3"}
    assert told.json["erw"] == {"status": None, "since": None, "entry": None}
    assert [entry["record"] for entry in told.json["entries"]] == ["NTS-88", "CR-9"]
    words = desk.ledger("at", HA_17, "--point", "40.0001 47.0008").out
    assert "mine  cleared since 2023-06-10 by L3" in words
    assert "2021-03-04 establish HA-17 (L1); NTS-88" in words


def test_no_record_is_unknown_and_not_safe(desk: Desk) -> None:
    told = desk.ledger("at", HA_17, "--point", "40.5 N 46.5 E")
    assert told.status == 0
    assert "no record: unknown, which is not safe" in told.out


def test_the_spot_as_it_was(desk: Desk) -> None:
    told = desk.ledger("at", HA_17, "--point", "40.0001 47.0008", "--on", "2022-12-31", "--json")
    assert told.json["mine"]["status"] == "sha"


def test_an_ambiguous_spot_is_a_question_with_its_candidates(desk: Desk) -> None:
    asked = desk.ledger("at", HA_17, "--point", "649760 4409966", "--json")
    assert asked.status == 2
    assert "coordinates_ambiguous" in asked.codes
    assert len(asked.json["candidates"]) > 1
    words = desk.ledger("at", HA_17, "--point", "649760 4409966")
    assert words.status == 2
    assert "39.826502, 46.749987: UTM" in words.out


def test_sk_42_is_answered_once_the_operation_is_named(desk: Desk) -> None:
    asked = desk.ledger("at", HA_17, "--point", "SK-42 40 00 01 47 00 02", "--json")
    assert (asked.status, asked.codes) == (2, ["coordinates_operation_needed"])
    told = desk.ledger("at", HA_17, "--point", "SK-42 40 00 01 47 00 02", "--operation", "EPSG:15865", "--json")
    assert told.status == 0


@pytest.mark.parametrize(
    ("point", "code"),
    [("10 10", "coordinates_outside_country"), ("somewhere", "coordinates_unreadable"), ("", "coordinates_empty")],
)
def test_no_place_of_the_country_is_no_spot(desk: Desk, point: str, code: str) -> None:
    told = desk.ledger("at", HA_17, "--point", point, "--json")
    assert (told.status, told.codes) == (2, [code])


# -- text -------------------------------------------------------------------------------------------------------------


def test_the_sealed_text_folds_to_the_same_balance(desk: Desk) -> None:
    sealed = desk.ledger("text", HA_17)
    assert sealed.status == 0
    assert sealed.out.splitlines()[-1].startswith("# seal 6 ")
    assert desk.ledger("balance", sealed.out, "--json").out == desk.ledger("balance", HA_17, "--json").out
    assert desk.ledger("text", sealed.out).out == sealed.out
    assert desk.ledger("text", HA_17, "--json").json["lines"] == sealed.out.splitlines()


def test_a_sealed_ledger_edited_by_hand_in_the_middle_is_found_out(desk: Desk) -> None:
    sealed = desk.ledger("text", HA_17).out
    for forged in (
        sealed.replace("box 40 0 100 50", "box 40 0 100 60"),
        sealed.replace("; CR-9", "; CR-10"),
        sealed.replace("2022-05-01 cancel", "2022-05-02 cancel"),
        "\n".join(line for line in sealed.splitlines() if "R1" not in line),
    ):
        told = desk.ledger("check", forged, "--json")
        assert told.status == 1
        assert "seal_broken" in told.codes
        balance = desk.ledger("balance", forged, "--json")
        assert (balance.status, balance.codes[0]) == (1, "seal_broken")
