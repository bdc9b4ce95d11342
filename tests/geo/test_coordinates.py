"""Coordinates as people type them: each notation, each question, each refusal, said in three languages."""

import json
import unicodedata

import pytest

from torpaq.geo.coordinates.datum import OPERATIONS, sk42_to_wgs84, spread_m
from torpaq.geo.coordinates.reading import (
    Datum,
    DecidedBy,
    Extent,
    Notation,
    Order,
    Reading,
    read_coordinates,
    reading_as_json,
)
from torpaq.standard.codes import code_list
from torpaq.standard.problems import LANGUAGES

AZERBAIJAN = Extent(44.7, 38.3, 51.0, 42.0)
KHANKENDI = (46.75, 39.8265)


def read(text: str, operation: str = "") -> Reading:
    return read_coordinates(text, AZERBAIJAN, operation)


def codes(reading: Reading) -> list[str]:
    return [problem.code.removeprefix("coordinates_") for problem in reading.problems]


# The same place, as it comes in reports, over the telephone, from maps, receivers and messages
ANGLES = """
39.8265, 46.75
39.8265 46.75
39.8265;46.75
39.8265/46.75
39.8265,46.75
(39.8265, 46.75)
46.75 39.8265
39,8265; 46,75
39,8265 46,75
39,8265,46,75
39,8265, 46,75
46,7500° ; 39,8265°
+39.8265+046.7500/
39.8265 - 46.75
39.8265 N 46.75 E
39.8265N,46.75E
39.8265N46.75E
N39.8265 E46.75
E 46.75 N 39.8265
39.8265 n, 46.75 e
39.8265 north 46.75 east
39.8265° с.ш., 46.75° в.д.
39,8265 с. ш. 46,75 в. д.
39.8265 сш 46.75 вд
39.8265 С 46.75 В
39.8265 C 46.75 B
С39.8265 В46.75
39.8265 Ş 46.75 Şq
39,8265° ş.e. 46,75° ş.u.
39.8265 ş.e., 46.75 ş.u.
şimal 39.8265 şərq 46.75
ŞİMAL 39.8265 ŞƏRQ 46.75
lat 39.8265 lon 46.75
Lat: 39.8265, Lon: 46.75
lon=46.75 lat=39.8265
Latitude: 39.8265 N, Longitude: 46.75 E
широта 39.8265 долгота 46.75
Широта: 39,8265, Долгота: 46,75
en 39.8265 uzunluq 46.75
WGS84 39.8265 46.75
EPSG:4326 39.8265 46.75
３９.８２６５ ４６.７５
39°49'35.4" 46°45'0"
39°49'35.4"N 46°45'0"E
39º49’35.4’’N 46º45’0’’E
39˚49′35,4″ с.ш. 46˚45′00″ в.д.
39°49‘35.4” ş.e., 46°45‘0” ş.u.
39°49'35.4'' Ş 46°45'0'' Şq
N 39°49'35.4" E 46°45'0"
39 49 35.4 N 46 45 0 E
39 49 35.4 46 45 0
39 49 35,4, 46 45 0
39:49:35.4 46:45:00
39:49:35.4 N, 46:45:00 E
39-49-35.4N 46-45-0E
39d49m35.4s 46d45m0s
39d49m35.4sN 46d45m0sE
39d 49m 35.4s n 46d 45m 0s e
39 deg 49 min 35.4 sec N 46 deg 45 min 0 sec E
39 град 49 мин 35.4 сек с.ш. 46 град 45 мин 0 сек в.д.
39г49м35.4с с.ш. 46г45м0с в.д.
39 dərəcə 49 dəqiqə 35.4 saniyə şimal enliyi, 46 dərəcə 45 dəqiqə 0 saniyə şərq uzunluğu
39°49'35.4" северной широты 46°45'0" восточной долготы
39°49.59' 46°45.0'
39°49.59′ Ş, 46°45.00′ Şq
39 49.59 46 45
N39°49.590 E046°45.000
3949.590N 04645.000E
3949.590,N,04645.000,E
39o49'35.4" N, 46o45'0" E
39*49'35.4" N, 46*45'0" E
GPS: 39.8265, 46.75
Координаты: 39,8265; 46,75
Koordinatlar 39,8265; 46,75
N39 49.590, E46 45.000
394935.4N 0464500.0E
"""


@pytest.mark.parametrize("text", ANGLES.strip().splitlines())
def test_the_same_place_in_many_hands(text: str) -> None:
    reading = read(text)
    assert reading.position == pytest.approx(KHANKENDI, abs=1e-9)
    assert codes(reading) == []
    assert reading.typed == text
    assert reading.candidates[0].datum_sigma_m == 0


