"""``torpaq risk propose``: a class for every open area, what is missing, what to survey next. It changes no land."""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torpaq.cli.output import UnusableError, add_common, status_of, write_json, write_problems, write_table
from torpaq.standard.codes import code_list
from torpaq.standard.problems import Problem

if TYPE_CHECKING:
    from torpaq.risk.decide.of_surface import Decided

SHOWN = 20


def add_propose_command(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``risk propose``."""
    parser = verbs.add_parser("propose", help="what might be given back, what to survey next, where it cannot say")
    parser.add_argument("surface", metavar="SURFACE_DIR", help="folder made by torpaq risk surface")
    parser.add_argument(
        "--snapshot", metavar="DIR", help="snapshot of the programme (the one the evidence was made of)"
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="of the audit's lots (made of the programme's name without one)"
    )
    parser.add_argument(
        "--audit-found", type=int, default=0, metavar="N", help="items that earlier audits found on proposed land"
    )
    parser.add_argument(
        "--survey-usd", type=float, metavar="N", help="also spread this survey budget so that a find is likeliest"
    )
    parser.set_defaults(run=_propose)
    add_common(parser)


def _propose(chosen: argparse.Namespace) -> int:
    from torpaq.evidence.snapshot import read_snapshot
    from torpaq.risk.decide.of_surface import propose_of
    from torpaq.risk.decide.propose import proposals_json
    from torpaq.risk.surface.surface import Surface

    surface, problems = Surface.open(Path(chosen.surface))
    if surface is None:
        raise UnusableError(problems)
    beside = surface.evidence.path / "snapshot" if surface.evidence else Path(chosen.surface)
    snapshot, found = read_snapshot(Path(chosen.snapshot) if chosen.snapshot else beside)
    problems += found
    if snapshot is None:
        raise UnusableError(problems)
    decided, found = propose_of(surface, snapshot, chosen.seed, max(0, chosen.audit_found))
    problems += found
    if decided is None:
        raise UnusableError(problems)
    effort, found = _effort(decided, chosen.survey_usd)
    problems += found
    if chosen.json:
        told = proposals_json(decided.proposals, decided.rules, decided.certificate)
        told |= {"verified": {"sites": decided.sites, "missed": decided.missed, "bound": decided.missed_bound}}
        told |= {"effort": effort, "surface": surface.id, "synthetic_label": surface.manifest["synthetic_label"]}
        write_json(told | {"problems": [each.as_json() for each in problems]})
    else:
        _write(decided, chosen.language)
        if effort is not None:
            print(f"P {effort['found']:.3f} ({effort['evenly']:.3f})")
            write_table([[one["area"], f"{one['usd']:,.0f} USD"] for one in effort["areas"]])
        write_problems(problems, chosen.language)
    return status_of(problems)


def _effort(decided: "Decided", budget_usd: float | None) -> "tuple[dict[str, Any] | None, list[Problem]]":
    """Return how a survey budget is best spread over the areas to survey, those that get any; None without a budget."""
    from torpaq.risk.decide.stopping import spread_effort

    if budget_usd is None:
        return None, []
    survey = [one for one in decided.proposals.survey if one.ground.figures.any_chance > 0]
    chances = [one.ground.figures.any_chance for one in survey]
    hectares = [one.ground.figures.area_ha for one in survey]
    budget_usd = budget_usd if math.isfinite(budget_usd) else -1.0  # refused with its reason
    spread, problems = spread_effort(chances, hectares, decided.rules.detection, budget_usd, decided.rules)
    if spread is None:
        return None, problems
    given = zip(survey, spread.efforts, strict=True)
    areas = [{"area": one.area, "usd": round(usd, 2)} for one, usd in given if usd > 0]
    return {"areas": areas, "found": spread.found, "evenly": spread.evenly}, problems


def _write(decided: "Decided", language: str) -> None:
    names = {code: row.labels[language] for code, row in code_list("risk_class").items()}
    found = decided.proposals
    write_table([[names[code.value], f"{area_ha:,.1f} ha"] for code, area_ha in found.hectares.items()])
    for one in found.at_miss:
        words = " ".join(one.certificate.stated("≤").sentence(language).split())
        told = f": {one.point.below_ha:,.1f} ha ({one.point.missed_ha:,.2f} ha)" if one.point else ""
        print(f"{one.certificate.miss:.0%}{told}. {words}")
    if found.survey:
        rows = [["", "ha", "P", "bits/1000 USD"]]
        rows += [
            [
                one.area,
                f"{one.ground.figures.area_ha:,.2f}",
                f"{one.ground.figures.any_chance:.3f}",
                f"{one.worth.bits_per_kusd:.3f}",
            ]
            for one in found.survey[:SHOWN]
        ]
        write_table(rows)
    for proposal in found.proposals:
        if proposal.risk_class.value != "cancel_proposed":
            continue
        print(f"{proposal.area}: {names[proposal.risk_class.value]}")
        for condition in proposal.conditions:
            for statement in condition.statements:
                print(f"  ({condition.letter}) {statement.sentence(language)}")
