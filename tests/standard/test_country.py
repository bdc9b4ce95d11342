"""Azerbaijan as data: found by any spelling, drawn where the set draws it, and silent where it does not know."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from support import shared_data
from torpaq.standard.codes import code_list, read_codes
from torpaq.standard.country import Country, load_country, national_folder
from torpaq.standard.tables import read_table
from torpaq.standard.text import fold_name
from torpaq.standard.units import read_gazetteer

LIBERATED = [
    *("AZ-AGM", "AZE-AGD", "AZ-CAB", "AZ-FUZ", "AZ-QBI", "AZ-KAL", "AZ-LAC"),
    *("AZ-TAR", "AZ-XA", "AZ-XCI", "AZ-XVD", "AZ-SUS", "AZ-ZAN"),
]


@pytest.fixture(scope="module")
def aze() -> Country:
    return load_country("aze")


def codes(found) -> list[str]:
    return [unit.code for unit in found]


# -- loading ----------------------------------------------------------------------------------------------------------


def test_a_country_is_read_once_and_by_its_code_in_any_case(aze: Country):
    assert load_country("AZE") is aze
    assert aze.iso3 == "AZE"
    assert aze.names["az"] == "Azərbaycan"


def test_an_unknown_country_says_which_there_are():
    with pytest.raises(ValueError, match=r"There is no country 'xyz' .* there are: .*aze"):
        load_country("xyz")


def test_another_folder_of_countries_may_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("TORPAQ_NATIONAL", str(tmp_path))
    assert national_folder() == tmp_path
    with pytest.raises(ValueError, match="there are: none"):
        load_country("aze")


def test_the_numbers_of_the_country_are_exact_and_a_missing_one_is_an_error(aze: Country):
    assert aze.crs_proj.startswith("+proj=laea +lat_0=40 +lon_0=47")
    assert aze.threshold("vertex_gap_m") == 5000
    assert str(aze.threshold("repeated_point_deg")) == "0.000001"
    with pytest.raises(KeyError):
        aze.threshold("no_such_threshold")


# -- units and names --------------------------------------------------------------------------------------------------


def test_all_thirteen_liberated_units_are_there_with_a_name_in_each_language(aze: Country):
    for code in LIBERATED:
        assert all(aze.unit(code).names[language] for language in ("az", "en", "ru"))


def test_every_unit_leads_to_the_country_and_is_of_a_known_kind(aze: Country):
    for unit in aze.units.values():
        assert unit.kind in code_list("unit_kind")
        assert unit.code == "AZ" or aze.ancestors(unit.code)[-1] == "AZ"
    assert aze.ancestors("AZ-BAB") == ("AZ-NX", "AZ")


@pytest.mark.parametrize(
    ("typed", "unit"),
    [
        ("Ağdam", "AZ-AGM"),
        ("AĞDAM RAYONU", "AZ-AGM"),
        ("Agdam", "AZ-AGM"),
        ("Aghdam", "AZ-AGM"),
        ("Агдам", "AZ-AGM"),
        ("Агдамский район", "AZ-AGM"),
        ("az-agm", "AZ-AGM"),
        ("Aghdere", "AZE-AGD"),
        ("Jebrail", "AZ-CAB"),
        ("Cəbrayıl", "AZ-CAB"),
        ("CEBRAYIL", "AZ-CAB"),
        ("Джебраил", "AZ-CAB"),
        ("Fizuli", "AZ-FUZ"),
        ("Fuzili", "AZ-FUZ"),
        ("Физули", "AZ-FUZ"),
        ("Gubadly", "AZ-QBI"),
        ("Губадлы", "AZ-QBI"),
        ("Kelbajar", "AZ-KAL"),
        ("Кельбаджар", "AZ-KAL"),
        ("Lachin", "AZ-LAC"),
        ("Лачин", "AZ-LAC"),
        ("Terter", "AZ-TAR"),
        ("Tərtər", "AZ-TAR"),
        ("Khankandi", "AZ-XA"),
        ("Xankəndi", "AZ-XA"),
        ("Ханкенди", "AZ-XA"),
        ("Khojaly", "AZ-XCI"),
        ("Ходжалы", "AZ-XCI"),
        ("Khojavand", "AZ-XVD"),
        ("Ходжавенд", "AZ-XVD"),
        ("SUSA", "AZ-SUS"),
        ("Шуша", "AZ-SUS"),
        ("Zangilan", "AZ-ZAN"),
        ("Зангелан", "AZ-ZAN"),
        ("Qazax", "AZ-QAZ"),
        ("İMİŞLİ", "AZ-IMI"),
        ("imisli", "AZ-IMI"),
        ("Kerimli", "AZE-QAZ-03"),
        ("Baghanis Ayrum", "AZE-QAZ-01"),
    ],
)
def test_a_unit_is_found_however_it_is_written(aze: Country, typed: str, unit: str):
    assert codes(aze.find_units(typed)) == [unit]


@pytest.mark.parametrize(
    ("former", "unit"),
    [("Stepanakert", "AZ-XA"), ("Xanlar", "AZ-GYG"), ("Dəvəçi", "AZ-SBN"), ("Mir-Bashir", "AZ-TAR")],
)
def test_names_of_earlier_maps_still_find_the_unit_and_say_that_they_are_former(aze: Country, former: str, unit: str):
    assert codes(aze.find_units(former)) == [unit]
    kinds = {alias.kind for alias in aze.aliases if fold_name(alias.alias) == fold_name(former)}
    assert kinds == {"former"}


def test_a_name_of_two_units_is_a_question_and_a_word_for_the_kind_answers_it(aze: Country):
    assert codes(aze.find_units("Lənkəran")) == ["AZ-LA", "AZ-LAN"]
    assert codes(aze.find_units("Lənkəran şəhəri")) == ["AZ-LA"]
    assert codes(aze.find_units("LƏNKƏRAN RAYONU")) == ["AZ-LAN"]
    unit, problems = aze.resolve_unit("Шеки", None, "line 3")
    assert unit is None
    assert [(p.code, p.parameters["codes"]) for p in problems] == [("unit_ambiguous", "AZ-SA, AZ-SAK")]


def test_a_town_in_a_district_of_its_name_is_a_place_and_not_a_unit(aze: Country):
    assert aze.find_units("Ağdam şəhəri") == []
    assert [place.unit for place in aze.find_places("Ağdam şəhəri")] == ["AZ-AGM"]


def test_laçın_is_not_found_under_the_name_that_the_set_gives_it(aze: Country):
    assert "AZ-LAC" not in codes(aze.find_units("Lankaran")) + codes(aze.find_units("Ленкорань"))


def test_one_unit_for_a_text_is_the_answer(aze: Country):
    assert aze.resolve_unit("Füzuli rayonu", date(2025, 1, 1), "line 1") == (aze.unit("AZ-FUZ"), [])


def test_an_unknown_name_is_a_problem_and_never_the_nearest_unit(aze: Country):
    unit, problems = aze.resolve_unit("Atlantida", date(2025, 1, 1), "line 7")
    assert unit is None
    assert [p.code for p in problems] == ["unit_unknown"]
    assert problems[0].sentence("en").startswith("line 7: no administrative unit is known as “Atlantida”")
    assert aze.find_units("") == [] == aze.find_units("rayonu")


def test_ağdərə_is_a_unit_since_its_law_and_a_problem_before_it(aze: Country):
    assert codes(aze.find_units("Ağdərə", date(2024, 1, 1))) == ["AZE-AGD"]
    assert aze.find_units("Ağdərə", date(2023, 1, 1)) == []
    unit, problems = aze.resolve_unit("Ağdərə", date(2023, 1, 1), "HA-1")
    assert unit is None
    assert [(p.code, p.parameters["since"]) for p in problems] == [("unit_not_valid_on", "2023-12-05")]


def test_a_unit_is_valid_from_its_first_day_to_its_last(aze: Country):
    unit = replace(aze.unit("AZE-AGD"), until=date(2030, 12, 31))
    days = [date(2023, 12, 4), date(2023, 12, 5), date(2030, 12, 31), date(2031, 1, 1)]
    assert [unit.is_valid(day) for day in days] == [False, True, True, False]
    assert unit.is_valid(None)


UNITS = """\
code,parent,kind,name_az,name_en,name_ru,since,until,natural_earth,formed_of,note
XX,,country,X,X,X,,,,,
XX-A,XX,district,A,A,A,,,,,
"""


@pytest.mark.parametrize(
    ("units", "aliases", "says"),
    [
        (UNITS + "XX-A,XX,district,B,B,B,,,,,\n", "", "the unit XX-A stands twice"),
        (UNITS + "XX-B,YY,district,B,B,B,,,,,\n", "", "no such units: .'YY'"),
        (UNITS + "XX-B,XX,district,B,B,B,,,,XX-Z,\n", "", "no such units: .'XX-Z'"),
        (UNITS, "XX-Q,Que,,spelling,nobody\n", "no such units: .'XX-Q'"),
    ],
)
def test_a_broken_gazetteer_is_refused(tmp_path: Path, units: str, aliases: str, says: str):
    tables = {
        "units.csv": units,
        "aliases.csv": "unit,alias,language,kind,source\n" + aliases,
        "places.csv": "code,name,lon,lat,population,unit,spellings\n",
        "kind_words.csv": "word,kind\n",
    }
    for name, text in tables.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        read_gazetteer(tmp_path)


def test_aliases_speak_of_units_that_exist_and_say_where_they_were_met(aze: Country):
    for alias in aze.aliases:
        assert alias.unit in aze.units
        assert alias.kind in code_list("alias_kind")
        assert alias.source


# -- boundaries -------------------------------------------------------------------------------------------------------


def test_every_row_of_the_set_draws_exactly_one_unit(aze: Country):
    used = Counter(row for unit in aze.units.values() for row in unit.natural_earth)
    assert len(used) == 78
    assert set(used.values()) == {1}
    assert set(aze.boundaries) == {unit.code for unit in aze.units.values() if unit.natural_earth}


def test_every_row_of_the_set_is_placed_by_its_own_code_or_by_a_correction(aze: Country):
    path = shared_data("az-natural-earth-admin1/ne_10m_admin1_AZE.geojson")
    if path is None:
        pytest.skip("the Natural Earth set is not on this machine")
    given = {row["properties"]["adm1_code"]: row["properties"] for row in json.loads(path.read_text())["features"]}
    rows = read_table(aze.folder / "boundary_corrections.csv")
    moved = {row["natural_earth"]: row["correct"] for row in rows if row["field"] == "iso_3166_2"}
    drawn = {row: unit.code for unit in aze.units.values() for row in unit.natural_earth}
    assert drawn == {row: moved.get(row, properties["iso_3166_2"]) for row, properties in given.items()}
    for row in rows:
        field = "name" if row["field"] == "names" else row["field"]
        assert given[row["natural_earth"]][field] == row["given"] != row["correct"]
        assert row["reason"]


def test_rings_are_closed_and_shells_and_holes_turn_as_geojson_wants(aze: Country):
    for polygons in aze.boundaries.values():
        for shell, *holes in polygons:
            assert signed_area(shell) > 0
            assert all(signed_area(hole) < 0 for hole in holes)
            assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in (shell, *holes))


def signed_area(ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))


def test_the_boundaries_cover_without_overlap(aze: Country):
    """No point of a fine net lies in two units, and the net's share inside is the country's known area."""
    lons, lats = np.arange(44.7, 50.7, 0.05), np.arange(38.3, 42.0, 0.05)
    counts = [len(aze.unit_at(lon, lat)) for lat in lats for lon in lons]
    assert max(counts) == 1
    km2 = sum(len(aze.unit_at(lon, lat)) * 0.05**2 * 111.2**2 * np.cos(np.radians(lat)) for lat in lats for lon in lons)
    assert km2 == pytest.approx(86_600, rel=0.02)  # the official figure, in square kilometres


@pytest.mark.parametrize(
    ("spot", "lon", "lat", "unit"),
    [
        ("the town of Ağdam", 46.927, 39.991, "AZ-AGM"),
        ("the land west of the town of Laçın", 46.40, 39.66, "AZ-LAC"),
        ("the town of Şuşa, drawn apart in the set", 46.749, 39.760, "AZ-SUS"),
        ("Şuşa's district outside the town", 46.60, 39.66, "AZ-SUS"),
        ("Xankəndi, a hole in Xocalı", 46.7656, 39.825, "AZ-XA"),
        ("Xocalı around it", 46.789, 39.911, "AZ-XCI"),
        ("the city of Lənkəran", 48.85, 38.75, "AZ-LA"),
        ("Kəlbəcər", 46.04, 40.10, "AZ-KAL"),
        ("Baku", 49.89, 40.38, "AZ-BA"),
    ],
)
def test_a_spot_is_in_its_unit(aze: Country, spot: str, lon: float, lat: float, unit: str):
    assert aze.unit_at(lon, lat) == (unit,), spot


def test_outside_the_country_there_is_no_unit(aze: Country):
    assert aze.unit_at(44.51, 40.18) == ()  # Yerevan
    assert aze.unit_at(51.0, 40.0) == ()  # the Caspian


def test_ağdərə_has_no_boundary_and_the_land_it_was_formed_of_says_so(aze: Country):
    assert "AZE-AGD" not in aze.boundaries
    spot = (46.82, 40.21)  # drawn as Tərtər; which side of the new border it lies on the set cannot say
    found, notes = aze.locate(*spot, date(2024, 6, 1), "HA-9")
    assert found == ("AZ-TAR",)
    assert [(n.code, n.severity.value, n.parameters["unit"]) for n in notes] == [("unit_not_drawn", "note", "AZE-AGD")]
    assert aze.locate(*spot, date(2023, 6, 1), "HA-9") == (("AZ-TAR",), [])
    assert aze.locate(47.3, 39.55, date(2024, 6, 1), "HA-9")[1] == []


def test_near_a_coarse_border_the_unit_is_a_question(aze: Country):
    """The town of Laçın is drawn 1.9 km inside Şuşa: neither is guessed."""
    found, notes = aze.locate(46.54977, 39.63742, None, "Laçın")
    assert found == ("AZ-SUS",)
    assert [(n.code, n.parameters["units"]) for n in notes] == [("unit_border_near", "AZ-LAC")]
    assert aze.units_near(46.40, 39.66, 100) == ("AZ-LAC",)
    assert aze.units_near(44.51, 40.18, 2000) == ()


def test_the_distance_to_a_border_is_the_national_grid_s(aze: Country):
    """Every seat that lies outside its unit lies as far outside as its correction says, to five metres."""
    for row in read_table(aze.folder / "place_corrections.csv"):
        place = next(place for place in aze.places if place.code == row["code"])
        off_m = float(row["off_m"])
        assert row["unit"] not in aze.units_near(place.lon, place.lat, off_m - 5 - off_m / 200)
        assert row["unit"] in aze.units_near(place.lon, place.lat, off_m + 5 + off_m / 200)


def test_the_boundaries_stay_small(aze: Country):
    assert (aze.folder / "boundaries.geojson").stat().st_size < 400_000


# -- places and terrain -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Şuşa", "Shusha", "Шуша", "SUSA"])
def test_a_place_is_found_in_three_scripts(aze: Country, typed: str):
    assert aze.find_places(typed)[0].unit == "AZ-SUS"


def test_places_lie_in_the_extent_and_in_the_unit_they_name(aze: Country):
    corrected = {row["code"]: row["unit"] for row in read_table(aze.folder / "place_corrections.csv")}
    assert len(aze.places) == 245
    for place in aze.places:
        assert aze.extent.lon_min < place.lon < aze.extent.lon_max
        assert aze.extent.lat_min < place.lat < aze.extent.lat_max
        if place.code in corrected:
            assert corrected[place.code] == place.unit
            assert place.unit in aze.units_near(place.lon, place.lat, float(aze.threshold("boundary_precision_m")))
        else:
            assert aze.unit_at(place.lon, place.lat) == ((place.unit,) if place.unit else ())
    assert sum(not place.unit for place in aze.places) < 10  # at sea, or on a coarse edge: never forced into a unit


def test_two_places_of_one_name_are_both_found_the_larger_first(aze: Country):
    found = aze.find_places("Fuzuli")
    assert len(found) == 2
    assert found[0].population > found[1].population


def test_heights_agree_with_the_map(aze: Country):
    terrain = aze.terrain()
    assert terrain.heights_m.shape == (480, 840)
    assert terrain.bounds_deg == pytest.approx((44, 38, 51, 42))
    spots = {(46.92736, 39.99096): 379, (49.87, 40.40): 40, (50.9, 39.0): 0}
    for (lon, lat), height in spots.items():
        assert terrain.heights_at(lon, lat) == pytest.approx(height, abs=30)
    assert np.isnan(terrain.heights_at([43.0, 51.5, 46.0], [40.0, 40.0, 42.5])).all()
    assert terrain.heights_m.max() == 4938


def test_the_corners_of_the_grid_are_its_corner_cells(aze: Country):
    terrain = aze.terrain()
    assert terrain.heights_at(44.001, 41.999) == terrain.heights_m[0, 0]
    assert terrain.heights_at(50.999, 38.001) == terrain.heights_m[-1, -1]
    assert (aze.folder / "terrain.asc.gz").stat().st_size <= 500_000


# -- integrity --------------------------------------------------------------------------------------------------------


def test_the_country_s_own_lists_are_lists(aze: Country):
    operators = read_codes(aze.folder / "operators.csv")
    assert {"anama", "mod", "mes", "sbs", "company"} <= set(operators)
    assert all(all(code.labels.values()) for code in operators.values())