def test_decomposed_letters_are_the_same_letters() -> None:
    text = unicodedata.normalize("NFD", "39.8265 ş.e., 46.75 ş.u.")
    assert read(text).position == pytest.approx(KHANKENDI)


def test_compact_degrees_are_cut_apart() -> None:
    reading = read("394935N 0464500E")
    assert reading.position == pytest.approx((46.75, 39 + 49 / 60 + 35 / 3600))
    assert reading.candidates[0].notation is Notation.DMS
    assert reading.candidates[0].explanation.normalised == "39°49'35\" N, 046°45'00\" E"
    assert read("3949N 04645E").position == pytest.approx((46.75, 39 + 49 / 60))
    assert codes(read("3949N 46E")) == ["unreadable"]


GRIDS = """
38S 649761 4409966
38N 649761 4409966
38s649761 4409966
38 649761 4409966
38 649 761 4 409 966
38S 649,761 4,409,966
38S E649761 N4409966
38S N4409966 E649761
38N 4409966 649761
649761E 4409966N zone 38
649761 4409966 38N
UTM zone 38N: 649761 mE 4409966 mN
зона 38 649761 4409966
32638 649761 4409966
EPSG:32638 649761 4409966
зона 38 N 4409966 E 649761
38 E 649761 N 4409966
"""


@pytest.mark.parametrize("text", GRIDS.strip().splitlines())
def test_metres_on_the_universal_grid(text: str) -> None:
    reading = read(text)
    assert reading.position == pytest.approx((46.749999, 39.826502), abs=1e-6)
    assert codes(reading) == []
    assert reading.candidates[0].notation is Notation.UTM
    assert reading.candidates[0].explanation.normalised == "38N 649761 4409966"
    assert reading.candidates[0].precision_m == 1


def test_decimals_of_metres_count_for_the_precision() -> None:
    for text in ("32638 649761.1 4409965.8", "38N 649761,1 4409965,8", "EPSG:32638 4 409 965,8 649 761,1"):
        reading = read(text)
        assert reading.position == pytest.approx(KHANKENDI, abs=1e-6)
        assert reading.candidates[0].precision_m == pytest.approx(0.1)


SQUARES = """
38SPK4976109966       1
38spk 49761 09966     1
38S PK 4976 0996      10
38S PK 497 099        100
38SPK497099           100
38 S P K 4 9 7 0 9 9  100
38S PK 49 09          1000
38S PK 4 0            10000
38S PK                100000
MGRS 38S PK 497 099   100
38Т РК 497 675        100
"""


@pytest.mark.parametrize("line", SQUARES.strip().splitlines())
def test_a_square_is_its_centre_with_its_side_as_precision(line: str) -> None:
    text, size = line.rsplit(maxsplit=1)
    reading = read(text)
    assert codes(reading) == []
    candidate = reading.candidates[0]
    assert candidate.precision_m == float(size)
    assert candidate.corner is not None
    half_diagonal = spread_m([candidate.corner, (candidate.lon, candidate.lat)])
    assert half_diagonal == pytest.approx(float(size) / 2**0.5, rel=0.001)
    assert candidate.corner[0] < candidate.lon and candidate.corner[1] < candidate.lat


def test_the_polar_squares_are_read() -> None:
    assert read_coordinates("ZAH 00000 00000").position == pytest.approx((135, 90), abs=1e-4)
    assert read_coordinates("UPS N 2000000 2100000").position == pytest.approx((-180, 89.1), abs=0.01)
    assert codes(read_coordinates("ZZZ 00000 00000")) == ["unreadable"]


def test_precision_is_that_of_the_digits_typed() -> None:
    for text, metres in (
        ("39.8265 46.7500", 11.1),
        ("39.8265 46.75", 1112),
        ("39.826500 46.750000", 0.1112),
        ("39°49'35\" 46°45'00\"", 30.9),
        ("39°49'35.4\" 46°45'00.0\"", 3.09),
        ("39°49.59' 46°45.00'", 18.5),
        ("39 49 46 45", 1853),
        ("39 46", 111_195),
    ):
        assert read(text).candidates[0].precision_m == pytest.approx(metres, rel=0.005)


# --- what is asked ---


def test_the_country_decides_the_order_and_without_a_country_it_is_asked() -> None:
    inside = read("46.75 39.8265").candidates[0].explanation
    assert (inside.order, inside.decided_by) == (Order.LON_LAT, DecidedBy.COUNTRY)
    assert read("N 39.8265 E 46.75").candidates[0].explanation.decided_by is DecidedBy.TEXT
    reading = read_coordinates("46.75 39.8265")
    assert reading.position is None
    assert codes(reading) == ["ambiguous"]
    assert len(reading.candidates) == 2
    assert read_coordinates("139.8 46.75").position == (139.8, 46.75)


