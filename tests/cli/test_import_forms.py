"""Files of rows at the command line: checked, taken, given back with verdicts, undone; each step says what it did."""

import io
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from cli.house import Desk, torpaq_process
from intake.batches import dirty
from intake.batches.books import changed, csv, xlsx
from intake.batches.tables import where
from support import ROOT
from torpaq.intake.batches.mapfile import read_map

KEYS = ["batch", "rows", "accepted", "refused", "duplicates", "warned", "unlocated", "guessed", "problems"]
PROBLEM_KEYS = ["row", "element", "column", "value", "code", "severity", "sentence", "cells"]


def dry(desk: Desk, data: bytes, *options: str, form: str = "hazardous_area", name: str = "data.xlsx") -> Any:
    """A dry run where there is no programme."""
    missing = str(desk.folder / "no programme")
    return desk.torpaq("import", desk.file(name, data), "--form", form, "--dry-run", "--programme", missing, *options)


# -- dry runs ---------------------------------------------------------------------------------------------------------


def test_a_dry_run_says_what_is_wrong_and_makes_nothing(desk: Desk) -> None:
    told = dry(desk, xlsx(changed(dirty.NTS, 3, {"Classification": "red zone"})), "--json")
    assert told.status == 1
    assert list(told.json) == KEYS
    counts = {key: told.json[key] for key in KEYS[:-1]}
    zero = dict.fromkeys(("duplicates", "warned", "unlocated", "guessed"), 0)
    assert counts == {"batch": None, "rows": 3, "accepted": 2, "refused": 1, **zero}
    (problem,) = told.json["problems"]
    assert list(problem) == PROBLEM_KEYS
    assert (problem["row"], problem["element"], problem["column"]) == (3, "classification", "Classification")
    assert (problem["value"], problem["code"], problem["severity"]) == ("red zone", "code_unknown", "error")
    assert problem["sentence"] == "“red zone” is not in the list; write one of: indication, sha, cha."
    assert not (desk.folder / "no programme").exists()


def test_a_clean_file_is_clean_in_words_as_well(desk: Desk) -> None:
    told = dry(desk, xlsx(changed(dirty.NTS, 3, {})))
    assert (told.status, told.err) == (0, "")
    assert (
        told.out == "hazardous_area: 3 rows, 3 good, 0 refused, 0 possibly there already\n"
        "A dry run: nothing was taken, 3 rows would be.\n"
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [("az", "sətir"), ("ru", "нет в списке"), ("en", "is not in the list")],
)
def test_problems_are_said_in_the_language_asked_for(desk: Desk, language: str, said: str) -> None:
    told = dry(desk, xlsx(changed(dirty.NTS, 3, {"Classification": "red zone"})), "--language", language)
    assert told.err.startswith("error: row 3, Classification: ")
    assert (said in told.err) is (language != "az")


def test_interpreted_cells_are_notes_with_their_number(desk: Desk) -> None:
    cells = changed(dirty.NTS, 3, {})
    for row in cells[1:]:
        row[3] = "Ağdam rayonu"
    told = dry(desk, xlsx(cells), "--json")
    (note,) = told.json["problems"]
    assert (told.status, told.json["guessed"], note["cells"], note["severity"], note["row"]) == (0, 3, 3, "note", 2)
    assert "note: row 2, District or city, 3 cells: “Ağdam rayonu” was read as AZ-AGM" in dry(desk, xlsx(cells)).err


def test_all_or_none_would_take_none_where_one_is_refused(desk: Desk) -> None:
    data = xlsx(changed(dirty.NTS, 3, {"Classification": "red zone"}))
    assert dry(desk, data, "--all-or-none", "--json").json["accepted"] == 0
    assert dry(desk, data, "--json").json["accepted"] == 2


def test_columns_that_nobody_decided_on_keep_everything_back(desk: Desk) -> None:
    cells = changed(dirty.DONE, 3, {})
    cells[0][14] = "Boundary"
    told = dry(desk, xlsx(cells), "--json", form="completion")
    assert (told.status, told.json["accepted"]) == (1, 0)
    assert {"batch_columns_unclear", "column_ambiguous"} <= set(told.codes)
    named = desk.file("map.toml", '[columns]\n"Boundary" = "products[1].boundary"\n')
    told = dry(desk, xlsx(cells), "--map", named, "--json", form="completion")
    assert (told.status, told.json["accepted"]) == (0, 3)


def test_a_sheet_is_named_where_there_are_several(desk: Desk) -> None:
    book = load_workbook(io.BytesIO(xlsx(changed(dirty.NTS, 3, {}))))
    other = book.create_sheet("Notes")
    other.append(["Who", "When"])
    other.append(["Leyla", "May"])
    stream = io.BytesIO()
    book.save(stream)
    told = dry(desk, stream.getvalue(), "--json")
    assert (told.status, told.codes) == (2, ["sheets_several"])
    assert dry(desk, stream.getvalue(), "--sheet", "Data", "--json").json["accepted"] == 3
    told = dry(desk, stream.getvalue(), "--sheet", "Data 2", "--json")
    assert (told.status, told.codes) == (2, ["sheet_unknown"])


