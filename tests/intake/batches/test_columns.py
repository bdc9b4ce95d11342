"""Columns find their elements by what their headings say outright; what may be two things is a question."""

import pytest

from intake.batches.tables import match, table, where
from torpaq.intake.batches.columns import header_digest, match_columns
from torpaq.intake.batches.headings import PART_WORDS, near_elements, targets_of
from torpaq.intake.batches.targets import How, Part, Target, read_target
from torpaq.standard.form import form_codes, load_form
from torpaq.standard.text import fold_name


def paths(form: str, headings: str) -> list[str]:
    """What the columns lead to, with the unit in brackets; a dash where a column leads nowhere."""
    found = match(form, f"{headings}\n{';'.join('x' for _ in headings.split(';'))}")
    told = {
        index: target.path + (f" [{target.unit}]" if target.unit else "") for index, target in found.columns.items()
    }
    return [told.get(index, "-") for index in range(len(headings.split(";")))]


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("classification", "classification"),
        ("Təsnifatı", "classification"),
        ("Classification", "classification"),
        ("Классификация", "classification"),
        ("Təsnifatı / Classification / Классификация", "classification"),
        ("Classification (Təsnifatı)", "classification"),
        ("Indirect evidence", "evidence_indirect"),  # its label in an earlier version
        ("Indirect evidence of the suspicion", "evidence_indirect"),
        ("DISTRICT", "unit"),
        ("Area as reported, ha", "reported_area_m2 [ha]"),
        ("Sahə (ha)", "reported_area_m2 [ha]"),
        ("area_km2", "reported_area_m2 [km2]"),
        ("Площадь по отчёту (кв. м)", "reported_area_m2 [m2]"),
        ("Latitude", "benchmark.lat"),
        ("Долгота", "benchmark.lon"),
        ("benchmark lat", "benchmark.lat"),
        ("Reference point latitude (WGS84)", "reference_point.lat"),
        ("Latitude of reference point", "reference_point.lat"),
        ("Reference point MGRS", "reference_point"),
        ("Reference point UTM zone", "reference_point.zone"),
        ("WKT", "boundary"),
        ("expected_items[2].expected_model", "expected_items[2].expected_model"),
        ("Expected items 2 model", "expected_items[2].expected_model"),
        ("Model 3", "expected_items[3].expected_model"),
        ("Expected items model", "expected_items[1].expected_model"),
        ("Beneficiaries 2: count", "beneficiaries[2].count"),
        ("beneficiaries 2 sayı", "-"),
        ("the weather", "-"),
        ("Attachments", "-"),
        ("Attachments 1 file", "attachments[1].file"),
    ],
)
def test_a_heading_means_an_element(heading: str, path: str) -> None:
    found = targets_of([heading], where("hazardous_area").form)
    told = [target.path + (f" [{target.unit}]" if target.unit else "") for target in found]
    assert (told or ["-"]) == [path]


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("Depth (m)", "depth_cm [m]"),
        ("Depth, mm", "depth_cm [mm]"),
        ("Dərinlik sm", "depth_cm [cm]"),
        ("X", "place.x"),
        ("Easting of place", "place.easting"),
        ("Koordinatlar", "place"),
    ],
)
def test_units_and_parts_of_a_find(heading: str, path: str) -> None:
    (target,) = targets_of([heading], where("ordnance_item").form)
    assert target.path + (f" [{target.unit}]" if target.unit else "") == path


def test_a_heading_under_a_group_is_one_of_that_group() -> None:
    form = where("completion").form
    assert [t.path for t in targets_of(["Finds 2", "Category"], form)] == ["finds[2].category"]
    assert [t.path for t in targets_of(["Explosive ordnance found", "Category"], form)] == ["finds[1].category"]
    assert [t.path for t in targets_of(["Parts released 3", "Boundary"], form)] == ["products[3].boundary"]
    assert [t.path for t in targets_of(["Sahə", "ha"], form)] == ["products[1].reported_area_m2"]


@pytest.mark.parametrize("form", form_codes())
def test_every_element_is_found_by_its_code_and_by_every_label_that_is_its_alone(form: str) -> None:
    loaded = load_form(form, "aze")
    everywhere: dict[str, set[str]] = {}
    for element in loaded.elements:
        for word in (element.code, *element.labels.values()):
            everywhere.setdefault(fold_name(word), set()).add(element.code)
    for element in loaded.elements:
        if read_target(element.code, loaded, How.CODE) is None:
            continue  # sections and repeats hold no cells
        assert [t.element for t in targets_of([element.code], loaded)] == [element.code]
        for label in element.labels.values():
            if everywhere[fold_name(label)] == {element.code}:
                assert [t.element for t in targets_of([label], loaded)] == [element.code], label


def test_words_for_parts_are_search_keys() -> None:
    assert all(fold_name(word) == word for word in PART_WORDS)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("area", Target("area")),
        ("finds.category", None),
        ("finds[2].category", Target("category", "finds", 2)),
        ("category", Target("category", "finds", 1)),
        ("benchmark.lat", Target("benchmark", part=Part.LAT)),
        ("area.lat", None),
        ("benchmark.height", None),
        ("products[1].category", None),
        ("finds[0].category", None),
        ("finds[900].category", None),
        ("finds", None),
        ("report", None),
        ("colour", None),
        ("", None),
    ],
)
def test_paths_name_targets(path: str, target: Target | None) -> None:
    assert read_target(path, where("completion").form, How.CODE) == target


