"""Rows become records with a verdict each; whatever the shortcuts, the same as reading every cell by itself."""

import json
import random
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.batches import dirty
from intake.batches.books import Book, changed, csv, xlsx
from intake.batches.plain_check import plain_check
from intake.batches.tables import check, table, where
from torpaq.intake.batches.cells import KEPT_ANSWERS
from torpaq.intake.batches.columns import match_columns
from torpaq.intake.batches.duplicates import SAME_EVENT, content_print, event_print, fingerprints_of, local_id_key
from torpaq.intake.batches.mapfile import EMPTY_MAP
from torpaq.intake.batches.results import Verdict
from torpaq.intake.batches.rows import check_table
from torpaq.intake.record.record import Value
from torpaq.standard.form import Form, form_codes, load_form

BOOKS = (dirty.NTS, dirty.WORK, dirty.DONE, dirty.FINDS, dirty.ACCIDENTS, dirty.VICTIMS, dirty.LESSONS)


def codes_of(base: Book, **changes: object) -> list[tuple[str, str]]:
    results, _ = check(base.form, csv(changed(base, 3, changes), ";"))
    return [(found.element, found.problem.code) for found in results[1].findings]


# -- verdicts ---------------------------------------------------------------------------------------------------------


def test_each_row_has_a_verdict_and_a_refused_one_no_values() -> None:
    cells = changed(dirty.FINDS, 3, {"quantity": 9})
    cells.append([*cells[3]])
    cells[4][0], cells[4][9] = "F-4", "rusty-red"
    cells.append([*cells[1]])
    results, checked = check("ordnance_item", csv(cells, ";"))
    assert [(result.number, result.verdict.value) for result in results] == [
        (2, "good"),
        (3, "warned"),
        (4, "good"),
        (5, "refused"),
        (6, "duplicate"),
    ]
    assert [result.values is None for result in results] == [False, False, False, True, False]
    counts = checked.counts.as_json()
    assert counts == {"rows": 5, "good": 2, "warned": 1, "duplicates": 1, "refused": 1, "unlocated": 0, "guessed": 0,
                      "blank": 0}  # fmt: skip
    (refused,) = results[3].findings
    assert (refused.row, refused.column, refused.element, refused.value) == (5, "condition", "condition", "rusty-red")


def test_a_record_holds_what_the_cells_say() -> None:
    results, _ = check("completion", xlsx(changed(dirty.DONE, 3, {})))
    values = results[1].values
    assert values is not None
    assert values["products"][0]["method"] == ["manual", "dog"]  # type: ignore[index, call-overload] # a row
    assert values["finds"][0]["place"]["coordinates"] == pytest.approx([46.955, 39.995])  # type: ignore[index, call-overload] # a point
    assert (values["required_depth_cm"], values["end_date"]) == (13, "2026-09-30")
    json.dumps(values)


def test_rows_of_a_repeat_close_up_and_findings_name_the_column() -> None:
    base = dirty.LESSONS
    cells = changed(base, 3, {heading: None for heading in base.headings if heading.startswith("beneficiaries 1")})
    cells[2][-1] = -4
    results, _ = check(base.form, csv(cells, ";"))
    (found,) = results[1].findings
    assert (found.element, found.column, found.value) == ("beneficiaries[2].count", "beneficiaries 2 count", "-4")
    cells[2][-1] = None
    results, _ = check(base.form, csv(cells, ";"))
    (found,) = results[1].findings
    assert (found.element, found.problem.code) == ("beneficiaries[2].count", "answer_missing")


def test_an_answer_that_cannot_be_read_is_one_error_and_not_two() -> None:
    assert codes_of(dirty.NTS, Classification="red zone") == [("classification", "code_unknown")]
    assert codes_of(dirty.NTS, **{"Result of the survey": "?"}) == [("survey_result", "code_unknown")]


def test_a_row_without_a_place_is_unlocated_where_the_form_asks_for_one() -> None:
    results, checked = check(
        "clearance_progress", csv(changed(dirty.WORK, 3, {"Latitude": None, "Longitude": None}), ";")
    )
    assert [result.is_unlocated for result in results] == [False, True, False]
    assert checked.counts.unlocated == 1
    results, _ = check("victim", csv(changed(dirty.VICTIMS, 3, {}), ";"))
    assert [result.is_unlocated for result in results] == [False] * 3
    results, _ = check("completion", csv(changed(dirty.DONE, 3, {}), ";"))
    assert [result.is_unlocated for result in results] == [False] * 3


