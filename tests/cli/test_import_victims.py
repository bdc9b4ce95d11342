"""Colombia's register of victims becomes a programme's records: every person once, counted as the file counts."""

import csv
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from cli.house import torpaq_process
from support import shared_data

CSV = "colombia-minas-victimas/Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia.csv"
ROWS, ACCIDENTS = 12_062, 6_878

COLUMNS = {
    "by_condition": ("condicion", "civil_status", {"Civil": "civilian", "Fuerza pública": "public_force"}),
    "by_sex": ("genero", "sex", {"Femenino": "female", "Masculino": "male", "Sin Información": "unknown"}),
    "by_age_group": ("rangoedad", "age_group", {"Menor de 18 años": "child", "Mayor de 18 años": "adult"}),
    "by_outcome": ("estado", "outcome", {"Herido": "injured", "Muerto": "killed"}),
    "by_municipality": ("codigodanemunicipio", "municipality_dane", {}),
}


def published() -> Path:
    path = shared_data(CSV)
    if path is None:
        pytest.skip("Colombia's published register of victims is not on this machine")
    return path


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def excerpt(path: Path, rows: list[list[str]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return str(path)


def asked(programme: Path, question: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(programme / "programme.sqlite3") as connection:
        return connection.execute(question).fetchall()


def test_the_whole_register_counts_alike_in_the_file_the_answer_and_the_database(tmp_path: Path) -> None:
    folder = tmp_path / "colombia"
    told = torpaq_process("import", str(published()), "--programme", str(folder), "--json")
    assert told.status == 0, told.err
    taken = told.json
    assert (taken["rows"], taken["accepted"], taken["refused"]) == (ROWS, ROWS, 0)
    assert taken["records"] == taken["added_by_form"] == {"accident": ACCIDENTS, "victim": ROWS}
    assert (taken["added"], taken["changed"], taken["incomplete"]) == (ACCIDENTS + ROWS, 0, 0)
    assert Counter(told.codes) == {
        "condition_unlike_activity": 6,
        "accidents_at_least": 1,
        "places_of_seats": 1,
        "people_alike": 1,
    }
    with published().open(encoding="utf-8", newline="") as file:
        plain = list(csv.DictReader(file))
    for name, (column, element, codes) in COLUMNS.items():
        counts = Counter(codes[row[column]] if codes else row[column].zfill(5) for row in plain)
        assert taken[name] == dict(sorted(counts.items())), name
        path = f"json_extract(\"values\", '$.{element}')"
        stored = f"SELECT {path}, count(*) FROM torpaq_web_fieldrecord WHERE form = 'victim' GROUP BY 1"
        assert dict(asked(folder, stored)) == counts, name
    toll = "SELECT sum(json_extract(\"values\", '$.killed')), sum(json_extract(\"values\", '$.injured'))"
    ((killed, injured),) = asked(folder, f"{toll} FROM torpaq_web_fieldrecord WHERE form = 'accident'")
    assert (killed, injured) == (2329, 9733)
    lonely = """SELECT count(*) FROM torpaq_web_fieldrecord v WHERE form = 'victim' AND NOT EXISTS
        (SELECT 1 FROM torpaq_web_fieldrecord a WHERE a.form = 'accident' AND a.uid = v.subject)"""
    assert asked(folder, lonely) == [(0,)]
    states = "SELECT state, author_id, count(*) FROM torpaq_web_fieldrecord GROUP BY 1, 2"
    assert asked(folder, states) == [("submitted", None, ACCIDENTS + ROWS)]
    again = torpaq_process("import", str(published()), "--programme", str(folder), "--json")
    assert (again.status, again.json["added"], again.codes) == (0, 0, ["file_already_imported"])
    versions = asked(folder, "SELECT count(*), count(DISTINCT version_id) FROM torpaq_web_recordversion")
    assert versions == [(ACCIDENTS + ROWS, ACCIDENTS + ROWS)]


def test_a_damaged_copy_is_refused_row_by_row_and_its_good_rows_can_be_taken(tmp_path: Path) -> None:
    rows = rows_of(published())[:200]
    header = rows[0]
    damaged = [list(row) for row in rows]
    damaged[4][header.index("mes")] = "13"
    damaged[8][header.index("latitudcabecera")] = "6.1O3"
    damaged[11][header.index("estado")] = "?"
    damaged[19] = damaged[19][:5]
    file, folder = excerpt(tmp_path / "damaged.csv", damaged), tmp_path / "colombia"
    refused = torpaq_process("import", file, "--programme", str(folder), "--json")
    errors = {(p["subject"], p["code"]) for p in refused.json["problems"] if p["severity"] == "error"}
    assert refused.status == 1
    assert errors == {
        ("row 5", "number_outside"),
        ("row 9", "cell_not_a_number"),
        ("row 12", "value_unknown"),
        ("row 20", "row_cells"),
    }
    assert refused.json["added"] == 0
    assert not folder.exists()
    words = torpaq_process("import", file, "--programme", str(folder))
    assert "Nothing was taken." in words.out
    taken = torpaq_process("import", file, "--programme", str(folder), "--take-good", "--json")
    assert (taken.status, taken.json["refused"], taken.json["added_by_form"]["victim"]) == (1, 4, 195)
    mended = torpaq_process("import", excerpt(tmp_path / "whole.csv", rows), "--programme", str(folder), "--json")
    assert (mended.status, mended.json["added_by_form"]["victim"]) == (0, 4)
    assert asked(folder, "SELECT count(*) FROM torpaq_web_fieldrecord WHERE form = 'victim'") == [(199,)]


def test_a_missing_column_makes_no_programme_and_is_named(tmp_path: Path) -> None:
    rows = [row[:7] + row[8:] for row in rows_of(published())[:5]]
    told = torpaq_process("import", excerpt(tmp_path / "short.csv", rows), "--programme", str(tmp_path / "p"), "--json")
    assert (told.status, told.codes) == (2, ["column_missing"])
    assert not (tmp_path / "p").exists()


def test_the_words_say_what_was_counted_and_what_was_taken(tmp_path: Path) -> None:
    file = excerpt(tmp_path / "few.csv", rows_of(published())[:20])
    words = torpaq_process("import", file, "--programme", str(tmp_path / "colombia")).out
    assert "colombia_victims: 19 rows, 19 good, 0 refused" in words
    assert "victims by condition" in words
    assert "wait for review" in words
