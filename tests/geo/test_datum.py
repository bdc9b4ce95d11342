"""SK-42: the operations by name, their figures to the printed digit, and no default anywhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from torpaq.geo.coordinates.datum import (
    OPERATIONS,
    find_operation,
    gauss_kruger_to_sk42,
    gauss_kruger_zone,
    sk42_to_gauss_kruger,
    sk42_to_wgs84,
    spread_m,
    wgs84_to_sk42,
)
from torpaq.standard.codes import code_list

# EPSG code, where SK-42 46.75 E 39.8265 N lies on WGS 84, to the digits printed in the design notes
VECTORS = """
15865  46.74880458  39.82640787
1808   46.74881952  39.82644103
5044   46.7488321   39.8264044
1809   46.7488530   39.8264428
1254   46.7487213   39.8263024
"""


@pytest.mark.parametrize("line", VECTORS.strip().splitlines())
def test_each_operation_gives_its_printed_digits(line: str) -> None:
    code, lon_text, lat_text = line.split()
    lon, lat = sk42_to_wgs84(46.75, 39.8265, OPERATIONS[code])
    assert f"{lon:.{len(lon_text) - 3}f}" == lon_text
    assert f"{lat:.{len(lat_text) - 3}f}" == lat_text


@pytest.mark.parametrize("code", OPERATIONS)
def test_the_parameters_are_those_of_the_epsg_dataset(code: str) -> None:
    published = Transformer.from_pipeline(f"urn:ogc:def:coordinateOperation:EPSG::{code}")
    lat, lon = published.transform(40.1, 47.2)
    assert sk42_to_wgs84(47.2, 40.1, OPERATIONS[code]) == pytest.approx((lon, lat), abs=1e-12)
    assert published.accuracy == OPERATIONS[code].accuracy_m
    assert published.area_of_use is not None
    assert published.area_of_use.bounds == OPERATIONS[code].area


def test_the_list_names_exactly_the_operations() -> None:
    assert list(code_list("datum_operation")) == list(OPERATIONS)


def test_reading_sk42_as_wgs84_is_a_hundred_metres_wrong() -> None:
    azimuth, _, distance = Geod(ellps="WGS84").inv(46.75, 39.8265, *sk42_to_wgs84(46.75, 39.8265, OPERATIONS["15865"]))
    assert distance == pytest.approx(102.85, abs=0.005)
    assert azimuth == pytest.approx(-95.71, abs=0.005)


def test_the_operations_spread_by_metres() -> None:
    places = {code: sk42_to_wgs84(46.75, 39.8265, operation) for code, operation in OPERATIONS.items()}
    assert spread_m([places["15865"], places["1808"]]) == pytest.approx(3.9, abs=0.05)
    assert spread_m([places["15865"], places["5044"]]) == pytest.approx(2.4, abs=0.05)
    assert spread_m([places["15865"]]) == 0


def test_an_operation_is_found_by_code_and_never_by_default() -> None:
    assert find_operation("EPSG:1808") is find_operation(" 1808 ") is OPERATIONS["1808"]
    assert find_operation("") is None
    assert find_operation("best") is None


def test_an_operation_knows_where_it_was_published_for() -> None:
    assert OPERATIONS["1808"].covers(46.75, 39.8)
    assert not OPERATIONS["1809"].covers(46.75, 39.8)
    assert not OPERATIONS["5044"].covers(46.75, 39.8)
    assert OPERATIONS["5044"].covers(179.9, 65)
    assert OPERATIONS["5044"].covers(-170, 65)


def test_gauss_kruger_is_that_of_the_epsg_dataset() -> None:
    for zone, lon in ((8, 45.7), (9, 49.8)):
        theirs = Transformer.from_crs(28400 + zone, 4284, always_xy=True)
        easting, northing = sk42_to_gauss_kruger(lon, 39.84, zone)
        assert theirs.transform(easting + zone * 1e6, northing) == pytest.approx((lon, 39.84), abs=1e-10)
        assert gauss_kruger_zone(lon) == zone
    with pytest.raises(ValueError):
        gauss_kruger_to_sk42(500_000, 4_400_000, 0)


@settings(deadline=None)
@given(st.floats(44.7, 51.0), st.floats(38.3, 42.0), st.sampled_from(list(OPERATIONS)))
def test_there_and_back_is_the_same_place_within_a_centimetre(lon: float, lat: float, code: str) -> None:
    there = sk42_to_wgs84(lon, lat, OPERATIONS[code])
    assert spread_m([wgs84_to_sk42(*there, OPERATIONS[code]), (lon, lat)]) < 0.02


@settings(deadline=None)
@given(st.floats(44.7, 51.0), st.floats(38.3, 42.0))
def test_gauss_kruger_there_and_back(lon: float, lat: float) -> None:
    zone = gauss_kruger_zone(lon)
    assert gauss_kruger_to_sk42(*sk42_to_gauss_kruger(lon, lat, zone), zone) == pytest.approx((lon, lat), abs=1e-10)
