"""What areas hold, two ways: exact sums an area, and one array for the desk's lists. Both must say the same."""

from datetime import date

import pytest

from torpaq.intake.demonstration import generate
from torpaq.land.live import LiveLand
from torpaq.land.rules import STATUSES
from torpaq.standard.country import load_country
from torpaq.web.areas import status_of, statuses_of
from torpaq.web.holdings import Holding, holdings_by_area, m2_by_area


@pytest.mark.parametrize("day", [date(2021, 6, 1), date(2023, 3, 3), date(2026, 12, 31)])
def test_the_array_for_lists_says_what_the_exact_sums_say(day: date) -> None:
    land = LiveLand(generate(load_country("aze"), small=True))
    postings = land.postings()
    postings = postings.where(land.book.effective[postings.entry] <= day.toordinal())
    exact, array = holdings_by_area(land.book, postings), m2_by_area(land.book, postings)
    statuses = [statuses_of(array, account) for account in range(3)]
    for number, area in enumerate(land.book.areas):
        held = exact.get(area, Holding())
        for account in range(3):
            assert statuses[account][number] == status_of(held, account)
            for status in range(1, len(STATUSES)):
                assert array[number, account, status] == pytest.approx(held.m2(account, status), abs=1e-6)
