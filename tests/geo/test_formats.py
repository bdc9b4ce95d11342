"""Places written out, held against GeoConvert (the reference), the figures of the design notes, and slow twins."""

import csv
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mgrs import MGRS

from support import shared_data
from torpaq.geo.coordinates.formats import to_decimal, to_dm, to_dms, to_mgrs, to_utm, utm_text
from torpaq.geo.coordinates.grids import (
    Utm,
    degrees_outside_zone,
    from_utm,
    geodesic_direct,
    geodesic_inverse,
    grid_factors,
    utm_zone,
    wrap_lon,
)
from torpaq.geo.coordinates.mgrs import band_limits, band_of, polar_square, squares
from torpaq.geo.crs import AZE

# lat, lon, UTM by GeoConvert to 0.1 mm, MGRS to 1 m and to 1 mm
VECTORS = """
39.55298   44.97993   38n 498275.7120 4378144.4809   38SMJ9827578144  38SMJ9827571178144480
39.08371   46.65988   38n 643566.5697 4327377.3297   38SPJ4356627377  38SPJ4356656927377329
39.8177    46.7528    38n 650019.8586 4408993.6857   38SPK5001908993  38SPK5001985808993685
39.76006   46.74989   38n 649895.8670 4402591.0201   38SPK4989502591  38SPK4989586702591020
39.63742   46.54977   38n 632987.9732 4388663.1566   38SPJ3298788663  38SPJ3298797388663156
40.34201   46.93161   38n 664061.2020 4467508.7163   38TPK6406167508  38TPK6406120267508716
41.22819   45.4427    38n 537103.0943 4564183.2904   38TNL3710364183  38TNL3710309464183290
40.15911   47.16527   38n 684404.5736 4447664.8490   38TPK8440447664  38TPK8440457347664848
39.88074   48.39158   39n 276945.3345 4417777.4441   39STE7694517777  39STE7694533417777444
39.59621   48.98479   39n 326966.5860 4384881.9907   39SUD2696684881  39SUD2696658584881990
41.63052   48.68161   39n 306883.4807 4611350.9380   39TUG0688311350  39TUG0688348011350937
40.52983   50.00616   39n 415824.7507 4487040.3052   39TVE1582487040  39TVE1582475087040305
"""
KARABAKH = st.tuples(st.floats(44.7, 51.0), st.floats(38.3, 42.0))
WORLD = st.tuples(st.floats(-180, 179.999999), st.floats(-79.99, 83.99))


@pytest.mark.parametrize("line", VECTORS.strip().splitlines())
def test_a_place_is_written_as_geoconvert_writes_it(line: str) -> None:
    lat, lon, zone, easting, northing, metre, millimetre = line.split()
    utm = to_utm(float(lon), float(lat))
    assert (
        f"{utm.zone}{utm.hemisphere.lower()} {utm.easting_m:.4f} {utm.northing_m:.4f}" == f"{zone} {easting} {northing}"
    )
    assert to_mgrs(float(lon), float(lat)) == metre
    assert to_mgrs(float(lon), float(lat), 0.001) == millimetre


def test_all_reference_vectors_agree_fully() -> None:
    path = shared_data("coordinates/geoconvert_vectors.csv")
    if path is None:
        pytest.skip("the reference vectors of GeoConvert are not on this machine")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 130
    for row in rows:
        lon, lat = float(row["lon"]), float(row["lat"])
        utm = to_utm(lon, lat)
        zone = f"{utm.zone or ''}{utm.hemisphere.lower()}"
        ours = [
            f"{zone} {utm.easting_m:.4f} {utm.northing_m:.4f}",
            to_mgrs(lon, lat),
            to_mgrs(lon, lat, 0.001),
            as_geoconvert(to_dms(lon, lat, 4)),
        ]
        assert ours == [row["utm_mm"], row["mgrs_1m"], row["mgrs_1mm"], row["dms"]], row["name"]


def as_geoconvert(dms: str) -> str:
    lat, lon = (part.replace("°", "d").replace(" ", "") for part in dms.split(", "))
    return f"{lat:0>15} {lon:0>16}"


@pytest.mark.parametrize(
    ("lon", "lat", "zone"),
    [
        (47.9999999, 40, 38),
        (48, 40, 39),
        (2.9999, 60, 31),
        (3, 60, 32),
        (8.9999, 75, 31),
        (9, 75, 33),
        (21, 75, 35),
        (33, 75, 37),
        (42, 75, 38),
        (-180, 0, 1),
        (180, 0, 1),
        (179.9999, 0, 60),
        (0, 84, 0),
        (0, 83.99999, 31),
        (0, -80, 31),
        (0, -80.00001, 0),
    ],
)
def test_zones_know_norway_svalbard_the_seams_and_the_poles(lon: float, lat: float, zone: int) -> None:
    assert utm_zone(lon, lat) == zone