def test_what_was_interpreted_is_told_once_a_column_with_its_number_of_cells() -> None:
    cells = changed(dirty.NTS, 3, {})
    for row in cells[1:]:
        row[3], row[6] = "Ağdam rayonu", "hə"
    cells[3][6] = "var"
    _, checked = check("hazardous_area", csv(cells, ";"))
    told = [(noted.finding.row, noted.finding.element, noted.finding.value, noted.cells) for noted in checked.notes]
    assert told == [(2, "unit", "Ağdam rayonu", 3), (2, "visited", "hə", 2), (4, "visited", "var", 1)]
    assert checked.counts.guessed == 6
    assert next(iter(checked.notes)).as_json()["cells"] == 3


def test_a_column_that_proves_its_decimal_mark_or_order_of_days_is_read_by_it() -> None:
    cells = changed(dirty.WORK, 3, {"processed_area_m2": "1.310", "work_date": "05/06/2026"})
    cells[1][13], cells[3][13] = "220,5", "180,25"
    cells[1][8], cells[3][8] = "13/06/2026", "14/06/2026"
    results, _ = check("clearance_progress", csv(cells, ";"))
    assert [result.values and result.values["processed_area_m2"] for result in results] == [220.5, 1310, 180.25]
    assert [result.values and result.values["work_date"] for result in results] == [
        "2026-06-13",
        "2026-06-05",
        "2026-06-14",
    ]


def test_a_column_whose_every_cell_names_its_unit_is_of_one_kind() -> None:
    cells = changed(dirty.NTS, 3, {})
    for row in cells[1:]:
        row[11] = "94,77 ha"
    results, checked = check("hazardous_area", csv(cells, ";"))
    assert [result.verdict for result in results] == [Verdict.GOOD] * 3
    assert {noted.finding.problem.code for noted in checked.notes} == {"read_decimal_comma", "unit_converted"}
    cells[2][11] = "947900"
    results, _ = check("hazardous_area", csv(cells, ";"))
    assert [[f.problem.code for f in result.findings] for result in results] == [
        ["unit_unlike_column"],
        [],
        ["unit_unlike_column"],
    ]


@pytest.mark.parametrize(
    ("headings", "cells", "place"),
    [
        (("Latitude", "Longitude"), ("39,9885", "46,928"), [46.928, 39.9885]),
        (("Latitude", "Longitude"), ("39°59'18.6\"N", "46°55'42.6\"E"), [46.9285, 39.9885]),
        (("Y", "X"), ("39.9885", "46.9285"), [46.9285, 39.9885]),
        (("reference_point northing", "reference_point easting"), ("4427000", "664500"), None),
    ],
)
def test_a_point_is_put_together_from_its_columns(
    headings: tuple[str, str], cells: tuple[str, str], place: list[float] | None
) -> None:
    rows = [[*row[:11], *row[13:]] for row in changed(dirty.WORK, 3, {})]
    rows = [rows[0] + list(headings), rows[1] + list(cells), rows[2] + [None, None]]
    results, _ = check("clearance_progress", csv(rows, ";"))
    values = results[0].values
    if place is None:
        assert [(f.element, f.problem.code) for f in results[0].findings][:1] == [
            ("reference_point", "coordinates_ambiguous")
        ]
    else:
        assert values is not None
        assert values["reference_point"]["coordinates"] == pytest.approx(place, abs=1e-4)  # type: ignore[index, call-overload] # a point
    assert ("reference_point", "answer_missing") in [(f.element, f.problem.code) for f in results[1].findings]


def test_a_grid_reference_in_three_columns_is_a_point() -> None:
    rows = [[*row[:11], *row[13:]] for row in changed(dirty.WORK, 3, {})][:2]
    rows[0] += ["reference_point zone", "reference_point easting", "reference_point northing"]
    rows[1] += ["38N", 664746, 4428541]
    results, _ = check("clearance_progress", csv(rows, ";"))
    values = results[0].values
    assert values is not None
    assert values["reference_point"]["coordinates"] == pytest.approx([46.9297, 39.9910], abs=1e-3)  # type: ignore[index, call-overload] # a point


