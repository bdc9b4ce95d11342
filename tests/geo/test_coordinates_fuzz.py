"""Any text is read without an exception, and what we write in any notation is read back to within its digits."""

import json
import math
import string

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from torpaq.geo.coordinates.datum import (
    OPERATIONS,
    gauss_kruger_zone,
    sk42_to_gauss_kruger,
    spread_m,
    wgs84_to_sk42,
)
from torpaq.geo.coordinates.formats import to_decimal, to_dm, to_dms, to_mgrs, to_utm, utm_text
from torpaq.geo.coordinates.reading import Extent, Notation, Reading, read_coordinates, reading_as_json
from torpaq.standard.problems import LANGUAGES

AZERBAIJAN = Extent(44.7, 38.3, 51.0, 42.0)
PLACES = st.tuples(st.floats(44.75, 50.95), st.floats(38.35, 41.95))
WORLD = st.tuples(st.floats(-179.99, 179.99), st.floats(-79.9, 83.9))
LETTERS = "0123456789.,;:/ -+°'\"nsewNSEW СЮВЗшдŞşCQqdmsPKT()="
NEARLY = st.lists(
    st.sampled_from(
        ["39.8265", "46,75", "39", "49", "35.4", "46", "45", "0", "°", "'", '"', "''", ",", ", ", ";", " ", "-", "N",
         "E", "С", "В", "ş.e.", "ş.u.", "Q", "38S", "PK", "649761", "4409966", "8563120", "zone", "зона 8", "СК-42",
         "UTM", "EPSG:28408", "lat", "d", "m", "s", "497", "099", ".", "١", "nan", "\u0307", "İ"]
    ),
    max_size=12,
)  # fmt: skip


def check_whole(reading: Reading, text: str) -> None:
    """A reading is whole: text kept, candidates on the globe, never silent about having none, sayable and storable."""
    assert reading.typed == text
    assert reading.candidates or reading.problems
    for candidate in reading.candidates:
        assert math.isfinite(candidate.lon) and abs(candidate.lat) <= 90.001
        assert candidate.precision_m > 0
    for language in LANGUAGES:
        assert all(problem.sentence(language) for problem in reading.problems)
        assert all(candidate.explanation.describe(language) for candidate in reading.candidates)
    assert json.dumps(reading_as_json(reading))
    if reading.position is not None:
        assert len(reading.candidates) == 1


@settings(deadline=None)
@given(st.text(max_size=60))
@example("46.75 N 90.0000000000001 E")
@example("²39 46")
@example("39.8265\x00 46.75")
@example("9" * 190)
@example("1,1,1,1,1,1,1,1,1,1,1,1")
def test_any_text_at_all(text: str) -> None:
    check_whole(read_coordinates(text, AZERBAIJAN), text)
    check_whole(read_coordinates(text), text)


@settings(deadline=None)
@given(st.text(LETTERS + string.digits, max_size=40), st.sampled_from(["", "1808", "nonsense"]))
def test_any_text_of_the_letters_of_coordinates(text: str, operation: str) -> None:
    check_whole(read_coordinates(text, AZERBAIJAN, operation), text)
    check_whole(read_coordinates(text, None, operation), text)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NEARLY, st.sampled_from(["", " "]), st.sampled_from(["", "15865"]))
def test_any_heap_of_the_pieces_of_coordinates(pieces: list[str], glue: str, operation: str) -> None:
    text = glue.join(pieces)
    reading = read_coordinates(text, AZERBAIJAN, operation)
    check_whole(reading, text)
    if reading.position is not None:
        lon, lat = reading.position
        assert AZERBAIJAN.west - 0.01 <= lon <= AZERBAIJAN.east + 0.01
        assert AZERBAIJAN.south - 0.01 <= lat <= AZERBAIJAN.north + 0.01


def check_read_back(text: str, place: tuple[float, float], extent: Extent | None, precision_m: float) -> None:
    reading = read_coordinates(text, extent)
    assert reading.position is not None, (text, reading)
    assert reading.candidates[0].precision_m == pytest.approx(precision_m, rel=0.01)
    assert spread_m([reading.position, place]) <= precision_m + 1e-6


@settings(deadline=None)
@given(PLACES, st.integers(0, 8))
def test_decimal_degrees_are_read_back(place: tuple[float, float], decimals: int) -> None:
    text = to_decimal(*place, decimals)
    check_read_back(text, place, None, 111_195 * 10.0**-decimals)
    russian = text.replace(".", ",").replace("N", "с.ш.").replace("E", "в.д.")
    check_read_back(russian, place, None, 111_195 * 10.0**-decimals)


@settings(deadline=None)
@given(WORLD, st.integers(0, 6))
def test_minutes_and_seconds_are_read_back_anywhere(place: tuple[float, float], decimals: int) -> None:
    check_read_back(to_dm(*place, decimals), place, None, 111_195 / 60 * 10.0**-decimals)
    check_read_back(to_dms(*place, decimals), place, None, 111_195 / 3600 * 10.0**-decimals)


@settings(deadline=None)
@given(PLACES, st.integers(0, 3))
@example((45.0, 40.0), 0)  # the seam of the bands S and T: rounded metres lie a little south of it
def test_utm_is_read_back(place: tuple[float, float], decimals: int) -> None:
    utm = to_utm(*place)
    check_read_back(utm_text(utm, decimals), place, AZERBAIJAN, 10.0**-decimals)
    band = to_mgrs(*place)[2]
    check_read_back(utm_text(utm, decimals, band), place, AZERBAIJAN, 10.0**-decimals)
    code = f"{32600 + utm.zone} {utm.northing_m:.{decimals}f} {utm.easting_m:.{decimals}f}"
    check_read_back(code, place, AZERBAIJAN, 10.0**-decimals)


@settings(deadline=None)
@given(WORLD, st.integers(0, 5))
@example((57.0, -71.0), 1)  # 40DEG02, which is also 40 degrees and 2: both are offered
def test_mgrs_is_read_back_anywhere(place: tuple[float, float], digits: int) -> None:
    size_m = 10.0 ** (5 - digits)
    text = to_mgrs(*place, size_m)
    reading = read_coordinates(text)
    found = [c for c in reading.candidates if c.notation is Notation.MGRS]
    assert min(spread_m([(c.lon, c.lat), place]) for c in found) <= 0.7075 * size_m * 1.001
    assert found[0].precision_m == size_m


@settings(deadline=None)
@given(PLACES, st.sampled_from(list(OPERATIONS)), st.integers(0, 2), st.booleans())
def test_gauss_kruger_is_read_back_in_either_order(
    place: tuple[float, float], code: str, decimals: int, northing_first: bool
) -> None:
    lon, lat = wgs84_to_sk42(*place, OPERATIONS[code])
    zone = gauss_kruger_zone(lon)
    easting, northing = sk42_to_gauss_kruger(lon, lat, zone)
    numbers = [f"{zone * 1_000_000 + easting:.{decimals}f}", f"{northing:.{decimals}f}"]
    text = " ".join(reversed(numbers) if northing_first else numbers)
    reading = read_coordinates(text, AZERBAIJAN, code)
    assert reading.position is not None, (text, reading)
    assert spread_m([reading.position, place]) <= 10.0**-decimals + 0.02
    assert read_coordinates(text, AZERBAIJAN).position is None
