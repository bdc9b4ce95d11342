"""Which team to send: how near it is, what its people may deal with, whether it is free. A person chooses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from torpaq.operations.spot.competence import best_level, level_for, rank
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import has_errors
from torpaq.web.models import Organisation, SpotTask, TaskTeam, Team
from torpaq.web.models import OrganisationKind as Kind
from torpaq.web.operations.standing import accreditation_problems
from torpaq.web.operations.standing_values import people_of_teams
from torpaq.web.programme_row import programme_crs
from torpaq.web.tile_store import country_code

ACTIVITY = "eod_spot"
AT_WORK = ("issued", "under_way", "suspended")
UNDER_WAY = ("assigned", "on_site", "identified")


@dataclass(frozen=True, slots=True)
class Choice:
    """A team that could be sent. ``distance_km`` None where nobody knows where it is; ``needed`` the level that what
    was reported needs; ``busy`` the codes of the tasks that hold it."""

    team: Team
    level: str
    needed: str
    distance_km: float | None
    place: str
    busy: tuple[str, ...]
    is_accredited: bool
    is_near: bool

    @property
    def key(self) -> str:
        """Return how a form names the team."""
        return str(self.team.pk)

    @property
    def suffices(self) -> bool:
        """Say whether somebody in the team may deal with what was reported."""
        return rank(self.level) >= max(rank(self.needed), 1)

    @property
    def fits(self) -> bool:
        """Say whether nothing speaks against sending it."""
        return self.suffices and self.is_accredited and not self.busy


def choices_for(spot: SpotTask, on: date) -> list[Choice]:
    """Return every operator's teams for a spot task on a day: those that fit first, each group the nearest first."""
    teams = list(Team.objects.filter(organisation__kind=Kind.OPERATOR).select_related("organisation"))
    levels = levels_of_teams([team.pk for team in teams], on)
    places = _places(teams, on)
    busy = _busy(on, spot)
    accredited = {team.organisation_id: team.organisation for team in teams}
    may_work = {pk: is_accredited(organisation, spot.unit, on) for pk, organisation in accredited.items()}
    needed = level_for("category", spot.suspected, country_code()) if spot.suspected else "eod1"
    near_km = float(parameters_of(country_code())["spot_near_km"].value)
    found = []
    for team in teams:
        place, lon, lat = places.get(team.pk, ("", None, None))
        away_km = _distance_km(spot, lon, lat)
        held = tuple(sorted(busy.get(team.pk, ())))
        level, is_near = levels.get(team.pk, ""), away_km is not None and away_km <= near_km
        found.append(Choice(team, level, needed, away_km, place, held, may_work[team.organisation_id], is_near))
    far = 1e9
    found.sort(key=lambda one: (not one.fits, not one.suffices, far if one.distance_km is None else one.distance_km))
    return found


def is_accredited(organisation: Organisation, unit: str, on: date) -> bool:
    """Say whether nothing stands in the way of an organisation's EOD spot tasks in a district on a day.

    It is the same answer that tasks of land get: dates, suspensions and scope are judged in one place.
    """
    return not has_errors(accreditation_problems(organisation, ACTIVITY, (), unit, on))


def level_of_team(team: Team, on: date) -> str:
    """Return the highest EOD level among a team's members on a day; empty where nobody has one."""
    return levels_of_teams([team.pk], on).get(team.pk, "")


def levels_of_teams(teams: Iterable[int], on: date) -> dict[int, str]:
    """Return the highest EOD level of each team that has one on a day, by the team's key."""
    levels = {
        key: best_level((one for member in team.on(on) for one in member.certificates), on)
        for key, team in people_of_teams(teams).items()
    }
    return {key: level for key, level in levels.items() if level}


def _places(teams: Iterable[Team], on: date) -> dict[int, tuple[str, float | None, float | None]]:
    """Return where each team is known to be: on the task that it has, else where it last had a spot task."""
    known: dict[int, tuple[str, float | None, float | None]] = {}
    keys = [team.pk for team in teams]
    last = SpotTask.objects.filter(team__in=keys, lon__isnull=False).order_by("reported_at")
    for team, code, lon, lat in last.values_list("team_id", "code", "lon", "lat"):
        known[team] = (code, lon, lat)
    now = TaskTeam.objects.filter(Q(until=None) | Q(until__gte=on), team__in=keys, since__lte=on)
    at_work = now.filter(task__lon__isnull=False, task__state__in=AT_WORK).order_by("since")
    for team, code, lon, lat in at_work.values_list("team_id", "task__code", "task__lon", "task__lat"):
        known[team] = (code, lon, lat)
    return known


def _busy(on: date, spot: SpotTask) -> dict[int, set[str]]:
    """Return the tasks and spot tasks that hold each team on a day."""
    held: dict[int, set[str]] = {}
    now = TaskTeam.objects.filter(Q(until=None) | Q(until__gte=on), since__lte=on, task__state="under_way")
    spots = SpotTask.objects.filter(state__in=UNDER_WAY, team__isnull=False).exclude(pk=spot.pk)
    for team, code in [*now.values_list("team_id", "task__code"), *spots.values_list("team_id", "code")]:
        if team is not None:
            held.setdefault(team, set()).add(str(code))
    return held


def _distance_km(spot: SpotTask, lon: float | None, lat: float | None) -> float | None:
    if spot.lon is None or spot.lat is None or lon is None or lat is None:
        return None
    crs = programme_crs()
    (x0, y0), (x1, y1) = crs.forward(spot.lon, spot.lat), crs.forward(lon, lat)
    away_m: float = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    return away_m / 1000