# -- duplicates -------------------------------------------------------------------------------------------------------


class Programme:
    """A programme that holds some records already."""

    def __init__(self, ids: Mapping[str, str] | None = None, prints: Mapping[str, str] | None = None) -> None:
        self.ids, self.prints = ids or {}, prints or {}

    def local_ids(self, form: str) -> Mapping[str, str]:
        return self.ids

    def fingerprints(self, form: str) -> Mapping[str, str]:
        return self.prints


def values_of(base: Book) -> list[dict[str, Value]]:
    results, _ = check(base.form, csv(changed(base, 3, {}), ";"))
    return [result.values for result in results if result.values is not None]


def test_a_row_of_a_known_number_may_be_that_record() -> None:
    known = Programme(ids={local_id_key(values_of(dirty.NTS)[1]): "uuid:2"})
    results, _ = check("hazardous_area", csv(changed(dirty.NTS, 3, {}), ";"), known=known)
    assert [(result.verdict.value, result.duplicate_of) for result in results] == [
        ("good", ""),
        ("duplicate", "uuid:2"),
        ("good", ""),
    ]
    assert [found.problem.code for found in results[1].findings] == ["local_id_known"]


@pytest.mark.parametrize(("of_what", "code"), [(content_print, "row_says_the_same"), (event_print, "row_same_event")])
def test_a_row_that_says_what_a_record_says_may_be_it(
    of_what: Callable[[Form, Mapping[str, Value]], str], code: str
) -> None:
    without_numbers = csv([row[1:] for row in changed(dirty.NTS, 3, {})], ";")
    results, _ = check("hazardous_area", without_numbers)
    known = Programme(prints={of_what(where("hazardous_area").form, results[1].values or {}): "uuid:2"})
    results, _ = check("hazardous_area", without_numbers, known=known)
    assert results[1].duplicate_of == "uuid:2"
    (told,) = results[1].findings
    assert (told.problem.code, told.problem.parameters["first"]) == (code, "#uuid:2")


def test_numbers_are_an_organisations_own() -> None:
    base = dirty.NTS
    cells = changed(base, 3, {"Number of the report": "nts-1 "})
    results, _ = check(base.form, csv(cells, ";"))
    assert [f.problem.code for f in results[1].findings] == ["local_id_in_row"]
    cells[2][2] = "OP-B"
    results, _ = check(base.form, csv(cells, ";"))
    assert results[1].findings == ()


def test_victims_alike_are_different_people_and_both_are_kept() -> None:
    cells = [*changed(dirty.VICTIMS, 3, {}), changed(dirty.VICTIMS, 3, {})[2]]
    results, checked = check("victim", csv(cells, ";"))
    assert [result.verdict.value for result in results] == ["good", "good", "good", "warned"]
    assert all(result.values for result in results)
    assert checked.counts.duplicates == 0
    (told,) = results[3].findings
    assert told.problem.code == "person_row_alike"
    assert "two people may be alike" in told.problem.sentence("en")
    form = where("victim").form
    known = Programme(prints={content_print(form, results[1].values or {}): "uuid:9"})
    results, _ = check("victim", csv(cells, ";"), known=known)
    assert [result.verdict.value for result in results] == ["good", "warned", "good", "warned"]
    assert all(result.duplicate_of == "" for result in results)


def test_how_a_place_was_typed_and_who_reported_do_not_make_another_report() -> None:
    form = where("hazardous_area").form
    values = values_of(dirty.NTS)[0]
    other = {**values, "reporter": "Somebody else", "benchmark": {**values["benchmark"], "original": {"typed": "x"}}}  # type: ignore[dict-item] # a point
    assert fingerprints_of(form, values) == fingerprints_of(form, other)
    assert fingerprints_of(form, values) != fingerprints_of(form, {**values, "area_name": "Field"})


def test_every_element_that_makes_an_event_is_one_of_its_form() -> None:
    for form, elements in SAME_EVENT.items():
        assert form in form_codes()
        assert set(elements) <= set(load_form(form).by_code), form


# -- progress and stopping --------------------------------------------------------------------------------------------


