"""What an accepted report proposes for the ledger: told as lines, against the plain reading of each form."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.geo.coordinates.notation import Extent
from torpaq.geo.crs import AZE
from torpaq.geo.polygons import to_lonlat, to_wkt
from torpaq.geo.shape import box_shape
from torpaq.intake.record.proposing import PART_OUTCOMES, RELEASED, SURVEYED, propose
from torpaq.intake.record.reading import Context
from torpaq.land.text import format_entry, parse_ledger
from torpaq.standard.codes import code_list
from torpaq.standard.country import load_country
from torpaq.standard.form import form_codes, load_form
from torpaq.standard.problems import has_errors

TODAY = date(2025, 6, 1)
BOX = {"type": "MultiPolygon", "coordinates": [], "written": "box 0 0 100 50"}
NTS = {
    "date_of_information": "2025-03-04",
    "local_id": "NTS-88",
    "reporting_organisation": "OP-A",
    "unit": "AZ-AGM",
    "area": "HA-17",
    "survey_result": "established",
    "classification": "sha",
    "contamination_type": ["ap"],
    "boundary": BOX,
    "reported_area_m2": 5100,
}
COMPLETION = {
    "date_of_information": "2025-05-31",
    "local_id": "CR-9",
    "reporting_organisation": "OP-A",
    "unit": "AZ-AGM",
    "area": "HA-17",
    "end_date": "2025-05-20",
    "contamination_type": ["ap", "av"],
    "products": [
        {"outcome": "reduced", "method": ["dog"], "boundary": BOX | {"written": "box 0 0 50 50"}},
        {
            "outcome": "cleared",
            "method": ["manual", "mechanical"],
            "boundary": BOX | {"written": "box 50 0 100 50"},
            "reported_area_m2": 2500.5,
            "achieved_depth_cm": 13.0,
        },
    ],
}
SURVEY = {
    "date_of_information": "2025-05-31",
    "local_id": "TS-3",
    "reporting_organisation": "OP-B",
    "unit": "AZ-AGM",
    "area": "HA-17",
    "end_date": "2025-05-30",
    "method": ["manual"],
    "contamination_type": ["cmr"],
    "result_parts": [
        {"part_outcome": "confirmed", "boundary": BOX},
        {"part_outcome": "reduced", "boundary": BOX | {"written": "box 100 0 200 50"}},
        {"part_outcome": "extended", "boundary": BOX | {"written": "box 200 0 210 50"}},
    ],
}
PRODUCT = {
    "date_of_information": "2025-05-31",
    "local_id": "LRP-1",
    "reporting_organisation": "OP-A",
    "unit": "AZ-AGM",
    "area": "HA-17",
    "decision_date": "2025-05-25",
    "outcome": "cancelled",
    "contamination_type": ["mine", "uxo"],
    "boundary": BOX,
}


def context(form: str) -> Context:
    return Context(load_form(form, "aze"), load_country("aze"), AZE, Extent(44, 38, 51, 42), "en", TODAY)


def told(form: str, values: dict[str, object], **said: object) -> list[str]:
    """The lines of the entries that a record proposes, or the codes of its errors with their elements."""
    proposed, problems = propose(values, context(form), **said)
    if has_errors(problems):
        return [f"{one.subject}: {one.code}" for one in problems]
    return [format_entry(one.entry) for one in proposed]


def test_a_new_hazardous_area_is_established_on_the_day_of_its_information() -> None:
    assert told("hazardous_area", NTS) == [
        "2025-03-04 establish HA-17 sha mine box 0 0 100 50 id new-1 recorded 2025-06-01 operator OP-A unit AZ-AGM"
        " ; hazardous_area NTS-88"
    ]


def test_what_the_report_states_stands_beside_the_entry() -> None:
    (proposed,), _ = propose(NTS, context("hazardous_area"))
    assert (proposed.reported_m2, proposed.element) == (5100.0, "boundary")
    without = {name: value for name, value in NTS.items() if name != "reported_area_m2"}
    assert propose(without, context("hazardous_area"))[0][0].reported_m2 is None


@pytest.mark.parametrize(
    ("result", "classification", "line"),
    [
        ("extended", "cha", "2025-03-04 extend HA-17 cha mine box"),
        ("confirmed", "cha", "2025-03-04 confirm HA-17 mine box"),
        ("cancelled_part", "sha", "2025-03-04 cancel HA-17 mine box"),
    ],
)
def test_each_result_of_a_survey_is_one_kind_of_entry(result: str, classification: str, line: str) -> None:
    (only,) = told("hazardous_area", NTS | {"survey_result": result, "classification": classification})
    assert only.startswith(line)


def test_a_survey_without_evidence_proposes_nothing() -> None:
    assert told("hazardous_area", NTS | {"survey_result": "no_evidence"}) == []


def test_a_whole_cancellation_takes_the_suspected_land_that_the_ledger_has() -> None:
    whole = {name: value for name, value in NTS.items() if name != "boundary"} | {"survey_result": "cancelled_whole"}
    land = box_shape(0, 0, 30, 30)
    (line,) = told("hazardous_area", whole, whole=land)
    assert line.startswith(f"2025-03-04 cancel HA-17 mine wkt {to_wkt(land)}")
    assert told("hazardous_area", whole) == ["boundary: proposal_whole_unknown"]


def test_a_completion_releases_each_part_by_its_own_outcome_on_the_day_the_work_ended() -> None:
    assert told("completion", COMPLETION) == [
        "2025-05-20 reduce HA-17 mine box 0 0 50 50 id new-1 recorded 2025-06-01 operator OP-A method dog unit AZ-AGM"
        " ; completion CR-9",
        "2025-05-20 clear HA-17 mine 13cm box 50 0 100 50 id new-2 recorded 2025-06-01 operator OP-A method combined"
        " unit AZ-AGM ; completion CR-9",
    ]
    proposed, _ = propose(COMPLETION, context("completion"))
    assert [one.element for one in proposed] == ["products[1].boundary", "products[2].boundary"]
    assert [one.reported_m2 for one in proposed] == [None, 2500.5]


def test_a_technical_survey_confirms_reduces_and_extends() -> None:
    beginnings = [line.partition(" box")[0] for line in told("technical_survey", SURVEY)]
    assert beginnings == [
        "2025-05-30 confirm HA-17 erw",
        "2025-05-30 reduce HA-17 erw",
        "2025-05-30 extend HA-17 cha erw",
    ]


def test_a_product_takes_effect_on_the_day_of_the_decision() -> None:
    (line,) = told("land_release_product", PRODUCT)
    assert line.startswith("2025-05-25 cancel HA-17 mine+erw box 0 0 100 50")


@pytest.mark.parametrize(
    ("codes", "classes"),
    [
        (["mine"], "mine"), (["ap", "av"], "mine"), (["improvised_mine"], "mine"), (["cmr"], "erw"),
        (["axo", "uxo"], "erw"), (["booby_trap"], "erw"), (["ied"], "erw"), (["ap", "erw"], "mine+erw"),
        (["unknown", "ap"], "mine"),
    ],
)  # fmt: skip
def test_every_type_of_contamination_has_its_class(codes: list[str], classes: str) -> None:
    (line,) = told("hazardous_area", NTS | {"contamination_type": codes})
    assert line.startswith(f"2025-03-04 establish HA-17 sha {classes} box")


def test_the_categories_of_ordnance_say_the_class_where_nothing_else_does() -> None:
    bare = {name: value for name, value in NTS.items() if name != "contamination_type"}
    (line,) = told("hazardous_area", bare | {"device_categories": ["av_mine", "mortar"]})
    assert " sha mine+erw box" in line
    assert told("hazardous_area", bare) == ["contamination_type: proposal_class_missing"]


def test_unknown_contamination_opens_land_for_both_classes_and_releases_it_of_none() -> None:
    proposed, problems = propose(NTS | {"contamination_type": ["unknown"]}, context("hazardous_area"))
    assert proposed[0].entry.contamination.code == "mine+erw"
    assert [one.code for one in problems] == ["proposal_class_assumed"]
    assert told("land_release_product", PRODUCT | {"contamination_type": ["unknown"]}) == [
        "contamination_type: proposal_class_unknown"
    ]


def test_unwritten_coordinates_are_snapped_like_written_ones() -> None:
    shape = box_shape(0, 0, 100, 50)
    for value in (
        {"type": "MultiPolygon", "coordinates": to_lonlat(shape)},
        {"type": "Polygon", "coordinates": to_lonlat(shape)[0]},
        {"type": "MultiPolygon", "coordinates": to_lonlat(shape), "written": f"wkt {to_wkt(shape)}"},
    ):
        (line,) = told("hazardous_area", NTS | {"boundary": value})
        assert f"wkt {to_wkt(shape)} id" in line


@pytest.mark.parametrize(
    ("form", "changes", "found"),
    [
        ("hazardous_area", {"survey_result": None}, ["survey_result: proposal_outcome_missing"]),
        ("hazardous_area", {"classification": None}, ["classification: proposal_status_missing"]),
        ("hazardous_area", {"classification": "indication"}, ["classification: proposal_status_missing"]),
        ("hazardous_area", {"survey_result": "confirmed"}, ["classification: proposal_confirms_suspicion"]),
        ("hazardous_area", {"area": None}, ["area: proposal_area_missing"]),
        ("hazardous_area", {"area": "HA 17"}, ["area: proposal_area_unusable"]),
        ("hazardous_area", {"area": "HA;17"}, ["area: proposal_area_unusable"]),
        ("hazardous_area", {"boundary": None}, ["boundary: proposal_boundary_missing"]),
        ("hazardous_area", {"boundary": {"type": "MultiPolygon"}}, ["boundary: polygon_empty"]),
        ("hazardous_area", {"boundary": BOX | {"written": "", "coordinates": [[["x"]]]}}, ["boundary: polygon_empty"]),
        ("hazardous_area", {"boundary": BOX | {"written": "wkt POLYGON ((0 0, 1 1))"}}, ["boundary: outside_country"]),
        ("hazardous_area", {"date_of_information": None}, ["date_of_information: proposal_date_missing"]),
        ("hazardous_area", {"date_of_information": "last week"}, ["date_of_information: proposal_date_missing"]),
        (
            "technical_survey",
            {"result_parts": [{"boundary": BOX}]},
            ["result_parts[1].part_outcome: proposal_outcome_missing"],
        ),
        ("completion", {"products": [{"outcome": "burnt"}]}, ["products[1].outcome: proposal_outcome_missing"]),
        ("land_release_product", {"outcome": None}, ["outcome: proposal_outcome_missing"]),
        ("land_release_product", {"outcome": "cleared"}, ["achieved_depth_cm: proposal_depth_missing"]),
        (
            "land_release_product",
            {"outcome": "cleared", "achieved_depth_cm": 0},
            ["achieved_depth_cm: proposal_depth_missing"],
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_and_nothing_is_proposed(
    form: str, changes: dict[str, object], found: list[str]
) -> None:
    whole = {
        "hazardous_area": NTS,
        "technical_survey": SURVEY,
        "completion": COMPLETION,
        "land_release_product": PRODUCT,
    }
    values = {name: value for name, value in (whole[form] | changes).items() if value is not None}
    assert told(form, values)[:1] == found
    assert propose(values, context(form))[0] == []


def test_the_sound_parts_of_a_report_are_proposed_beside_the_faulty_one() -> None:
    faulty = COMPLETION | {"products": [{"outcome": "cleared", "boundary": BOX}, COMPLETION["products"][1]]}
    proposed, problems = propose(faulty, context("completion"))
    assert [one.element for one in proposed] == ["products[2].boundary"]
    assert [(one.subject, one.code) for one in problems] == [
        ("products[1].achieved_depth_cm", "proposal_depth_missing")
    ]


def test_every_other_form_proposes_nothing() -> None:
    proposing = {code for code in form_codes() if load_form(code).proposes}
    assert proposing == {"hazardous_area", "technical_survey", "completion", "land_release_product"}
    for code in set(form_codes()) - proposing:
        assert propose(NTS, context(code)) == ([], [])


def test_every_code_that_a_list_offers_is_understood() -> None:
    assert set(SURVEYED) == set(code_list("survey_result")) - {"no_evidence"}
    assert set(PART_OUTCOMES) == set(code_list("survey_part_outcome"))
    assert set(RELEASED) == set(code_list("land_release_outcome"))


def test_the_name_of_the_record_is_one_line() -> None:
    (line,) = told("hazardous_area", NTS, name="NTS\n2025-01-01 void L1")
    assert line.endswith(" ; NTS 2025-01-01 void L1")
    assert "\n" not in told("hazardous_area", NTS | {"local_id": "a\nb"})[0]


@given(
    st.sampled_from(sorted(SURVEYED)),
    st.sampled_from(["sha", "cha", "indication", ""]),
    st.lists(st.sampled_from(sorted(code_list("contamination_type"))), max_size=3),
    st.sampled_from([BOX, {}, {"type": "MultiPolygon", "coordinates": [[]]}, 3, "box"]),
    st.text(max_size=6),
)
def test_whatever_is_proposed_can_be_written_into_a_ledger_and_read_back(
    result: str, classification: str, codes: list[str], boundary: object, area: str
) -> None:
    values = NTS | {
        "survey_result": result, "classification": classification, "contamination_type": codes, "boundary": boundary,
        "area": area,
    }  # fmt: skip
    proposed, problems = propose(values, context("hazardous_area"))
    assert len(proposed) <= 1 and bool(proposed) != has_errors(problems)
    for one in proposed:
        assert parse_ledger(format_entry(one.entry))[0] == [one.entry]
