"""Features of IMSMA Core: links stay references, places that contradict themselves are told, people are not rows."""

import sqlite3
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from intake.sources.imsma_made import as_csv, noted, of, reading, said, table, values, workbook

HAZARDS = table("""
    imsma_id        | imsma_links               | area_type | status | area_size | org  | region | district | report_dt
    hazard_poly_145 | accident_34, device_4222  | CHA       | open   | 9480      | OP-A |        | Ağdam    | 2024-05-02
""")
ACCIDENTS = table("""
    imsma_id    | imsma_links     | acc_dt     | acc_type | num_vics | org | district | org_validation | workflow_status
    accident_34 | hazard_poly_145 | 2023-01-09 | Mine     | 2        | OP  | Ağdam    | approved       | submitted_ops
""")
SESSIONS = table("""
    imsma_id | girls | boys | men | women | total | no_sessions | activity_method | report_date | org  | district
    eore_5   | 10    | 12   | 3   | 0     | 25    | 1           | School          | 2024-04-01  | OP-B | Füzuli
""")


def test_a_hazard_keeps_its_id_its_size_and_its_own_words() -> None:
    read = reading(as_csv(HAZARDS))
    (record,) = of(read, "hazardous_area")
    assert (read.source, record.id) == ("imsma_core", "imsma:hazard_poly_145")
    told = {code: record.values[code] for code in ("area", "classification", "area_status", "reported_area_m2", "unit")}
    assert told == {
        "area": "hazard_poly_145",
        "classification": "cha",
        "area_status": "open",
        "reported_area_m2": 9480,
        "unit": "AZ-AGM",
    }
    assert noted(read, "source_not_tried_on_real") == [{"source": "imsma_core"}]


def test_the_day_of_the_report_stands_for_the_date_of_information_and_that_is_told() -> None:
    read = reading(as_csv(HAZARDS))
    assert values(read, "hazardous_area")["date_of_information"] == "2024-05-02"
    assert noted(read, "date_of_information_from") == [{"column": "report_dt"}]


def test_links_are_references_where_the_form_has_one_and_are_counted_where_not() -> None:
    read = reading(workbook(hazards=HAZARDS, accidents=ACCIDENTS))
    accident = values(read, "accident")
    assert accident["area"] == "hazard_poly_145"
    assert "outside_recorded_area" not in accident
    assert ("links_left_aside", "hazards row 2", {"count": 2}) in said(read)
    assert "device_4222" in of(read, "hazardous_area")[0].original


def test_an_accident_has_its_day_and_the_number_of_its_victims_stays_beside_it() -> None:
    read = reading(as_csv(ACCIDENTS))
    accident = values(read, "accident")
    assert (accident["occurred_on"], accident["accident_class"]) == ("2023-01-09", "mine")
    assert noted(read, "columns_left_aside") == [{"columns": "num_vics"}]
    assert not {"killed", "injured"} & set(accident)


def test_what_was_not_approved_there_is_told() -> None:
    read = reading(as_csv(ACCIDENTS))
    assert noted(read, "not_approved_there") == [{"column": "workflow_status", "value": "submitted_ops", "count": 1}]


def test_people_reached_are_counted_by_sex_and_age_and_the_total_is_no_row_of_them() -> None:
    session = values(reading(as_csv(SESSIONS)), "eore_session")
    counts = {(row["sex"], row["age"]): row["count"] for row in session["beneficiaries"]}
    assert counts == {("female", "child"): 10, ("male", "child"): 12, ("male", "adult"): 3, ("female", "adult"): 0}
    assert (session["attendance"], session["session_count"], session["method"]) == (25, 1, "school")


def test_a_count_that_was_not_given_is_missing_and_not_nought() -> None:
    rows = [SESSIONS[0], [None if name == "girls" else cell for name, cell in zip(*SESSIONS, strict=True)]]
    session = values(reading(as_csv(rows)), "eore_session")
    assert ("female", "child") not in {(row["sex"], row["age"]) for row in session["beneficiaries"]}


def test_a_district_that_stands_in_several_regions_is_told_and_not_read_as_one() -> None:
    rows = table("""
        imsma_id   | acc_dt     | org  | region        | district
        accident_1 | 2023-01-09 | OP-A | Ağdam         | Mərkəz
        accident_2 | 2023-01-10 | OP-A | Füzuli        | Mərkəz
    """)
    read = reading(as_csv(rows))
    assert ("district_in_several_regions", "Mərkəz", {"regions": "Ağdam, Füzuli"}) in said(read)
    assert [record.values["unit"] for record in read.records] == ["AZ-AGM", "AZ-FUZ"]


