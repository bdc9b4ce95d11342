"""Evidence in the demonstration: invented sources, with layers and two surfaces asked for, so that screens have data.

The small demonstration has none of it: a test that needs evidence adds its own.
"""

from torpaq.evidence.snapshot import read_snapshot
from torpaq.risk.simulate.demonstration import create_demonstration_evidence, demonstration_area
from torpaq.web.models import Account, HazardousArea
from torpaq.web.risk.making import ask_build, queue_surface
from torpaq.web.risk.places import evidence_path, snapshot_path
from torpaq.web.risk.surfacing import EXPERT, FITTED
from torpaq.web.snapshot import take_snapshot

LARGE_FROM_AREAS = 200
SURFACES = ((EXPERT, "Before any survey (synthetic)"), (FITTED, "Learned from examined land (synthetic)"))


def ask_for_evidence() -> None:
    """Add invented sources to the whole demonstration and ask for their layers and a surface of each kind.

    The desk's worker makes them once the desk runs, and the pages say how far it is: nobody waits for them to start.
    Raises ``ValueError`` where they cannot be asked for: the demonstration would be none.
    """
    if HazardousArea.objects.count() < LARGE_FROM_AREAS:
        return
    take_snapshot(snapshot_path())
    snapshot, _ = read_snapshot(snapshot_path())
    create_demonstration_evidence(evidence_path(), snapshot)
    area, officer = demonstration_area(snapshot), Account.objects.get(username="officer")
    asked = {"cell_m": area.cell_m, "units": list(area.units), "box_deg": list(area.box_deg or ())}
    _, problems = ask_build(officer, asked)
    if problems:
        raise ValueError(f"the demonstration's layers were refused: {[one.code for one in problems]}")
    for origin, name in SURFACES:
        queue_surface(officer, name, {"origin": origin})
