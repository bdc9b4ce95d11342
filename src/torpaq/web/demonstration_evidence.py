"""Evidence in the demonstration: invented sources, their layers, and two surfaces, so that every screen has its data.

The small demonstration has none of it: a test that needs evidence adds its own.
"""

from collections.abc import Callable

from django.utils import timezone

from torpaq.evidence.snapshot import read_snapshot
from torpaq.risk.simulate.demonstration import create_demonstration_evidence, demonstration_area
from torpaq.standard.problems import Problem
from torpaq.web.models import Account, EvidenceBuild, HazardousArea, MakingState, RiskSurface
from torpaq.web.risk.building import build_layers
from torpaq.web.risk.making import folder_name
from torpaq.web.risk.places import evidence_path, snapshot_path
from torpaq.web.risk.surfacing import EXPERT, FITTED, make
from torpaq.web.snapshot import take_snapshot

LARGE_FROM_AREAS = 200
SURFACES = ((EXPERT, "Before any survey (synthetic)"), (FITTED, "Learned from examined land (synthetic)"))


def tell_of_evidence(progress: Callable[[float], None] = lambda share: None) -> None:
    """Add invented sources to the whole demonstration, build their layers and make a surface of each kind.

    Raises ``ValueError`` where the layers or a surface cannot be made: the demonstration would be none.
    """
    if HazardousArea.objects.count() < LARGE_FROM_AREAS:
        return
    take_snapshot(snapshot_path())
    snapshot, _problems = read_snapshot(snapshot_path())
    create_demonstration_evidence(evidence_path(), snapshot)
    area, officer = demonstration_area(snapshot), Account.objects.get(username="officer")
    asked = {"cell_m": area.cell_m, "units": list(area.units), "box_deg": list(area.box_deg or ())}
    build = EvidenceBuild.objects.create(asked=asked, account=officer)
    _done(build, build_layers(build, lambda step, share: progress(0.5 * share), lambda: False))
    for number, (origin, name) in enumerate(SURFACES):
        row = RiskSurface.objects.create(name=name, asked={"origin": origin}, account=officer)
        row.folder = folder_name(row)
        begun = 0.5 + number / (2 * len(SURFACES))

        def said(_step: str, share: float, begun: float = begun) -> None:
            progress(begun + share / (2 * len(SURFACES)))

        _done(row, make(row, said, lambda: False))
    progress(1.0)


def _done(row: EvidenceBuild | RiskSurface, problems: list[Problem]) -> None:
    if row.state != MakingState.DONE:
        raise ValueError(f"the demonstration's evidence was not made: {[one.code for one in problems]}")
    row.problems, row.ended = [one.as_json() for one in problems], timezone.now()
    row.save()
