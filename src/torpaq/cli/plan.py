"""``torpaq plan``: which tasks, in which mode, quarter and region, with whose money, and how good that is at best."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torpaq.cli.output import UnusableError, add_common, status_of, thousands, write_json, write_problems, write_table
from torpaq.standard.problems import Problem, has_errors, problem

if TYPE_CHECKING:
    from torpaq.plan.strategic.arrays import Instance

SECONDS = 120.0
MOST_TASKS, MOST_PERIODS = 100_000, 240


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs of ``plan``."""
    parser = commands.add_parser("plan", help="the national plan: tasks, teams, money, and what they open")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    made = verbs.add_parser("generate", help="write a synthetic instance, labelled so")
    made.add_argument("--tasks", type=int, required=True, metavar="N", help="how many tasks")
    made.add_argument("--periods", type=int, required=True, metavar="T", help="how many periods")
    made.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same instance (1)")
    made.add_argument("--months", action="store_true", help="periods are months, not quarters")
    made.add_argument("--out", required=True, metavar="I.json", help="where to write it")
    made.set_defaults(run=_generate)
    add_common(made)
    shown = verbs.add_parser("schema", help="the JSON Schema of instances and plans")
    shown.set_defaults(run=_schema)
    add_common(shown)
    solved = _with_instance(verbs, "solve", "make the best plan found in a time, with a proven bound", _solve)
    solved.add_argument("--out", required=True, metavar="P.json", help="where to write the plan")
    checked = _with_instance(verbs, "verify", "check every constraint of a plan, by code of its own", _verify)
    checked.add_argument("plan", metavar="P.json", help="a plan")
    compared = _with_instance(verbs, "compare", "the plan beside weighted rankings and benefit for cost", _compare)
    _with_instance(verbs, "money", "what one more million buys, and one less costs, each re-solved", _money)
    compared.add_argument("--seconds", type=float, default=SECONDS, metavar="S", help="time limit (120)")
    solved.add_argument("--seconds", type=float, default=SECONDS, metavar="S", help="time limit (120)")


def _with_instance(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    words: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=words)
    verb.add_argument("instance", metavar="I.json", help="an instance")
    verb.set_defaults(run=run)
    add_common(verb)
    return verb


def _generate(chosen: argparse.Namespace) -> int:
    from torpaq.plan.strategic.generate import generate

    for value, most in ((chosen.tasks, MOST_TASKS), (chosen.periods, MOST_PERIODS)):
        if not 1 <= value <= most:
            raise UnusableError([problem("plan_size_wrong", "generate", value=value)])
    if chosen.seed < 0 or chosen.periods < 2:
        raise UnusableError([problem("plan_size_wrong", "generate", value=min(chosen.seed, chosen.periods))])
    raw = generate(chosen.tasks, chosen.periods, chosen.seed, 12 if chosen.months else 4)
    _write(Path(chosen.out), raw)
    told = {"out": chosen.out, "tasks": len(raw["tasks"]), "settlements": len(raw["settlements"])}
    if chosen.json:
        write_json(told | {"synthetic": raw["synthetic"], "problems": []})
    else:
        print(f"{raw['synthetic']}\n{told['tasks']} tasks, {told['settlements']} settlements: {chosen.out}")
    return 0


def _schema(chosen: argparse.Namespace) -> int:
    from torpaq.plan.strategic.schema import INSTANCE_SCHEMA, PLAN_SCHEMA

    write_json({"instance": INSTANCE_SCHEMA, "plan": PLAN_SCHEMA})
    return 0


