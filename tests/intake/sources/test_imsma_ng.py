"""The Authority moves from IMSMA NG: nothing is lost, nothing is made up, and every import says it was never tried."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.sources.imsma_made import as_csv, noted, of, reading, said, table, values, workbook
from torpaq.intake.sources.imsma_ng_columns import ACTIVITIES, ACTIVITY_KIND, COMMON, ELEMENTS, FORMS, REFERENCES
from torpaq.standard.form import load_form
from torpaq.standard.problems import LANGUAGES

HAZARD = table("""
    hazard_guid | hazard_localid | dateofinformation   | areatype_guid | status_guid | areasize | sectorname
    c0a8-1      | HA-7           | 2015-06-01          | SHA           | e-1         | 9480     | North
""")
ENUMS = table("""
    imsmaenum_guid | enumvalue
    e-1            | Active
    e-2            | Polygon
    e-3            | Point
    e-4            | Benchmark
    e-5            | Turning Point
""")
LINKS = table("""
    hazard_guid | geospatialinfo_guid
    c0a8-1      | g-1
    c0a8-1      | g-2
""")
SHAPES = table("""
    geospatialinfo_guid | shapeenum_guid | shape_id | isactive
    g-1                 | e-2            | P1       | true
    g-2                 | e-3            | BM       | true
""")
POINTS = table("""
    geopoint_guid | geospatialinfo_guid | pointno | pointlocal_id | pointtypeenum | latitude | longitude | coordrefsys | user_entered_x | bearing | distance
    p-3           | g-1                 | 3       | TP3           | Turning Point | 39.991   | 46.931    | WGS 84      | 46.931         |         |
    p-1           | g-1                 | 1       | TP1           | Turning Point | 39.990   | 46.930    | WGS 84      | 46.930         |         |
    p-2           | g-1                 | 2       | TP2           | Turning Point | 39.990   | 46.931    | WGS 84      | 46.931         | 90      | 85
    p-9           | g-2                 | 1       | BM1           | Benchmark     | 39.989   | 46.929    | WGS 84      | 46.929         |         |
