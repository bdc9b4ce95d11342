"""What jobs do for evidence and risk: build the layers, make a surface. Each may be begun anew, or stopped."""

from django.utils import timezone

from torpaq.standard.problems import Problem, has_errors
from torpaq.web.jobs import Telling, job
from torpaq.web.models import EvidenceBuild, Job, MakingState, RiskSurface
from torpaq.web.risk.building import build_layers
from torpaq.web.risk.making import BUILD, SURFACE, end
from torpaq.web.risk.surfacing import make


@job(BUILD)
def build_evidence(work: Job, telling: Telling) -> None:
    """Build the layers that a row asks for."""
    row = EvidenceBuild.objects.filter(pk=work.subject.removeprefix("evidence-"), state=MakingState.ASKED).first()
    if row is None:
        return
    problems = build_layers(row, lambda step, share: telling.progress(share, step), telling.stop)
    _ended(row, problems, telling)


@job(SURFACE)
def make_surface(work: Job, telling: Telling) -> None:
    """Make the surface that a row asks for."""
    row = RiskSurface.objects.filter(pk=work.subject.removeprefix("surface-"), state=MakingState.ASKED).first()
    if row is None:
        return
    problems = make(row, lambda step, share: telling.progress(share, step), telling.stop)
    _ended(row, problems, telling)


def _ended(row: EvidenceBuild | RiskSurface, problems: list[Problem], telling: Telling) -> None:
    """Write down how a making ended: its own figures were set by whoever made it."""
    if row.state == MakingState.DONE and not has_errors(problems):
        row.problems, row.ended = [one.as_json() for one in problems], timezone.now()
        row.save()
        return
    row.state = MakingState.ASKED
    end(row, problems, stopped=telling.stop())
