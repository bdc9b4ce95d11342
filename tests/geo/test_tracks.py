"""A walked track as an area: the gap is stated, crossings are named, nothing is closed or left out without a word."""

from itertools import pairwise

import numpy as np
import pytest

from torpaq.geo.crs import AZE
from torpaq.geo.files.tracks import track_as_polygon
from torpaq.geo.polygons import shape_from_lonlat

EXTENT = (44.5, 38.3, 51.5, 42.0)
RING = [[46.93, 39.99], [46.942, 39.99], [46.942, 39.9985], [46.93, 39.9985], [46.93, 39.99]]
HA17 = shape_from_lonlat([[RING]], AZE, EXTENT)[0]


class TestTracks:
    """Operator A walks round HA-17; whether the walk closes is for a person to say."""

    def walk(self, *, back_to, step=40):
        """Points along the ring, that many to each side, ending that share of the last side before its end."""
        corners = np.array(RING)
        points = [a + (b - a) * n / step for a, b in pairwise(corners) for n in range(step)]
        return [point.tolist() for point in points[: int(3 * step + step * back_to)]]

    def close(self, line, **options):
        found, problems = track_as_polygon(line, AZE, EXTENT, "HA-17", **options)
        for one in problems:
            assert all(one.sentence(language) for language in ("az", "en", "ru"))
        return found, {p.code: p.parameters for p in problems}

    def test_the_gap_is_stated_and_confirmation_asked(self):
        found, said = self.close(self.walk(back_to=0.9))
        assert set(said) == {"track_needs_closing", "points_in_line"}
        assert said["track_needs_closing"]["gap_m"] == pytest.approx(118, abs=1)
        assert found.gap_m == pytest.approx(118, abs=1)
        assert found.length_m == pytest.approx(3937 - 118, abs=1)
        assert found.area_m2 == pytest.approx(HA17.area_m2, rel=0.001)
        assert found.ring[0] == found.ring[-1]
        assert found.crossings == ()

    def test_a_track_that_returns_to_its_first_point_asks_nothing(self):
        assert "track_needs_closing" not in self.close(RING)[1]

    def test_a_walk_that_stopped_half_way_is_refused(self):
        _, said = self.close(self.walk(back_to=0.0)[:80])
        assert "track_gap_too_wide" in said

    @pytest.mark.parametrize("line", [[], RING[:1], RING[:2], [RING[0], RING[1]] * 5])
    def test_two_places_are_no_area(self, line):
        found, said = self.close(line)
        assert (found, set(said)) == (None, {"track_too_few_points"})

    def test_a_crossing_is_refused_and_named(self):
        found, said = self.close([RING[0], RING[2], RING[1], RING[3]])
        assert "track_crosses_itself" in said
        assert found.area_m2 is None
        ((lon, lat),) = found.crossings
        assert (lon, lat) == pytest.approx((46.936, 39.99425), abs=1e-4)

    def test_standing_points_are_counted_and_left_out_only_when_asked(self):
        standing = [RING[0]] + [[46.942 + n * 1e-6, 39.99] for n in range(5)] + RING[2:4]
        found, said = self.close(standing)
        assert said["track_points_within_noise"]["count"] == 4
        assert len(found.ring) == len(standing) + 1
        thinned, said = self.close(standing, thin_m=3.0)
        assert said["track_thinned"]["count"] == 4
        assert "track_points_within_noise" not in said
        assert len(thinned.ring) == len(standing) - 4 + 1

    def test_repeated_points_do_not_hide_a_crossing(self):
        _, said = self.close([RING[0], RING[2], RING[2], RING[1], RING[3]])
        assert {"point_repeated", "track_crosses_itself"} <= set(said)

    def test_thinning_never_leaves_less_than_an_area(self):
        found, said = self.close(RING, thin_m=100_000)
        assert "track_thinned" not in said
        assert found.area_m2 == pytest.approx(HA17.area_m2)

    def test_a_place_outside_the_country_is_no_track_of_ours(self):
        assert set(self.close([[10.0, 50.0], [10.1, 50.0], [10.0, 50.1]])[1]) == {"outside_country"}