""")  # noqa: E501 # a table reads worse when it is broken


def land(**changes: object) -> bytes:
    sheets = {
        "hazard": HAZARD,
        "imsmaenum": ENUMS,
        "hazard_has_geospatialinfo": LINKS,
        "geospatialinfo": SHAPES,
        "geopoint": POINTS,
    }
    return workbook(**{**sheets, **changes})


def changed(rows: list[list[object]], row: int, column: str, value: object) -> list[list[object]]:
    """A table with one cell replaced."""
    index = rows[0].index(column)
    return [[*r[:index], value, *r[index + 1 :]] if n == row else r for n, r in enumerate(rows)]


# -- land -------------------------------------------------------------------------------------------------------------


def test_a_hazard_becomes_a_hazardous_area_with_its_guid_its_terms_and_its_ring() -> None:
    read = reading(land())
    (record,) = of(read, "hazardous_area")
    told = {code: record.values[code] for code in ("local_id", "area", "classification", "area_status")}
    assert record.id == "imsma:c0a8-1"
    assert told == {"local_id": "HA-7", "area": "HA-7", "classification": "sha", "area_status": "open"}
    assert (record.values["date_of_information"], record.values["reported_area_m2"]) == ("2015-06-01", 9480)
    ring = record.values["boundary"]["coordinates"][0][0]
    assert [[round(x, 4) for x in position] for position in ring][:3] == [
        [46.93, 39.99],
        [46.931, 39.99],
        [46.931, 39.991],
    ]
    assert record.values["benchmark"]["coordinates"] == [46.929, 39.989]
    assert said(read) == []


def test_what_was_typed_of_each_point_is_kept_with_its_bearing_and_distance() -> None:
    boundary = values(reading(land()), "hazardous_area")["boundary"]
    (shape,) = boundary["original"]["shapes"]
    assert [point["pointlocal_id"] for point in shape["points"]] == ["TP1", "TP2", "TP3"]
    assert shape["points"][1] | {"bearing": "90", "distance": "85", "user_entered_x": "46.931"} == shape["points"][1]


def test_every_import_says_that_it_was_never_tried_on_a_real_export() -> None:
    read = reading(land())
    assert noted(read, "source_not_tried_on_real") == [{"source": "imsma_ng"}]
    assert all(p.sentence(language) for p in read.problems for language in LANGUAGES)


def test_a_column_that_nobody_described_is_named_and_kept_as_it_stood() -> None:
    read = reading(land())
    assert noted(read, "columns_left_aside") == [{"columns": "sectorname"}]
    (record,) = read.records
    kept = json.loads(record.original)
    assert kept[0]["sectorname"] == "North"
    assert kept[0]["status_guid"] == "e-1"
    assert len(kept) == 1 + 4


def test_a_base_term_is_read_as_what_it_is_shown_as_and_the_reading_is_told() -> None:
    read = reading(land())
    assert {"column": "status_guid", "value": "Active", "read": "open", "count": 1} in noted(read, "value_read_as")


def test_a_term_of_a_country_that_no_code_means_is_left_for_a_person() -> None:
    read = reading(land(hazard=changed(HAZARD, 1, "areatype_guid", "Old battlefield")))
    assert "classification" not in values(read, "hazardous_area")
    assert said(read) == [
        (
            "value_left_aside",
            "hazard row 2",
            {"column": "areatype_guid", "value": "Old battlefield", "element": "classification", "count": 1},
        )
    ]
    assert "Old battlefield" in read.records[0].original


def test_an_item_without_a_date_of_information_gets_none_from_the_day_of_entry() -> None:
    rows = [[*row, "dataentrydate" if n == 0 else "2020-01-01"] for n, row in enumerate(HAZARD)]
    read = reading(land(hazard=changed(rows, 1, "dateofinformation", None)))
    assert "date_of_information" not in values(read, "hazardous_area")


# -- points -----------------------------------------------------------------------------------------------------------


def test_the_points_of_geochecks_view_alone_are_land_with_a_ring() -> None:
    joined = [
        ["hazard_guid", "hazard_localid", "shapeenum", "shape_id", "isactive", *POINTS[0]],
        *(["c0a8-1", "HA-7 ", "Polygon", "P1", "t", *row] for row in POINTS[1:4]),
    ]
    read = reading(as_csv(joined))
    (record,) = of(read, "hazardous_area")
    assert (record.id, record.values["area"]) == ("imsma:c0a8-1", "HA-7")
    assert len(record.values["boundary"]["coordinates"][0][0]) == 4


def test_a_point_typed_in_another_system_is_told() -> None:
    read = reading(land(geopoint=changed(POINTS, 1, "coordrefsys", "Pulkovo 1942")))
    assert said(read) == [("points_converted_there", "hazard row 2", {"count": 1, "crs": "Pulkovo 1942"})]


def test_a_point_with_a_bearing_and_no_place_is_left_for_a_traverse() -> None:
    points = changed(changed(POINTS, 4, "latitude", None), 4, "bearing", 45)
    read = reading(land(geopoint=points))
    assert said(read) == [("point_by_bearing_only", "hazard row 2", {"point": "BM1"})]
    assert "benchmark" not in values(read, "hazardous_area")


def test_a_ring_of_two_points_is_left_aside_with_its_points_kept() -> None:
    read = reading(land(geopoint=POINTS[:3]))
    assert said(read) == [("shape_left_aside", "hazard row 2", {"shape": "P1", "points": 2})]
    assert "TP1" in read.records[0].original


def test_a_ring_that_crosses_itself_is_left_aside_with_the_reason() -> None:
    crossing = table("""
        geopoint_guid | geospatialinfo_guid | pointno | latitude | longitude
        p-1           | g-1                 | 1       | 39.990   | 46.930
        p-2           | g-1                 | 2       | 39.991   | 46.931
        p-3           | g-1                 | 3       | 39.990   | 46.931
        p-4           | g-1                 | 4       | 39.991   | 46.930
    """)
    ((code, _, told),) = said(reading(land(geopoint=crossing)))
    assert code == "boundary_left_aside"
    assert "self" in told["reasons"] or "cross" in told["reasons"] or "valid" in told["reasons"]


def test_a_place_outside_the_country_is_no_place() -> None:
    read = reading(land(geopoint=changed(POINTS, 4, "latitude", 9.0)))
    assert said(read) == [("point_out_of_place", "hazard row 2", {"point": "BM1", "reasons": "point_outside_country"})]


def test_a_shape_that_is_not_active_is_left_out_and_counted() -> None:
    read = reading(land(geospatialinfo=changed(SHAPES, 1, "isactive", "false")))
    assert said(read) == [("shapes_not_active", "hazard row 2", {"count": 1})]
    assert "boundary" not in values(read, "hazardous_area")


def test_points_of_kinds_that_no_element_asks_for_are_counted() -> None:
    read = reading(land(geopoint=changed(POINTS, 4, "pointtypeenum", "Firing point")))
    assert said(read) == [("points_left_aside", "hazard row 2", {"count": 1})]


# -- ids --------------------------------------------------------------------------------------------------------------


def test_equal_local_ids_are_kept_apart_as_gichd_repairs_them_also_where_a_blank_hides_it() -> None:
    rows = [*HAZARD, ["c0a8-0", "HA-7 ", *HAZARD[1][2:]]]
    read = reading(land(hazard=rows))
    assert [(r.id, r.values["area"]) for r in of(read, "hazardous_area")] == [
        ("imsma:c0a8-1", "HA-7-DUP02"),
        ("imsma:c0a8-0", "HA-7-DUP01"),
    ]
    assert said(read)[0] == ("local_id_twice", "HA-7", {"count": 2, "first": "HA-7-DUP01"})


def test_a_guid_that_stands_twice_or_is_missing_refuses_its_row() -> None:
    rows = [*HAZARD, HAZARD[1], [None, "HA-8", *HAZARD[1][2:]]]
    read = reading(land(hazard=rows))
    assert [(code, subject) for code, subject, _ in said(read)] == [
        ("guid_twice", "hazard row 3"),
        ("guid_missing", "hazard row 4"),
    ]
    assert (read.rows, read.accepted) == (3, 1)


# -- activities and people --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "form"), sorted(ACTIVITIES.items()))
def test_the_kind_of_an_activity_decides_its_form(kind: str, form: str) -> None:
    rows = [["hazreduc_guid", "hazreduc_localid", ACTIVITY_KIND], ["c0a8-5", "CLR-1", kind.upper()]]
    assert [record.form for record in reading(as_csv(rows)).records] == [form]


def test_an_activity_that_is_no_report_of_ours_is_refused_by_name() -> None:
    rows = [["hazreduc_guid", "hazreduc_localid", ACTIVITY_KIND], ["c0a8-5", "SD-1", "Stockpile destruction"]]
    read = reading(as_csv(rows))
    assert read.is_empty
    ((code, subject, told),) = said(read)
    assert (code, subject, told["kind"]) == ("activity_without_form", "row 2", "Stockpile destruction")


def test_a_victim_refers_to_its_accident_stands_after_it_and_is_not_said_to_be_known() -> None:
    victims = table("""
        victim_guid | victim_localid | accident_guid | genderenum_guid | killedorinjuredenum_guid | firstname
        v-1         | V-1            | a-1           | Female          | Injured                  | Aygün
    """)
    accidents = table("""
        accident_guid | accident_localid | dateofinformation | accidenttypeenum_guid
        a-1           | ACC-1            | 2016-02-03        | Mine
    """)
    read = reading(workbook(victim=victims, accident=accidents))
    assert [record.form for record in read.records] == ["accident", "victim"]
    victim = values(read, "victim")
    assert (victim["accident"], victim["sex"], victim["outcome"]) == ("imsma:a-1", "female", "injured")
    assert victim["identity_given"] == "unknown"
    assert "Aygün" not in str(victim)
    assert "Aygün" in of(read, "victim")[0].original
    assert values(read, "accident")["accident_class"] == "mine"
    assert (read.rows, read.accepted) == (2, 2)


def test_a_sheet_that_is_no_table_of_ours_is_named() -> None:
    read = reading(land(hazdeviceinfo=table("hazard_guid | qty\nc0a8-1 | 3")))
    assert said(read) == [("table_not_read", "hazdeviceinfo", {})]


def test_a_workbook_without_items_is_of_no_known_source() -> None:
    read = reading(workbook(Sheet1=table("a | b\n1 | 2")))
    assert [p.code for p in read.problems] == ["source_unknown"]
    named = reading(workbook(Sheet1=table("a | b\n1 | 2")), "imsma_ng")
    assert [p.code for p in named.problems][-1] == "system_not_recognised"


def test_every_column_answers_an_element_that_its_forms_have() -> None:
    forms = {**{name: [form] for name, form in FORMS.items()}, "hazreduc": sorted(set(ACTIVITIES.values()))}
    for name, columns in ELEMENTS.items():
        asked = {element.code for form in forms[name] for element in load_form(form).asked()}
        assert set(columns.values()) <= asked, name
    for name, _ in REFERENCES:
        assert name in FORMS
    assert set(COMMON.values()) <= {element.code for element in load_form("hazardous_area").asked()}


# -- whatever stands there --------------------------------------------------------------------------------------------

CELLS = st.one_of(
    st.text(max_size=12), st.sampled_from(["", "39.99", "46.93", "NaN", "1e999", "Polygon", "t", "e-1", "ı"])
)


@settings(max_examples=60)
@given(st.lists(st.lists(CELLS, min_size=18, max_size=18), max_size=5))
def test_no_points_raise(rows: list[list[str]]) -> None:
    header = ["hazard_guid", "hazard_localid", "shapeenum", "shape_id", "isactive", *POINTS[0]]
    width = len(header)
    read = reading(as_csv([header, *[(row * 2)[:width] for row in rows]]), "imsma_ng")
    assert read.problems


@given(st.binary(max_size=400))
def test_no_bytes_raise(data: bytes) -> None:
    assert reading(data, "imsma_ng").problems