def test_checking_tells_how_far_it_is_and_stops_when_asked() -> None:
    cells = changed(dirty.WORK, 3, {})
    for number in range(1_000):
        cells.append([f"P-{number + 10}", *cells[1][1:]])
    found, context = table(csv(cells, ";")), where("clearance_progress")
    matching = match_columns(found, context.form)
    told: list[float] = []
    checked = check_table(found, matching, context, progress=told.append, stop=lambda: len(told) > 2)
    assert len(list(checked)) == 400
    assert checked.is_stopped
    assert told == sorted(told) and told[0] == 0 and told[-1] < 1
    told.clear()
    checked = check_table(found, matching, context, progress=told.append)
    assert len(list(checked)) == 1_003
    assert not checked.is_stopped and told[-1] == 1


# -- the plain twin ---------------------------------------------------------------------------------------------------

CELLS = st.sampled_from(
    [None, "", " ", "x", "cha", "Bəli", "hə", 0, 1, -3, 13, 1.5, "1,5", "1.234", "2 ha", "13 mm", "2026-05-01",
     "31.02.2026", "03/04/2026", "13/04/2026", "AZ-AGM", "Ağdam", "Atlantis", "39.99 N 46.93 E", "46.9",
     "manual; dog", "OP-A", True,
     dirty.RING, dirty.CROSSED, "ap_mine", "yes", "accident", "9:30", "#REF!"]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(data=st.data(), base=st.sampled_from(BOOKS))
def test_check_table_equals_reading_every_cell_by_itself(data: st.DataObject, base: Book) -> None:
    cells = changed(base, 3, {})
    cells += [list(row) for row in cells[1:]]
    for _ in range(data.draw(st.integers(0, 14))):
        row, column = data.draw(st.integers(1, len(cells) - 1)), data.draw(st.integers(0, len(base.headings) - 1))
        cells[row][column] = data.draw(CELLS)
    found, context = table(csv(cells, ";"), "data.csv"), where(base.form)
    matching = match_columns(found, context.form)
    results = list(check_table(found, matching, context))
    assert [(r.number, r.verdict.value, r.values, _told(r.findings)) for r in results] == [
        (number, verdict, values, _told(findings))
        for number, verdict, values, findings in plain_check(found, matching, context)
    ]


def _told(findings: object) -> list[tuple[int, str, str, str]]:
    assert isinstance(findings, list | tuple)
    return sorted((f.row, f.element, f.problem.code, str(sorted(f.problem.parameters.items()))) for f in findings)


def test_a_column_with_more_words_than_are_kept_is_read_all_the_same() -> None:
    count = KEPT_ANSWERS + 300
    line = (
        "P-{0};2026-06-01;OP-A;AZ-AGM;HA-1;T-{0};A1;ongoing;2026-06-01;clearance;manual;39.9885;46.9285;{0}.5;8;6.5;no"
    )
    headings = ";".join(dirty.WORK.headings)
    rows = "\n".join(line.format(number) for number in range(count))
    results, checked = check("clearance_progress", f"{headings}\n{rows}\n".encode())
    assert checked.counts.good == count
    for number in random.Random(1).sample(range(count), 40):
        values = results[number].values
        assert values is not None and values["processed_area_m2"] == number + 0.5 and values["task"] == f"T-{number}"


def test_nothing_is_read_before_it_is_asked_for() -> None:
    found, context = table(csv(changed(dirty.WORK, 3, {}), ";")), where("clearance_progress")
    checked = check_table(found, match_columns(found, context.form, {}, EMPTY_MAP), context)
    assert checked.counts.rows == 0
    next(iter(checked))
    assert checked.counts.rows == 1


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("46.929", "39.989"),
        ("46,929", "39,989"),
        (46.929, 39.989),
        ("46°55'42\"", "39°59'18\""),
        ("46 55 42 E", "39 59 18 N"),
    ],
)
def test_a_longitude_under_latitude_is_never_put_right_in_silence(lat: object, lon: object) -> None:
    results, _ = check("clearance_progress", csv(changed(dirty.WORK, 3, {"Latitude": lat, "Longitude": lon}), ";"))
    assert [found.problem.code for found in results[1].findings] == ["point_axes_exchanged"]
