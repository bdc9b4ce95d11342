"""The Authority of Colombia published 12,062 people harmed: each stays one person, and accidents are counted low."""

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from support import shared_data
from torpaq.intake.record.checking import check_record
from torpaq.intake.record.context import context_in
from torpaq.intake.record.record import Record
from torpaq.intake.source_reading import SourceReading, SourceRecord, import_summary
from torpaq.intake.sources import read_source
from torpaq.standard.country import load_country
from torpaq.standard.form import load_form
from torpaq.standard.problems import LANGUAGES

CSV = "colombia-minas-victimas/Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia.csv"
HEADER = (
    "departamento,codigodanedepartamento,municipio,codigodanemunicipio,tipoarea,sitio,ano,mes,rangoedad,grupoetnico,"
    "condicion,estado,genero,latitudcabecera,longitudcabecera,tipoevento,Ubicación,Actividad\n"
)
GRANADA = (
    "ANTIOQUIA,5,GRANADA,5313,Rural,Sin información,2006,1,Menor de 18 años,No,Civil,Herido,Masculino,"
    '6.143703,-75.185183,Accidente por MAP,"(6.143703, -75.185183)","Pasando, estando cerca"\n'
)
ORITO = (
    "PUTUMAYO,86,ORITO,86320,Rural,Vereda Guayabal,2014,5,Mayor de 18 años,Indigena,Fuerza pública,{outcome},Masculino,"
    '0.6,-76.9,Accidente por MUSE,"(0.6, -76.9)",Fuerza pública\n'
)
EXCERPT = HEADER + GRANADA + ORITO.format(outcome="Herido") * 2 + ORITO.format(outcome="Muerto")
NOTES = ("accidents_at_least", "places_of_seats", "people_alike")


def excerpt(*changes: tuple[str, str]) -> SourceReading:
    """The excerpt with some texts replaced, read."""
    text = EXCERPT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return read_source(text.encode())


def of(reading: SourceReading, form: str) -> list[SourceRecord]:
    return [record for record in reading.records if record.form == form]


def said(reading: SourceReading) -> list[tuple[str, str, dict[str, object]]]:
    """The problems but for the notes on the whole file, as plain values."""
    return [(p.code, p.subject, dict(p.parameters)) for p in reading.problems if p.code not in NOTES]


@pytest.fixture(scope="module")
def published() -> Path:
    path = shared_data(CSV)
    if path is None:
        pytest.skip("the published register is not here; only the excerpt is tested")
    return path


@pytest.fixture(scope="module")
def register(published: Path) -> SourceReading:
    return read_source(published)


@pytest.fixture(scope="module")
def plain_rows(published: Path) -> list[dict[str, str]]:
    with published.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# -- the published file -----------------------------------------------------------------------------------------------


def test_every_person_is_there_and_the_counts_are_the_files_own(
    register: SourceReading, plain_rows: list[dict[str, str]]
) -> None:
    told = import_summary(register)
    assert (told["rows"], told["accepted"], told["refused"]) == (12_062, 12_062, 0)

    def counted(column: str, codes: dict[str, str]) -> dict[str, int]:
        return {codes[word]: count for word, count in Counter(row[column] for row in plain_rows).items()}

    assert told["by_condition"] == counted("condicion", {"Civil": "civilian", "Fuerza pública": "public_force"})
    sexes = {"Femenino": "female", "Masculino": "male", "Sin Información": "unknown"}
    assert told["by_sex"] == counted("genero", sexes)
    assert told["by_age_group"] == counted("rangoedad", {"Menor de 18 años": "child", "Mayor de 18 años": "adult"})
    assert told["by_outcome"] == counted("estado", {"Herido": "injured", "Muerto": "killed"})
    assert told["by_year"] == dict(sorted(Counter(row["ano"] for row in plain_rows).items()))
    municipalities = Counter(row["codigodanemunicipio"].zfill(5) for row in plain_rows)
    assert told["by_municipality"] == dict(sorted(municipalities.items()))
    assert len(municipalities) == 515
    assert sum(told["by_unit"].values()) == sum(told["by_activity"].values()) == 12_062
    assert told["by_activity"]["public_force_activity"] == 6914 + 162


def test_equal_rows_are_different_people_each_with_an_id_of_its_own(
    register: SourceReading, plain_rows: list[dict[str, str]]
) -> None:
    people = of(register, "victim")
    assert len({person.id for person in people}) == 12_062
    rows = [tuple(row.values()) for row in plain_rows]
    assert len(rows) - len(set(rows)) == 3781
    (alike,) = [p for p in register.problems if p.code == "people_alike"]
    assert alike.parameters["count"] >= 3781
    (most, count), *_ = Counter(rows).most_common(1)
    same = [people[number] for number, row in enumerate(rows) if row == most]
    assert len(same) == len({person.id for person in same}) == count == 41
    assert len({tuple(sorted((k, str(v)) for k, v in person.values.items())) for person in same}) == 1