def test_where_both_orders_lie_in_the_country_the_order_is_asked() -> None:
    reading = read_coordinates("9.1 9.4", Extent(8, 8, 11, 11))
    assert reading.position is None
    assert {(c.lon, c.lat) for c in reading.candidates} == {(9.1, 9.4), (9.4, 9.1)}
    assert all(c.explanation.decided_by is DecidedBy.OPEN for c in reading.candidates)


def test_a_decimal_comma_is_never_guessed() -> None:
    reading = read("39,49,46,45")
    assert codes(reading) == ["ambiguous"]
    assert [c.explanation.normalised for c in reading.candidates] == ["39°49' N, 46°45' E", "39.49° N, 46.45° E"]
    assert [c.explanation.decimal_commas for c in reading.candidates] == [False, True]
    assert "39.49000° N, 46.45000° E" in reading.problems[0].sentence("ru")
    assert read("39,8265,46,75").position == KHANKENDI  # 8265 minutes there are not


def test_three_numbers_may_part_in_two_ways() -> None:
    assert codes(read("39 49 46")) == ["ambiguous"]
    assert read("39 49 35.4 46.75").position == pytest.approx(KHANKENDI)
    assert read("39°49' 46°").position == pytest.approx((46, 39 + 49 / 60))


def test_c_is_north_in_russian_and_south_in_azerbaijani() -> None:
    sydney = Extent(140, -40, 155, -25)
    assert read("39.8265 C 46.75").position == KHANKENDI
    assert read_coordinates("33.9 c.e. 151.2 ş.u.", sydney).position == (151.2, -33.9)
    assert read_coordinates("33.9 C, 151.2 Şq", sydney).position == (151.2, -33.9)
    assert codes(read_coordinates("33.9 C 151.2")) == ["ambiguous"]
    assert read_coordinates("33.9 ю.ш. 151.2 з.д.").position == (-151.2, -33.9)
    assert read_coordinates("33.9 S 151.2 W").position == (-151.2, -33.9)
    assert read_coordinates("33.9 C 151.2 Q").position == (-151.2, -33.9)
    assert read_coordinates("-33.9 lat -151.2 lon").position == (-151.2, -33.9)


def test_n_behind_a_zone_is_the_hemisphere_and_s_may_be_either() -> None:
    assert read("38N 649761 4409966").position is not None
    reading = read("38S 649761 4409966")
    assert reading.candidates[0].explanation.decided_by is DecidedBy.COUNTRY
    asked = read_coordinates("38S 649761 4409966")
    assert codes(asked) == ["ambiguous"]
    assert sorted(round(c.lat) for c in asked.candidates) == [-50, 40]
    assert codes(read_coordinates("38 649761 4409966")) == ["ambiguous"]


def test_a_band_that_disagrees_with_the_northing_is_said() -> None:
    for text, right in (
        ("38T 649761 4409966", "S"),
        ("38T PK 497 099", "S"),
        ("38S PK 640 675", "T"),
        ("38S 664061 4467508", "T"),
    ):
        reading = read(text)
        assert reading.position is None
        wrong = next(problem for problem in reading.problems if problem.code == "coordinates_band_wrong")
        assert wrong.parameters["right"] == right
        assert reading.candidates


def test_a_missing_zone_is_asked_even_where_the_country_has_only_one() -> None:
    for text in ("PK 497 099", "38 PK 497 099", "S PK 497 099", "UTM 649761 4409966", "649761E 4409966N"):
        reading = read(text)
        assert reading.position is None
        assert "zone_missing" in codes(reading), text
        assert any((c.lon, c.lat) == pytest.approx(KHANKENDI, abs=0.001) for c in reading.candidates)
        assert codes(read_coordinates(text)) == ["zone_missing"]


def test_a_missing_zone_that_two_zones_fill_lists_both() -> None:
    reading = read("UTM 700000 4400000 E")
    assert "zone_missing" in codes(read("UTM 300000 4400000"))
    two = read_coordinates("UTM 500000 4400000", AZERBAIJAN)
    assert [c.explanation.zone for c in two.candidates] == ["38N", "39N"][: len(two.candidates)]
    assert reading.position is None


def test_metres_where_degrees_are_expected_are_said() -> None:
    reading = read("649761 4409966")
    assert reading.position is None
    assert "metres_as_degrees" in codes(reading)
    assert {c.notation for c in reading.candidates} == {Notation.UTM, Notation.GAUSS_KRUGER}
    assert codes(read_coordinates("649761 4409966")) in (["metres_as_degrees"], ["operation_needed"])


