"""What ends soon: one list, the most urgent first, each thing once."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torpaq.operations.standing.alerts import Ending, alerts

TODAY = date(2026, 6, 1)
BANDS = (60, 30, 7)


def told(text: str) -> list[tuple[str, int, int | None]]:
    """Read ``name days_left`` a line; the name before a slash is what it is about."""
    endings = []
    for line in text.strip().splitlines():
        name, days = line.split()
        ends_on = TODAY + timedelta(days=int(days))
        endings.append(Ending("certificate", (name.partition("/")[0],), name, "OP-A", ends_on))
    return [(one.ending.name, one.days_left, one.band) for one in alerts(endings, TODAY, BANDS)]


def test_the_tightest_band_and_the_most_urgent_first():
    assert told("A 61\nB 60\nC 31\nD 30\nE 8\nF 7\nG 0\nH -1") == [
        ("H", -1, None),
        ("G", 0, 7),
        ("F", 7, 7),
        ("E", 8, 30),
        ("D", 30, 30),
        ("C", 31, 60),
        ("B", 60, 60),
    ]


def test_what_was_renewed_is_not_told():
    assert told("A/1 -20\nA/2 300\nB/1 5\nB/2 40") == [("B/2", 40, 60)]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a slow machine is no failure
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(-90, 90)), max_size=8))
def test_each_stands_once_at_its_tightest_band(pairs):
    endings = [Ending("accreditation", (name,), name, "OP-A", TODAY + timedelta(days=left)) for name, left in pairs]
    expected = []
    for name in "ABC":
        lefts = [left for other, left in pairs if other == name]
        if lefts and max(lefts) <= 60:
            left = max(lefts)
            expected.append((left, name, None if left < 0 else 7 if left <= 7 else 30 if left <= 30 else 60))
    assert [(one.days_left, one.ending.name, one.band) for one in alerts(endings, TODAY, BANDS)] == sorted(
        expected, key=lambda row: row[:2]
    )
    assert all(one.is_expired == (one.days_left < 0) for one in alerts(endings, TODAY, BANDS))