def test_a_word_of_a_deployment_that_no_code_means_is_left_for_a_person() -> None:
    rows = [HAZARDS[0], ["in review" if cell == "open" else cell for cell in HAZARDS[1]]]
    read = reading(as_csv(rows))
    assert noted(read, "value_left_aside") == [
        {"column": "status", "value": "in review", "element": "area_status", "count": 1}
    ]


def test_features_without_an_id_twice_there_or_of_no_kind_are_refused() -> None:
    rows = [HAZARDS[0], HAZARDS[1], HAZARDS[1], [None, *HAZARDS[1][1:]]]
    read = reading(as_csv(rows))
    codes = [(code, subject) for code, subject, _ in said(read)]
    assert ("guid_twice", "row 3") in codes
    assert ("guid_missing", "row 4") in codes
    other = reading(as_csv(table("imsma_id | name\norganization_2 | HALO")))
    assert [(code, told["feature"]) for code, _, told in said(other)] == [("feature_without_form", "organization_2")]


# -- GeoPackage -------------------------------------------------------------------------------------------------------


Features = dict[str, tuple[object, dict[str, object]]]


def geopackage(file: Path, features: Features) -> bytes:
    """A GeoPackage with a layer for each feature, written by GDAL as the portal writes it."""
    import numpy as np
    import pyogrio
    import shapely

    for name, (shape, attributes) in features.items():
        pyogrio.raw.write(
            file,
            geometry=np.array([shapely.to_wkb(shape)]),
            field_data=[np.array([value]) for value in attributes.values()],
            fields=list(attributes),
            layer=name,
            geometry_type=shape.geom_type,
            crs="EPSG:4326",
        )
    return file.read_bytes()


def ring() -> object:
    import shapely

    return shapely.Polygon([(46.93, 39.99), (46.931, 39.99), (46.931, 39.991)])


def point(lon: float, lat: float) -> object:
    import shapely

    return shapely.Point(lon, lat)


def test_a_geopackage_gives_rings_and_places(tmp_path: Path) -> None:
    features: Features = {
        "hazards": (ring(), {"imsma_id": "hazard_poly_1", "area_type": "SHA", "area_size": 1.0}),
        "accidents": (point(46.94, 39.98), {"imsma_id": "accident_9", "acc_dt": "2023-01-09"}),
    }
    read = reading(geopackage(tmp_path / "core.gpkg", features), file_name="core.gpkg")
    area, accident = values(read, "hazardous_area"), values(read, "accident")
    assert len(area["boundary"]["coordinates"][0][0]) == 4
    assert area["boundary"]["original"]["source"] == "imsma_core"
    assert accident["place"]["coordinates"] == [46.94, 39.98]
    assert read.accepted == 2


def test_a_geometry_that_its_form_does_not_ask_for_and_a_place_abroad_are_told(tmp_path: Path) -> None:
    features: Features = {
        "hazards": (point(46.93, 39.99), {"imsma_id": "hazard_point_1"}),
        "accidents": (point(2.0, 48.0), {"imsma_id": "accident_9"}),
    }
    read = reading(geopackage(tmp_path / "core.gpkg", features), file_name="core.gpkg")
    assert said(read) == [
        ("geometry_left_aside", "hazards row 1", {"kind": "Point"}),
        ("point_out_of_place", "accidents row 1", {"point": "accident_9", "reasons": "point_outside_country"}),
    ]


def test_a_database_that_is_no_geopackage_is_told(tmp_path: Path) -> None:
    file = tmp_path / "other.gpkg"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE imsma_id (a)")
    read = reading(file.read_bytes(), "imsma_core", "other.gpkg")
    assert read.is_empty
    assert any(p.severity == "error" for p in read.problems)


# -- whatever stands there --------------------------------------------------------------------------------------------


@given(st.lists(st.lists(st.text(max_size=10), min_size=9, max_size=9), max_size=5))
def test_no_cells_raise(rows: list[list[str]]) -> None:
    assert reading(as_csv([HAZARDS[0], *rows]), "imsma_core").problems


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    assert reading(data, "imsma_core").problems
    assert reading(b"SQLite format 3\x00imsma_id" + data, "imsma_core").problems