def test_a_wrong_zone_is_said_with_the_right_one() -> None:
    far = read("39N 136244 4417150")
    assert (codes(far), far.position) == (["wrong_zone"], None)
    assert far.problems[0].parameters == {"zone": 39, "right": 38}
    mistyped = read("39N 649761 4409966")
    assert codes(mistyped) == ["outside_country", "ambiguous", "wrong_zone"]
    assert mistyped.candidates[1].explanation.normalised == "38N 649761 4409966"
    assert read("38N 762000 4410000").position is not None  # 48.06 E: a little over the seam is no error


def test_outside_the_country_is_said_and_swapped_axes_are_offered_not_taken() -> None:
    reading = read("46.75 N 39.8265 E")
    assert codes(reading) == ["outside_country", "ambiguous", "axes_swapped"]
    assert reading.position is None
    assert (reading.candidates[1].lon, reading.candidates[1].lat) == KHANKENDI
    assert codes(read("39.8265 S 46.75 E")) == ["outside_country"]
    assert read("39.8265 S 46.75 E").position is None
    assert read_coordinates("46.75 N 39.8265 E").position == (39.8265, 46.75)


def test_without_a_country_the_nearest_band_is_offered() -> None:
    reading = read_coordinates("38T PK 497 099")
    assert [c.explanation.normalised for c in reading.candidates] == ["38S PK 497 099"]
    assert codes(reading) == ["band_wrong"]


# --- SK-42 ---

GAUSS_KRUGER = """
8 563 120 4 412 300
4 412 300 8 563 120
8563120 4412300
4412300, 8563120
X=4412300 Y=8563120
СК-42 X 4412300 Y 8563120
СК-42, зона 8, X=4412300, Y=563120
SK-42 zone 8 563120 4412300
28408 8563120 4412300
EPSG:28408 8 563 120 4 412 300
EPSG:2498 563120 4412300
"""


@pytest.mark.parametrize("text", GAUSS_KRUGER.strip().splitlines())
def test_gauss_kruger_is_read_only_by_a_named_operation(text: str) -> None:
    asked = read(text)
    assert asked.position is None
    assert codes(asked) == ["operation_needed"]
    assert [c.explanation.operation for c in asked.candidates] == list(OPERATIONS)
    named = read(text, "EPSG:1808")
    assert codes(named) == []
    expected = sk42_to_wgs84(45.73744798836, 39.84178309673, OPERATIONS["1808"])
    assert named.position == pytest.approx(expected, abs=1e-9)
    candidate = named.candidates[0]
    assert (candidate.datum_sigma_m, candidate.explanation.operation) == (5, "1808")
    assert candidate.explanation.normalised == "X 4412300 Y 8563120"


def test_the_question_names_each_operation_its_place_its_accuracy_and_the_spread() -> None:
    (problem,) = read("СК-42 39.8265 46.75").problems
    text = problem.sentence("en")
    assert "15865 39.826408° N, 46.748805° E ±4.5 m" in text
    assert "1808 39.826441° N, 46.748820° E ±5 m" in text
    assert "1809 (×) " in text  # the coast between Baku and Astara is elsewhere
    assert "±999 m" in text
    assert problem.parameters["spread"] == "19.2"


@pytest.mark.parametrize(
    "text",
    ["СК-42 39.8265 46.75", "39.8265 N 46.75 E Pulkovo 1942", "Пулково-42: 39°49'35.4\" 46°45'0\"", "39.8265 46.75"],
)
def test_sk42_degrees_by_a_named_operation(text: str) -> None:
    reading = read(text, "15865")
    assert reading.position == pytest.approx((46.74880458, 39.82640787), abs=6e-9)
    assert reading.candidates[0].explanation.datum is Datum.SK42
    assert codes(reading) == []


def test_an_operation_where_there_is_no_datum_to_shift_is_said() -> None:
    for text in ("38S PK 497 099", "38N 649761 4409966", "WGS 84 39.8265 46.75"):
        reading = read(text, "15865")
        assert codes(reading) == ["operation_unused"]
        assert reading.position is not None  # a warning, no error
    assert codes(read("39.8265 46.75", "best")) == ["operation_unknown"]
    assert codes(read("39.8265 46.75", "1809")) == ["operation_outside_area"]


