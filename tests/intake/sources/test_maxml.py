"""Field reports in maXML: the report's own guid, its day, its item; never a document type, never a word dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.sources.imsma_made import noted, of, reading, said, values
from torpaq.intake.source_reading import SourceReading

INFO = """<FieldReportInfo reportGUID="c0a8-template" reportID="DEF-1831" fieldReportGUID="c0a8-report">
    <FieldReportName>Land form</FieldReportName><Version>3</Version>
    <ReportingPerson>K. Əliyev</ReportingPerson><ReportingOrg>OP-A</ReportingOrg>
    <ReportingDate>2016-03-04</ReportingDate><VerifiedBy>R. Quliyev</VerifiedBy>
    <ReportCompletedDate>2016-03-09</ReportCompletedDate><Other>Seen from the road</Other>
</FieldReportInfo>"""
HAZARD = """<Hazard>
    <AreaType>CHA</AreaType><Status>Active</Status><AreaSize>1200</AreaSize><LocalName>Qarağacı</LocalName>
    <Ordnance><Model>PMN-2</Model></Ordnance>
    <GeospatialInfo><shapeenum>Polygon</shapeenum><shape_id>P1</shape_id>
        <GeoPoint><pointno>2</pointno><latitude>39.990</latitude><longitude>46.931</longitude></GeoPoint>
        <GeoPoint><pointno>1</pointno><latitude>39.990</latitude><longitude>46.930</longitude></GeoPoint>
        <GeoPoint><pointno>3</pointno><latitude>39.991</latitude><longitude>46.931</longitude></GeoPoint>
    </GeospatialInfo>
