"""The XForm that a phone downloads: valid where ODK Validate says so, and open to answers of older versions."""

import csv
import io
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import ClassVar
from xml.etree import ElementTree

import pytest
from pyxform.validators.odk_validate import ODK_VALIDATE_PATH
from pyxform.xls2xform import convert

from tiny_forms import tiny_forms
from torpaq.intake.exports.choices import Setting
from torpaq.intake.exports.xform import AreaOnPhone, TaskOnPhone, areas_csv, build_xform, tasks_csv
from torpaq.intake.exports.xlsform import write_xlsform
from torpaq.intake.record.record import Record
from torpaq.intake.submissions.xform import read_instance, write_instance
from torpaq.standard.form import form_codes, load_form, versions_of

ID = "uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301"
XFORMS = "{http://www.w3.org/2002/xforms}"
ODK_VALIDATE = ("java", "-Djava.awt.headless=true", "-XX:TieredStopAtLevel=1", "-jar", ODK_VALIDATE_PATH)
"""As pyxform calls it, but compiled quickly rather than well: each form is read once."""
OPERATORS = {"op-a": {"az": "A operatoru", "en": "Operator A", "ru": "Оператор А"}}


def validate(xml: str, folder: Path) -> None:
    """Have ODK Validate read the form as Collect would; without Java only the XML itself is held to be well formed."""
    ElementTree.fromstring(xml)
    if shutil.which("java") is None:
        warnings.warn("ODK Validate needs Java, which this machine has not", stacklevel=2)
        return
    path = folder / "form.xml"
    path.write_text(xml, encoding="utf-8")
    done = subprocess.run([*ODK_VALIDATE, path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("code", form_codes())
def test_every_form_is_valid_in_its_country_with_all_its_languages(code: str, tmp_path: Path) -> None:
    xml, problems = build_xform(load_form(code, "aze"), Setting(OPERATORS, {"reporting_organisation": "op-a"}))
    assert problems == []
    validate(xml, tmp_path)
    languages = [node.get("lang") for node in ElementTree.fromstring(xml).iter(f"{XFORMS}translation")]
    assert sorted(map(str, languages)) == ["Azərbaycanca (az)", "English (en)", "Русский (ru)"]


@pytest.mark.parametrize("code", form_codes())
def test_every_other_version_and_country_of_a_form_gives_a_form_without_warnings(code: str) -> None:
    for country in ("", "aze", "col"):
        for version in versions_of(code, country):
            xml, problems = build_xform(load_form(code, country, version))
            assert problems == []
            assert f'version="{version}-' in xml


def test_the_workbook_gives_the_same_form_as_the_rows(tmp_path: Path) -> None:
    table = "team text required\nhow codes:operational_method\nwhere reference:area\nshape polygon if how has dog\n"
    with tiny_forms(tmp_path, visit=table):
        form = load_form("visit")
        direct, _ = build_xform(form)
        assert convert(write_xlsform(form), file_type=".xlsx").xform == direct


REPEATS = """
    products repeat required
    products/outcome code:land_release_outcome required
    finds repeat
    finds/model text required
    finds/place point
    accidents repeat
    accidents/accident reference:visit required
"""


def test_no_row_stands_in_an_empty_form_unless_one_is_required(tmp_path: Path) -> None:
    with tiny_forms(tmp_path, visit=REPEATS):
        xml, _ = build_xform(load_form("visit"))
        validate(xml, tmp_path)
    root = ElementTree.fromstring(xml)
    (instance,) = [node for node in root.iter(f"{XFORMS}data") if node.get("id") == "torpaq_visit"]
    rows = [node.tag.removeprefix(XFORMS) for node in instance]
    assert rows == ["products", "products", "finds", "accidents", "meta"]  # the first of each is the pattern of a row


def test_a_form_that_pyxform_refuses_says_why(tmp_path: Path) -> None:
    with tiny_forms(tmp_path, visit="meta text\n"):
        xml, problems = build_xform(load_form("visit"))
    assert xml == ""
    (found,) = problems
    assert found.code == "xform_refused"
    assert "meta" in str(found.parameters["reason"])


def test_what_pyxform_warns_of_is_told(tmp_path: Path) -> None:
    with tiny_forms(tmp_path, visit="region code:region\n"):
        (tmp_path / "national" / "lists").mkdir()
        table = "code,parent,clause,since,retired,az,en,ru\nnorth,,,,,,,\n"
        (tmp_path / "national" / "lists" / "region.csv").write_text(table, encoding="utf-8")
        xml, problems = build_xform(load_form("visit", "aze"))
    assert xml
    assert [found.code for found in problems] == ["xform_warning"]
    assert "label" in str(problems[0].parameters["warning"])


class TestAFormGainsAnElement:
    """The Authority publishes version 2 while phones of Operator A still hold version 1."""

    TABLE = """
        day date required
        depth_cm decimal unit=cm
        weather text retired=2
        finds repeat
        finds/model text
        depth_cm decimal unit=cm required since=2
        hours decimal since=2
        finds/quantity integer since=2
    """
    ANSWERS: ClassVar = {"day": "2026-05-31", "depth_cm": 13, "weather": "dry", "finds": [{"model": "PMN-2"}]}

    @pytest.fixture(autouse=True)
    def visit(self, tmp_path: Path):
        with tiny_forms(tmp_path / "tables", visit=self.TABLE):
            yield

    @pytest.fixture
    def tmp_path(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return tmp_path_factory.mktemp("forms")

    def test_both_versions_are_valid_forms(self, tmp_path: Path) -> None:
        for version in ("1", "2"):
            xml, problems = build_xform(load_form("visit", version=version))
            assert problems == []
            validate(xml, tmp_path)

    def test_a_record_of_the_first_version_is_read_after_the_second_is_out(self) -> None:
        first = load_form("visit", version="1")
        instance = read_instance(write_instance(Record("visit", "1", self.ANSWERS), first, ID))
        assert (instance.version, instance.answers, instance.problems) == ("1", self.ANSWERS, ())

    def test_it_is_told_as_one_of_the_second_but_for_what_that_no_longer_asks(self) -> None:
        second = load_form("visit", version="2")
        kept = {code: value for code, value in self.ANSWERS.items() if code in second.by_code}
        instance = read_instance(write_instance(Record("visit", "2", kept), second, ID))
        assert (instance.version, instance.answers, instance.problems) == ("2", kept, ())

    def test_what_the_second_version_no_longer_asks_is_kept_if_a_phone_says_it(self) -> None:
        data = write_instance(Record("visit", "1", self.ANSWERS), load_form("visit", version="1"), ID)
        instance = read_instance(data.replace(b'version="1"', b'version="2-00000000"'))
        assert instance.answers == self.ANSWERS
        assert [(found.code, found.subject) for found in instance.problems] == [("answer_element_unknown", "weather")]


def test_a_chosen_task_fills_in_its_number_and_what_it_knows(tmp_path: Path) -> None:
    table = "work section\nwork/task text required\nwork/area reference:area\nwork/method code:operational_method\n"
    with tiny_forms(tmp_path, visit=table):
        xml, problems = build_xform(load_form("visit"))
    assert problems == []
    validate(xml, tmp_path)
    assert '<instance id="tasks" src="jr://file-csv/tasks.csv"/>' in xml
    assert xml.count('event="xforms-value-changed"') == 3, "number, area and method follow what was chosen"
    row = TaskOnPhone("T-1", "T-1 · Şelli", {"area": "HA-17", "contamination_type": "ap av"})
    assert tasks_csv([row]).decode().splitlines()[1] == "T-1,T-1 · Şelli,HA-17,,,,,ap av,"


class TestAreas:
    RING: ClassVar = [(46.70, 39.80), (46.71, 39.80), (46.71, 39.81), (46.70, 39.80)]

    def rows(self, *areas: AreaOnPhone) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(areas_csv(areas).decode())))

    def test_a_phone_lists_the_areas_of_its_team_with_their_boundaries(self) -> None:
        (row,) = self.rows(AreaOnPhone("AZ-AGM-0012", "Şelli, şimal", "open", [[self.RING]], 3))
        assert row == {
            "name": "AZ-AGM-0012",
            "label": "Şelli, şimal",
            "__version": "3",
            "status": "open",
            "geometry": "39.8000000 46.7000000 0 0;39.8000000 46.7100000 0 0;39.8100000 46.7100000 0 0;"
            "39.8000000 46.7000000 0 0",
        }

    def test_an_area_without_a_boundary_has_no_geometry_and_no_areas_give_the_header_alone(self) -> None:
        assert self.rows(AreaOnPhone("AZ-1", 'A "quoted", name'))[0]["geometry"] == ""
        assert areas_csv([]) == b"name,label,__version,status,geometry\n"
