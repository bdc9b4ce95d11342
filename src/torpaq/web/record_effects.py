"""What operations make of records: checks that know the programme's tasks and teams, and rows that follow a record.

A module registers a check or an effect for a form; :mod:`torpaq.web.records` asks all of them. A check sees a record as
it would stand, perhaps not saved yet, and gives findings: an error keeps it from being submitted or accepted. An effect
is told after a record was saved in any state (``record.state`` says which), within the same transaction, and brings its
own rows in step with it; told twice it changes nothing. A removal is told before records vanish with the batch that
brought them, and takes its own rows away. What was signed into the ledger is told too: a release may come later than
the report of what was found in its land.
"""

from collections.abc import Callable
from importlib import import_module

from django.db.models import QuerySet

from torpaq.intake.record.record import Finding
from torpaq.land.entry import Entry
from torpaq.standard.problems import Problem
from torpaq.web.models import Account, FieldRecord, Proposal

Check = Callable[[FieldRecord], list[Finding]]
Effect = Callable[[FieldRecord, Account | None], None]
Removal = Callable[[QuerySet[FieldRecord]], None]

Signed = Callable[[Entry, Proposal], list[Problem]]

CHECKS: dict[str, list[Check]] = {}
EFFECTS: dict[str, list[Effect]] = {}
REMOVALS: list[Removal] = []
SIGNED: list[Signed] = []
MODULES: tuple[str, ...] = (
    "torpaq.web.operations.quality_records",
    "torpaq.web.operations.asset_records",
    "torpaq.web.operations.progress",
    "torpaq.web.operations.items",
    "torpaq.web.operations.marking_records",
    "torpaq.web.operations.spot_records",
    "torpaq.web.operations.release_records",
    "torpaq.web.operations.release_finds",
)


def register_all() -> None:
    """Let every check and effect be known; a second time changes nothing."""
    for name in MODULES:
        import_module(name)


def checks(*forms: str) -> Callable[[Check], Check]:
    """Register a function as a check of these forms."""

    def register(check: Check) -> Check:
        for form in forms:
            CHECKS.setdefault(form, []).append(check)
        return check

    return register


def effect(*forms: str) -> Callable[[Effect], Effect]:
    """Register a function as an effect of these forms."""

    def register(follow: Effect) -> Effect:
        for form in forms:
            EFFECTS.setdefault(form, []).append(follow)
        return follow

    return register


def removal(take_away: Removal) -> Removal:
    """Register a function that takes away what hangs on records, before they vanish."""
    if take_away not in REMOVALS:
        REMOVALS.append(take_away)
    return take_away


def signed(follow: Signed) -> Signed:
    """Register a function that is told after a proposal was signed, within the same transaction."""
    if follow not in SIGNED:
        SIGNED.append(follow)
    return follow


def tell_of_signature(entry: Entry, proposal: Proposal) -> list[Problem]:
    """Tell everybody concerned that an entry entered the ledger; return what they have to say of it."""
    return [found for follow in SIGNED for found in follow(entry, proposal)]


def checked(record: FieldRecord) -> list[Finding]:
    """Return what the checks of a record's form find now."""
    return [found for check in CHECKS.get(record.form, ()) for found in check(record)]


def tell(record: FieldRecord, person: Account | None) -> None:
    """Tell a record's effects that it was saved."""
    for follow in EFFECTS.get(record.form, ()):
        follow(record, person)


def tell_of_removal(records: QuerySet[FieldRecord]) -> None:
    """Tell every removal that these records are about to vanish."""
    for take_away in REMOVALS:
        take_away(records)
