"""A task that Operator A finished as it should be: each test breaks one thing of it."""

from dataclasses import replace
from datetime import date
from typing import Any

from torpaq.operations.release.facts import Completion, Day, Dossier, Inspection, Item, Permit, ReleaseEntry, Task

TASK = Task(
    code="T-1",
    organisation="OP-A",
    state="accepted",
    areas=("HA-1",),
    activity="clearance",
    methods=("manual",),
    contamination=("mine",),
    unit="AZ-AGM",
    required_depth_cm=13,
    issued_on=date(2024, 3, 1),
)
YEAR = ((date(2024, 1, 1), date(2024, 12, 31)),)
PERMIT = Permit("ACC-1", "operational", "clearance", "", ("AZ-AGM",), YEAR)
FIT = Permit("ACC-0", "organisational", periods=YEAR)
DAYS = tuple(
    Day(
        record=f"progress-{n}",
        on=date(2024, 3, 10 + n),
        team="A-1",
        activity="clearance",
        method="manual",
        unit="AZ-AGM",
        processed_m2=250.0,
        depth_cm=13,
        persons=5,
        hours=25.0,
        stoppages=(("weather", 1.5),),
        authors=frozenset({"leyla"}),
    )
    for n in range(4)
)
GOOD = Dossier(
    task=TASK,
    permits=(FIT, PERMIT),
    days=DAYS,
    items=(Item("I-1", "ap", 1, date(2024, 3, 11), "destroyed", date(2024, 3, 11), "progress-1"),),
    inspections=(
        Inspection("qc-1", "external_qc", date(2024, 3, 20), "conforms", "AUTHORITY", 100.0, 0, frozenset({"nargiz"})),
        Inspection("qc-0", "internal_qc", date(2024, 3, 14), "conforms", "OP-A", 50.0, 0, frozenset({"leyla"})),
    ),
    completions=(Completion("completion-1", "accepted", "T-1", "elchin", frozenset({"leyla"})),),
    entries=(ReleaseEntry("P-1", "clear", "HA-1", date(2024, 3, 13), "mine", 13.0, "completion-1", "aynur", "elchin"),),
)


def but(**changes: Any) -> Dossier:
    """The good task with something changed."""
    return replace(GOOD, **changes)
