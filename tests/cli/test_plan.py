"""The plan from the command line: made, solved, checked; and bad files named, never a trace."""

import json

from cli.house import Desk


def test_the_authority_makes_solves_and_checks_a_plan(desk: Desk) -> None:
    instance, plan = str(desk.folder / "I.json"), str(desk.folder / "P.json")
    made = desk.torpaq(
        "plan", "generate", "--tasks", "120", "--periods", "12", "--seed", "5", "--out", instance, "--json"
    )
    assert made.status == 0
    assert made.json["synthetic"].startswith("SYNTHETIC")
    solved = desk.torpaq("plan", "solve", instance, "--out", plan, "--seconds", "40", "--json")
    assert solved.status == 0
    assert {
        "objective",
        "bound",
        "gap",
        "people_home",
        "person_years_home",
        "released_m2",
        "seconds",
        "problems",
    } <= set(solved.json)
    assert 0 <= solved.json["gap"] <= 1
    assert desk.torpaq("plan", "verify", instance, plan, "--json").json == {"sound": True, "problems": []}
    edited = json.loads((desk.folder / "P.json").read_text(encoding="utf-8")) | {"people_home": 10**6}
    desk.file("P.json", json.dumps(edited))
    answer = desk.torpaq("plan", "verify", instance, plan, "--json")
    assert answer.status == 1
    assert {"plan_edited", "plan_figure_wrong"} <= set(answer.codes)


def test_broken_files_and_wrong_sizes_are_named(desk: Desk) -> None:
    broken = desk.file("I.json", '{"format": ')
    out = str(desk.folder / "P.json")
    answer = desk.torpaq("plan", "solve", broken, "--out", out, "--json")
    assert (answer.status, answer.codes) == (2, ["plan_json_broken"])
    assert desk.torpaq("plan", "verify", desk.file("L.json", "[]"), out, "--json").codes == ["plan_json_broken"]
    for tasks, periods in (("0", "4"), ("4", "1"), ("4", "100000")):
        answer = desk.torpaq("plan", "generate", "--tasks", tasks, "--periods", periods, "--out", out, "--json")
        assert (answer.status, answer.codes) == (2, ["plan_size_wrong"])
    schema = desk.torpaq("plan", "schema", "--json").json
    assert set(schema) == {"instance", "plan"}
