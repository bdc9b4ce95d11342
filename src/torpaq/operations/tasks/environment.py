"""The environment sheet of a task: what it may do to its surroundings, how that is kept small, waste and incidents."""

from collections.abc import Mapping, Sequence
from datetime import date

from torpaq.standard.codes import code_list
from torpaq.standard.problems import Problem, problem

NO_EFFECT = "none"
ROW_FIELDS = ("on", "what", "where")
"""A row of waste: the day, what and how much, where it went. A row of incidents: the day, what, and what was done."""

LONGEST_ROW_TEXT = 500


def screening_problems(aspects: Sequence[str], measures: str) -> list[Problem]:
    """Say what a screening lacks (IMAS 07.13): at least one aspect, and measures where there is an effect."""
    listed = code_list("environment_aspect")
    found = [
        problem("task_choice_unknown", "aspects", value=code[:64] or "–", list="environment_aspect")
        for code in aspects
        if code not in listed
    ]
    if not aspects:
        found.append(problem("environment_without_aspect", "aspects"))
    if NO_EFFECT in aspects and len(aspects) > 1:
        found.append(problem("environment_none_with_others", "aspects"))
    if set(aspects) - {NO_EFFECT} and not measures.strip():
        found.append(problem("environment_without_measures", "measures"))
    return found


def read_rows(rows: Sequence[Mapping[str, str]]) -> tuple[list[dict[str, str]], list[Problem]]:
    """Read rows of waste or of incidents; wholly empty ones are left out, half-filled ones are told by their number."""
    kept, problems = [], []
    for number, row in enumerate(rows, 1):
        values = {
            name: " ".join(row.get(name, "").replace("\x00", "").split())[:LONGEST_ROW_TEXT] for name in ROW_FIELDS
        }
        if not any(values.values()):
            continue
        if not _is_day(values["on"]) or not values["what"]:
            problems.append(problem("environment_row_incomplete", str(number), row=number))
        kept.append(values)
    return kept, problems


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