def test_the_row_of_codes_goes_before_any_heading() -> None:
    text = "Classification;Visited\n#visited;#classification\nyes;cha"
    found = match("hazardous_area", text)
    assert [(found.columns[index].element, found.columns[index].how) for index in (0, 1)] == [
        ("visited", How.CODE_ROW),
        ("classification", How.CODE_ROW),
    ]


def test_of_two_columns_the_plainer_is_taken_and_the_other_told() -> None:
    found = match("hazardous_area", "unit;Rayon\nAZ-AGM;Ağdam")
    assert {index: target.path for index, target in found.columns.items()} == {0: "unit"}
    (told,) = [one for one in found.problems if one.code == "column_second_for_element"]
    assert (told.subject, dict(told.parameters)) == ("B", {"element": "unit", "columns": "A"})


def test_two_columns_that_say_the_same_element_equally_are_a_question() -> None:
    found = match("hazardous_area", "Təsnifatı;Классификация\ncha;cha")
    assert found.unmatched == (0, 1)
    assert [one.code for one in found.problems if one.subject in "AB"] == ["columns_same_element"] * 2


def test_a_heading_that_may_be_two_elements_is_a_question() -> None:
    found = match("completion", "Boundary;area\nPOLYGON;HA-1")
    (told,) = [one for one in found.problems if one.subject == "A"]
    assert told.code == "column_ambiguous"
    assert told.parameters["choices"] == "products[1].boundary, uncleared[1].uncleared_boundary"


@pytest.mark.parametrize(
    ("headings", "found", "code"),
    [
        ("Latitude;Longitude", ["benchmark.lat", "benchmark.lon"], None),
        ("Latitude;Benchmark", ["-", "benchmark"], "point_part_beside_whole"),
        ("Latitude", ["-"], "point_part_alone"),
        ("X;Y", ["benchmark.x", "benchmark.y"], None),
        (
            "benchmark zone;benchmark easting;benchmark northing",
            ["benchmark.zone", "benchmark.easting", "benchmark.northing"],
            None,
        ),
        ("benchmark zone;benchmark easting", ["-", "-"], "point_part_alone"),
    ],
)
def test_a_point_needs_both_its_numbers(headings: str, found: list[str], code: str | None) -> None:
    assert paths("hazardous_area", headings) == found
    data = f"{headings}\n{';'.join('1' for _ in headings.split(';'))}"
    codes = {one.code for one in match("hazardous_area", data).problems} - {"column_needed"}
    assert codes == ({code} if code else set())


def test_two_required_points_share_no_bare_latitude() -> None:
    assert paths("technical_survey", "lat;lon") == ["-", "-"]


def test_what_every_record_needs_and_no_column_gives_is_told_once() -> None:
    found = match("accident", "event_kind;occurred_on\naccident;2026-03-04")
    assert found.needed == ("date_of_information", "reporting_organisation", "unit", "at_workplace", "place",
                            "place_precision", "outside_recorded_area", "device_category")  # fmt: skip
    assert [one.subject for one in found.problems if one.code == "column_needed"] == list(found.needed)


def test_what_a_person_chose_is_remembered_for_the_next_file_with_these_headings() -> None:
    first = table("Köhnə ad;Sahənin şifri;Nə isə\nx;HA-1;y")
    chosen = {"kohne ad": "settlement", "sahenin sifri": "area", "ne ise": ""}
    found = match_columns(first, where("hazardous_area").form, chosen)
    assert {index: (target.path, target.how) for index, target in found.columns.items()} == {
        0: ("settlement", How.REMEMBERED),
        1: ("area", How.REMEMBERED),
    }
    assert found.unmatched == ()
    assert found.as_json(first) == {"kohne ad": "settlement", "sahenin sifri": "area"}
    assert header_digest(first) == header_digest(table("köhnə  AD;Sahənin şifri;Nə isə\nz;;"))
    assert header_digest(first) != header_digest(table("Sahənin şifri;Köhnə ad;Nə isə\nz;;"))


def test_what_was_remembered_never_goes_before_what_the_heading_says() -> None:
    found = match("hazardous_area", "classification\ncha", classification="visited")
    assert found.columns[0].path == "classification"


def test_a_heading_that_is_nearly_a_label_is_offered_and_not_taken() -> None:
    form = where("hazardous_area").form
    assert near_elements("Clasification", form)[0] == "classification"
    assert near_elements("qwertyuiop", form) == ()
    assert paths("hazardous_area", "Clasification") == ["-"]


def test_a_column_without_a_heading_is_left_alone() -> None:
    found = match("hazardous_area", "classification;;area\ncha;2;HA-1")
    assert found.unmatched == (1,)
    assert [one.code for one in found.problems if one.subject == "B"] == ["column_not_matched"]
