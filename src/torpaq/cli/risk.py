"""``torpaq risk``: where contamination is likely, for anybody's points and cells."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from torpaq.cli.output import UnusableError, add_common, status_of, thousands, write_json, write_problems
from torpaq.standard.problems import Problem, has_errors, problem

if TYPE_CHECKING:
    from torpaq.risk.table import Floats

PLACE_M = ("x_m", "y_m")


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``risk zone``."""
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
