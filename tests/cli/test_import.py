"""Colombia's published clearance summaries become a programme: real rows, each taken once or refused with a reason."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from cli.house import python_process, torpaq_process
from support import shared_data

CSV = "colombia-desminado/anti-personnel-mines.csv"
XLSX = "colombia-desminado/Departamento_Administrativo_de_la_Presidencia.situaciondesminadohumanitario.xlsx"
ROWS, AREA_M2, ITEMS = 333, 2_170_631.03, 5006


def published(name: str) -> Path:
    path = shared_data(name)
    if path is None:
        pytest.skip("Colombia's published summaries are not on this machine")
    return path


def balance_of(programme: Path, by: str) -> dict[str, Any]:
    told = torpaq_process("ledger", "balance", str(programme), "--by", by, "--json")
    assert told.status == 0, told.err
    return told.json


def cleared_by(value: dict[str, Any]) -> dict[str, float]:
    return {group["key"]: group["unlocated"]["flows"]["cleared_m2"] for group in value["groups"]}


def items_by(value: dict[str, Any]) -> dict[str, int]:
    return {group["key"]: group["items"] for group in value["groups"]}


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programme that the CSV file made."""
    folder = tmp_path_factory.mktemp("import") / "colombia"
    told = torpaq_process("import", str(published(CSV)), "--programme", str(folder), "--json")
    assert told.status == 0, told.err
    taken = told.json
    assert (taken["rows"], taken["accepted"], taken["refused"], taken["added"]) == (ROWS, ROWS, 0, ROWS)
    assert (taken["area_m2"], taken["items"]) == (AREA_M2, ITEMS)
    return folder


def test_the_balance_of_the_programme_is_what_was_published(programme: Path) -> None:
    value = balance_of(programme, "year")
    assert value["unlocated"]["flows"]["cleared_m2"] == AREA_M2
    assert not any(value["flows"].values())
    assert value["ordnance"]["items"] == ITEMS
    assert sum(cleared_by(value).values()) == pytest.approx(AREA_M2)
    assert list(cleared_by(value)) == [str(year) for year in range(2005, 2015)]
    assert (cleared_by(value)["2014"], items_by(value)["2014"]) == (532_485.0, 229)
    assert sum(items_by(value).values()) == ITEMS


def test_and_so_it_is_by_department(programme: Path) -> None:
    value = balance_of(programme, "department")
    with published(CSV).open(encoding="utf-8-sig", newline="") as file:
        rows = [{key.lower(): cell for key, cell in row.items()} for row in csv.DictReader(file)]
    assert len(cleared_by(value)) == len({row["departamento"].strip() for row in rows})
    antioquia = [row for row in rows if row["departamento"] == "ANTIOQUIA"]
    assert cleared_by(value)["CO/ANTIOQUIA"] == pytest.approx(sum(float(row["areadespejada"]) for row in antioquia))
    counted = sum(int(float(row["totalartefactosdestruidos"])) for row in antioquia)
    assert items_by(value)["CO/ANTIOQUIA"] == counted
    words = torpaq_process("ledger", "balance", str(programme), "--by", "department").out
    assert "CO/ANTIOQUIA Antioquia" in words
    assert "5006 items of explosive ordnance: ap_mine 3871, ied 641, uxo 494" in words


def test_before_a_date_there_were_fewer(programme: Path) -> None:
    told = torpaq_process("ledger", "balance", str(programme), "--on", "2005-12-31", "--json")
    assert told.json["ordnance"]["items"] == 400
    assert told.json["unlocated"]["flows"]["cleared_m2"] == 4831.0


