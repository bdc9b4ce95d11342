"""How urgent a call is: a proposal with its reasons, from rules that are data. A person decides."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from torpaq.standard.codes import code_list
from torpaq.standard.tables import STANDARD, read_table

URGENCIES = ("immediate", "urgent", "routine")
"""The list ``task_urgency``, the most urgent first."""


@dataclass(frozen=True, slots=True)
class Triage:
    """The proposed urgency and the rows of ``standard/spot_triage.csv`` that speak for it, by number from 0."""

    urgency: str
    rules: tuple[int, ...]


@cache
def triage_rules() -> tuple[Mapping[str, str], ...]:
    """Return the rows of ``standard/spot_triage.csv``."""
    return tuple(read_table(STANDARD / "spot_triage.csv"))


def triage(danger_to: Collection[str], people_m: float | None, kind: str) -> Triage:
    """Propose an urgency from who is in danger (list ``danger_to``), how far people are (metres; None: not known) and
    what it may be (list ``ordnance_category``; may be empty). What nobody said is never taken for harmless."""
    known = code_list("ordnance_category")
    kinds = {kind, known[kind].parent} - {""} if kind in known else set()
    holding: list[int] = []
    for number, rule in enumerate(triage_rules()):
        if _holds(rule, danger_to, people_m, kinds) or (rule["when"] == "otherwise" and not holding):
            holding.append(number)
    urgency = min((triage_rules()[n]["urgency"] for n in holding), key=URGENCIES.index)
    return Triage(urgency, tuple(n for n in holding if triage_rules()[n]["urgency"] == urgency))


def _holds(rule: Mapping[str, str], danger_to: Collection[str], people_m: float | None, kinds: Collection[str]) -> bool:
    words = rule["value"].split()
    if rule["when"] == "danger":
        return any(code in danger_to for code in words)
    if rule["when"] == "within_m":
        return people_m is not None and people_m <= float(words[0])
    if rule["when"] == "kind":
        return any(code in kinds for code in words)
    return rule["when"] == "unknown" and not danger_to and people_m is None
