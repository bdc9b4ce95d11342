"""A report written differently in two places: both sides in words and on one map, and a person who chooses."""

import json
import re
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from torpaq.standard.problems import catalogue
from torpaq.web.models import FieldRecord
from torpaq.web.records import NewVersion, add_version, settled_of
from web.desk_stories import open_desk
from web.record_stories import polygon, report_of, survey
from web.stories import Cast

WIDER = "POLYGON ((46.93 39.98, 46.932 39.98, 46.932 39.981, 46.93 39.981, 46.93 39.98))"
LONGER = "POLYGON ((46.93 39.98, 46.931 39.98, 46.931 39.982, 46.93 39.982, 46.93 39.98))"
CLEARED = {"_row": "r1", "expected_category": "ap_mine", "expected_depth_cm": 10}


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    client.force_login(cast.operator_a)
    return client


@pytest.fixture
def record(desk: Client, cast: Cast) -> FieldRecord:
    """Operator A made the boundary wider and the Authority's officer longer; both named the area."""
    made = report_of(cast.operator_a, expected_items=[CLEARED])
    a = survey(boundary=polygon(WIDER), area_name="The orchard", expected_items=[{**CLEARED, "expected_depth_cm": 15}])
    b = survey(
        boundary=polygon(LONGER), area_name="The vineyard", expected_items=[{**CLEARED, "expected_depth_cm": 20}]
    )
    add_version(NewVersion("a", "hazardous_area", "2.1", a, ("survey-1",), cast.operator_a))
    add_version(NewVersion("b", "hazardous_area", "2.1", b, ("survey-1",), cast.officer, reason="walked it"))
    made.refresh_from_db()
    return made


def choose(
    desk: Client, record: FieldRecord, *, bases: object = None, reason: str = "seen on the map", **chosen: str
) -> object:
    """Choose by the labels' element codes: a version's id, ``base``, or ``typed`` with the value beside it."""
    given: dict[str, object] = {"_base": bases or record.heads, "_reason": reason}
    for number, conflict in enumerate(settled_of(record).conflicts):
        name = conflict.place[-1]
        if name in chosen:
            key, _, typed = chosen[name].partition(" ")
            given[f"choice.{number}"] = key
            if typed:
                given[f"typed.{number}"] = typed
    return desk.post(f"/records/{record.pk}/conflict", given)


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.mark.django_db
def test_every_side_is_told_in_words_with_who_wrote_it(desk: Client, record: FieldRecord) -> None:
    response = desk.get(f"/records/{record.pk}/conflict")
    text = response.content.decode()
    told = words(text)
    assert "A Leyla Həsənova, OP-A" in told and "B Elçin Quliyev, AUTHORITY" in told and "walked it" in told
    assert "Name of the area Before nothing A The orchard B The vineyard Another value" in told
    assert "Ordnance expected, row 1, Expected depth Before 10 cm A 15 cm B 20 cm" in told
    assert re.search(r"Boundary Before 9,48\d.\d\d m², 4 points A 18,9\d\d.\d\d m², 4 points B 18,9\d\d.\d\d m²", told)
    outlines = json.loads(response.context["outlines"])
    assert [(one["properties"]["letter"], one["properties"]["outline"]) for one in outlines] == [
        ("", 0),
        ("A", 1),
        ("B", 2),
    ]
    for outline in (0, 1, 2):
        assert f'class="outline-{outline}"' in text  # the legend's patterns are those of the map


@pytest.mark.django_db
def test_the_list_names_what_is_in_conflict(desk: Client, cast: Cast, record: FieldRecord) -> None:
    told = words(desk.get("/records/conflicts").content.decode())
    assert "NTS-7" in told and "Boundary" in told and "Name of the area" in told
    assert "NTS-7" in words(desk.get("/records?conflicts=1").content.decode())
    assert "Resolve the conflict" in desk.get(f"/records/{record.pk}").content.decode()
    desk.force_login(cast.operator_b)
    assert "NTS-7" not in desk.get("/records/conflicts").content.decode()
    assert desk.get(f"/records/{record.pk}/conflict").status_code == 404


