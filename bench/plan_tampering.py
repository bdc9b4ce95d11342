"""A thousand seeded tamperings of a sound plan, each sealed anew, and how many ``verify`` catches."""

import copy
import json
import random
from typing import Any

from torpaq.plan.strategic.generate import generate
from torpaq.plan.strategic.instance import instance_of
from torpaq.plan.strategic.solve import solve
from torpaq.plan.strategic.writing import plan_json
from torpaq.plan.verify import seal_of, verify

TAMPERINGS = 1000
Raw = dict[str, Any]


def main() -> None:
    raw = generate(120, 12, 5)
    instance, _ = instance_of(raw)
    assert instance is not None
    plan = json.loads(json.dumps(plan_json(instance, solve(instance, 60)[0])))
    assert verify(raw, plan) == []
    chance, missed = random.Random(1), []
    for number in range(TAMPERINGS):
        edited = copy.deepcopy(plan)
        kind = chance.choice(KINDS)
        kind(edited, chance)
        edited["digest"] = seal_of(edited)
        if not verify(raw, edited):
            missed.append(f"{number} {kind.__name__}")
    measured = {"tamperings": TAMPERINGS, "caught": TAMPERINGS - len(missed), "missed": missed[:10]}
    ratios = {"caught_share": 1 - len(missed) / TAMPERINGS}
    limit = {"caught": TAMPERINGS}
    print(
        json.dumps(
            {"case": "plan_tampering", "measured": measured, "limit": limit, "ratios": ratios, "passed": not missed}
        )
    )


def work_grown(plan: Raw, chance: random.Random) -> None:
    row = chance.choice(plan["work"])
    row["share"] *= 1.01 + chance.random()


def work_shrunk(plan: Raw, chance: random.Random) -> None:
    row = chance.choice(plan["work"])
    row["share"] *= 0.99 * chance.random()


def work_dropped(plan: Raw, chance: random.Random) -> None:
    plan["work"].remove(chance.choice(plan["work"]))


def work_repeated(plan: Raw, chance: random.Random) -> None:
    plan["work"].append(dict(chance.choice(plan["work"])))


def work_later(plan: Raw, chance: random.Random) -> None:
    chance.choice(plan["work"])["period"] += 1 + chance.randrange(3)


def mode_unknown(plan: Raw, chance: random.Random) -> None:
    chance.choice(plan["work"])["mode"] += "x"


def flow_changed(plan: Raw, chance: random.Random) -> None:
    row = chance.choice(plan["flows"])
    row["amount"] = row["amount"] * (1.01 + chance.random()) + 1e4


def flow_dropped(plan: Raw, chance: random.Random) -> None:
    plan["flows"].remove(max(plan["flows"], key=lambda row: row["amount"] * chance.random()))


def figure_changed(plan: Raw, chance: random.Random) -> None:
    name = chance.choice(("objective", "people_home", "person_years_home", "released_m2"))
    plan[name] = plan[name] * (1 + 0.001 * (1 + chance.random())) + 1


def date_changed(plan: Raw, chance: random.Random) -> None:
    name = chance.choice(sorted(plan["completed"]))
    plan["completed"][name] += chance.choice((-1, 1))


def town_claimed(plan: Raw, chance: random.Random) -> None:
    plan["opened"][f"V{chance.randrange(10_000, 20_000)}"] = 0


def teams_changed(plan: Raw, chance: random.Random) -> None:
    lines = plan["positions"][chance.choice(sorted(plan["positions"]))]
    line = lines[chance.choice(sorted(lines))]
    line[chance.randrange(len(line))] += 0.01 + chance.random()


KINDS = (
    work_grown,
    work_shrunk,
    work_dropped,
    work_repeated,
    work_later,
    mode_unknown,
    flow_changed,
    flow_dropped,
    figure_changed,
    date_changed,
    town_claimed,
    teams_changed,
)

if __name__ == "__main__":
    main()
