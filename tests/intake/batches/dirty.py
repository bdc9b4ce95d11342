# ruff: noqa: E501 - tables are drawn as wide as they are
"""Seventy dirty files, each a sound table with one fault that somebody really makes, and twenty that are clean.

A fault is written as the cells that it changes in row 3 (the middle one of three), and what must be said: at which
row, about which element, by which code. Of everything else a dirty file must not be accused of an error, and a clean
one of nothing at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from openpyxl.worksheet.worksheet import Worksheet

from intake.batches.books import Book, File, book, changed, csv, headed, xlsx
from torpaq.standard.form import load_form

RING = "POLYGON ((46.93 39.99, 46.94 39.99, 46.94 40.00, 46.93 40.00, 46.93 39.99))"
OTHER = "POLYGON ((46.95 39.99, 46.96 39.99, 46.96 40.00, 46.95 40.00, 46.95 39.99))"
THIRD = "POLYGON ((46.93 40.01, 46.94 40.01, 46.94 40.02, 46.93 40.02, 46.93 40.01))"
CROSSED = "POLYGON ((46.95 39.99, 46.96 40.00, 46.96 39.99, 46.95 40.00, 46.95 39.99))"
SPIKED = "POLYGON ((46.95 39.99, 46.96 39.99, 46.97 39.99, 46.96 39.99, 46.96 40.00, 46.95 39.99))"
OPEN_RING = "POLYGON ((46.95 39.99, 46.96 39.99, 46.96 40.00, 46.95 40.00))"
SWAPPED_RING = "POLYGON ((39.99 46.95, 39.99 46.96, 40.00 46.96, 40.00 46.95, 39.99 46.95))"

NTS = book("hazardous_area", f"""
Number of the report | Date of information | Reporting organisation | District or city | Id of the hazardous area | Result of the survey | Visited | Classification | Status of the area | Benchmark | Boundary | Area as reported | Contamination type | Device categories | Direct evidence | Indirect evidence
NTS-1 | 2026-05-18 | OP-A | AZ-AGM | HA-1 | established | yes | cha | open | 39.9890 N 46.9290 E | {RING} | 947900 | ap | ap_mine | ordnance_seen |
NTS-2 | 2026-05-19 | OP-A | AZ-AGM | HA-2 | established | yes | cha | open | 39.9890 N 46.9490 E | {OTHER} | 947900 | ap; av | ap_mine; av_mine | crater; ordnance_seen |
NTS-3 | 2026-05-20 | OP-A | AZ-AGM | HA-3 | established | yes | sha | open | 40.0090 N 46.9290 E | {THIRD} | 947600 | cmr | submunition | | verbal_report
""")  # fmt: skip

WORK = book("clearance_progress", """
Number of the report | Date of information | Reporting organisation | District or city | area | task | team | activity_status | work_date | activity | method | Latitude | Longitude | processed_area_m2 | persons | hours | accidents_happened
P-1 | 2026-06-01 | OP-A | AZ-AGM | HA-1 | T-1 | A1 | ongoing | 2026-06-01 | clearance | manual | 39.9885 | 46.9285 | 220.5 | 8 | 6.5 | no
P-2 | 2026-06-02 | OP-A | AZ-AGM | HA-1 | T-1 | A1 | ongoing | 2026-06-02 | clearance | manual | 39.9885 | 46.9285 | 1310 | 8 | 7 | no
P-3 | 2026-06-03 | OP-A | AZ-AGM | HA-1 | T-1 | A1 | completed | 2026-06-03 | clearance | manual | 39.9885 | 46.9285 | 180 | 7 | 6 | no
""")  # fmt: skip

DONE = book("completion", f"""
Number of the report | Date of information | Reporting organisation | District or city | area | task | activity | start_date | end_date | contamination_type | required_depth_cm | Benchmark | products[1].outcome | products[1].method | products[1].boundary | products[1].reported_area_m2 | products[1].achieved_depth_cm | products[1].criteria | residual_risk | man_hours | finds 1 category | finds 1 model | finds 1 quantity | finds 1 place | finds 1 depth_cm | finds 1 condition | finds 1 found_on | finds 1 item_status | finds 1 disposal | internal_quality_result | accidents_happened
CR-1 | 2026-10-01 | OP-A | AZ-AGM | HA-1 | T-1 | clearance | 2026-06-01 | 2026-09-30 | ap | 13 | 39.9890 N 46.9290 E | cleared | manual | {RING} | 947900 | 13 | | none_known | 4000 | ap_mine | PMN-2 | 1 | 39.995 N 46.935 E | 5 | armed | 2026-07-01 | destroyed | destroyed_in_place | conforms | no
CR-2 | 2026-10-02 | OP-A | AZ-AGM | HA-2 | T-2 | clearance | 2026-06-01 | 2026-09-30 | ap | 13 | 39.9890 N 46.9490 E | cleared | manual; dog | {OTHER} | 947900 | 15 | | none_known | 3800 | ap_mine | PMN-2 | 1 | 39.995 N 46.955 E | 8 | armed | 2026-07-02 | destroyed | destroyed_in_place | conforms | no
CR-3 | 2026-10-03 | OP-A | AZ-AGM | HA-3 | T-3 | clearance | 2026-06-01 | 2026-09-30 | ap | 13 | 40.0090 N 46.9290 E | cancelled | manual | {THIRD} | 947600 | | ploughed | none_known | 150 | | | | | | | | | | conforms | no
""")  # fmt: skip

FINDS = book("ordnance_item", """
Number of the report | Date of information | Reporting organisation | District or city | category | model | quantity | place | depth_cm | condition | found_on | item_status | disposal
F-1 | 2026-07-01 | OP-A | AZ-AGM | ap_mine | PMN-2 | 1 | 39.9950 N 46.9350 E | 5 | armed | 2026-07-01 | destroyed | destroyed_in_place
F-2 | 2026-07-02 | OP-A | AZ-AGM | av_mine | TM-62M | 1 | 39.9951 N 46.9352 E | 10 | armed | 2026-07-02 | destroyed | moved_destroyed
F-3 | 2026-07-03 | OP-A | AZ-AGM | mortar | 82 mm | 2 | 39.9952 N 46.9353 E | 0 | damaged | 2026-07-03 | destroyed | moved_destroyed
""")  # fmt: skip

ACCIDENTS = book("accident", """
Number of the report | Date of information | Reporting organisation | District or city | event_kind | occurred_on | occurred_at | at_workplace | place | place_precision | outside_recorded_area | area | device_category | killed | injured
A-1 | 2026-03-05 | AUTHORITY | AZ-AGM | accident | 2026-03-04 | 10:30 | no | 39.9950 N 46.9350 E | exact | no | HA-1 | ap_mine | 0 | 1
A-2 | 2026-03-12 | AUTHORITY | AZ-AGM | accident | 2026-03-11 | 16:05 | no | 39.9951 N 46.9352 E | exact | no | HA-1 | ap_mine | 1 | 2
A-3 | 2026-03-20 | AUTHORITY | AZ-AGM | incident | 2026-03-19 | 09:00 | yes | 39.9952 N 46.9353 E | exact | no | HA-1 | av_mine | |
""")  # fmt: skip

VICTIMS = book("victim", """
Date of information | Reporting organisation | District or city where the person lives | accident | identity_given | age_years | age_group | sex | civil_status | outcome | activity | tampered
2026-03-05 | AUTHORITY | AZ-AGM | A-1 | no | 34 | adult | male | civilian | injured | herding | no
2026-03-12 | AUTHORITY | AZ-AGM | A-2 | no | 12 | child | male | civilian | killed | playing | unknown
2026-03-12 | AUTHORITY | AZ-AGM | A-2 | no | 40 | adult | female | civilian | injured | collecting_wood | no
""")  # fmt: skip

LESSONS = book("eore_session", """
Number of the report | Date of information | Reporting organisation | District or city | held_on | place | method | session_count | duration_minutes | languages | audience | beneficiaries 1 kind | beneficiaries 1 stage | beneficiaries 1 sex | beneficiaries 1 age | beneficiaries 1 count | beneficiaries 2 kind | beneficiaries 2 stage | beneficiaries 2 sex | beneficiaries 2 age | beneficiaries 2 count
E-1 | 2026-04-01 | OP-B | AZ-AGM | 2026-04-01 | 39.99 N 46.93 E | school | 1 | 45 | az | school | direct | actual | female | child | 14 | direct | actual | male | child | 16
E-2 | 2026-04-02 | OP-B | AZ-AGM | 2026-04-02 | 39.99 N 46.93 E | session | 2 | 60 | az; ru | returnee; host | direct | actual | female | adult | 21 | direct | actual | male | adult | 18
E-3 | 2026-04-03 | OP-B | AZ-AGM | 2026-04-03 | 39.99 N 46.93 E | house_to_house | 9 | 20 | az | host | direct | actual | female | adult | 12 | | | | |
""")  # fmt: skip

INSPECTIONS = book("quality_inspection", """
Number of the report | Date of information | Reporting organisation | District or city | inspected_on | inspection_kind | inspected_organisation | inspecting_organisation | activity | team | area | checked_area_m2 | result
Q-1 | 2026-08-01 | AUTHORITY | AZ-AGM | 2026-08-01 | external_qc | OP-A | AUTHORITY | clearance | A1 | HA-1 | 90000 | conforms
Q-2 | 2026-08-02 | AUTHORITY | AZ-AGM | 2026-08-02 | external_qa_announced | OP-A | AUTHORITY | clearance | A1 | HA-1 | | conforms
Q-3 | 2026-08-03 | OP-A | AZ-AGM | 2026-08-03 | internal_qa | OP-A | OP-A | clearance | A2 | HA-2 | | conforms_with_remarks
""")  # fmt: skip

SPOTS = book("eod_spot_task", """
Number of the report | Date of information | Reporting organisation | District or city | task | task_status | reported_at | report_source | reported_place | urgency | team
S-1 | 2026-02-01 | AUTHORITY | AZ-AGM | ST-1 | assigned | 2026-02-01T09:15 | resident | 39.99 N 46.93 E | immediate | EOD-1
S-2 | 2026-02-02 | AUTHORITY | AZ-AGM | ST-2 | reported | 2026-02-02T12:40 | hotline | 39.99 N 46.94 E | urgent |
S-3 | 2026-02-03 | AUTHORITY | AZ-AGM | ST-3 | assigned | 2026-02-03T08:05 | builder | 39.98 N 46.93 E | routine | EOD-2
""")  # fmt: skip

SIGNS = book("marking", """
Number of the report | Date of information | Reporting organisation | District or city | area | action | done_on | reference_point | marking_system | length_m | sign_count | marking_condition | signs_missing | signs_damaged
M-1 | 2026-01-10 | OP-B | AZ-AGM | HA-1 | installed | 2026-01-10 | 39.9885 N 46.9285 E | permanent | 3900 | 160 | | |
M-2 | 2026-01-11 | OP-B | AZ-AGM | HA-2 | inspected | 2026-01-11 | 39.9885 N 46.9485 E | permanent | 3900 | 158 | damaged | 2 | 3
M-3 | 2026-01-12 | OP-B | AZ-AGM | HA-3 | installed | 2026-01-12 | 40.0085 N 46.9285 E | temporary | 3900 | 90 | | |
""")  # fmt: skip


def dirty(
    name: str,
    base: Book,
    changes: Mapping[str, object],
    *expected: tuple[str, str],
    to_bytes: Callable[..., bytes] = xlsx,
) -> File:
    """A file whose third row has some cells changed: each (element, code) must be said of that row."""
    must_be_said = frozenset((3, element, code) for element, code in expected)
    return File(name, base.form, lambda: to_bytes(changed(base, 3, changes)), must_be_said)


def sheet(name: str, base: Book, spoil: Callable[[Worksheet], None], *expected: tuple[int, str, str]) -> File:
    """A workbook whose sheet is spoilt in a way that cells alone cannot tell."""
    return File(name, base.form, lambda: xlsx(changed(base, 3, {}), spoil), frozenset(expected))


def text(name: str, base: Book, data: bytes, *expected: tuple[int, str, str]) -> File:
    return File(name, base.form, data, frozenset(expected))


def put(cell: str, value: object) -> Callable[[Worksheet], None]:
    def spoil(sheet: Worksheet) -> None:
        sheet[cell] = value

    return spoil


def merged(cells: str) -> Callable[[Worksheet], None]:
    return lambda sheet: sheet.merge_cells(cells)


def error_value(cell: str, value: str = "#REF!") -> Callable[[Worksheet], None]:
    def spoil(sheet: Worksheet) -> None:
        sheet[cell] = value
        sheet[cell].data_type = "e"

    return spoil


def with_total(sheet: Worksheet) -> None:
    sheet.append(["CƏMİ", *[None] * 12, 1710.5, 23, 19.5])


def with_header_again(sheet: Worksheet) -> None:
    sheet.insert_rows(3)
    for column, heading in enumerate(WORK.headings, 1):
        sheet.cell(3, column, heading)


def with_percent(sheet: Worksheet) -> None:
    for row in (2, 3, 4):
        sheet.cell(row, 15).number_format = "0%"


DIRTY = [
    # words for codes
    dirty("a code that no list has", NTS, {"Classification": "red zone"}, ("classification", "code_unknown")),
    dirty("a misspelt code", NTS, {"Classification": "chaa"}, ("classification", "code_misspelt")),
    dirty("one wrong code of several", NTS, {"Direct evidence": "crater; fence"}, ("evidence_direct", "code_unknown")),
    dirty("a misspelt label", FINDS, {"condition": "Armed or functionl"}, ("condition", "code_misspelt")),
    dirty("a number for a code", WORK, {"activity_status": 7}, ("activity_status", "code_unknown")),
    dirty("a code of another list", ACCIDENTS, {"event_kind": "cha"}, ("event_kind", "code_unknown")),
    dirty("no unit of that name", NTS, {"District or city": "Atlantis"}, ("unit", "unit_unknown")),
    dirty("a unit that may be two", NTS, {"District or city": "Lənkəran"}, ("unit", "unit_ambiguous")),
    # numbers
    dirty("mixed units", NTS, {"Area as reported": "94,79 ha"}, ("reported_area_m2", "unit_unlike_column")),
    dirty("an area in dunams", NTS, {"Area as reported": "90 dunam"}, ("reported_area_m2", "area_unit_unclear")),
    dirty("words for a number", WORK, {"processed_area_m2": "about 1300"}, ("processed_area_m2", "cell_not_a_number")),
    dirty("a range for a number", WORK, {"hours": "6-7"}, ("hours", "cell_not_a_number")),
    dirty("thousands or fraction", WORK, {"processed_area_m2": "1,310"}, ("processed_area_m2", "number_mark_unclear")),
    dirty("a negative area", WORK, {"processed_area_m2": -1310}, ("processed_area_m2", "answer_too_small")),
    dirty("half a person", WORK, {"persons": 7.5}, ("persons", "number_not_whole")),
    dirty("a date for a number", WORK, {"hours": date(2026, 7, 6)}, ("hours", "cell_is_a_date")),
    dirty("an exponent", WORK, {"processed_area_m2": "1.31E+03"}, ("processed_area_m2", "number_in_exponent")),
    dirty("a depth beyond any", FINDS, {"depth_cm": 10000}, ("depth_cm", "answer_too_large")),
    dirty("a quantity of none", FINDS, {"quantity": 0}, ("quantity", "answer_too_small")),
    dirty("the area ten times too small", NTS, {"Area as reported": 94790}, ("reported_area_m2", "area_differs")),
    # dates
    dirty("day or month first", NTS, {"Date of information": "05/04/2026"}, ("date_of_information", "date_day_month_unclear")),
    dirty("a day that no month has", NTS, {"Date of information": "31.02.2026"}, ("date_of_information", "date_impossible")),
    dirty("a year of two digits", NTS, {"Date of information": "19.05.26"}, ("date_of_information", "date_short_year")),
    dirty("a year for a date", NTS, {"Date of information": 2026}, ("date_of_information", "date_is_year")),
    dirty("a day to come", NTS, {"Date of information": date(2027, 5, 19)}, ("date_of_information", "answer_in_future")),
    dirty("words for a date", NTS, {"Date of information": "last week"}, ("date_of_information", "cell_not_a_date")),
    dirty("the end before the start", DONE, {"end_date": date(2026, 5, 1)}, ("end_date", "dates_out_of_order")),
    dirty("reported before it happened", ACCIDENTS, {"Date of information": date(2026, 3, 1)},
          ("date_of_information", "dates_out_of_order")),
    dirty("a time that no clock shows", ACCIDENTS, {"occurred_at": "25:10"}, ("occurred_at", "cell_not_a_time")),
    dirty("a moment without its time", SPOTS, {"reported_at": date(2026, 2, 2)}, ("reported_at", "time_not_given")),
    # places
    dirty("latitude and longitude exchanged", WORK, {"Latitude": 46.9285, "Longitude": 39.9885},
          ("reference_point", "point_axes_exchanged")),
    dirty("a place in the sea of another country", WORK, {"Latitude": 36.2}, ("reference_point", "point_outside_country")),
    dirty("a latitude alone", WORK, {"Longitude": None}, ("reference_point", "point_part_missing")),
    dirty("a place of words", FINDS, {"place": "by the mill"}, ("place", "coordinates_unreadable")),
    dirty("a place in two datums", FINDS, {"place": "SK-42 39.9951 46.9352"}, ("place", "coordinates_operation_needed")),
    dirty("a find in another district", FINDS, {"place": "38.75 N 48.85 E"}, ("place", "place_in_other_unit")),
    dirty("a boundary that crosses itself", NTS, {"Boundary": CROSSED}, ("boundary", "ring_crosses_itself")),
    dirty("a boundary with a spike", NTS, {"Boundary": SPIKED}, ("boundary", "spike")),
    dirty("a boundary that is not closed", NTS, {"Boundary": OPEN_RING}, ("boundary", "ring_not_closed")),
    dirty("a boundary with exchanged axes", NTS, {"Boundary": SWAPPED_RING}, ("boundary", "swapped_axes")),
    dirty("a boundary of two points", NTS, {"Boundary": "39.99 N 46.95 E; 40.00 N 46.96 E"},
          ("boundary", "pasted_too_few_corners")),
    dirty("a benchmark in the minefield", NTS, {"Benchmark": "39.9950 N 46.9550 E"}, ("boundary", "safe_point_in_hazard")),
    # the field's rules
    dirty("nothing where something is needed", NTS, {"Classification": None}, ("classification", "answer_missing")),
    dirty("no organisation", WORK, {"Reporting organisation": "  "}, ("reporting_organisation", "answer_missing")),
    dirty("confirmed without direct evidence", NTS, {"Direct evidence": None},
          ("evidence_direct", "cha_without_direct_evidence")),
    dirty("suspected without any evidence", NTS, {"Classification": "sha", "Direct evidence": None},
          ("evidence_indirect", "sha_without_indirect_evidence")),
    dirty("cancelled without criteria", NTS, {"Result of the survey": "cancelled_part", "Classification": "sha",
          "Direct evidence": None, "Indirect evidence": "analogy"},
          ("cancellation_criteria", "cancelled_without_criteria")),
    dirty("cleared without a depth", DONE, {"products[1].achieved_depth_cm": None},
          ("products[1].achieved_depth_cm", "cleared_without_depth")),
    dirty("cleared to less than required", DONE, {"products[1].achieved_depth_cm": 10},
          ("products[1].achieved_depth_cm", "depth_less_than_required")),
    dirty("reduced without criteria", DONE, {"products[1].outcome": "reduced", "products[1].achieved_depth_cm": None},
          ("products[1].criteria", "released_without_criteria")),
    dirty("nine mines in one row", DONE, {"finds 1 quantity": 9}, ("finds[1].quantity", "several_mines_in_one_row")),
    dirty("an accident without harm", ACCIDENTS, {"killed": 0, "injured": 0}, ("event_kind", "accident_without_harm")),
    dirty("outside every recorded area", ACCIDENTS, {"outside_recorded_area": "yes", "area": None},
          ("outside_recorded_area", "accident_outside_recorded_area")),
    dirty("an adult of twelve", VICTIMS, {"age_group": "adult"}, ("age_group", "age_group_contradicts_age")),
    dirty("people counted twice", LESSONS, {"beneficiaries 2 sex": "female"}, ("beneficiaries", "beneficiaries_twice")),
    dirty("inspected by itself", INSPECTIONS, {"inspecting_organisation": "OP-A"},
          ("inspecting_organisation", "inspector_not_independent")),
    # the same thing twice
    dirty("the number of another report", NTS, {"Number of the report": "NTS-1 "}, ("local_id", "local_id_in_row")),
    dirty("the day of another report", WORK, {"Date of information": date(2026, 6, 1), "work_date": date(2026, 6, 1)},
          ("area", "row_same_event")),
    text("a row again", FINDS, csv([*changed(FINDS, 3, {}), changed(FINDS, 3, {})[2]]), (5, "local_id", "local_id_in_row")),
    text("a row again that has no number", FINDS, xlsx([row[1:] for row in (*changed(FINDS, 3, {}), changed(FINDS, 3, {})[2])]),
         (5, "", "row_says_the_same")),
    text("two victims alike, who are two", VICTIMS, xlsx([*changed(VICTIMS, 3, {}), changed(VICTIMS, 3, {})[2]]),
         (5, "", "person_row_alike")),
    # what only a workbook can hold
    sheet("an error value", WORK, error_value("N3"), (3, "processed_area_m2", "cell_error_value")),
    sheet("a formula that was never worked out", WORK, put("N3", "=SUM(N2,N4)"),
          (3, "processed_area_m2", "formula_without_value")),
    sheet("cells merged over two rows", WORK, merged("G2:G3"), (3, "team", "cell_merged")),
    sheet("a row of totals", WORK, with_total, (5, "", "row_total_left_out")),
    sheet("the header again", WORK, with_header_again, (3, "", "header_repeated")),
    sheet("a column of percentages", WORK, with_percent, (0, "persons", "column_percent")),
    # headings
    text("a heading nobody knows", WORK, xlsx(changed(headed(WORK, hours="Hrs of weather"), 3, {})),
         (0, "", "column_not_matched"), (0, "hours", "column_needed"),
         *((row, "hours", "answer_missing") for row in (2, 3, 4))),
    text("a misspelt heading", SIGNS, xlsx(changed(headed(SIGNS, sign_count="Numbr of signs"), 3, {})),
         (0, "", "column_misspelt"), (0, "sign_count", "column_needed"),
         *((row, "sign_count", "answer_missing") for row in (2, 3, 4))),
    text("a latitude whose longitude has no column", WORK, xlsx([row[:12] + row[13:] for row in changed(WORK, 3, {})]),
         (0, "", "point_part_alone"), (0, "reference_point", "column_needed"),
         *((row, "reference_point", "answer_missing") for row in (2, 3, 4))),
    # text files
    text("a text file that is not UTF-8", NTS, csv(changed(NTS, 3, {"Id of the hazardous area": "Ağdam"}), ";", "cp1254"),
         (0, "", "table_not_text")),
    text("a comma without quotes", FINDS, csv(changed(FINDS, 3, {})).replace(b"TM-62M", b"TM,62M"),
         (3, "", "row_cells")),
    text("a quote that is never closed", FINDS, csv(changed(FINDS, 3, {})).replace(b"TM-62M", b'"TM-62M'),
         (0, "", "table_quotes_wrong")),
    dirty("an unreadable cell in a text file", FINDS, {"quantity": "two"}, ("quantity", "cell_not_a_number"), to_bytes=csv),
]  # fmt: skip


def clean(name: str, base: Book, **columns: Callable[[str], object]) -> File:
    """A sound workbook, some of whose columns are written in another way than people should, but in one meaning."""
    return File(name, base.form, lambda: xlsx(rewritten(base, **columns)))


def rewritten(base: Book, **columns: Callable[[str], object]) -> list[list[object]]:
    cells = changed(base, 3, {})
    names = [heading.casefold().replace(" ", "_") for heading in base.headings]
    for heading, write in columns.items():
        index = names.index(heading)
        for row, texts in zip(cells[1:], base.rows, strict=True):
            row[index] = write(texts[index])
    return cells


def day(written: str) -> Callable[[str], object]:
    return lambda text: date.fromisoformat(text).strftime(written)


def labelled(language: str) -> Book:
    """The table of progress under the form's labels in a language."""
    form = load_form("clearance_progress", "aze")
    known = {label: element for element in form.elements for label in (element.code, element.labels["en"])}
    parts = {"Latitude": {"az": "Enlik", "en": "Latitude", "ru": "Широта"},
             "Longitude": {"az": "Uzunluq", "en": "Longitude", "ru": "Долгота"}}  # fmt: skip
    return replace(WORK, headings=tuple((parts.get(h) or known[h].labels)[language] for h in WORK.headings))


