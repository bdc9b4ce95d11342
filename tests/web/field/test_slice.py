"""A phone carries its team's areas and not one other: looked for in every byte that it is ever given."""

import random
import re

import pytest

from torpaq.web.models import HazardousArea, Team
from web.field.story import Phone, accident, enrolled, open_programme
from web.stories import Cast

pytestmark = pytest.mark.django_db
AREAS = [f"CANARY-{number:04}-{number * 7919 % 10007:05}" for number in range(1000)]


@pytest.fixture
def phone(cast: Cast) -> Phone:
    open_programme(AREAS)
    own = sorted(random.Random(7).sample(AREAS, 17))
    return enrolled(cast.operator_a, areas=own)


def everything_given(phone: Phone) -> bytes:
    """Every answer to every request that a phone can make, headers included."""
    answers = [phone.get(f"{phone.base}/formList"), phone.head()]
    for form in phone.forms().values():
        answers.append(phone.get(form["downloadUrl"]))
        if "manifestUrl" in form:
            answers.append(phone.get(form["manifestUrl"]))
            answers += [phone.get(file["downloadUrl"]) for file in phone.manifest(form["manifestUrl"])]
    answers.append(phone.send(accident(1, outside_recorded_area="no", area=AREAS[0])))
    answers.append(phone.send(accident(1, outside_recorded_area="no", area=AREAS[1])))
    answers.append(phone.send(b"nonsense"))
    answers.append(phone.get(f"{phone.base}/forms/birds.xml"))
    return b"".join(answer.content + str(answer.headers).encode() for answer in answers)


def areas_in(given: bytes) -> set[str]:
    return {found.decode() for found in re.findall(rb"CANARY-\d{4}-\d{5}", given)}


def test_of_a_thousand_areas_only_the_teams_own_leave(phone: Phone) -> None:
    own = set(phone.device.team.areas)
    assert len(own) == 17 and areas_in(everything_given(phone)) == own


def test_each_team_has_its_own_and_what_is_taken_away_is_gone_at_once(phone: Phone, cast: Cast) -> None:
    team = Team.objects.create(organisation=cast.operator_a.organisation, code="T2", name="Second", areas=AREAS[:3])
    second = enrolled(cast.operator_a, team, name="Phone 8")
    other = enrolled(cast.operator_b, name="Phone 9", areas=AREAS[3:5])
    assert areas_in(everything_given(second)) == set(AREAS[:3])
    assert areas_in(everything_given(other)) == set(AREAS[3:5])
    Team.objects.filter(pk=team.pk).update(areas=AREAS[2:3])
    assert areas_in(everything_given(second)) == {AREAS[2]}


def test_a_team_without_areas_is_given_none(phone: Phone) -> None:
    Team.objects.update(areas=[])
    assert areas_in(everything_given(phone)) == set()


def test_an_id_that_only_resembles_an_area_gives_nothing(phone: Phone) -> None:
    Team.objects.update(areas=["CANARY", "%", "*", "", AREAS[5].lower()])
    assert areas_in(everything_given(phone)) == set()
    assert HazardousArea.objects.count() == 1000