def test_an_easting_whose_prefix_is_not_the_zone_named_is_said() -> None:
    reading = read("СК-42 зона 9 Y=8563120 X=4412300", "1808")
    assert codes(reading) == ["wrong_zone"]
    assert reading.position is None
    assert "metres_as_degrees" not in codes(read("SK-42 563120 4412300", "1808"))
    assert codes(read("SK-42 563120 4412300", "1808")) == ["zone_missing"]
    assert "outside_country" in codes(read("8 100 001 4 412 300", "1808"))


# --- what is refused ---

REFUSED = """
39°75' 46°45'                  minutes_range
39 49 75 N 46 45 0 E           seconds_range
39°49'35" 46°45'60"            seconds_range
139 N 46 E                     latitude_range
39 N 246 E                     longitude_range
91 200                         latitude_range
-39.8265 S 46.75 E             sign_and_hemisphere
nan 46.75                      not_a_number
39.8 inf                       not_a_number
∞ 46                           not_a_number
39.8265                        incomplete
hello                          unreadable
39.8265 N 46.75 X              unreadable
39.8265&46.75                  unreadable
39.49.35 46.45.00              unreadable
39.8265 46.75 -                unreadable
N E                            unreadable
39 N 46 N                      unreadable
1 2 3 4 5 6 7 8 9 10 11 12 13  unreadable
1 n n n n n n n n n n n n n 1  unreadable
1,1,1,1,1,1,1,1,1,1,1,1        unreadable
38S PK 497 0991                mgrs_digits
38SPK 4970991                  mgrs_digits
38SAB 497 099                  mgrs_square
38S PZ 497 099                 mgrs_square
61S PK 497 099                 unreadable
EPSG:3857 5204000 4840000      unreadable
38A 649761 4409966             unreadable
NF 50 50                       zone_missing
"""


@pytest.mark.parametrize("line", REFUSED.strip().splitlines())
def test_what_cannot_be_is_refused_with_its_reason(line: str) -> None:
    text, code = line.rsplit(maxsplit=1)
    reading = read(text)
    assert codes(reading) == [code]
    assert reading.candidates == ()
    assert reading.position is None
    for language in LANGUAGES:
        assert reading.problems[0].sentence(language)


def test_nothing_and_too_much_are_refused() -> None:
    assert codes(read("")) == codes(read(" \t\n")) == ["empty"]
    assert codes(read("39.8265 46.75 " * 20)) == ["too_long"]


def test_the_position_of_what_could_not_be_read_is_that_in_the_text() -> None:
    (problem,) = read("39.8265 N 46.75 @ E").problems
    assert problem.parameters == {"position": 17, "found": "@"}


# --- how it is told ---


def test_the_explanation_says_in_three_languages_how_the_text_was_read() -> None:
    told = read("46,75; 39,8265").candidates[0].explanation
    assert told.describe("en") == (
        "decimal degrees; longitude first; no hemisphere typed, north and east taken; WGS 84; other readings lie"
        " outside the country; commas read as decimal commas: 39.8265° N, 46.75° E"
    )
    assert told.describe("ru").startswith("десятичные градусы; сначала долгота; ")
    assert told.describe("az").startswith("onluq dərəcə; əvvəlcə uzunluq; ")
    grid = read("8563120 4412300", "1808").candidates[0].explanation
    assert "zone 8 from the first digits of the easting" in grid.describe("en")
    assert code_list("datum_operation")["1808"].labels["az"] in grid.describe("az")


def test_what_is_told_again_reads_again() -> None:
    for text in (
        "46,75; 39,8265",
        "39d49m35.4s 46d45m0s",
        "38 649 761 4 409 966",
        "38spk497099",
        "649761E 4409966N zone 38",
    ):
        first = read(text)
        again = read(first.candidates[0].explanation.normalised)
        assert again.position == first.position


def test_every_code_of_an_explanation_stands_in_its_list() -> None:
    listed = set(code_list("coordinate_notation"))
    for kind in (Notation, Order, Datum, DecidedBy):
        assert {member.value for member in kind} <= listed


def test_a_reading_as_json_keeps_its_keys() -> None:
    told = json.loads(json.dumps(reading_as_json(read("38S PK 497 099")), ensure_ascii=False))
    assert list(told) == ["typed", "position", "candidates", "problems"]
    (candidate,) = told["candidates"]
    assert list(candidate) == [
        "lon", "lat", "notation", "explanation", "precision_m", "datum_sigma_m", "corner",
        "utm", "mgrs", "dms", "dm", "decimal",
    ]  # fmt: skip
    assert candidate["utm"] == "38N 649750 4409950"
    assert candidate["mgrs"] == "38SPK497099"
    assert candidate["explanation"]["sentences"]["en"].startswith("MGRS square")
    refused = reading_as_json(read("nan"))
    assert (refused["position"], refused["candidates"]) == (None, [])