def with_title(sheet: Worksheet) -> None:
    sheet.insert_rows(1, 2)
    sheet["A1"] = "Operator A, iyun 2026"


def with_codes(sheet: Worksheet) -> None:
    """Labels that nobody knows, and a row of codes below them."""
    for column in range(1, len(SIGNS.headings) + 1):
        sheet.cell(1, column, f"Column {column}")
    sheet.insert_rows(2)
    codes = ["local_id", "date_of_information", "reporting_organisation", "unit", *SIGNS.headings[4:]]
    for column, code in enumerate(codes, 1):
        sheet.cell(2, column, f"#{code}")


def with_blank_end(sheet: Worksheet) -> None:
    for row in range(5, 40):
        sheet.cell(row, 1, " ")
    sheet.cell(60, 3).number_format = "0.00"


def with_groups(sheet: Worksheet) -> None:
    """Two rows of headings: the people of a session under a group for each row of the repeat."""
    sheet.insert_rows(1)
    for first, number in ((12, 1), (17, 2)):
        sheet.cell(1, first, f"Beneficiaries {number}")
        sheet.merge_cells(start_row=1, start_column=first, end_row=1, end_column=first + 4)
        for column, word in enumerate(("kind", "stage", "sex", "age", "count"), first):
            sheet.cell(2, column, word)


