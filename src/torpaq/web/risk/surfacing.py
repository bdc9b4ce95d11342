"""Making a surface: its layers are kept beside it, the model is taken from experts or learned, areas are assessed."""

import shutil
from collections.abc import Callable
from pathlib import Path

from torpaq.risk.surface.expert import expert_model
from torpaq.risk.surface.learn import fit_model
from torpaq.risk.surface.model import Model
from torpaq.risk.surface.reading import Evidence, read_evidence
from torpaq.risk.surface.settings import Settings, settings_of
from torpaq.risk.surface.surface import Surface, make_surface
from torpaq.standard.problems import Problem, has_errors
from torpaq.web.models import MakingState, RiskSurface
from torpaq.web.risk.decisions import assess
from torpaq.web.risk.places import surface_path
from torpaq.web.risk.sources import open_evidence
from torpaq.web.risk.surfaces import forget_opened, keep_layers
from torpaq.web.tile_store import country_code

FITTED, EXPERT = "fitted", "expert"
ORIGINS = (FITTED, EXPERT)
Told = Callable[[str, float], None]
FIT_SHARE, SURFACE_SHARE = 0.5, 0.8


def make(row: RiskSurface, progress: Told, stop: Callable[[], bool]) -> list[Problem]:
    """Make the surface that a row asks for and fill the row in; what was begun is taken away where it does not end.

    ``progress`` is told the step (``score``, ``surface``, ``decide``) and the share of the whole.
    """
    place = surface_path(row.folder)
    shutil.rmtree(place, ignore_errors=True)
    folder, problems = open_evidence()
    if folder is None:
        return problems
    place.mkdir(parents=True)
    with folder.held():
        kept = keep_layers(folder, place)
    surface, problems = _made(row, kept, progress, stop)
    if surface is None or has_errors(problems) or stop():
        shutil.rmtree(place, ignore_errors=True)
        return problems
    problems += assess(surface, place, lambda share: progress("decide", SURFACE_SHARE + (1 - SURFACE_SHARE) * share))
    forget_opened()
    row.state, row.told = MakingState.DONE, _told(surface)
    row.digest = str(surface.manifest["evidence"]["digest"])
    row.head = str(surface.manifest["ledger_head"])
    row.entries = int(surface.manifest["snapshot"].get("entries", 0))
    return problems


def _made(
    row: RiskSurface, kept: Path, progress: Told, stop: Callable[[], bool]
) -> tuple[Surface | None, list[Problem]]:
    progress("score", 0.0)
    evidence, problems = read_evidence(kept)
    if evidence is None:
        return None, problems
    settings = settings_of(country_code())
    model, more = _model(str(row.asked.get("origin", EXPERT)), evidence, settings, progress)
    problems += more
    if model is None or stop():
        return None, problems
    surface, more = make_surface(
        kept, model, kept.parent, settings,
        progress=lambda share: progress("surface", FIT_SHARE + (SURFACE_SHARE - FIT_SHARE) * share), stop=stop,
    )  # fmt: skip
    return surface, problems + more


def _model(origin: str, evidence: Evidence, settings: Settings, progress: Told) -> tuple[Model | None, list[Problem]]:
    """Return the experts' model, or one learned from examined land."""
    if origin == FITTED:
        return fit_model(evidence, settings, lambda share: progress("score", FIT_SHARE * share))
    return expert_model(evidence, settings)


def _told(surface: Surface) -> dict[str, object]:
    """Return what of a surface's manifest its row holds: without the tiles' digests and the curve, which are long."""
    return {name: value for name, value in surface.manifest.items() if name not in ("tiles", "curve", "recipe")}