def _solve(chosen: argparse.Namespace) -> int:
    from torpaq.plan.strategic.solve import solve
    from torpaq.plan.strategic.writing import figures, plan_json

    instance, problems = _instance(chosen)
    solved, found = solve(instance, _seconds(chosen))
    problems += found
    _write(Path(chosen.out), plan_json(instance, solved))
    told: dict[str, Any] = figures(instance, solved.schedule)
    told |= {"bound": solved.bound, "gap": solved.gap, "seconds": round(solved.seconds, 2)}
    if chosen.json:
        write_json(told | {"method": solved.method, "problems": [each.as_json() for each in problems]})
    else:
        gap = "–" if solved.gap is None else f"{solved.gap:.2%}"
        print(f"objective {told['objective']:,.0f}, proven bound {solved.bound:,.0f}, gap {gap} ({solved.method})")
        print(f"people home {told['people_home']:,.0f}, person-years home {told['person_years_home']:,.0f}")
        print(f"released {thousands(told['released_m2'])} m², {told['seconds']} s: {chosen.out}")
        write_problems(problems, chosen.language)
    return status_of(problems)


def _verify(chosen: argparse.Namespace) -> int:
    from torpaq.plan.strategic.instance import read_json
    from torpaq.plan.strategic.schema import PLAN_SCHEMA, faults
    from torpaq.plan.verify import verify

    instance, problems = _instance(chosen)
    plan, found = read_json(Path(chosen.plan))
    if plan is None:
        raise UnusableError(found)
    shape = faults(plan, PLAN_SCHEMA)
    problems += [problem("plan_value_wrong", at, expected=wanted, value=stands) for at, wanted, stands in shape[:40]]
    if not shape:
        problems += verify(instance.raw, plan)
    sound = not has_errors(problems)
    if chosen.json:
        write_json({"sound": sound, "problems": [each.as_json() for each in problems]})
    else:
        print("every constraint holds" if sound else "the plan is not sound")
        write_problems(problems, chosen.language)
    return status_of(problems)


def _compare(chosen: argparse.Namespace) -> int:
    from torpaq.plan.strategic.peers import comparison
    from torpaq.plan.strategic.solve import solve

    instance, problems = _instance(chosen)
    solved, found = solve(instance, _seconds(chosen))
    problems += found
    rows = comparison(instance, solved)
    if chosen.json:
        write_json(
            {
                "methods": rows,
                "bound": solved.bound,
                "gap": solved.gap,
                "problems": [each.as_json() for each in problems],
            }
        )
    else:
        table = [["method", "objective", "of bound", "people home", "person-years", "released m²"]]
        for row in rows:
            share = "–" if row["share_of_bound"] is None else f"{row['share_of_bound']:.1%}"
            counted = (f"{row[key]:,.0f}" for key in ("people_home", "person_years_home", "released_m2"))
            table.append([row["method"], f"{row['objective']:,.0f}", share, *counted])
        write_table(table)
        write_problems(problems, chosen.language)
    return status_of(problems)


def _money(chosen: argparse.Namespace) -> int:
    from torpaq.plan.strategic.money import margins

    instance, problems = _instance(chosen)
    rows, found = margins(instance)
    problems += found
    if chosen.json:
        write_json({"margins": rows, "problems": [each.as_json() for each in problems]})
    else:
        table = [["", "one more", "dual", "one less"]]
        for row in rows:
            less = "–" if row["less"] is None else f"{row['less']:,.1f}"
            table.append([f"{row['kind']} {row['name']}", f"{row['more']:,.1f}", f"{row['dual']:,.1f}", less])
        write_table(table)
        write_problems(problems, chosen.language)
    return status_of(problems)


def _seconds(chosen: argparse.Namespace) -> float:
    seconds = float(chosen.seconds)
    if not 0 < seconds < float("inf"):
        raise UnusableError([problem("plan_seconds_wrong", "--seconds", value=str(chosen.seconds))])
    return seconds


def _instance(chosen: argparse.Namespace) -> "tuple[Instance, list[Problem]]":
    """Read an instance. Raises :class:`UnusableError` where there is none to work with."""
    from torpaq.plan.strategic.instance import instance_of, read_json

    raw, problems = read_json(Path(chosen.instance))
    if raw is None:
        raise UnusableError(problems)
    instance, found = instance_of(raw)
    if instance is None:
        raise UnusableError(problems + found)
    return instance, problems + found


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
