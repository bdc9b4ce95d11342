"""Every country that is here can be used by every command: a folder of tables and no code."""

from pathlib import Path

import pytest

from cli.house import Desk
from torpaq.cli.output import place_of
from torpaq.standard.codes import code_list
from torpaq.standard.country import national_folder

COUNTRIES = sorted(path.parent.name for path in national_folder().glob("*/country.csv"))


@pytest.mark.parametrize("code", COUNTRIES)
def test_a_country_has_units_of_known_kinds_and_an_equal_area_grid_inside_its_box(code: str) -> None:
    place = place_of(code)
    west, south, east, north = place.extent
    middle = ((west + east) / 2, (south + north) / 2)
    kinds = [unit.kind for unit in place.country.units.values()]
    assert kinds.count("country") == 1
    assert set(kinds) <= set(code_list("unit_kind"))
    assert all(place.country.names.values())
    x_m, y_m = place.crs.forward(*middle)
    assert place.crs.inverse(x_m, y_m) == pytest.approx(middle)
    assert "+proj=laea" in place.country.crs_proj
    assert (place.country.folder / "SOURCES.md").exists()
    assert isinstance(place.country.figures, tuple)


@pytest.mark.parametrize("code", COUNTRIES)
def test_a_square_kilometre_is_one_wherever_it_lies_in_the_country(desk: Desk, code: str) -> None:
    """The ledger's area agrees with the geodesic one to parts per million, in the corners of the box as well."""
    west, south, east, north = place_of(code).extent
    for lon, lat in ((west + 0.1, south + 0.1), (east - 0.1, north - 0.1), ((west + east) / 2, (south + north) / 2)):
        ring = [(lon, lat), (lon + 0.01, lat), (lon + 0.01, lat + 0.01), (lon, lat + 0.01), (lon, lat)]
        wkt = f"POLYGON (({', '.join(f'{x:.6f} {y:.6f}' for x, y in ring)}))"
        told = desk.torpaq("area", desk.file("square.wkt", wkt), "--country", code, "--json")
        (polygon,) = told.json["polygons"]
        assert told.status == 0
        assert polygon["ledger_area_m2"] == pytest.approx(polygon["geodesic_area_m2"], rel=2e-6)


def test_a_polygon_of_one_country_is_outside_another(desk: Desk) -> None:
    line = "2021-01-01 establish HA-1 sha mine wkt POLYGON ((-74 4, -73.99 4, -73.99 4.01, -74 4))"
    assert desk.ledger("check", line, "--country", "col").status == 0
    told = desk.ledger("check", line, "--country", "aze", "--json")
    assert (told.status, told.codes) == (2, ["outside_country"])


def test_another_folder_of_countries_may_be_named(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORPAQ_NATIONAL", str(tmp_path))
    told = desk.ledger("check", "", "--json")
    assert (told.status, told.codes) == (2, ["country_unknown"])