def test_the_same_file_and_its_twin_add_nothing_and_say_so(programme: Path) -> None:
    again = torpaq_process("import", str(published(CSV)), "--programme", str(programme), "--json")
    assert (again.status, again.json["added"], again.codes) == (0, 0, ["file_already_imported"])
    twin = torpaq_process("import", str(published(XLSX)), "--programme", str(programme), "--json")
    assert (twin.status, twin.json["added"], twin.json["counts_added"]) == (0, 0, 0)
    assert (twin.json["area_m2"], twin.json["items"], twin.codes[-1]) == (AREA_M2, ITEMS, "nothing_new")
    assert balance_of(programme, "year")["unlocated"]["flows"]["cleared_m2"] == AREA_M2


def test_the_programme_as_text_is_whole_and_folds_to_the_same_balance(programme: Path, tmp_path: Path) -> None:
    assert torpaq_process("ledger", "check", str(programme)).status == 0
    text = torpaq_process("ledger", "text", str(programme))
    book = tmp_path / "book.ledger"
    book.write_text(text.out, encoding="utf-8")
    assert torpaq_process("ledger", "check", str(book), "--country", "col").status == 0
    told = torpaq_process("ledger", "balance", str(book), "--by", "year", "--country", "col", "--json")
    assert cleared_by(told.json) == cleared_by(balance_of(programme, "year"))


def test_a_damaged_copy_is_refused_row_by_row_and_its_good_rows_can_be_taken(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(published(CSV).read_text(encoding="utf-8-sig"))))
    column = [name.lower() for name in rows[0]].index("areadespejada")
    rows[4][column] = "twelve"
    rows[8][column] = "-5"
    rows[19] = rows[19][:3]
    damaged = tmp_path / "damaged.csv"
    with damaged.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    folder = tmp_path / "colombia"
    refused = torpaq_process("import", str(damaged), "--programme", str(folder), "--json")
    errors = {(p["subject"], p["code"]) for p in refused.json["problems"] if p["severity"] == "error"}
    assert refused.status == 1
    assert errors == {("row 5", "cell_not_a_number"), ("row 9", "number_negative"), ("row 20", "row_cells")}
    assert refused.json["added"] == 0
    assert not folder.exists()
    words = torpaq_process("import", str(damaged), "--programme", str(folder))
    assert "Nothing was taken." in words.out
    taken = torpaq_process("import", str(damaged), "--programme", str(folder), "--take-good", "--json")
    assert (taken.status, taken.json["added"], taken.json["refused"]) == (1, ROWS - 3, 3)
    mended = torpaq_process("import", str(published(CSV)), "--programme", str(folder), "--json")
    assert (mended.status, mended.json["added"]) == (0, 3)
    assert balance_of(folder, "year")["unlocated"]["flows"]["cleared_m2"] == AREA_M2


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", b"", "table_empty"),
        ("other.csv", b"a,b\n1,2\n", "source_unknown"),
        ("cut.xlsx", b"PK\x03\x04 cut short", "workbook_damaged"),
        ("utf16.csv", "departamento,municipio\n".encode("utf-16"), "table_encoding"),
    ],
)
def test_a_file_of_no_source_makes_no_programme(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    told = torpaq_process("import", str(file), "--programme", str(tmp_path / "programme"), "--json")
    assert told.status == 2
    assert code in told.codes
    assert not (tmp_path / "programme").exists()


@pytest.mark.parametrize(
    ("country", "label", "code"),
    [("aze", "", "country_differs"), ("col", "SYNTHETIC", "programme_is_synthetic")],
)
def test_real_records_are_not_mixed_into_another_programme(tmp_path: Path, country: str, label: str, code: str) -> None:
    folder = tmp_path / "programme"
    build = f"build_programme(Path({str(folder)!r}), [], {country!r}, 'Another', {label!r})"
    script = f"from pathlib import Path; from torpaq.web.programme import build_programme; {build}"
    built = python_process("-c", script)
    assert built.status == 0, built.err
    told = torpaq_process("import", str(published(CSV)), "--programme", str(folder), "--json")
    assert (told.status, told.codes) == (2, [code])
    assert torpaq_process("ledger", "check", str(folder)).out.startswith("0 entries")
