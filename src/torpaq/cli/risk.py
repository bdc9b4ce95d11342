"""``torpaq risk``: where contamination is likely, for anybody's points and cells."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torpaq.cli.output import UnusableError, add_common, status_of, thousands, write_json, write_problems, write_table
from torpaq.cli.risk_propose import add_propose_command
from torpaq.cli.risk_surface import add_surface_commands
from torpaq.standard.problems import Problem, has_errors, problem

if TYPE_CHECKING:
    from torpaq.risk.cells.cells import Cells
    from torpaq.risk.cells.evaluate import Judged
    from torpaq.risk.table import Floats

PLACE_M = ("x_m", "y_m")
SURVEYS = 10


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``risk zone``, ``risk evaluate`` and the verbs of surfaces."""
    parser = commands.add_parser("risk", help="where contamination is likely, and how sure that is")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    zone = verbs.add_parser("zone", help="the zone around known points that seldom leaves an unfound item out")
    zone.add_argument("points", metavar="POINTS.csv", help="columns x_m and y_m, metres: craters, finds")
    zone.add_argument(
        "--window", required=True, metavar="RING.csv", help="x_m and y_m of the boundary of what was looked at"
    )
    zone.add_argument("--miss", type=float, default=0.05, metavar="SHARE", help="chance of leaving an item out (0.05)")
    zone.set_defaults(run=_zone)
    add_common(zone)
    judge = verbs.add_parser("evaluate", help="how well contamination is told for labelled cells, area by area")
    judge.add_argument("cells", metavar="CELLS.csv", help="one cell a row: place, label, area, features")
    judge.add_argument("--x", required=True, metavar="COL", help="column of the east coordinate or longitude")
    judge.add_argument("--y", required=True, metavar="COL", help="column of the north coordinate or latitude")
    judge.add_argument(
        "--crs", required=True, metavar="EPSG:N", help="what the coordinates are in, for instance EPSG:4326"
    )
    judge.add_argument(
        "--label", required=True, metavar="COL", help="1 contaminated, 0 examined and none found, -1 unlabelled"
    )
    judge.add_argument(
        "--area", required=True, metavar="COL", help="district or municipality; each is left out in turn"
    )
    judge.add_argument(
        "--features", default="", metavar="COL,COL", help="columns to learn from (all other columns of numbers)"
    )
    judge.add_argument("--test", metavar="OTHER.csv", help="fit on CELLS.csv once and judge this file instead")
    judge.add_argument(
        "--survey", type=float, metavar="SHARE", help="also after this share of each area was surveyed in clusters"
    )
    judge.add_argument("--scores", metavar="OUT.csv", help="write each judged cell's chance")
    judge.set_defaults(run=_evaluate)
    add_common(judge)
    add_surface_commands(verbs)
    add_propose_command(verbs)


def _zone(chosen: argparse.Namespace) -> int:
    from torpaq.risk.zone.zone import boundary_json, find_zone

    points, problems = _places(Path(chosen.points))
    ring, found = _places(Path(chosen.window))
    zone, more = find_zone(points, ring, chosen.miss)
    problems += found + more
    if zone is None:
        raise UnusableError(problems)
    if chosen.json:
        write_json(
            {
                "area_m2": round(zone.area_m2, 1),
                "boundary": boundary_json(zone),
                "miss": zone.miss,
                "miss_interval": [round(end, 5) for end in zone.miss_interval],
                "method": zone.method,
                "bandwidth_m": zone.bandwidth_m and round(zone.bandwidth_m, 2),
                "points": zone.points,
                "problems": [each.as_json() for each in problems],
            }
        )
    else:
        low, high = zone.miss_interval
        print(f"zone {thousands(zone.area_m2)} m² around {zone.points} points")
        print(f"chance that it leaves out an item not yet found: {zone.miss:.3f} (95 %: {low:.3f} to {high:.3f})")
        print(zone.method)
        write_problems(problems, chosen.language)
    return status_of(problems)


def _places(path: Path) -> "tuple[Floats, list[Problem]]":
    """Read a file's places, metres, (n, 2). Raises :class:`UnusableError` where there are none to work with."""
    import numpy as np

    from torpaq.risk.table import missing_columns, read_table

    table, problems = read_table(path)
    if table is not None:
        problems += missing_columns(table, PLACE_M)
    if table is None or has_errors(problems):
        raise UnusableError(problems)
    read = [table.numbers(column) for column in PLACE_M]
    problems += [
        problem("risk_not_numbers", path.name, column=column, cells=wrong)
        for column, (_, wrong) in zip(PLACE_M, read, strict=True)
        if wrong
    ]
    if has_errors(problems):
        raise UnusableError(problems)
    return np.column_stack([values for values, _ in read]), problems


