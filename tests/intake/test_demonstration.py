"""The demonstration programme: made up, labelled so, lawful, and the same again for the same seed."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest

from torpaq.geo.crs import AZE
from torpaq.geo.geocheck import check_many
from torpaq.intake.demonstration import generate
from torpaq.intake.demonstration_life import FIRST_DAY, LAST_DAY, OPERATORS
from torpaq.intake.demonstration_outlines import walk_line
from torpaq.intake.demonstration_setting import read_setting
from torpaq.intake.demonstration_sites import SiteKind, place_sites
from torpaq.land.assertions import assertion_problems
from torpaq.land.balance import GroupBy, balance
from torpaq.land.entry import Contamination, Entry, Kind, Located, Status, Unlocated
from torpaq.land.fold import fold
from torpaq.land.text import format_ledger, parse_ledger
from torpaq.standard.codes import code_list
from torpaq.standard.country import Country, load_country

SEEDS = (7, 11, 12)


@pytest.fixture(scope="module")
def country() -> Country:
    return load_country("aze")


@pytest.fixture(scope="module", params=SEEDS)
def small(request: pytest.FixtureRequest, country: Country) -> list[Entry]:
    return generate(country, seed=request.param, small=True)


@pytest.fixture(scope="module")
def full(country: Country) -> list[Entry]:
    return generate(country)


def located(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if isinstance(entry.place, Located)]


def test_the_small_programme_is_small_and_in_three_districts(small: list[Entry]) -> None:
    established = [entry for entry in small if entry.kind is Kind.ESTABLISH]
    assert 36 <= len(established) <= 48
    assert 200 <= len(small) <= 450
    assert len({entry.unit for entry in established}) == 3


def test_everything_says_that_it_is_synthetic(small: list[Entry]) -> None:
    for entry in small:
        assert entry.id.startswith("SYN-")
        assert entry.record.startswith("SYN-")
        assert entry.record.endswith("(synthetic)")
        assert entry.approver.startswith("SYN-")
        assert entry.area.startswith("SYN-") or entry.kind in {Kind.VOID, Kind.ASSERT}


def test_ids_are_unique_and_entries_stand_in_the_order_of_recording(small: list[Entry]) -> None:
    assert len({entry.id for entry in small}) == len(small)
    assert all(before.recorded <= after.recorded for before, after in pairwise(small))
    for entry in small:
        assert FIRST_DAY <= entry.effective <= entry.recorded <= LAST_DAY
        assert (entry.depth_cm is not None) == (entry.kind is Kind.CLEAR)


def test_what_is_said_is_in_the_code_lists(small: list[Entry]) -> None:
    assert {entry.method for entry in small} - {""} <= set(code_list("operational_method"))
    assert {entry.sector for entry in small} - {""} <= set(code_list("sector"))
    assert {entry.operator for entry in small} - {""} <= set(OPERATORS)


def test_every_turning_point_lies_in_the_district_that_is_named(small: list[Entry], country: Country) -> None:
    for entry in located(small):
        points = entry.place.shape.points_cm / 100
        lon, lat = AZE.inverse(points[:, 0].copy(), points[:, 1].copy())
        assert all(entry.unit in country.unit_at(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True))


def test_every_polygon_passes_the_polygon_checks(small: list[Entry]) -> None:
    established = [entry for entry in located(small) if entry.kind is Kind.ESTABLISH]
    assert all(5 <= entry.place.shape.ring_sizes[0] <= 30 for entry in established if "-R" not in entry.area)
    text = format_ledger(small)
    _, problems = parse_ledger(text, extent=(44.0, 38.0, 51.0, 42.0))
    assert problems == []
    assert check_many([(entry.id, entry.place.shape) for entry in established]) == []


def test_the_text_brings_back_the_same_entries_to_the_centimetre(small: list[Entry]) -> None:
    again, problems = parse_ledger(format_ledger(small))
    assert problems == []
    assert again == small


def test_it_folds_without_a_problem_whenever_one_looks(small: list[Entry]) -> None:
    for known in (date(2021, 7, 1), date(2023, 3, 1), date(2025, 12, 31), None):
        land, problems = fold(small, known_on=known)
        assert problems == []
        assert assertion_problems(land, small) == []


def test_an_official_figure_that_was_false_would_be_found(small: list[Entry]) -> None:
    stated = next(entry for entry in small if entry.kind is Kind.ASSERT and entry.assertion.figure_m2 > 0)
    false = replace(stated, id="FALSE", assertion=replace(stated.assertion, figure_m2=stated.assertion.figure_m2 + 1))
    entries = [*small, false]
    land, _ = fold(entries)
    assert [problem.code for problem in assertion_problems(land, entries)] == ["assertion_differs"]


def test_the_same_seed_gives_the_same_entries_and_another_seed_others(country: Country) -> None:
    one, again, other = (generate(country, seed=seed, small=True) for seed in (7, 7, 8))
    assert one == again
    assert format_ledger(one) != format_ledger(other)


def test_the_order_of_hashing_makes_no_difference(country: Country) -> None:
    code = (
        "import sys; from torpaq.standard.country import load_country;"
        "from torpaq.intake.demonstration import generate; from torpaq.land.text import format_ledger;"
        "sys.stdout.write(format_ledger(generate(load_country('aze'), seed=7, small=True)))"
    )
    here = hashlib.sha256(format_ledger(generate(country, seed=7, small=True)).encode()).hexdigest()
    source = str(Path(__file__).parents[2] / "src")
    environment = os.environ | {"PYTHONHASHSEED": "4711", "PYTHONPATH": source}
    there = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert hashlib.sha256(there.stdout).hexdigest() == here


def test_the_full_programme_has_its_size_its_kinds_and_its_pace(full: list[Entry]) -> None:
    kinds = Counter(entry.kind for entry in full)
    assert 14_000 <= len(full) <= 16_500
    assert 1_950 <= kinds[Kind.ESTABLISH] <= 2_100
    assert set(kinds) == set(Kind)
    land, problems = fold(full)
    assert problems == []
    assert assertion_problems(land, full) == []
    assert kinds[Kind.ASSERT] == 40
    years = {group: figures for group, (figures, _) in balance(land, by=GroupBy.YEAR).groups.items()}
    cleared = {year: years[year].flows[2]["cleared"] for year in ("2021", "2022", "2023", "2024")}
    assert cleared["2021"] < cleared["2022"] < cleared["2023"] < cleared["2024"]


def test_the_full_programme_holds_every_case_a_ledger_must_bear(full: list[Entry]) -> None:
    late = [entry for entry in full if (entry.recorded - entry.effective).days > 20]
    assert len(late) > 300
    assert {entry.status for entry in full if entry.kind is Kind.ESTABLISH} == {Status.SHA, Status.CHA}
    assert {entry.contamination for entry in full if entry.kind is Kind.CLEAR} == {
        Contamination.MINE,
        Contamination.ERW,
        Contamination.MINE | Contamination.ERW,
    }
    assert len({entry.unit for entry in full if isinstance(entry.place, Unlocated)}) == 4
    assert any(entry.area.endswith("-R") for entry in full if entry.kind is Kind.ESTABLISH)


def test_districts_have_the_shares_published_for_2023(country: Country) -> None:
    setting = read_setting(country, AZE)
    sites = place_sites(setting, 400, "shares")
    counts = Counter(site.unit for site in sites)
    for unit, percent in setting.shares.items():
        assert counts[unit] == pytest.approx(max(2, 4 * percent), abs=1)
    assert sum(setting.shares.values()) == pytest.approx(100)


def test_areas_lie_low_and_share_no_land_of_one_class(country: Country) -> None:
    setting = read_setting(country, AZE, units=4)
    sites = place_sites(setting, 130, "overlap")
    shares = Counter(site.kind for site in sites)
    assert set(shares) == set(SiteKind)
    boxes = [np.array(site.belt.ring()) for site in sites]
    for number, site in enumerate(sites):
        assert setting.ground.height_m(site.centre) < 2300
        for other in range(number):
            if site.contamination & sites[other].contamination:
                assert not any(_is_inside(point, boxes[other]) for point in boxes[number])


def _is_inside(point: np.ndarray, ring: np.ndarray) -> bool:
    """Strictly inside, by counting crossings: a plain twin of what placed the areas; border points do not count."""
    low, high = ring.min(axis=0), ring.max(axis=0)
    if not ((low < point).all() and (point < high).all()) or (ring == point).all(axis=1).any():
        return False
    inside = False
    for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if (y0 > point[1]) != (y1 > point[1]) and point[0] < x0 + (x1 - x0) * (point[1] - y0) / (y1 - y0):
            inside = not inside
    return inside


def test_a_walk_along_a_line_ends_where_the_line_ends() -> None:
    line = ((0.0, 0.0), (1000.0, 0.0), (1000.0, 500.0))
    path = walk_line(Random(1), line, 1200.0, 0.0, 5000.0)
    assert 1 <= len(path) <= 5
    assert walk_line(Random(1), line, 1600.0, 0.0, 5000.0) == []


def test_a_setting_that_has_no_room_gets_fewer_areas_not_wrong_ones(country: Country) -> None:
    setting = read_setting(country, AZE, units=1)
    peaks = [[9000.0] * len(row) for row in setting.ground.heights_m]
    assert place_sites(replace(setting, ground=replace(setting.ground, heights_m=peaks)), 3, "peaks") == []
    short = replace(setting, lines=(((0.0, 0.0), (10.0, 0.0)),))
    assert len(place_sites(short, 3, "short")) == 3


def test_a_country_without_a_setting_is_refused(tmp_path: Path, country: Country) -> None:
    with pytest.raises(FileNotFoundError):
        generate(replace(country, folder=tmp_path))
