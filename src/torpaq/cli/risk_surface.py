"""``torpaq risk fit|surface|explain|changes``: a model of an evidence folder, its surface, and its reasons."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torpaq.cli.output import (
    UnusableError,
    add_common,
    status_of,
    write_json,
    write_problems,
    write_table,
)
from torpaq.standard.problems import Problem, has_errors, problem

if TYPE_CHECKING:
    from torpaq.risk.surface.model import Model
    from torpaq.risk.surface.reading import Evidence
    from torpaq.risk.surface.surface import Surface

EXPERT = "expert"
LONGEST_PATH = 250


def add_surface_commands(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs of surfaces to ``torpaq risk``."""
    fit = verbs.add_parser("fit", help="learn a model from the examined land of an evidence folder")
    fit.add_argument("evidence", metavar="EVIDENCE_DIR", help="folder made by torpaq evidence build")
    fit.add_argument("--out", required=True, metavar="MODEL.json", help="where to write the model")
    fit.set_defaults(run=_fit)
    add_common(fit)
    surface = verbs.add_parser("surface", help="make the surface of risk of an evidence folder")
    surface.add_argument("evidence", metavar="EVIDENCE_DIR", help="folder made by torpaq evidence build")
    surface.add_argument(
        "--model", default=EXPERT, metavar="MODEL.json", help="a fitted model (expert: before any data)"
    )
    surface.add_argument("--out", required=True, metavar="SURFACE_DIR", help="folder to write; only changed tiles anew")
    surface.add_argument("--cluster", metavar="ADDRESS", help="address of a Dask scheduler, tcp://…")
    surface.set_defaults(run=_surface)
    add_common(surface)
    explain = verbs.add_parser("explain", help="why a place or a polygon stands as it does")
    explain.add_argument("surface", metavar="SURFACE_DIR", help="folder made by torpaq risk surface")
    explain.add_argument("--lon", type=float, metavar="DEG", help="longitude, WGS 84")
    explain.add_argument("--lat", type=float, metavar="DEG", help="latitude, WGS 84")
    explain.add_argument("--polygon", metavar="FILE|WKT", help="WKT, or a file of WKT or GeoJSON, WGS 84")
    explain.set_defaults(run=_explain)
    add_common(explain)
    changes = verbs.add_parser("changes", help="what changed between two surfaces, and why")
    changes.add_argument("before", metavar="OLD_DIR", help="the earlier surface")
    changes.add_argument("after", metavar="NEW_DIR", help="the later surface")
    changes.set_defaults(run=_changes)
    add_common(changes)


def _fit(chosen: argparse.Namespace) -> int:
    from torpaq.risk.surface.learn import fit_model
    from torpaq.risk.surface.model import write_model
    from torpaq.risk.surface.settings import settings_of

    evidence, problems = _evidence(Path(chosen.evidence))
    model, found = fit_model(evidence, settings_of(evidence.country), _progress(chosen))
    problems += found
    if model is None:
        raise UnusableError(problems)
    try:
        write_model(model, Path(chosen.out))
    except OSError as error:
        raise UnusableError([problem("risk_model_unwritten", chosen.out, reason=error.strerror or "")]) from None
    if chosen.json:
        told = {name: value for name, value in model.as_json().items() if name not in ("draws", "support")}
        write_json(told | {"problems": [each.as_json() for each in problems]})
    else:
        _write_model(model)
        write_problems(problems, chosen.language)
    return status_of(problems)


def _surface(chosen: argparse.Namespace) -> int:
    from torpaq.risk.surface.expert import expert_model
    from torpaq.risk.surface.model import read_model
    from torpaq.risk.surface.settings import settings_of
    from torpaq.risk.surface.surface import make_surface

    evidence, problems = _evidence(Path(chosen.evidence))
    settings = settings_of(evidence.country)
    model, found = expert_model(evidence, settings) if chosen.model == EXPERT else read_model(Path(chosen.model))
    problems += found
    if model is None:
        raise UnusableError(problems)
    surface, found = make_surface(
        Path(chosen.evidence), model, Path(chosen.out), settings, chosen.cluster, _progress(chosen)
    )
    problems += found
    if surface is None:
        raise UnusableError(problems)
    if chosen.json:
        left_out = ("tiles", "card", "curve")
        told = {name: value for name, value in surface.manifest.items() if name not in left_out}
        write_json(told | {"problems": [each.as_json() for each in problems]})
    else:
        _write_surface(surface)
        write_problems(problems, chosen.language)
    return status_of(problems)


def _explain(chosen: argparse.Namespace) -> int:
    from torpaq.risk.surface.explain import explain_cell
    from torpaq.risk.surface.polygons import explain_written
    from torpaq.risk.surface.surface import Surface
    from torpaq.risk.surface.words import sentences

    surface, problems = Surface.open(Path(chosen.surface))
    if surface is None:
        raise UnusableError(problems)
    if chosen.polygon:
        explanation, found = explain_written(surface, _words(chosen.polygon))
    elif chosen.lon is not None and chosen.lat is not None:
        explanation, found = explain_cell(surface, *surface.grid.crs.forward(chosen.lon, chosen.lat))
    else:
        raise UnusableError([problem("risk_no_place", "--lon --lat --polygon")])
    problems += [one for one in found if one not in problems]
    if explanation is None:
        raise UnusableError(problems)
    words = sentences(explanation, chosen.language)
    if chosen.json:
        told = explanation.as_json() | {"surface": surface.id, "sentences": words}
        label = {"synthetic_label": surface.manifest["synthetic_label"]}
        write_json(told | label | {"problems": [each.as_json() for each in problems]})
    else:
        for line in filter(None, (surface.manifest["synthetic_label"], *words)):
            print(line)
        write_problems(problems, chosen.language)
    return status_of(problems)


