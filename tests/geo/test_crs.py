"""The national grid: vectors, arrays and floats alike, from many threads at once."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from torpaq.geo.crs import AZE, NationalCrs, convergence_deg


def test_the_centre_is_the_origin():
    assert AZE.forward(47.0, 40.0) == (0.0, 0.0)


def test_arrays_and_floats_agree_and_come_back():
    lon, lat = np.array([46.75, 46.93, 47.10]), np.array([39.8265, 39.99, 39.52])
    x, y = AZE.forward(lon, lat)
    assert [f"{v:.4f}" for v in x] == ["-21402.3122", "-5978.4399", "8598.8700"]
    assert [f"{v:.4f}" for v in y] == ["-19234.3762", "-1108.0074", "-53289.7096"]
    assert AZE.forward(46.75, 39.8265) == (x[0], y[0])
    back_lon, back_lat = AZE.inverse(x, y)
    assert np.allclose(back_lon, lon, atol=1e-12)
    assert np.allclose(back_lat, lat, atol=1e-12)


@given(st.floats(44.5, 51.5), st.floats(38.3, 42.0))
def test_there_and_back_is_within_a_millimetre_so_that_centimetres_survive(lon, lat):
    x, y = AZE.forward(lon, lat)
    x_again, y_again = AZE.forward(*AZE.inverse(x, y))
    assert abs(x - x_again) < 1e-3
    assert abs(y - y_again) < 1e-3


def test_eight_threads_get_the_same_answer():
    lon, lat = np.linspace(45, 51, 1000), np.linspace(38.5, 41.9, 1000)
    expected = AZE.forward(lon, lat)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: AZE.forward(lon, lat), range(64)):
            assert (found[0] == expected[0]).all()
            assert (found[1] == expected[1]).all()


def test_arrays_given_are_left_alone():
    lon, lat = np.array([46.75]), np.array([39.8265])
    AZE.forward(lon, lat)
    assert (lon[0], lat[0]) == (46.75, 39.8265)


def test_what_cannot_be_projected_is_infinite_and_not_an_exception():
    assert not np.isfinite(NationalCrs("+proj=laea +lat_0=0 +lon_0=0 +datum=WGS84").forward(180.0, 0.0)).all()


def test_the_definition_names_its_projection():
    assert AZE.wkt.startswith('PROJCRS["Lambert Azimuthal Equal Area"')


def test_a_grid_that_is_none_has_no_convergence():
    assert convergence_deg("EPSG:99999", 47, 40) is None