def test_every_victim_refers_to_an_accident_whose_toll_is_its_victims(register: SourceReading) -> None:
    tolls = {accident.id: Counter() for accident in of(register, "accident")}
    for victim in of(register, "victim"):
        tolls[victim.values["accident"]][victim.values["outcome"]] += 1
    for accident in of(register, "accident"):
        toll = tolls[accident.id]
        assert (accident.values["killed"], accident.values["injured"]) == (toll["killed"], toll["injured"])
        assert toll.total() > 0
    assert len(tolls) == 6878
    forms = [record.form for record in register.records]
    assert forms == ["accident"] * 6878 + ["victim"] * 12_062


def test_no_record_has_anything_wrong_with_it_but_what_was_published_so(register: SourceReading) -> None:
    country = load_country("col")
    contexts = {
        form: context_in(country, load_form(form, "col"), "en", date(2026, 1, 1)) for form in ("accident", "victim")
    }
    for record in register.records[::7]:
        context = contexts[record.form]
        values = Record(record.form, context.form.version, record.values)
        assert check_record(values, context.form, context) == []
    warned = [p.code for p in register.problems if p.code not in NOTES]
    assert warned == ["condition_unlike_activity"] * 6


def test_the_same_file_read_again_gives_the_same_ids_and_so_does_a_part_of_it(
    register: SourceReading, published: Path
) -> None:
    lines = published.read_bytes().splitlines(keepends=True)
    part = read_source(b"".join(lines[:3000]))
    ids = {record.id for record in register.records}
    assert {record.id for record in part.records} <= ids
    assert len(of(part, "victim")) == 2999


def test_every_truncation_of_the_published_file_is_told(published: Path) -> None:
    data = published.read_bytes()[:60_000]
    for length in range(0, len(data), 4999):
        assert read_source(data[:length]).problems, f"cut at {length}"


# -- a row ------------------------------------------------------------------------------------------------------------


def test_one_row_becomes_a_victim_of_an_accident() -> None:
    reading = excerpt()
    accident, victim = of(reading, "accident")[0], of(reading, "victim")[0]
    assert accident.values["place"] == {
        "type": "Point",
        "coordinates": [-75.185183, 6.143703],
        "original": {"typed": "6.143703, -75.185183", "notation": "decimal", "datum": "datum_wgs84"},
    }
    told = {code: accident.values[code] for code in ("occurred_on", "date_precision", "place_precision", "unit")}
    assert told == {
        "occurred_on": "2006-01-01",
        "date_precision": "month",
        "place_precision": "unit",
        "unit": "CO/ANTIOQUIA",
    }
    assert "settlement" not in accident.values
    assert accident.values["device_category"] == "ap_mine"
    assert victim.values["municipality_dane"] == "05313"
    assert victim.values["department_dane"] == "05"
    assert (victim.values["identity_given"], victim.values["tampered"]) == ("no", "unknown")
    assert "name" not in victim.values
    assert victim.values["ethnic_recognition"] == "none"


def test_people_of_one_place_month_and_kind_share_an_accident() -> None:
    reading = excerpt()
    accidents, victims = of(reading, "accident"), of(reading, "victim")
    assert [(a.values["killed"], a.values["injured"]) for a in accidents] == [(0, 1), (1, 2)]
    assert [v.values["accident"] for v in victims] == [accidents[0].id, *[accidents[1].id] * 3]
    assert len({v.id for v in victims}) == 4
    assert accidents[1].values["settlement"] == "Vereda Guayabal"
    notes = {p.code: dict(p.parameters) for p in reading.problems}
    assert notes["people_alike"] == {"count": 1}
    assert notes["accidents_at_least"] == {"accidents": 2, "victims": 4}


@pytest.mark.parametrize(
    "other",
    [
        ("Vereda Guayabal,2014,5", "Vereda El Tigre,2014,5"),
        ("Vereda Guayabal,2014,5", "Vereda Guayabal,2014,6"),
        ("Rural,Vereda Guayabal", "Urbana,Vereda Guayabal"),
        ('Accidente por MUSE,"(0.6, -76.9)"', 'Accidente por MAP,"(0.6, -76.9)"'),
        ('0.6,-76.9,Accidente por MUSE,"(0.6, -76.9)"', '0.7,-76.9,Accidente por MUSE,"(0.7, -76.9)"'),
    ],
)
def test_another_place_month_or_kind_is_another_accident(other: tuple[str, str]) -> None:
    assert len(of(excerpt(other), "accident")) == 3


