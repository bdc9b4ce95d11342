"""Forms from the command line: the Authority lists and compares them, Operator A takes a template home."""

import io
import json
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from openpyxl import load_workbook

from cli.house import Desk
from torpaq.standard.form import form_codes, load_form


def test_every_form_is_listed_with_its_versions_in_a_country(desk: Desk) -> None:
    told = desk.torpaq("forms", "list", "--json")
    assert told.status == 0
    assert [form["code"] for form in told.json["forms"]] == list(form_codes())
    assert (told.json["country"], told.json["problems"]) == ("aze", [])
    by_code = {form["code"]: form for form in told.json["forms"]}
    assert "1.1" in by_code["hazardous_area"]["versions"]
    assert by_code["completion"]["proposes"] is True
    words = desk.torpaq("forms", "list", "--language", "ru").out
    assert "Отчёт о завершении (IMAS 08.30; 1" in words


def test_a_form_is_shown_in_words_and_as_json(desk: Desk) -> None:
    words = desk.torpaq("forms", "show", "completion").out
    assert words.startswith("completion ")
    assert "* outcome: Outcome — one of a list (land_release_outcome)" in words
    assert "achieved_depth_cm: Depth achieved — number, cm, Between 0 and 1000\n      “Outcome” is Cleared" in words
    assert "[products] …" in words
    told = desk.torpaq("forms", "show", "completion", "--json").json
    elements = {element["code"]: element for element in told["elements"]}
    assert elements["achieved_depth_cm"]["condition"] == "outcome = cleared"
    assert (elements["achieved_depth_cm"]["least"], elements["achieved_depth_cm"]["most"]) == (0, 1000)
    assert [code["code"] for code in told["lists"]["land_release_outcome"]] == ["cancelled", "reduced", "cleared"]
    assert told["version"] == load_form("completion", "aze").version


def test_an_older_version_can_still_be_shown(desk: Desk) -> None:
    told = desk.torpaq("forms", "show", "hazardous_area", "--form-version", "1", "--json").json
    assert told["version"] == "1"
    assert not any(element["from_country"] for element in told["elements"])


def test_what_a_country_asks_besides_is_shown_there_alone(desk: Desk) -> None:
    def own(country: str) -> list[str]:
        told = desk.torpaq("forms", "show", "hazardous_area", "--country", country, "--json").json
        return [element["code"] for element in told["elements"] if element["from_country"]]

    assert own("aze")
    assert own("col") == []


def test_what_changed_between_versions_is_told(desk: Desk) -> None:
    told = desk.torpaq("forms", "diff", "hazardous_area", "1", "2", "--json").json
    assert (told["code"], told["old"], told["new"]) == ("hazardous_area", "1", "2")
    assert {"kind": "added", "element": "returnees_count", "what": "", "before": "", "after": ""} in told["changes"]
    words = desk.torpaq("forms", "diff", "hazardous_area", "1", "2").out
    assert "+ returnees_count" in words
    assert "~ visited: required: no → yes" in words
    assert desk.torpaq("forms", "diff", "hazardous_area", "2", "2").out == "nothing changed\n"


class TestExport:
    def export(self, desk: Desk, kind: str, name: str, *options: str) -> bytes:
        out = desk.folder / name
        told = desk.torpaq("forms", "export", "marking", f"--{kind}", str(out), *options, "--json")
        assert told.status == 0
        content = out.read_bytes()
        version = load_form("marking", "aze").version
        assert told.json == {
            "code": "marking",
            "version": version,
            "kind": kind,
            "out": str(out),
            "bytes": len(content),
            "problems": [],
        }
        return content

    def test_as_xlsform(self, desk: Desk) -> None:
        book = load_workbook(io.BytesIO(self.export(desk, "xlsform", "marking.xlsx", "--language", "az")))
        assert book.sheetnames == ["survey", "choices", "settings"]
        assert "Azərbaycanca (az)" in [cell.value for cell in book["settings"][2]]

    def test_as_xform(self, desk: Desk) -> None:
        root = ElementTree.fromstring(self.export(desk, "xform", "marking.xml"))
        assert root.tag == "{http://www.w3.org/1999/xhtml}html"

    def test_as_excel_template_in_a_language(self, desk: Desk) -> None:
        book = load_workbook(io.BytesIO(self.export(desk, "excel", "marking.xlsx", "--language", "ru")))
        assert book.sheetnames[1] == "Инструкция"

    def test_as_json_schema(self, desk: Desk) -> None:
        Draft202012Validator.check_schema(json.loads(self.export(desk, "jsonschema", "marking.json")))

    def test_in_words_it_says_what_it_wrote(self, desk: Desk) -> None:
        out = desk.folder / "x.json"
        told = desk.torpaq("forms", "export", "hazardous_area", "--jsonschema", str(out), "--form-version", "1")
        assert told.out == f"{out}: hazardous_area 1, {out.stat().st_size} bytes\n"

    def test_one_kind_is_needed_and_no_more(self, desk: Desk) -> None:
        assert desk.torpaq("forms", "export", "marking").status == 2
        assert desk.torpaq("forms", "export", "marking", "--xform", "a", "--excel", "b").status == 2

    def test_a_folder_that_is_not_there_is_told(self, desk: Desk) -> None:
        out = str(desk.folder / "none" / "x.json")
        told = desk.torpaq("forms", "export", "marking", "--jsonschema", out, "--json")
        assert (told.status, told.codes) == (2, ["file_refused"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "minefield"), "form_unknown"),
        (("show", "../completion"), "form_unknown"),
        (("show", "completion", "--form-version", "99"), "form_version_unknown"),
        (("diff", "completion", "0", "1"), "form_version_unknown"),
        (("diff", "completion", "1", "x"), "form_version_unknown"),
        (("export", "minefield", "--xform", "x.xml"), "form_unknown"),
        (("list", "--country", "xxx"), "country_unknown"),
    ],
)
def test_what_there_is_not_is_told_with_what_there_is(desk: Desk, words: tuple[str, ...], code: str) -> None:
    told = desk.torpaq("forms", *words, "--json")
    assert (told.status, told.codes) == (2, [code])
    assert told.json["problems"][0]["parameters"]["known"]
