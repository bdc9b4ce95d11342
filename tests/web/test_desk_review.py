"""A report read at the desk: in words, with its findings; accepted or returned by somebody else; then signed."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from torpaq.geo.polygons import shape_from_box, to_wkt
from torpaq.standard.form import load_form
from torpaq.web.models import Audit, FieldRecord, LedgerEntry, Proposal, ProposalState, RecordState
from torpaq.web.records import NewVersion, accept, add_version
from web.desk_stories import open_desk
from web.record_stories import point, polygon, report_of, survey
from web.stories import Cast

TURNED = "POLYGON ((46.931 39.98, 46.931 39.981, 46.93 39.981, 46.93 39.98, 46.931 39.98))"
WIDER = "POLYGON ((46.93 39.98, 46.932 39.98, 46.932 39.981, 46.93 39.981, 46.93 39.98))"


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    client.force_login(cast.officer)
    return client


def page(desk: Client, address: str) -> str:
    response = desk.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def decide(desk: Client, record: FieldRecord, action: str, **said: str) -> str:
    response = desk.post(f"/records/{record.pk}/decide", {"action": action, **said}, follow=True)
    record.refresh_from_db()
    return response.content.decode()


@pytest.mark.django_db
def test_a_report_is_read_in_words(desk: Client, cast: Cast) -> None:
    finds = [{"evidence_kind": "crater", "evidence_note": "fresh"}, {"evidence_kind": "laid_signs"}]
    record = report_of(cast.operator_a, evidence_points=finds, emplaced_year=1993, position_accuracy_m=2.5)
    told = words(page(desk, f"/records/{record.pk}"))
    for said in (
        "Result of the survey New hazardous area established",
        "Type of contamination Anti-personnel mines",
        "District or city Aghdam",
        "Reporting organisation Operator A (demonstration)",
        "Date of information 31 May 2026",
        "Year of laying or use 1993",
        "Accuracy of the points 2.5 m",
        "Area as reported 9,480 m²",
        "Benchmark 39.980000° N, 46.929500° E",
        "m², 4 points",
        "Evidence points 2 № Evidence Place Description 1 Craters",
    ):
        assert said in told, said
    desk.cookies["django_language"] = "az"
    assert "Tədqiqatın nəticəsi Yeni təhlükəli sahə müəyyən edilib" in words(page(desk, f"/records/{record.pk}"))


@pytest.mark.django_db
def test_findings_stand_beside_their_answers_also_where_there_is_none(desk: Client, cast: Cast) -> None:
    record = report_of(cast.operator_a, reported_area_m2=20_000, unit=None)
    text = page(desk, f"/records/{record.pk}")
    rows = dict(re.findall(r"<dt>([^<]+)</dt><dd>(.*?)</dd>", text, re.S))
    assert "area_differs" in rows["Area as reported"] and "answer_missing" in rows["District or city"]
    assert "<small> to be put right: 1" in re.sub(r">\s*", "> ", page(desk, "/records"))


@pytest.mark.django_db
def test_the_officer_sees_what_it_would_bring_accepts_and_the_authority_signs(desk: Client, cast: Cast) -> None:
    record = report_of(cast.operator_a, reported_area_m2=9600)
    text = words(page(desk, f"/records/{record.pk}"))
    assert "What it would bring" in text and "HA-77" in text and "Before" in text and "Difference" in text
    assert "Reported 9,600.00 m²" in text and "+1" in text and "differs from the calculated one" in text
    assert not Proposal.objects.exists()

    decide(desk, record, "accept")
    assert record.state == RecordState.ACCEPTED and not LedgerEntry.objects.filter(area="HA-77").exists()
    proposal = Proposal.objects.get()
    text = page(desk, f"/records/{record.pk}")
    assert f'href="/proposals/{proposal.pk}"' in text and "Waiting for signature" in text

    desk.force_login(cast.authority)
    text = page(desk, f"/proposals/{proposal.pk}")
    assert f'href="/records/{record.pk}"' in text and "9,600.00 m²" in text
    desk.post(f"/proposals/{proposal.pk}/decide", {"action": "sign"})
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SIGNED and LedgerEntry.objects.get(area="HA-77").operator == "OP-A"


def part(wkt_of: str, **said: object) -> dict[str, object]:
    shape, _ = shape_from_box(wkt_of.split())
    boundary = polygon(to_wkt(shape))
    return {"method": ["manual"], "boundary": boundary, "reported_area_m2": round(shape.area_m2), **said}


@pytest.mark.django_db
def test_a_completion_report_proposes_each_of_its_parts(desk: Client, cast: Cast) -> None:
    values = {
        "date_of_information": "2026-05-31", "local_id": "CR-1", "reporting_organisation": "OP-A", "unit": "AZ-FUZ",
        "area": "HA/18", "task": "T-1", "activity": "clearance", "start_date": "2026-04-01", "end_date": "2026-05-20",
        "contamination_type": ["mine", "erw"], "required_depth_cm": 20, "benchmark": point(47.0059, 40.0),
        "products": [
            part("600 0 650 100", outcome="reduced", criteria=["coverage_reached"]),
            part("650 0 700 100", outcome="cleared", achieved_depth_cm=20),
        ],
        "residual_risk": ["none_known"], "man_hours": 120, "internal_quality_result": "conforms",
        "accidents_happened": "no",
    }  # fmt: skip
    record = add_version(NewVersion("cr-1", "completion", "1", values, account=cast.operator_a))
    assert record is not None
    errors = [(one["element"], one["code"]) for one in record.findings if one["severity"] == "error"]
    assert errors == []
    told = words(page(desk, f"/records/{record.pk}"))
    assert told.count("Reported 5,000.00 m² Calculated 5,000.00 m² Difference 0 m²") == 2
    decide(desk, record, "accept")
    assert record.state == RecordState.ACCEPTED
    proposals = Proposal.objects.order_by("pk")
    assert [(one.kind, one.area, one.reported_m2) for one in proposals] == [
        ("reduce", "HA/18", 5000.0), ("clear", "HA/18", 5000.0),
    ]  # fmt: skip
    assert "20cm" in proposals[1].line


@pytest.mark.django_db
def test_what_touches_another_area_is_said_before_it_is_accepted(desk: Client, cast: Cast) -> None:
    accept(report_of(cast.operator_a), cast.officer)
    desk.force_login(cast.authority)
    desk.post(f"/proposals/{Proposal.objects.get().pk}/decide", {"action": "sign"})
    other = report_of(cast.operator_a, "survey-2", area="HA-78", boundary=polygon(WIDER))
    desk.force_login(cast.officer)
    text = page(desk, f"/records/{other.pk}")
    assert "land_already_open" in text and "HA-77" in text


@pytest.mark.django_db
def test_land_that_cannot_take_it_is_told_and_nothing_is_accepted(desk: Client, cast: Cast) -> None:
    record = report_of(cast.operator_a, survey_result="cancelled_part", cancellation_criteria=["land_in_use"])
    text = decide(desk, record, "accept")
    assert record.state == RecordState.SUBMITTED and not Proposal.objects.exists()
    assert 'class="problem error"' in text


@pytest.mark.django_db
def test_what_stands_in_the_way_is_said_before_anybody_tries_to_accept_it(desk: Client, cast: Cast) -> None:
    record = report_of(cast.operator_a, unit=None)
    text = page(desk, f"/records/{record.pk}")
    assert 'value="accept"' not in text and "once what is marked is put right" in text and 'value="return"' in text
    decide(desk, record, "accept")
    assert record.state == RecordState.SUBMITTED


@pytest.mark.django_db
def test_nobody_accepts_what_they_wrote_themselves(desk: Client, cast: Cast) -> None:
    record = report_of(cast.officer)
    text = page(desk, f"/records/{record.pk}")
    assert "Somebody else has to accept it." in text and 'value="accept"' not in text
    decide(desk, record, "accept")
    assert record.state == RecordState.SUBMITTED
    desk.force_login(cast.operator_a)
    other = report_of(cast.operator_a, "o-1")
    decide(desk, other, "accept")
    assert other.state == RecordState.SUBMITTED


@pytest.mark.django_db
def test_a_report_goes_back_with_its_reason_and_comes_again(desk: Client, cast: Cast) -> None:
    record = report_of(cast.operator_a)
    decide(desk, record, "return", reason=" ")
    assert record.state == RecordState.SUBMITTED
    decide(desk, record, "return", reason="Where did the herder stand?")
    assert record.state == RecordState.RETURNED
    desk.force_login(cast.operator_a)
    text = page(desk, f"/records/{record.pk}")
    assert "Where did the herder stand?" in text and 'class="count">1<' in text  # it waits for them in the menu
    assert "Where did the herder stand?" in page(desk, f"/records/{record.pk}/change")
    decide(desk, record, "submit")
    assert record.state == RecordState.SUBMITTED
    decide(desk, record, "withdraw")
    assert record.state == RecordState.WITHDRAWN
    assert desk.get(f"/records/{record.pk}/change").status_code == 403
    trail = Audit.objects.filter(subject=record.uid).exclude(action="record_seen").order_by("at", "pk")
    assert list(trail.values_list("action", flat=True)) == ["record_returned", "record_submitted", "record_withdrawn"]


@pytest.mark.django_db
def test_each_version_says_who_changed_what_from_what_to_what(desk: Client, cast: Cast) -> None:
    rows = [{"_row": "a", "evidence_kind": "crater"}, {"_row": "b", "evidence_kind": "laid_signs"}]
    record = report_of(cast.operator_a, evidence_points=rows, reporter="Nigar H.")
    later = [
        {"_row": "b", "evidence_kind": "laid_signs", "evidence_note": "two"},
        {"_row": "c", "evidence_kind": "crater"},
    ]
    changes = {"evidence_points": later, "classification": "cha", "evidence_direct": ["crater"], "reporter": "Aytən M.",
               "boundary": polygon(WIDER), "area_name": "The orchard"}  # fmt: skip
    values = survey(**changes)
    add_version(
        NewVersion("survey-2", "hazardous_area", "2.1", values, ("survey-1",), cast.officer, reason="seen again")
    )
    told = words(page(desk, f"/records/{record.pk}"))
    for said in (
        "Elçin Quliyev, AUTHORITY",
        "seen again",
        "Classification Suspected hazardous area → Confirmed hazardous area",
        "Name of the area – → The orchard",
        "Evidence points, row 1, Description – → two",
        "Evidence points, row 2 – → Evidence: Craters",
        "Evidence points, row 1 Evidence: Craters → –",
        "What is kept apart was changed",
        "The first version",
    ):
        assert said in told, said
    assert re.search(r"Boundary 9,48\d\.\d\d m², 4 points → 18,96\d\.\d\d m², 4 points", told)
    assert "Nigar" not in told and "Aytən" not in told


@pytest.mark.django_db
def test_a_boundary_that_is_written_otherwise_and_keeps_its_area_has_changed(desk: Client, cast: Cast) -> None:
    record = report_of(cast.operator_a)
    turned = survey(boundary=polygon(TURNED))
    add_version(NewVersion("survey-2", "hazardous_area", "2.1", turned, ("survey-1",), cast.operator_a))
    assert "written or drawn differently" in page(desk, f"/records/{record.pk}")


@pytest.mark.django_db
def test_an_area_says_what_reports_say_of_it_by_the_date_of_their_information(desk: Client, cast: Cast) -> None:
    def accepted(name: str, day: str, **said: object) -> FieldRecord:
        record = report_of(cast.operator_a, name, local_id=name, area="HA-17", date_of_information=day, **said)
        FieldRecord.objects.filter(pk=record.pk).update(
            state=RecordState.ACCEPTED, accepted_values=record.values, accepted_position=record.pk
        )
        return record

    newer = accepted("NTS-9", "2026-05-31", area_name="The orchard", remarks="wet", reporter="Nigar H.")
    late = accepted("NTS-2", "2026-01-10", area_name="The meadow", landmark="the mill")
    report_of(cast.operator_a, "NTS-10", area="HA-17", local_id="NTS-10", area_name="not accepted yet")
    told = words(page(desk, "/area/HA-17"))
    assert "Name of the area The orchard 31 May 2026 NTS-9 The meadow 10 Jan 2026, NTS-2" in told
    assert "What the reference point is the mill 10 Jan 2026 NTS-2 –" in told
    assert "not accepted yet" not in told and "Nigar" not in told
    assert f'href="/records/{newer.pk}"' in page(desk, "/area/HA-17") and late.pk

    desk.force_login(cast.operator_b)  # what partners may know, and no way into the report
    text = page(desk, "/area/HA-17")
    assert "The orchard" in text and "wet" not in words(text) and "/records/" + str(newer.pk) not in text
    desk.force_login(cast.donor)
    assert "What reports say" not in page(desk, "/area/HA-17")


WEIRD = [None, "", 0, -1.5, True, "x" * 500, [], {}, ["a", 3, None], [{"_row": 7}], {"type": "Point"}, [[["x"]]],
         {"type": "MultiPolygon", "coordinates": "no"}, {"type": "Point", "coordinates": [1]},
         {"name": "a", "sha256": "../..", "size": "big"}, {"coordinates": [[[1, 2]]]}]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("weird", WEIRD, ids=repr)
def test_no_page_fails_whatever_values_a_record_holds(desk: Client, cast: Cast, weird: object) -> None:
    record = report_of(cast.operator_a, area="HA-17")
    values = {element.code: weird for element in load_form("hazardous_area", "aze").asked()}
    values |= {"expected_items": [{"expected_category": weird, "expected_depth_cm": weird}], "unheard_of": weird}
    FieldRecord.objects.filter(pk=record.pk).update(
        values=values, accepted_values=values, accepted_position=1, date_of_information="2026-01-01", subject="HA-17"
    )
    record.versions.update(values=values)
    for address in (f"/records/{record.pk}", f"/records/{record.pk}/change?check=1", "/records", "/area/HA-17"):
        assert desk.get(address).status_code == 200, address
    later = survey(area_name="The orchard")
    add_version(NewVersion("survey-2", "hazardous_area", "2.1", later, ("survey-1",), cast.operator_a))
    assert desk.get(f"/records/{record.pk}").status_code == 200