def _changes(chosen: argparse.Namespace) -> int:
    from torpaq.risk.surface.changes import compare
    from torpaq.risk.surface.surface import Surface

    opened = [Surface.open(Path(path)) for path in (chosen.before, chosen.after)]
    problems = [found for _, own in opened for found in own]
    (before, _), (after, _) = opened
    if before is None or after is None:
        raise UnusableError(problems)
    changes, found = compare(before, after)
    problems += [one for one in found if one not in problems]
    if changes is None:
        raise UnusableError(problems)
    if chosen.json:
        write_json(changes.as_json() | {"problems": [each.as_json() for each in problems]})
    else:
        print(f"log-odds moved by {changes.mean:+.3f} on average, {changes.mean_size:.3f} in size")
        rows = [["why", "on average", "in size", "cells"]]
        rows += [
            [part.key, f"{part.mean:+.3f}", f"{part.mean_size:.3f}", f"{part.share:.3f}"] for part in changes.parts
        ]
        write_table(rows)
        rows = [["from", "to", "ha"]]
        rows += [[a, b, f"{ha:.2f}"] for a, b, ha in changes.moves]
        write_table(rows)
        write_problems(problems, chosen.language)
    return status_of(problems)


def _evidence(path: Path) -> "tuple[Evidence, list[Problem]]":
    """Read an evidence folder. Raises :class:`UnusableError` where it cannot be used."""
    from torpaq.risk.surface.reading import read_evidence

    evidence, problems = read_evidence(path)
    if evidence is None or has_errors(problems):
        raise UnusableError(problems)
    return evidence, problems


def _words(text: str) -> str:
    """Return a polygon as it is written, or what stands in the file that is named. Raises :class:`UnusableError`."""
    path = Path(text)
    try:
        return path.read_text(encoding="utf-8") if len(text) < LONGEST_PATH and path.is_file() else text
    except (OSError, UnicodeDecodeError):
        raise UnusableError([problem("risk_polygon_wrong", text[:60], reason="UTF-8")]) from None


def _progress(chosen: argparse.Namespace) -> Callable[[float], None]:
    if chosen.json or not sys.stderr.isatty():
        return lambda share: None
    return lambda share: print(f"\r{share:4.0%}", end="" if share < 1 else "\n", file=sys.stderr, flush=True)


def _write_model(model: "Model") -> None:
    import math

    from torpaq.risk.surface.bands import band_name

    low, high = model.level_limits
    shares = [100 / (1 + math.exp(-one)) for one in (model.level, low, high)]
    print(f"{model.squares:g} examined squares of {model.patch_m:g} m, {model.found:g} contaminated")
    print(f"level {shares[0]:.2g} % ({shares[1]:.2g} to {shares[2]:.2g}), from {model.level_from}")
    rows = [["layer", "values", "times likelier", "90 %", "from"]]
    for table in model.tables:
        for band in range(table.bands):
            ratio, least, most = (math.exp(one[band]) for one in (table.llr, table.low, table.high))
            name = band_name(*table.span(band), table.unit)
            rows.append([table.layer, name, f"{ratio:.2f}", f"{least:.2f} to {most:.2f}", table.origin])
    write_table(rows)
    _write_card(model.card)


def _write_card(card: Mapping[str, Any]) -> None:
    if not card or card.get("too_small"):
        print("too little examined land to judge the model by")
        return
    shown = ("roc_auc", "pr_auc", "prevalence", "brier", "ece", "s90")
    rows = [["judged", *shown]]
    splits = {name: card[name] for name in ("leave_one_area_out", "spatial_blocks", "forward", "random") if card[name]}
    for name, own in splits.items():
        rows.append([name, *(_figure(own[one]) for one in shown)])
    for name, own in card["leave_one_area_out"]["baselines"].items():
        rows.append([f"  {name}", *(_figure(own[one]) for one in shown)])
    write_table(rows)
    for one in card["promised"]:
        told = [_figure(one[name]) for name in ("left_out", "missed", "violating")]
        print(f"promised miss {one['promised']:g}: leaves out {told[0]}, misses {told[1]}, areas violating {told[2]}")


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _write_surface(surface: "Surface") -> None:
    manifest = surface.manifest
    if manifest["synthetic_label"]:
        print(manifest["synthetic_label"])
    print(f"surface {surface.id}: {manifest['cells_known']} of {manifest['cells']} cells, model {surface.model.origin}")
    write_table([["class", "ha"], *([name, f"{ha:.2f}"] for name, ha in surface.hectares.items() if ha)])
    if manifest["tiles_kept"]:
        print(f"{manifest['tiles_kept']} of {len(manifest['tiles'])} tiles as they were")
