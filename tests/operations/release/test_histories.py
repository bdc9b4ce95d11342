"""A few hundred random programmes: nothing forbidden passes, and land is never given back without its whole proof."""

from types import MappingProxyType

import pytest

from operations.histories import history, totals
from torpaq.operations.release import handover


def test_no_forbidden_move_passes_and_every_handover_has_its_whole_proof() -> None:
    counts = totals(range(200))
    assert counts["forbidden_passed"] == 0
    assert counts["signed_without_proof"] == 0
    assert counts["reopening_wrong"] == 0
    assert counts["accounts_open"] == 0
    assert counts["signed"] > 50, "many programmes come to their end"
    assert counts["forbidden"] > 1000, "and much that nobody may do was tried"


def test_a_history_is_the_same_whenever_it_is_told() -> None:
    assert history(7).counts == history(7).counts


def test_the_plain_judge_sees_a_gate_that_was_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the need of a whole proof, land is given back that should not be: the histories notice."""
    open_gate = {**handover.REQUIREMENTS, "proof_chain": lambda facts: []}
    monkeypatch.setattr(handover, "REQUIREMENTS", MappingProxyType(open_gate))
    counts = totals(range(40))
    assert counts["forbidden_passed"] > 0
    assert counts["signed_without_proof"] > 0