HA = replace(NTS, headings=tuple("Area, ha" if h == "Area as reported" else h for h in NTS.headings))

CLEAN = [
    *(clean(f"sound {base.form}", base) for base in
      (NTS, WORK, DONE, FINDS, ACCIDENTS, VICTIMS, LESSONS, INSPECTIONS, SPOTS, SIGNS)),
    File("a text file with commas", "hazardous_area", csv(changed(NTS, 3, {}))),
    File("a text file with semicolons and decimal commas", "clearance_progress",
         csv(rewritten(WORK, processed_area_m2=lambda text: text.replace(".", ","), hours=lambda text: text.replace(".", ","),
                       latitude=lambda text: text.replace(".", ","), longitude=lambda text: text.replace(".", ",")), ";")),
    File("a text file in UTF-16", "accident", csv(changed(ACCIDENTS, 3, {}), "\t", "utf-16")),
    clean("headings in Azerbaijani", labelled("az")),
    clean("headings in Russian", labelled("ru")),
    clean("headings in English, dates with points", labelled("en"), date_of_information=day("%d.%m.%Y"), day_of_work=day("%d.%m.%Y")),
    clean("areas in hectares under a heading that says so", HA, **{"area,_ha": lambda text: float(text) / 10_000}),
    clean("labels for codes, in three languages", NTS,
          classification=lambda code: {"cha": "Təsdiqlənmiş təhlükəli sahə", "sha": "Предположительно опасный район"}[code],
          visited=lambda code: "Yes", district_or_city=lambda code: "Ağdam"),
    File("a title above and blank rows", "clearance_progress", xlsx(changed(WORK, 3, {}), with_title)),
    File("labels with a row of codes", "marking", xlsx(changed(SIGNS, 3, {}), with_codes)),
    File("a blank end", "clearance_progress", xlsx(changed(WORK, 3, {}), with_blank_end)),
    File("two rows of headings", "eore_session", xlsx(changed(LESSONS, 3, {}), with_groups)),
    clean("blanks that nobody sees", FINDS, model=lambda text: f" {text}\u00a0", category=lambda code: f"{code} "),
    clean("dates written out", ACCIDENTS, occurred_on=day("%d %B %Y"), date_of_information=day("%Y/%m/%d")),
    clean("dates as serial numbers", FINDS, found_on=lambda text: (date.fromisoformat(text) - date(1899, 12, 30)).days),
]  # fmt: skip