def test_the_poles_have_grid_references_too() -> None:
    assert to_mgrs(0, 90, 1) == "ZAH0000000000"
    assert to_mgrs(0, -90, 1) == "BAN0000000000"
    assert utm_text(to_utm(0, 90)) == "UPS N 2000000 2000000"
    assert polar_square("ZAH", "").corner == Utm(0, "N", 2_000_000, 2_000_000)  # type: ignore[union-attr]
    assert polar_square("ZZZ", "") is None


def test_the_south_counts_from_ten_million_metres() -> None:
    utm = to_utm(18.42, -33.92)
    assert (utm.zone, utm.hemisphere) == (34, "S")
    assert from_utm(utm) == pytest.approx((18.42, -33.92), abs=1e-11)
    assert to_mgrs(18.42, -33.92)[:5] == "34HBH"


def test_utm_vectors_of_the_design_notes() -> None:
    assert to_utm(46.75, 39.8265)[2:] == pytest.approx((649761.0851, 4409965.7598), abs=6e-5)
    assert to_utm(46.75, 39.8265, 39)[2:] == pytest.approx((136244.3338, 4417149.9658), abs=6e-5)
    assert to_utm(46.93, 39.99)[2:] == pytest.approx((664773.7386, 4428431.1735), abs=6e-5)
    assert to_utm(47.10, 39.52)[2:] == pytest.approx((680511.9442, 4376589.7167), abs=6e-5)


def test_equal_area_vectors_of_the_design_notes() -> None:
    assert AZE.forward(46.75, 39.8265) == pytest.approx((-21402.3122, -19234.3762), abs=6e-5)
    assert AZE.forward(46.93, 39.99) == pytest.approx((-5978.4399, -1108.0074), abs=6e-5)
    assert AZE.forward(47.10, 39.52) == pytest.approx((8598.8700, -53289.7096), abs=6e-5)


@pytest.mark.parametrize(
    ("lon", "lat", "scale", "convergence"),
    [
        (45.7, 39.5, 0.99964460, 0.445268),
        (46.75, 39.83, 0.99987609, 1.121104),
        (47.4, 39.6, 1.00012282, 1.530355),
        (47.99, 40, 1.00040212, 1.922971),
    ],
)
def test_scale_and_convergence_vectors(lon: float, lat: float, scale: float, convergence: float) -> None:
    factors = grid_factors(lon, lat, 38)
    assert factors.scale == pytest.approx(scale, abs=6e-9)
    assert factors.convergence_deg == pytest.approx(convergence, abs=6e-7)


def test_geodesic_vectors() -> None:
    for start, azimuth, distance, end in [
        ((46.75, 39.8265), 37.5, 250, (46.7517777717, 39.8282863142, 37.50113862)),
        ((46.75, 39.8265), 217.5, 1234.567, (46.7412222370, 39.8176782942, -142.50562133)),
        ((47, 39.2), 90, 10_000, (47.1157647926, 39.1999424875, 90.07316671)),
    ]:
        lon, lat, end_azimuth = geodesic_direct(*start, azimuth, distance)
        assert (lon, lat) == pytest.approx(end[:2], abs=6e-11)
        assert end_azimuth == pytest.approx(end[2], abs=6e-9)
    leg = geodesic_inverse(46.93, 39.99, 47.10, 39.52)
    assert leg.distance_m == pytest.approx(54179.5187, abs=6e-5)
    assert (leg.azimuth_deg, leg.end_azimuth_deg) == pytest.approx((164.34696402, 164.45568102), abs=6e-9)


def test_sixty_seconds_carry_into_the_minute_and_sixty_minutes_into_the_degree() -> None:
    assert to_dms(46.99999999, 39.8333333333, 1) == "39°50'00.0\" N, 47°00'00.0\" E"
    assert to_dm(46.9999999, 39.5, 3) == "39°30.000' N, 47°00.000' E"
    assert to_dms(46.75, 39.8265, 0) == "39°49'35\" N, 46°45'00\" E"
    assert to_decimal(-0.5, -33.25, 2) == "33.25° S, 0.50° W"
    assert to_decimal(180, 0, 0) == "0° N, 180° E"