@pytest.mark.django_db
def test_choices_become_a_version_of_their_own_edited_from_both_sides(desk: Client, record: FieldRecord) -> None:
    response = choose(desk, record, boundary="a", area_name="typed The old orchard", expected_depth_cm="base")
    assert response["Location"] == f"/records/{record.pk}"
    record.refresh_from_db()
    assert record.conflicts == [] and len(record.heads) == 1
    assert record.values["area_name"] == "The old orchard"
    assert record.values["boundary"]["written"] == f"wkt {WIDER}"
    assert record.values["expected_items"] == [CLEARED]
    version = record.versions.get(version_id=record.heads[0])
    assert (sorted(version.bases), version.reason) == (["a", "b"], "seen on the map")
    assert record.versions.count() == 4
    assert desk.get(f"/records/{record.pk}/conflict").status_code == 302


@pytest.mark.django_db
def test_another_boundary_can_be_typed(desk: Client, record: FieldRecord) -> None:
    names = [conflict.place[-1] for conflict in settled_of(record).conflicts]
    number = names.index("boundary")
    given = {f"choice.{n}": "a" for n in range(3)} | {f"choice.{number}": "typed"}
    given |= {f"typed.{number}.source": "typed", f"typed.{number}.typed": "box 0 0 100 50"}
    desk.post(f"/records/{record.pk}/conflict", {**given, "_base": record.heads, "_reason": "measured anew"})
    record.refresh_from_db()
    assert record.conflicts == [] and record.values["boundary"]["original"]["typed"] == "box 0 0 100 50"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ({"boundary": "a", "area_name": "a"}, "conflict_unresolved"),
        ({"boundary": "a", "area_name": "nobody", "expected_depth_cm": "a"}, "conflict_unresolved"),
        ({"boundary": "typed", "area_name": "a", "expected_depth_cm": "a"}, "conflict_value_missing"),
        ({"boundary": "a", "area_name": "a", "expected_depth_cm": "typed deep"}, "cell_not_a_number"),
    ],
)
def test_whatever_is_missing_is_told_and_nothing_is_resolved(
    desk: Client, record: FieldRecord, chosen: dict[str, str], code: str
) -> None:
    response = choose(desk, record, **chosen)
    assert response.status_code == 200
    assert code in {found.code for clash in response.context["clashes"] for found in clash.problems}
    assert record.versions.count() == 3
    kept = [side.key for clash in response.context["clashes"] for side in clash.sides if side.chosen]
    assert set(kept) <= {"a", "base"} and kept  # what was chosen stays chosen


@pytest.mark.django_db
def test_a_choice_needs_a_reason(desk: Client, record: FieldRecord) -> None:
    choose(desk, record, reason=" ", boundary="a", area_name="a", expected_depth_cm="a")
    assert record.versions.count() == 3


@pytest.mark.django_db
def test_a_version_that_came_meanwhile_is_read_before_anything_is_chosen(
    desk: Client, cast: Cast, record: FieldRecord
) -> None:
    seen = list(record.heads)
    add_version(NewVersion("c", "hazardous_area", "2.1", survey(area_name="C"), ("survey-1",), cast.operator_a))
    record.refresh_from_db()
    response = choose(desk, record, bases=seen, boundary="a", area_name="a", expected_depth_cm="a")
    assert response["Location"] == f"/records/{record.pk}/conflict" and record.versions.count() == 4
    assert (
        catalogue()["conflict_changed_meanwhile"].sentences["en"][1:] in desk.get(response["Location"]).content.decode()
    )


@pytest.mark.django_db
def test_what_identifies_people_is_chosen_without_being_shown(desk: Client, cast: Cast) -> None:
    made = report_of(cast.operator_a, reporter="Nigar H.")
    for name, reporter in (("x", "Aytən M."), ("y", "Sevda Q.")):
        values = survey(reporter=reporter)
        add_version(NewVersion(name, "hazardous_area", "2.1", values, ("survey-1",), cast.operator_a))
    made.refresh_from_db()
    text = desk.get(f"/records/{made.pk}/conflict").content.decode()
    assert not re.search("Nigar|Aytən|Sevda", text) and "kept apart" in text
    choose(desk, made, reporter="y")
    assert settled_of(made).values["reporter"] == "Sevda Q."


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", [{}, {"choice.0": "\x00"}, {"choice.99": "a"}, {"_base": ["x"]}, {"typed.0": "x" * 9000}]
)
def test_no_page_fails_whatever_is_sent(desk: Client, record: FieldRecord, given: dict[str, object]) -> None:
    sent = {"_base": record.heads, "choice.0": "typed", "choice.1": "typed", "choice.2": "typed", **given}
    assert desk.post(f"/records/{record.pk}/conflict", sent).status_code in (200, 302)
    assert record.versions.count() == 3
