"""The strategic plan beside weighted ranking and benefit for cost on seeded instances, moving costs on.

``--tasks``, ``--periods`` and ``--seeds`` size it; the figures are ratios, mean over the seeds with a 95 % interval.
"""

import argparse
import json
import resource

import numpy as np

from torpaq.plan.strategic.generate import generate
from torpaq.plan.strategic.instance import instance_of
from torpaq.plan.strategic.peers import comparison
from torpaq.plan.strategic.solve import solve

LIMIT = {"gap_worst": 0.01, "gain_over_greedy": 0.30, "people_home_of_rank": 2.0, "worse_than_greedy": 0}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", type=int, default=2000)
    parser.add_argument("--periods", type=int, default=20)
    parser.add_argument("--months", action="store_true")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=120)
    chosen = parser.parse_args()
    gaps, gains, homes, seconds = [], [], [], []
    for seed in range(1, chosen.seeds + 1):
        instance, _ = instance_of(generate(chosen.tasks, chosen.periods, seed, 12 if chosen.months else 4))
        assert instance is not None
        solved, _ = solve(instance, chosen.seconds)
        rows = {row["method"]: row for row in comparison(instance, solved)}
        ours, greedy = rows["torpaq"], rows["benefit_cost_greedy"]
        gaps.append(solved.gap)
        gains.append(ours["objective"] / greedy["objective"] - 1)
        homes.append(ours["people_home"] / max(rows["weighted_rank_cheapest_mode"]["people_home"], 1))
        seconds.append(solved.seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak += resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    measured = {
        "gap_worst": max(gaps),
        "gap_mean": float(np.mean(gaps)),
        "gain_over_greedy": float(np.mean(gains)),
        "gain_over_greedy_interval": interval(gains),
        "people_home_of_rank": float(np.mean(homes)),
        "people_home_of_rank_interval": interval(homes),
        "worse_than_greedy": sum(one < -1e-9 for one in gains),
        "seconds_worst": max(seconds),
        "peak_gib": peak / 2**20,
    }
    passed = measured["gap_worst"] <= LIMIT["gap_worst"] and measured["worse_than_greedy"] == 0
    passed &= measured["gain_over_greedy"] >= LIMIT["gain_over_greedy"]
    passed &= measured["people_home_of_rank"] >= LIMIT["people_home_of_rank"]
    ratios = {name: measured[name] for name in ("gain_over_greedy", "people_home_of_rank")}
    print(json.dumps({"case": "plan_peers", "measured": measured, "limit": LIMIT, "ratios": ratios, "passed": passed}))


def interval(values: list[float]) -> list[float]:
    """The 95 % interval of a mean, by normal approximation."""
    half = 1.96 * float(np.std(values, ddof=1)) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return [float(np.mean(values)) - half, float(np.mean(values)) + half]


if __name__ == "__main__":
    main()