def _evaluate(chosen: argparse.Namespace) -> int:
    import time

    from torpaq.risk.cells.baselines import missing_peers
    from torpaq.risk.cells.evaluate import after_survey, evaluation_json, leave_one_area_out, other_by_one

    started = time.perf_counter()
    if chosen.survey is not None and not 0 < chosen.survey < 1:
        raise UnusableError([problem("risk_survey_wrong", "--survey", value=chosen.survey)])
    cells, other, problems = _cells(chosen)
    judged, found = leave_one_area_out(cells) if other is None else other_by_one(cells, other)
    problems += [*found, *(problem("risk_peer_missing", "baselines", peer=name) for name in missing_peers())]
    if judged is None:
        raise UnusableError(problems)
    if len(set(judged.cells.labels[judged.cells.labelled].tolist())) < 2:
        problems.append(problem("risk_test_unlabelled", "test"))
    value = evaluation_json(judged, started)
    if chosen.survey is not None:
        value["after_survey"] = after_survey(judged, chosen.survey, SURVEYS)
    if chosen.scores:
        _write_scores(Path(chosen.scores), judged)
    if chosen.json:
        write_json(value | {"problems": [each.as_json() for each in problems]})
    else:
        _write_card(value)
        write_problems(problems, chosen.language)
    return status_of(problems)


def _cells(chosen: argparse.Namespace) -> "tuple[Cells, Cells | None, list[Problem]]":
    """Read the cells and, with ``--test``, those to judge. Raises :class:`UnusableError`."""
    from torpaq.risk.cells.cells import Columns, cells_of, leaking
    from torpaq.risk.table import read_table

    features = tuple(name.strip() for name in chosen.features.split(",") if name.strip())
    columns = Columns(chosen.x, chosen.y, chosen.crs, chosen.label, chosen.area, features)
    table, problems = read_table(Path(chosen.cells))
    if table is None:
        raise UnusableError(problems)
    cells, problems = cells_of(table, columns)
    if cells is None:
        raise UnusableError(problems)
    problems += leaking(cells, table.name)
    if chosen.test is None:
        return cells, None, problems
    table, found = read_table(Path(chosen.test))
    if table is None:
        raise UnusableError(problems + found)
    other, found = cells_of(table, columns, cells.names)
    if other is None:
        raise UnusableError(problems + found)
    return cells, other, problems + found


def _write_scores(path: Path, judged: "Judged") -> None:
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["longitude", "latitude", "area", "chance", "cannot_say"])
        rows = zip(judged.cells.lonlat.tolist(), judged.cells.areas, judged.chances, judged.outside, strict=True)
        writer.writerows([f"{x:.7f}", f"{y:.7f}", a, f"{c:.6f}", int(o)] for (x, y), a, c, o in rows)


def _write_card(value: dict[str, Any]) -> None:
    shown = ("roc_auc", "pr_auc", "brier", "ece", "s90", "s95", "s99")
    share = _number(value["prevalence"])
    print(f"{value['folds']} folds, {share} of the examined cells contaminated, {value['seconds']} s")
    rows = [["", *shown], ["this model", *(_number(value[name]) for name in shown)]]
    for name, figures in value["baselines"].items():
        rows.append([name, *(_number(figures and figures[one]) for one in shown)])
    write_table(rows)
    kept = {name: pair for name, pair in value["intervals"].items() if pair}
    if kept:
        print("95 %: " + ", ".join(f"{name} {low:.3f} to {high:.3f}" for name, (low, high) in kept.items()))
    found = ", ".join(f"{share} % of land finds {_number(part)}" for share, part in value["recall_at"].items())
    print(f"{found}; cannot say: {value['abstained_share']:.3f} of cells")
    columns = ("labelled", "contaminated", "roc_auc", "pr_auc", "brier", "abstained_share")
    rows = [["area", *columns]]
    rows += [[one["area"], *(_number(one[name]) for name in columns)] for one in value["by_area"]]
    write_table(rows)
    if after := value.get("after_survey"):
        print(f"after {after['share']:.0%} surveyed: " + ", ".join(f"{k} {v:.3f}" for k, v in list(after.items())[2:]))


def _number(value: float | None) -> str:
    return "–" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"
