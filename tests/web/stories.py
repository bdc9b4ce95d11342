"""What every story at the desk begins with: a ledger's text, and the cast."""

from dataclasses import dataclass

from torpaq.land.entry import Entry
from torpaq.land.text import parse_ledger


@dataclass(frozen=True)
class Cast:
    """The Authority (who signs), its information officer and inspector, Operator A, Operator B and the Donor."""

    authority: object
    officer: object
    inspector: object
    operator_a: object
    operator_b: object
    donor: object


def ledger(text: str) -> list[Entry]:
    """Read a story's ledger, which must be without fault."""
    entries, problems = parse_ledger(text.strip())
    assert problems == []
    return entries
