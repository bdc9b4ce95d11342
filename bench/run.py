"""Run benches, hold what they measured against bars.toml, keep a record of each, and say which bars are missed.

``python bench/run.py [case ...]`` runs the named cases, or all that have a bar or a file; status 1: a bar is missed.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BENCH = Path(__file__).parent
ROOT = BENCH.parent
NOT_A_CASE = {
    "run",
    "generate",
    "telling",
    "ledger_books",
    "ledger_folding",
    "web_books",
    "field_programme",
    "risk_data",
    "evidence_data",
}
SYMBOLS = {"most": "≤", "least": "≥", "exactly": "="}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", help="names of cases; all by default")
    parser.add_argument("--timeout-s", type=int, default=1800, help="seconds for one case")
    arguments = parser.parse_args()
    bars = tomllib.loads((BENCH / "bars.toml").read_text(encoding="utf-8"))
    known = sorted({*bars, *(path.stem for path in BENCH.glob("*.py"))} - NOT_A_CASE)
    unknown = set(arguments.cases) - set(known)
    if unknown:
        parser.error(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    missed = 0
    for case in arguments.cases or known:
        report = run_case(case, bars.get(case, {}).get("run", f"{case}.py"), arguments.timeout_s)
        if "skipped" in report:  # its record of another day stays
            print(f"{case}: skipped, {report['skipped']}")
            continue
        rows = judge(report, bars.get(case, {}))
        record(case, report, rows)
        print_rows(case, report, rows)
        missed += sum(not row["met"] for row in rows)
    print(f"{missed} bars missed" if missed else "every bar met")
    return 1 if missed else 0


def run_case(case: str, command: str, timeout_s: int) -> dict[str, Any]:
    """Run one bench and return what it printed; where it printed no JSON, ``failed`` says why."""
    file, *options = command.split()
    if not (BENCH / file).exists():
        return {"case": case, "failed": f"there is no bench/{file}"}
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(BENCH)])}
    try:
        done = subprocess.run(
            [sys.executable, str(BENCH / file), *options],
            cwd=ROOT,
            env=environment,
            timeout=timeout_s,
            capture_output=True,
            text=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"case": case, "failed": f"not done after {timeout_s} s"}
    report = last_object(done.stdout)
    if report is None:
        return {"case": case, "failed": (done.stderr.strip().splitlines() or ["it printed no JSON object"])[-1]}
    return report | {"case": case}


def last_object(printed: str) -> dict[str, Any] | None:
    """Return the JSON object that the text ends with: what stands before it is chatter.

    >>> last_object('warming up\\n{"measured": {"a_ms": 1}}')
    {'measured': {'a_ms': 1}}
    """
    lines = printed.splitlines()
    for start in range(len(lines)):
        if lines[start].startswith("{"):
            try:
                found = json.loads("\n".join(lines[start:]))
            except ValueError:
                continue
            return found if isinstance(found, dict) else None
    return None


def judge(report: dict[str, Any], bars: dict[str, Any]) -> list[dict[str, Any]]:
    """Hold each bar of a case against its figure; a figure that is not there misses its bar.

    >>> judge({"measured": {"a_ms": 3}}, {"a_ms": {"most": 2}})
    [{'figure': 'a_ms', 'bar': 'most', 'limit': 2, 'measured': 3, 'met': False}]
    """
    figures = report.get("ratios", {}) | report.get("measured", {})
    rows = []
    for figure, rule in bars.items():
        if figure == "run":
            continue
        for bar, limit in rule.items():
            value = figures.get(figure)
            rows.append(
                {"figure": figure, "bar": bar, "limit": limit, "measured": value, "met": is_met(value, bar, limit)}
            )
    return rows


def is_met(value: float | None, bar: str, limit: float) -> bool:
    """Say whether a figure meets its bar. Raises ``KeyError`` for a bar that is not most, least or exactly."""
    if value is None:
        return False
    return bool({"most": value <= limit, "least": value >= limit, "exactly": value == limit}[bar])


def record(case: str, report: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Write bench/records/<case>.json: what was printed, the bars, and where and when it ran."""
    (BENCH / "records").mkdir(exist_ok=True)
    kept = report | {"bars": rows, "machine": machine()}
    text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    (BENCH / "records" / f"{case}.json").write_text(text, encoding="utf-8")


def machine() -> dict[str, Any]:
    """Return the facts a figure depends on."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        "cores": os.cpu_count(),
        "load_at_end": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip() or "unknown",
    }


def print_rows(case: str, report: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    print(case if "failed" not in report else f"{case}: {report['failed']}")
    for row in rows:
        measured = "–" if row["measured"] is None else f"{row['measured']:.6g}"
        word = "met" if row["met"] else "MISSED"
        print(f"  {row['figure']:32} {measured:>12} {SYMBOLS[row['bar']]} {row['limit']:<10g} {word}")


if __name__ == "__main__":
    sys.exit(main())
