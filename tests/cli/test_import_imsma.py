"""The Authority moves from IMSMA at the command line: every kind of its files, each once, each with its caution."""

from pathlib import Path

import pytest

from cli.house import torpaq_process
from intake.sources.imsma_made import as_csv, table, workbook

HAZARDS = table("""
    hazard_guid | hazard_localid | dateofinformation | areatype_guid | status_guid | areasize
    c0a8-1      | HA-7           | 2015-06-01        | SHA           | Active      | 9480
""")
VICTIMS = table("""
    victim_guid | victim_localid | dateofinformation | genderenum_guid | killedorinjuredenum_guid | firstname
    v-1         | V-1            | 2016-02-03        | Female          | Injured                  | Aygün
""")
REPORT = """<MineActionFieldReport><FieldReport>
    <FieldReportInfo reportID="DEF-1" fieldReportGUID="c0a8-9">
        <ReportingDate>2016-03-04</ReportingDate>
    </FieldReportInfo>
    <Accident><AccidentType>Mine</AccidentType></Accident>
</FieldReport></MineActionFieldReport>"""
FEATURES = table("""
    imsma_id    | imsma_links | acc_dt     | acc_type | org  | district
    accident_34 |             | 2023-01-09 | Mine     | OP-A | Ağdam
""")

FILES = {
    "imsma_ng": ("ng.xlsx", workbook(hazard=HAZARDS, victim=VICTIMS), {"hazardous_area": 1, "victim": 1}),
    "maxml": ("reports.xml", REPORT.encode(), {"accident": 1}),
    "imsma_core": ("core.csv", as_csv(FEATURES), {"accident": 1}),
}


@pytest.mark.parametrize("source", FILES)
def test_a_file_is_known_by_what_it_holds_taken_once_and_cautioned(tmp_path: Path, source: str) -> None:
    name, content, records = FILES[source]
    file, folder = tmp_path / name, tmp_path / "programme"
    file.write_bytes(content)
    told = torpaq_process("import", str(file), "--programme", str(folder), "--json")
    assert told.status == 0, told.err
    assert (told.json["source"], told.json["records"], told.json["added_by_form"]) == (source, records, records)
    assert told.json["incomplete"] == told.json["added"] == sum(records.values())
    assert "source_not_tried_on_real" in told.codes
    again = torpaq_process("import", str(file), "--programme", str(folder), "--json")
    assert (again.json["added"], again.codes) == (0, ["file_already_imported"])
    words = torpaq_process("import", str(file), "--source", source, "--programme", str(tmp_path / "other"))
    assert "not yet tried on a real export" in words.err
    assert "have errors and cannot be accepted as they are" in words.out


def test_a_file_named_as_another_systems_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "reports.xml"
    file.write_text(REPORT, encoding="utf-8")
    told = torpaq_process("import", str(file), "--source", "imsma_ng", "--programme", str(tmp_path / "p"), "--json")
    assert (told.status, told.codes) == (2, ["system_not_recognised"])
    assert not (tmp_path / "p").exists()