def test_the_map_on_the_guides_page_is_read_as_it_says() -> None:
    page = (ROOT / "docs" / "guide" / "command-line.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    read, problems = read_map(block, where("completion").form)
    assert problems == []
    assert len(read.columns) == 3 and read.words and read.defaults


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--form", "minefield"), "form_unknown"),
        (("--dry-run",), "option_needs_form"),
        (("--verdict", "out.xlsx"), "option_needs_form"),
        (("--form", "accident", "--map", "none.toml"), "ledger_unreadable"),
    ],
)
def test_a_command_that_cannot_be_meant_is_told(desk: Desk, options: tuple[str, ...], code: str) -> None:
    told = desk.torpaq("import", desk.file("data.xlsx", xlsx(changed(dirty.NTS, 3, {}))), *options, "--json")
    assert (told.status, told.codes) == (2, [code])


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.csv", b"", "table_empty"),
        ("latin.csv", "Saha;Ağdam\n".encode("cp1254"), "table_not_text"),
        ("cut.xlsx", b"PK\x03\x04[Content_Types].xml cut short", "workbook_damaged"),
        ("photo.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(40), "table_not_text"),
    ],
)
def test_a_file_that_is_no_table_is_unusable(desk: Desk, name: str, data: bytes, code: str) -> None:
    told = dry(desk, data, "--json", name=name)
    assert (told.status, told.codes) == (2, [code])


def test_a_broken_map_is_unusable(desk: Desk) -> None:
    broken = desk.file("map.toml", "[columns\n")
    told = dry(desk, xlsx(changed(dirty.NTS, 3, {})), "--map", broken, "--json")
    assert (told.status, told.codes) == (2, ["map_not_toml"])


def test_a_layer_is_a_table_too(desk: Desk) -> None:
    told = dry(desk, layer(), "--json", name="areas.geojson")
    assert told.status == 0, told.json["problems"]
    assert told.json["accepted"] == 1
    told = dry(desk, layer(), "--verdict", str(desk.folder / "out.xlsx"), "--json", name="areas.geojson")
    assert (told.status, told.codes) == (2, ["verdict_of_layer"])


def layer() -> bytes:
    """The first hazardous area as a feature of a map."""
    codes = ("local_id", "date_of_information", "reporting_organisation", "unit", "area", "survey_result", "visited",
             "classification", "area_status", "benchmark", "boundary", "reported_area_m2", "contamination_type",
             "device_categories", "evidence_direct", "evidence_indirect")  # fmt: skip
    properties = dict(zip(codes, dirty.NTS.rows[0], strict=True))
    del properties["boundary"]
    ring = [[46.93, 39.99], [46.94, 39.99], [46.94, 40.0], [46.93, 40.0], [46.93, 39.99]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


# -- verdicts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Torpaq: verdict", "good", "refused", "good, with warnings"]),
        ("az", ["Torpaq: rəy", "yaxşı", "qəbul edilmir", "yaxşı, xəbərdarlıqla"]),
        ("ru", ["Torpaq: вердикт", "годится", "не принято", "годится, с замечаниями"]),
    ],
)
def test_the_file_comes_back_with_a_verdict_on_each_row(desk: Desk, language: str, words: list[str]) -> None:
    cells = changed(dirty.NTS, 3, {"Classification": "red zone"})
    cells[3][11] = 5
    out = desk.folder / "out.xlsx"
    told = dry(desk, xlsx(cells), "--verdict", str(out), "--language", language)
    assert told.status == 1
    sheet = load_workbook(out)["Data"]
    assert [sheet.cell(row, 17).value for row in (1, 2, 3, 4)] == words
    assert str(sheet.cell(3, 18).value).startswith("Classification: ")
    comment = sheet.cell(3, 8).comment
    assert comment is not None and "red zone" in comment.text
    assert [sheet.cell(row, 8).value for row in (1, 2, 3)] == ["Classification", "cha", "red zone"]
    again = dry(desk, out.read_bytes(), "--json")
    assert (again.json["refused"], again.json["rows"]) == (1, 3)


def test_a_text_file_comes_back_as_a_workbook(desk: Desk) -> None:
    out = desk.folder / "out.xlsx"
    dry(
        desk,
        csv(changed(dirty.FINDS, 3, {"quantity": "two"})),
        "--verdict",
        str(out),
        form="ordnance_item",
        name="finds.csv",
    )
    sheet = load_workbook(out).worksheets[0]
    assert [sheet.cell(row, 14).value for row in (1, 2, 3)] == ["Torpaq: verdict", "good", "refused"]


