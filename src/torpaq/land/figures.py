"""Published figures as entries of the ledger: they change nothing and are checked against it for ever."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from torpaq.land.entry import BOTH, Assertion, Entry, Kind, Measure
from torpaq.standard.figures import Figure

M2_PER_HA_DIGITS = 4  # shifting keeps the precision: 53,081.8 ha is known to 1,000 m², and is compared so
PROGRAMME = "programme"  # the scope that counts every operator together
BALANCES = (Measure.OPEN, Measure.SHA, Measure.CHA)


def assert_entries(figures: Iterable[Figure], recorded: date | None = None) -> list[Entry]:
    """Return an ``assert`` entry for each figure that the ledger can be held to, in the order given.

    Those are exact areas in hectares of a land measure. Left out: counts and money, rounded figures (equality is the
    check), released land whose first day is not printed, and every part of a cut with a part that is rounded or not
    sized: such a cut cannot add up exactly. ``recorded`` is the day on which the programme sets them down; without it
    each is recorded on its own last day.
    """
    usable = [figure for figure in figures if _is_area(figure)]
    kept = {figure.id for figure in usable if _is_exact(figure)}
    spoilt = {(f.part_of, f.dimension) for f in usable if f.part_of and not (f.id in kept and f.part_of in kept)}
    return [
        _entry(figure, recorded or figure.on)
        for figure in usable
        if figure.id in kept and (figure.part_of, figure.dimension) not in spoilt
    ]


def _is_area(figure: Figure) -> bool:
    return figure.unit == "ha" and figure.measure in list(Measure)


def _is_exact(figure: Figure) -> bool:
    """Say whether the figure has a size to the last digit and a period that the ledger can count over."""
    has_period = figure.since is not None or figure.measure in BALANCES
    return figure.value is not None and figure.rounding == "exact" and has_period


def _entry(figure: Figure, recorded: date) -> Entry:
    """Return one figure as an entry: hectares become square metres without rounding, the source is the record."""
    area_m2 = (figure.value or Decimal(0)).scaleb(M2_PER_HA_DIGITS)
    entry = Entry(
        id=figure.id,
        kind=Kind.ASSERT,
        effective=figure.on,
        recorded=recorded,
        contamination=BOTH,
        record=" ".join(part for part in (figure.source, figure.url) if part),
        operator="" if figure.scope == PROGRAMME else figure.scope,
        assertion=Assertion(Measure(figure.measure), area_m2, figure.since, figure.part_of),
    )
    return _with_key(entry, figure)


def _with_key(entry: Entry, figure: Figure) -> Entry:
    """Set the operator, unit or sector that the figure speaks of."""
    if figure.dimension == "operator":
        return replace(entry, operator=figure.key)
    if figure.dimension == "district":
        return replace(entry, unit=figure.key)
    return replace(entry, sector=figure.key) if figure.dimension == "sector" else entry
