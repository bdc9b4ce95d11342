"""What a surface proposes for the open hazardous areas, kept beside it; nothing of it changes land."""

import json
from collections.abc import Callable
from pathlib import Path

from torpaq.evidence.snapshot import read_snapshot
from torpaq.risk.decide.of_surface import propose_of
from torpaq.risk.decide.propose import proposals_json
from torpaq.risk.surface.surface import Surface
from torpaq.standard.problems import Problem
from torpaq.web.risk.places import snapshot_path
from torpaq.web.risk.surfaces import DECISIONS


def assess(surface: Surface, place: Path, progress: Callable[[float], None]) -> list[Problem]:
    """Assess every open hazardous area of the last snapshot on a surface, and keep what is proposed beside it."""
    progress(0.0)
    snapshot, problems = read_snapshot(snapshot_path())
    if snapshot is None:
        return problems
    decided, problems = propose_of(surface, snapshot)
    if decided is None:
        return problems
    value = proposals_json(decided.proposals, decided.rules, decided.certificate) | {"seed": decided.seed}
    (place / DECISIONS).write_text(json.dumps(value, ensure_ascii=False) + "\n", encoding="utf-8")
    progress(1.0)
    return problems