def test_a_row_of_totals_has_its_word_too(desk: Desk) -> None:
    out = desk.folder / "out.xlsx"
    dry(desk, xlsx(changed(dirty.WORK, 3, {}), dirty.with_total), "--verdict", str(out), form="clearance_progress")
    sheet = load_workbook(out)["Data"]
    assert sheet.cell(5, 18).value == "not read"


# -- a programme ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A programme into which a file with one refused row was taken."""
    folder = tmp_path_factory.mktemp("intake")
    file = folder / "nts.xlsx"
    file.write_bytes(xlsx(changed(dirty.NTS, 3, {"Classification": "red zone"})))
    told = torpaq_process("import", str(file), "--form", "hazardous_area", "--programme", str(folder / "p"), "--json")
    assert told.status == 1, told.err
    (folder / "taken.json").write_text(told.out, encoding="utf-8")
    yield folder


def test_good_rows_are_taken_and_the_batch_is_named(programme: Path) -> None:
    taken = json.loads((programme / "taken.json").read_text(encoding="utf-8"))
    assert (taken["rows"], taken["accepted"], taken["refused"]) == (3, 2, 1)
    listed = torpaq_process("batch", "list", "--programme", str(programme / "p"), "--json").json
    assert list(listed) == ["batches", "problems"]
    (batch,) = listed["batches"]
    assert (batch["batch"], batch["state"], batch["form"], batch["file"]) == (
        taken["batch"],
        "taken",
        "hazardous_area",
        "nts.xlsx",
    )
    shown = torpaq_process("batch", "show", taken["batch"], "--programme", str(programme / "p"), "--json").json
    assert {key: shown[key] for key in batch} == batch
    assert [found["code"] for found in shown["problems"]] == ["code_unknown"]
    words = torpaq_process("batch", "show", taken["batch"], "--programme", str(programme / "p"))
    assert "refused     1" in words.out and "row 3, Classification" in words.err
    words = torpaq_process("batch", "list", "--programme", str(programme / "p"))
    assert "3 rows, 2 accepted" in words.out


def test_a_dry_run_knows_what_the_programme_holds(programme: Path) -> None:
    file, folder = str(programme / "nts.xlsx"), str(programme / "p")
    told = torpaq_process("import", file, "--form", "hazardous_area", "--programme", folder, "--dry-run", "--json")
    assert (told.json["accepted"], told.json["duplicates"], told.json["refused"]) == (0, 2, 1)


def test_what_was_taken_is_taken_back_and_leaves_no_trace_but_its_own(programme: Path) -> None:
    folder = programme / "p"
    more = programme / "finds.csv"
    more.write_bytes(csv(changed(dirty.FINDS, 3, {})))
    before = dump(folder)
    options = ("--programme", str(folder), "--json")
    taken = torpaq_process("import", str(more), "--form", "ordnance_item", *options).json
    assert taken["accepted"] == 3
    assert dump(folder) != before
    undone = torpaq_process("batch", "undo", taken["batch"], *options)
    assert (undone.status, undone.json) == (0, {"batch": taken["batch"], "records": 3, "problems": []})
    assert dump(folder) == before
    again = torpaq_process("batch", "undo", taken["batch"], *options)
    assert (again.status, again.codes) == (1, ["batch_not_taken"])
    words = torpaq_process("batch", "undo", taken["batch"], "--programme", str(folder))
    assert "batch_not_taken" in words.err
    unknown = torpaq_process("batch", "undo", "20990101-none-1", *options)
    assert (unknown.status, unknown.codes) == (2, ["batch_unknown"])


def dump(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a programme, but for batches and the audit."""
    with sqlite3.connect(folder / "programme.sqlite3") as database:
        named = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        tables = [name for (name,) in named if name not in {"torpaq_web_batch", "torpaq_web_audit", "sqlite_sequence"}]
        return {name: database.execute(f'SELECT * FROM "{name}"').fetchall() for name in sorted(tables)}


def test_batches_of_no_programme_are_told(desk: Desk) -> None:
    told = desk.torpaq("batch", "list", "--programme", str(desk.folder / "none"), "--json")
    assert (told.status, told.codes) == (2, ["programme_missing"])


def test_nothing_is_mixed_into_invented_land(tmp_path: Path) -> None:
    file = tmp_path / "nts.csv"
    file.write_bytes(csv(changed(dirty.NTS, 3, {})))
    script = (
        "import sys; from pathlib import Path; from torpaq.web.programme import build_programme;"
        "build_programme(Path(sys.argv[1]), [], 'aze', 'Invented', 'SYNTHETIC')"
    )
    from cli.house import python_process

    assert python_process("-c", script, str(tmp_path / "p")).status == 0
    told = torpaq_process("import", str(file), "--form", "hazardous_area", "--programme", str(tmp_path / "p"), "--json")
    assert (told.status, told.codes) == (2, ["programme_is_synthetic"])