</Hazard>"""


def document(*reports: str, header: str = "<DocumentHeader><Author>NMAC</Author></DocumentHeader>") -> bytes:
    inner = "".join(f"<FieldReport>{report}</FieldReport>" for report in reports)
    return f"<MineActionFieldReport>{header}{inner}</MineActionFieldReport>".encode()


def export(*reports: str) -> SourceReading:
    return reading(document(*reports), file_name="export.xml")


def test_a_report_is_read_with_its_own_guid_number_day_and_organisation() -> None:
    read = export(INFO + HAZARD)
    (record,) = of(read, "hazardous_area")
    assert (read.source, record.id) == ("maxml", "imsma:c0a8-report")
    told = {code: record.values[code] for code in ("local_id", "date_of_information", "report_date", "remarks")}
    assert told == {
        "local_id": "DEF-1831",
        "date_of_information": "2016-03-04",
        "report_date": "2016-03-09",
        "remarks": "Seen from the road",
    }
    assert (record.values["reporting_organisation"], record.values["reporter"]) == ("OP-A", "K. Əliyev")
    assert said(read) == []


def test_what_is_called_like_a_column_is_read_and_its_ring_goes_by_the_points_numbers() -> None:
    read = export(INFO + HAZARD)
    area = values(read, "hazardous_area")
    told = (area["classification"], area["area_status"], area["reported_area_m2"])
    assert told == ("cha", "open", 1200)
    ring = area["boundary"]["coordinates"][0][0]
    assert [round(x, 4) for x in ring[0]] == [46.93, 39.99]
    assert [point["pointno"] for point in area["boundary"]["original"]["shapes"][0]["points"]] == ["1", "2", "3"]


def test_what_nobody_described_is_named_and_stays_in_the_report_word_by_word() -> None:
    read = export(INFO + HAZARD)
    assert noted(read, "source_not_tried_on_real") == [{"source": "maxml"}]
    assert noted(read, "columns_left_aside") == [{"columns": "localname, ordnance"}]
    assert "<Model>PMN-2</Model>" in read.records[0].original
    assert "R. Quliyev" in read.records[0].original


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("Accident", "accident"),
        ("Hazard", "hazardous_area"),
        ("MREActivity", "eore_session"),
        ("QAActivity", "quality_inspection"),
        ("Victim", "victim"),
        ("VictimAssistance", "assistance"),
    ],
)
def test_every_item_has_its_form(kind: str, form: str) -> None:
    assert [record.form for record in export(f"{INFO}<{kind}/>").records] == [form]


def test_an_activity_goes_by_its_kind_and_a_location_is_no_report() -> None:
    clearance = f"{INFO}<HazardReduction><HazReducType>Clearance</HazReducType></HazardReduction>"
    assert [record.form for record in export(clearance).records] == ["clearance_progress"]
    for report, kind in ((f"{INFO}<Location/>", "Location"), (f"{INFO}<HazardReduction/>", "HazardReduction")):
        read = export(report)
        assert read.is_empty
        assert [(code, subject, told["kind"]) for code, subject, told in said(read)] == [
            ("activity_without_form", "row 1", kind)
        ]


def test_names_with_a_namespace_and_a_missing_header_change_nothing() -> None:
    text = document(INFO + HAZARD, header="").decode()
    spaced = text.replace("<MineActionFieldReport>", '<MineActionFieldReport xmlns="http://maxml.example/1">')
    assert reading(spaced.encode()).records[0].values == export(INFO + HAZARD).records[0].values


def test_several_reports_each_stand_alone_and_the_same_guid_enters_once() -> None:
    other = INFO.replace("c0a8-report", "c0a8-other")
    read = export(INFO + HAZARD, other + "<Accident/>", INFO + HAZARD)
    assert [record.id for record in read.records] == ["imsma:c0a8-report", "imsma:c0a8-other"]
    assert said(read) == [("guid_twice", "row 3", {"guid": "c0a8-report", "first": 1})]
    assert (read.rows, read.accepted) == (3, 2)


@pytest.mark.parametrize(
    ("report", "code"),
    [
        ("<Hazard/>", "report_not_whole"),
        (INFO, "report_not_whole"),
        (f"{INFO}<Hazard/><Accident/>", "report_not_whole"),
        (f"{INFO.replace(' fieldReportGUID=', ' guid=')}<Hazard/>", "guid_missing"),
        (f"{INFO}<Hazard>{'<a>' * 60}{'</a>' * 60}</Hazard>", "report_too_deep"),
    ],
)
def test_a_report_that_is_not_whole_is_refused_with_the_reason(report: str, code: str) -> None:
    read = export(report)
    assert [(c, s) for c, s, _ in said(read)] == [(code, "row 1")]
    assert read.is_empty


@pytest.mark.parametrize(
    "attack",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><MineActionFieldReport>&x;</MineActionFieldReport>',
        b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><MineActionFieldReport/>',
        b"<MineActionFieldReport><FieldReport>",
        b"<MineActionFieldReport>\xff\xfe</MineActionFieldReport>",
        b'<?xml version="1.0" encoding="no-such"?><MineActionFieldReport/>',
    ],
)
def test_hostile_and_broken_xml_is_not_opened(attack: bytes) -> None:
    read = reading(attack, "maxml")
    assert [p.code for p in read.problems] == ["xml_unreadable", "system_not_recognised"]
    assert read.is_empty


def test_other_xml_is_of_no_known_source() -> None:
    assert reading(b"<gpx/>").is_empty
    assert [p.code for p in reading(b"<gpx/>", "maxml").problems] == ["system_not_recognised"]


TAGS = st.sampled_from(["FieldReport", "FieldReportInfo", "Hazard", "Victim", "GeospatialInfo", "GeoPoint", "latitude"])
TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="<&>"), max_size=8)
TREES = st.recursive(
    TEXT,
    lambda inner: st.builds(
        lambda tag, children: f'<{tag} fieldReportGUID="1">{"".join(children)}</{tag}>',
        TAGS,
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)


@given(TREES)
def test_no_tree_raises(tree: str) -> None:
    assert reading(f"<MineActionFieldReport>{tree}</MineActionFieldReport>".encode(), "maxml").problems


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    assert reading(b"<" + data, "maxml").problems
