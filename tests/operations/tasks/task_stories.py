"""The task of Operator A that every story begins with: nothing is missing, until a story takes something away."""

from dataclasses import replace
from datetime import date

from torpaq.geo.shape import box_shape
from torpaq.operations.tasks.facts import AreaFacts, Completion, Inspection, TaskFacts
from torpaq.operations.tasks.order import TaskOrder

ORDER = TaskOrder(
    code="T-2026-0001",
    organisation="OP-A",
    activity="clearance",
    areas=("HA-17",),
    unit="AZ-AGM",
    methods=("manual",),
    contamination=("ap",),
    required_depth_cm=20,
    planned_start=date(2026, 4, 1),
    planned_end=date(2026, 9, 30),
    brief={"medical_plan": "Feldşer yerində, 20 dəqiqə", "hospital": "Ağdam rayon xəstəxanası"},
    shape=box_shape(0, 0, 100, 100),
)
CONTROL = Inspection("external_qc", "conforms", date(2026, 8, 20), frozenset({"inspector"}), is_accepted=True)
REPORT = Completion("CR-12", "accepted", frozenset({"operator-a"}), "conforms", reported_m2=10_000)
SOUND = TaskFacts(
    order=ORDER,
    state="proposed",
    on=date(2026, 4, 1),
    mover="authority",
    mover_organisation="AUTHORITY",
    mover_is_authority=True,
    reason="Səbəb yazılıb",
    author="officer",
    teams={"A1": ()},
    areas=(AreaFacts("HA-17", is_known=True, open_m2=10_000, is_located=True),),
    outside_m2=0.0,
    screened_on=date(2026, 3, 20),
    restored_on=date(2026, 8, 25),
    work_days=80,
    completion=REPORT,
    inspections=(CONTROL,),
    release_written=1,
    released_m2=10_000,
)
"""The Authority's signer moves the task; for Operator A's own moves see ``by_operator``."""


def by_operator(facts: TaskFacts = SOUND) -> TaskFacts:
    return replace(facts, mover="operator-a", mover_organisation="OP-A", mover_is_authority=False)
