"""Whether a team is complete on a day: leader, medics, and the certificate that each function needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from torpaq.operations.standing.scope import is_under
from torpaq.operations.standing.values import Certificate, Member, Mix, Team, mix_of
from torpaq.standard.country import table_of
from torpaq.standard.parameters import Parameter, parameters_of
from torpaq.standard.problems import Problem, problem

LEADER, MEDIC = "team_leader", "medic"
EOD_LEVELS = ("eod1", "eod2", "eod3", "eod3_plus")
"""In rising order: a higher level holds the lower ones (IMAS 09.30)."""


@dataclass(frozen=True, slots=True)
class Competence:
    """In an activity and below it (empty: in all), a function needs one of these kinds of certificate."""

    activity: str
    function: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Complement:
    """In an activity and below it (empty: in all), a team has at least so many certified people of a function."""

    activity: str
    function: str
    least: int


@dataclass(frozen=True, slots=True)
class TeamNeeds:
    """What teams and their members need, by national rule."""

    competences: tuple[Competence, ...]
    complements: tuple[Complement, ...]

    def of_member(self, activity: str, function: str) -> list[tuple[str, ...]]:
        """Return, for a function in an activity, the alternatives of each certificate that it needs."""
        rows = [one for one in self.competences if one.function == function and _holds(one.activity, activity)]
        named = [one for one in rows if one.activity]
        return [one.any_of for one in (named or rows)]  # what an activity says of a function replaces the usual need

    def of_team(self, activity: str) -> Mapping[str, int]:
        """Return how many certified people of each function a team needs; the largest number counts."""
        least: dict[str, int] = {}
        for one in self.complements:
            if _holds(one.activity, activity):
                least[one.function] = max(least.get(one.function, 0), one.least)
        return MappingProxyType(least)


@cache
def needs_of(iso3: str) -> TeamNeeds:
    """Return a country's needs: the standard's tables, with what the country sets otherwise or adds.

    A country's row without any certificate says that the function needs none there.
    """
    parameters = parameters_of(iso3)
    competences = tuple(
        Competence(row["activity"], row["function"], tuple(row["any_of"].split()))
        for row in table_of(iso3, "competences.csv", ("activity", "function"))
        if row["any_of"]
    )
    complements = tuple(
        Complement(row["activity"], row["function"], _number(row["least"], parameters))
        for row in table_of(iso3, "team_functions.csv", ("activity", "function"))
    )
    return TeamNeeds(competences, complements)


def team_problems(team: Team, activity: str, on: date, needs: TeamNeeds) -> list[Problem]:
    """Say what a team lacks for an activity on a day; people are named by their codes."""
    members = team.on(on)
    if not members:
        return [problem("team_empty", team.code, on=on.isoformat())]
    found: list[Problem] = []
    fit: dict[str, set[str]] = {}
    for member in members:
        missing = member_problems(member, activity, on, needs)
        found += missing
        if not missing:
            fit.setdefault(member.function, set()).add(member.person)
    for function, least in needs.of_team(activity).items():
        there = len(fit.get(function, ()))
        if there < least:
            found.append(problem("team_function_missing", team.code, function=function, there=there, least=least))
    return found


def member_problems(member: Member, activity: str, on: date, needs: TeamNeeds) -> list[Problem]:
    """Say which certificates a member lacks for what they do in an activity on a day."""
    found = []
    for any_of in needs.of_member(activity, member.function):
        answering = [one for one in member.certificates if any(answers(one.kind, kind) for kind in any_of)]
        if not any(one.is_valid(on) for one in answering):
            found.append(_lack(member, any_of, answering, on))
    return found


def answers(held: str, needed: str) -> bool:
    """Say whether a kind of certificate answers a need: it is that kind, or a higher level of EOD."""
    if held in EOD_LEVELS and needed in EOD_LEVELS:
        return EOD_LEVELS.index(held) >= EOD_LEVELS.index(needed)
    return held == needed


def team_mix(team: Team, on: date) -> Mix:
    """Return how many women and men are in a team on a day."""
    return mix_of((member.person, member.sex) for member in team.on(on))


def _lack(member: Member, any_of: tuple[str, ...], answering: Sequence[Certificate], on: date) -> Problem:
    """Say how a certificate is missing: withdrawn, ended, not yet valid, or never there."""
    subject, function = member.person, member.function
    withdrawn = [one.withdrawn_on for one in answering if one.withdrawn_on is not None and one.withdrawn_on <= on]
    ended = [one.valid_to for one in answering if one.valid_to is not None and one.valid_to < on]
    kinds = ", ".join(any_of)
    if ended and (not withdrawn or max(ended) >= max(withdrawn)):
        return problem("certificate_ended", subject, function=function, kinds=kinds, ended=max(ended).isoformat())
    if withdrawn:
        since = max(withdrawn).isoformat()
        return problem("certificate_withdrawn", subject, function=function, kinds=kinds, since=since)
    return problem("certificate_missing", subject, function=function, kinds=kinds)


def _holds(above: str, activity: str) -> bool:
    return not above or is_under("activity", activity, above)


def _number(text: str, parameters: Mapping[str, Parameter]) -> int:
    """Read a number, or the name of a parameter."""
    if text.isdigit():
        return int(text)
    return int(parameters[text].value)