def test_a_site_written_in_another_way_is_the_same_site() -> None:
    assert len(of(excerpt(("Vereda Guayabal", "VEREDA  GUAYABÁL")), "accident")) == 2


def test_a_civilian_at_the_work_of_the_army_keeps_both_with_a_warning() -> None:
    reading = excerpt(("Indigena,Fuerza pública", "Indigena,Civil"))
    assert said(reading) == [
        ("condition_unlike_activity", "row 3", {"condition": "Civil", "activity": "Fuerza pública"})
    ]
    assert of(reading, "victim")[1].values["civil_status"] == "civilian"


def test_handling_the_item_is_tampering_and_says_so() -> None:
    victim = of(excerpt(('"Pasando, estando cerca"', "Manipulación")), "victim")[0]
    assert (victim.values["activity"], victim.values["tampered"]) == ("tampering", "yes")


# -- damaged copies ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ((",2006,1,", ",2006,13,"), "number_outside", "mes"),
        ((",2006,1,", ",1806,1,"), "number_outside", "ano"),
        ((",2006,1,", ",,1,"), "cell_empty", "ano"),
        (("6.143703,-75", "6.14З703,-75"), "cell_not_a_number", "latitudcabecera"),
        (("6.143703,-75.185183,A", "6.143703,-275.185183,A"), "number_outside", "longitudcabecera"),
        (("Herido", "Desaparecido"), "value_unknown", "estado"),
        (("Masculino", "M"), "value_unknown", "genero"),
        (("Menor de 18 años", ""), "cell_empty", "rangoedad"),
        (("GRANADA,5313", "GRANADA,8313"), "codes_disagree", "codigodanemunicipio"),
        (("GRANADA,5313", "GRANADA,5.313"), "number_not_whole", "codigodanemunicipio"),
        (('"(6.143703, -75.185183)"', '"(6.143703, -75.2)"'), "place_told_twice", "ubicación"),
        (('"(6.143703, -75.185183)"', '"6.143703 N"'), "place_told_twice", "ubicación"),
    ],
)
def test_a_wrong_cell_refuses_its_row_with_the_column_and_the_reason(
    change: tuple[str, str], code: str, column: str
) -> None:
    reading = excerpt(change)
    assert [(c, s, p["column"]) for c, s, p in said(reading)] == [(code, "row 2", column)]
    assert len(of(reading, "victim")) == 3
    assert import_summary(reading)["refused"] == 1
    for problem in reading.problems:
        assert all(problem.sentence(language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("ANTIOQUIA,5", "ANTIOQUIAS,5"), "unit_unknown"),
        (
            (
                '6.143703,-75.185183,Accidente por MAP,"(6.143703, -75.185183)"',
                '-75.185183,6.143703,Accidente por MAP,""',
            ),
            "point_axes_exchanged",
        ),
        (
            (
                '6.143703,-75.185183,Accidente por MAP,"(6.143703, -75.185183)"',
                '40.1,46.7,Accidente por MAP,"(40.1, 46.7)"',
            ),
            "point_outside_country",
        ),
    ],
)
def test_a_place_that_cannot_be_is_refused(change: tuple[str, str], code: str) -> None:
    assert [(c, s) for c, s, _ in said(excerpt(change))] == [(code, "row 2")]


def test_a_row_wrong_in_several_columns_is_told_all_of_them() -> None:
    reading = excerpt((",2006,1,", ",2006,0,"), ("Herido", "?"), ("6.143703,-75", "x,-75"))
    assert [code for code, _, _ in said(reading)] == ["number_outside", "cell_not_a_number", "value_unknown"]


def test_a_missing_column_stops_the_reading_and_is_named() -> None:
    reading = excerpt((",mes,", ",month,"))
    assert said(reading) == [
        ("column_missing", "row 1", {"column": "mes"}),
        ("column_unknown", "row 1", {"column": "month"}),
    ]
    assert reading.is_empty


def test_a_workbook_and_a_csv_file_give_the_same_people() -> None:
    book = Workbook()
    for number, row in enumerate(csv.reader(io.StringIO(EXCERPT))):
        cells = [float(c) if number and c.replace(".", "").replace("-", "").isdigit() else c for c in row]
        book.active.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    assert [r.id for r in read_source(stream.getvalue()).records] == [r.id for r in excerpt().records]


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    assert read_source(data, name="colombia_victims").problems


@given(st.lists(st.text(max_size=12), min_size=18, max_size=18))
def test_no_cells_raise(cells: list[str]) -> None:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    reading = read_source((HEADER + text.getvalue()).encode("utf-8", "replace"))
    assert reading.is_empty