@settings(deadline=None)
@given(KARABAKH)
def test_minutes_and_seconds_stay_below_sixty(place: tuple[float, float]) -> None:
    for text in (to_dms(*place, 2), to_dm(*place, 3)):
        for part in text.replace(",", " ").replace('"', " ").split():
            rest = part.partition("°")[2].replace("'", " ").split()
            assert all(float(value) < 60 for value in rest), text


@settings(deadline=None)
@given(WORLD)
def test_utm_is_what_krugers_series_says(place: tuple[float, float]) -> None:
    lon, lat = place
    utm = to_utm(lon, lat)
    easting, northing = kruger_twin(lon, lat, utm.zone)
    assert (utm.easting_m, utm.northing_m) == pytest.approx((easting, northing + 1e7 * (lat < 0)), abs=1e-4)


def kruger_twin(lon: float, lat: float, zone: int) -> tuple[float, float]:
    """UTM written out plainly: Krüger's series in the third flattening, to its fourth power."""
    f = 1 / 298.257223563
    n = f / (2 - f)
    radius = 6378137 / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    alpha = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180,
        13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440,
        61 * n**3 / 240 - 103 * n**4 / 140,
        49561 * n**4 / 161280,
    )
    e = math.sqrt(f * (2 - f))
    phi, lam = math.radians(lat), math.radians(wrap_lon(lon - (6 * zone - 183)))
    t = math.sinh(math.atanh(math.sin(phi)) - e * math.atanh(e * math.sin(phi)))
    xi, eta = math.atan2(t, math.cos(lam)), math.asinh(math.sin(lam) / math.hypot(t, math.cos(lam)))
    x = eta + sum(a * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, a in enumerate(alpha, 1))
    y = xi + sum(a * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, a in enumerate(alpha, 1))
    return 500_000 + 0.9996 * radius * x, 0.9996 * radius * y


@settings(deadline=None)
@given(KARABAKH, st.integers(0, 4))
def test_a_reference_is_cut_off_never_rounded(place: tuple[float, float], digits: int) -> None:
    fine = to_mgrs(*place)
    coarse = to_mgrs(*place, 10.0 ** (5 - digits))
    assert coarse == fine[:5] + fine[5 : 5 + digits] + fine[10 : 10 + digits]


@settings(deadline=None)
@given(WORLD)
def test_the_square_of_a_place_contains_it(place: tuple[float, float]) -> None:
    lon, lat = place
    reference = to_mgrs(lon, lat)
    zone, band = int(reference[:2]), reference[2]
    (square,) = squares(zone, reference[3:5], reference[5:], band)
    utm = to_utm(lon, lat)
    assert square.corner.hemisphere == utm.hemisphere
    assert 0 <= utm.easting_m - square.corner.easting_m < 1
    assert 0 <= utm.northing_m - square.corner.northing_m < 1 + 1e-6
    assert band_of(lat) == band
    assert band_limits(band)[0] <= lat <= band_limits(band)[1]


@settings(deadline=None)
@given(KARABAKH)
def test_the_older_library_agrees_away_from_the_seams_of_its_rounding(place: tuple[float, float]) -> None:
    lon, lat = place
    utm = to_utm(lon, lat)
    if min(utm.easting_m % 1, utm.northing_m % 1, 1 - utm.easting_m % 1, 1 - utm.northing_m % 1) > 0.01:
        assert MGRS().toMGRS(lat, lon) == to_mgrs(lon, lat)


def test_what_is_no_place_no_zone_or_no_precision_is_a_broken_programme() -> None:
    for call in (
        lambda: to_utm(math.nan, 40),
        lambda: to_decimal(46, 90.1),
        lambda: from_utm(Utm(61, "N", 5e5, 4e6)),
        lambda: from_utm(Utm(38, "X", 5e5, 4e6)),
        lambda: to_utm(46, 40, 61),
        lambda: to_mgrs(46, 40, 5),
        lambda: to_mgrs(46, 40, 0),
    ):
        with pytest.raises(ValueError):
            call()


def test_metres_off_the_grid_come_back_infinite() -> None:
    assert from_utm(Utm(38, "N", 1e30, 0)) == (math.inf, math.inf)


def test_how_far_a_place_lies_outside_a_zone() -> None:
    assert degrees_outside_zone(46.75, 39.8, 38) == 0
    assert degrees_outside_zone(46.75, 39.8, 39) == pytest.approx(1.25)
    assert degrees_outside_zone(-179.5, 10, 60) == pytest.approx(0.5)
