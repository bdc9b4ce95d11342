"""A small country at the desk: a few hazardous areas around the origin of the national grid, in two districts."""

from torpaq.land.entry import Entry
from torpaq.web.assets import compile_translations
from torpaq.web.models import Programme
from torpaq.web.store import load
from web.stories import ledger

LABEL = "SYNTHETIC DEMONSTRATION DATA"
STORY = """
2021-03-04 establish HA-17 sha mine      box 0 0 100 100        unit AZ-AGM ; NTS-88
2021-04-01 establish HA/18 cha mine+erw  box 500 0 700 100      unit AZ-FUZ id B1 ; NTS-90
2022-05-01 cancel    HA-17 mine          box 0 0 40 100         by Director recorded 2022-06-15 ; NTS-131
2022-07-01 confirm   HA-17 mine          box 40 0 100 50        id C1 ; TS-3
2022-08-01 clear     HA/18 mine 20cm     box 500 0 600 100      operator OP-B method mechanical ; CR-2
2023-03-01 establish LEGACY-1 sha erw    unlocated 250000 AZ-AGM ; old total
2023-05-01 clear     LEGACY-1 erw ?cm    unlocated 50000 AZ-AGM operator OP-A ; CR-7
2023-06-10 clear     HA-17 mine 13cm     box 40 0 100 50        operator OP-A method manual id D1 ; CR-9
2023-09-02 reopen    HA-17 cha mine      box 60 0 70 10         id R1 recorded 2023-09-05 ; accident 12
2023-10-01 extend    HA-17 sha mine      box 100 0 120 100      id X1 ; NTS-140
2023-11-02 hand_over HA-17               box 0 0 40 100         ; HO-1
2023-12-31 assert    open mine 15000 m2  id A1                  ; return for 2023
2023-12-31 assert    released mine 1 m2  id A2                  ; a mistaken return
2024-01-15 void      R1                  id V1                  ; entered in error
"""


def open_desk() -> list[Entry]:
    """Fill the programme with the story; its label must stand on every page."""
    compile_translations()
    Programme.objects.create(
        name="A demonstration", country="aze", is_synthetic=True, synthetic_label=LABEL, standard_version="0.1"
    )
    entries = ledger(STORY)
    head, problems = load(entries)
    assert head is not None, problems
    return entries
