"""A file at the desk: uploaded, its columns matched, its rows checked, the good ones taken or none, undone whole."""

import json
import re
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings
from openpyxl.worksheet.worksheet import Worksheet

from intake.batches import dirty as dirty_books
from intake.batches.books import Book, changed, xlsx
from torpaq.web.models import BatchState, FieldRecord, RecordState
from web.desk_stories import open_desk
from web.import_stories import cells, check, checked, counted, everything, taken, text, upload, workbook
from web.stories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    client.force_login(cast.operator_a)
    return client


def page(desk: Client, address: str) -> str:
    response = desk.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def codes(shown: str) -> set[str]:
    return set(re.findall(r'class="problem-code">(\w+)<', shown))


def page_after(desk: Client, address: str, **fields: str) -> str:
    """The page that a form leads to, with what it tells."""
    response = desk.post(address, fields, follow=True)
    assert response.status_code == 200
    return response.content.decode()


# -- the whole way ----------------------------------------------------------------------------------------------------


def test_a_sound_workbook_goes_all_the_way_and_back(desk: Client) -> None:
    batch = upload(desk, workbook())
    assert (batch.state, batch.form, batch.sheet) == (BatchState.UPLOADED, "hazardous_area", "Data")
    shown = page(desk, f"/import/{batch.pk}")
    assert "16</b> / 16 columns matched" in shown
    before = everything()
    check(desk, batch)
    assert (batch.state, counted(batch)) == (BatchState.CHECKED, {"rows": 3, "good": 3})
    assert "Take the good rows" in page(desk, f"/import/{batch.pk}")
    taken(desk, batch)
    assert (batch.state, batch.counts["accepted"]) == (BatchState.TAKEN, 3)
    assert {record.state for record in FieldRecord.objects.all()} == {RecordState.SUBMITTED}
    assert "wait for review" in page(desk, f"/import/{batch.pk}")
    response = desk.post(f"/import/{batch.pk}/undo", {"reason": "sent by mistake"})
    assert response["Location"] == f"/import/{batch.pk}"
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    assert everything() == {**before, "ColumnMatch": everything()["ColumnMatch"]}


def test_a_dirty_workbook_says_at_each_cell_what_is_wrong_and_takes_only_the_good_rows(desk: Client) -> None:
    batch = checked(desk, workbook(Classification="red zone", Area_as_reported="a lot"))
    assert counted(batch) == {"rows": 3, "good": 2, "refused": 1}
    shown = page(desk, f"/import/{batch.pk}?tab=errors")
    assert {"code_unknown", "cell_not_a_number"} <= codes(shown)
    assert "<b>Classification</b>" in shown
    assert "“red zone” is not in the list; write one of: indication, sha, cha" in shown
    assert f'href="/import/{batch.pk}/rows/3"' in shown
    row = page(desk, f"/import/{batch.pk}/rows/3")
    assert "<dt>Classification</dt><dd>red zone</dd>" in row
    assert desk.get(f"/import/{batch.pk}/rows/2").status_code == 404, "a row without findings is not kept"
    taken(desk, batch)
    assert sorted(FieldRecord.objects.values_list("batch_row", flat=True)) == [2, 4]


def test_findings_are_filtered_by_column_and_by_kind(desk: Client) -> None:
    dirty = cells(Classification="red zone")
    dirty[3][dirty[0].index("Visited")] = "perhaps"
    batch = checked(desk, xlsx(dirty))
    assert {"Classification", "Visited"} <= set(re.findall(r"<b>(\w+)</b>", page(desk, f"/import/{batch.pk}")))
    shown = page(desk, f"/import/{batch.pk}?tab=errors&element=visited")
    assert "rows/4" in shown and "rows/3" not in shown
    assert "no such row" in page(desk, f"/import/{batch.pk}?tab=errors&code=local_id_known")
    assert "rows/3" in page(desk, f"/import/{batch.pk}?tab=errors&code=code_unknown&element=classification")
    assert "rows/3" in page(desk, f"/import/{batch.pk}?tab=errors&code=%22%25"), "what is no code asks for everything"


def test_many_findings_come_in_pages(desk: Client) -> None:
    dirty = cells()
    dirty += [[*dirty[1][:7], "red zone", *dirty[1][8:]] for _ in range(120)]
    batch = checked(desk, xlsx(dirty))
    assert batch.counts["refused"] == 120
    assert page(desk, f"/import/{batch.pk}").count('<th scope="row"><a href="/import/') == 50
    assert "3 / 3" in page(desk, f"/import/{batch.pk}?tab=errors&page=3")


def test_what_was_interpreted_stands_in_a_tab_of_its_own(desk: Client) -> None:
    batch = checked(desk, workbook(Area_as_reported="94,79 ha", Date_of_information="19.05.2026"))
    shown = page(desk, f"/import/{batch.pk}?tab=guessed")
    assert {"cell_decimal_comma", "cell_unit"} & codes(shown) or "94,79" in shown
    assert batch.counts["guessed"] > 0


def test_rows_without_a_place_are_listed(desk: Client) -> None:
    batch = checked(desk, workbook(Boundary=None, Benchmark=None))
    assert batch.counts["unlocated"] == 1
    assert "rows/3" in page(desk, f"/import/{batch.pk}?tab=unlocated")


# -- columns ----------------------------------------------------------------------------------------------------------


def test_each_column_says_what_it_holds_how_it_was_matched_and_its_first_values(desk: Client) -> None:
    table = cells()
    table[0][table[0].index("Area as reported")] = "Sahə (ha)"
    table[0][table[0].index("Visited")] = "Did anyone go there"
    batch = upload(desk, xlsx(table))
    columns = {one.heading: one for one in desk.get(f"/import/{batch.pk}").context["columns"]}
    assert columns["Classification"].path == "classification"
    assert columns["Classification"].how == "the code of the element"
    assert columns["Number of the report"].how == "the name of the element"
    assert columns["Classification"].samples == ["cha", "sha"]
    assert columns["Did anyone go there"].path == "?"
    assert [found.code for found in columns["Did anyone go there"].problems] == ["column_not_matched"]
    shown = page(desk, f"/import/{batch.pk}")
    assert "not known: they are not read" in shown
    assert "elements still needed" in shown, "the form must know whether the place was visited"


def test_an_element_without_a_column_takes_one_value_for_every_row(desk: Client) -> None:
    table = cells()
    place = table[0].index("Visited")
    batch = upload(desk, xlsx([row[:place] + row[place + 1 :] for row in table]))
    assert [one.path for one in desk.get(f"/import/{batch.pk}").context["defaults"]] == ["visited"]
    check(desk, batch, default__visited="yes")
    assert counted(batch) == {"rows": 3, "good": 3}
    taken(desk, batch)
    assert {record.values["visited"] for record in FieldRecord.objects.all()} == {"yes"}


def test_an_operators_own_code_goes_without_saying(desk: Client) -> None:
    table = cells()
    place = table[0].index("Reporting organisation")
    batch = checked(desk, xlsx([row[:place] + row[place + 1 :] for row in table]))
    assert counted(batch) == {"rows": 3, "good": 3}


def test_what_a_sender_said_of_a_column_holds_for_the_next_file(desk: Client) -> None:
    table = cells()
    table[0][table[0].index("Visited")] = "Went there"
    table[0].append("Our notes")
    for row in table[1:]:
        row.append("seen from the road")
    batch = upload(desk, xlsx(table))
    columns = {one.heading: one.index for one in desk.get(f"/import/{batch.pk}").context["columns"]}
    went, notes = f"column__{columns['Went there']}", f"column__{columns['Our notes']}"
    check(desk, batch, **{went: "visited", notes: "-"})
    assert counted(batch) == {"rows": 3, "good": 3}
    again = upload(desk, xlsx([*table, [None] * 3]), "next.xlsx")
    shown = {one.heading: one for one in desk.get(f"/import/{again.pk}").context["columns"]}
    assert (shown["Went there"].path, shown["Went there"].how) == ("visited", "as the last time")
    assert (shown["Our notes"].path, shown["Our notes"].how) == ("-", "as the last time")
    table[0][table[0].index("Classification")] = "Class"
    other = upload(desk, xlsx([row[1:] for row in table]), "other.xlsx", form="form:hazardous_area")
    shown = {one.heading: one for one in desk.get(f"/import/{other.pk}").context["columns"]}
    assert shown["Went there"].path == "visited", "a heading that means nothing by itself is known from another table"


def test_another_organisation_does_not_learn_how_columns_were_matched(desk: Client, cast: Cast) -> None:
    table = cells()
    table[0][table[0].index("Visited")] = "Went there"
    batch = upload(desk, xlsx(table))
    columns = {one.heading: one.index for one in desk.get(f"/import/{batch.pk}").context["columns"]}
    check(desk, batch, **{f"column__{columns['Went there']}": "visited"})
    desk.force_login(cast.operator_b)
    theirs = upload(desk, xlsx(table))
    shown = {one.heading: one for one in desk.get(f"/import/{theirs.pk}").context["columns"]}
    assert shown["Went there"].path == "?"


def test_a_column_that_may_be_two_things_is_decided_by_a_person(desk: Client) -> None:
    table = cells()
    table[0][table[0].index("Classification")] = "Təsnifatı"
    table[0][table[0].index("Visited")] = "Классификация"
    batch = checked(desk, xlsx(table))
    assert batch.state == BatchState.UPLOADED
    assert "undecided" in page(desk, f"/import/{batch.pk}")
    columns = {one.heading: one.index for one in desk.get(f"/import/{batch.pk}").context["columns"]}
    assert "Təsnifatı" in page(desk, f"/import/{batch.pk}")
    check(desk, batch, **{f"column__{columns['Классификация']}": "visited"})
    assert counted(batch) == {"rows": 3, "good": 3}


def test_the_first_values_of_a_column_that_names_people_are_hidden(desk: Client) -> None:
    table = changed(dirty_books.VICTIMS, 3, {})
    table[0].append("Full name")
    for row in table[1:]:
        row.append("Filankəs Filankəsov")
    batch = upload(desk, xlsx(table), form="form:victim")
    assert "Filankəs" not in page(desk, f"/import/{batch.pk}")


def test_of_what_names_people_no_value_stays_in_sight_once_it_is_matched(desk: Client, cast: Cast) -> None:
    desk.force_login(cast.officer)
    table = changed(dirty_books.VICTIMS, 3, {"identity_given": "yes", "sex": "?"})
    table[0] += ["Ad və soyad", "Gizli"]
    for row in table[1:]:
        row += ["Filankəs Filankəsov", "another secret"]
    batch = upload(desk, xlsx(table), form="form:victim")
    columns = {one.heading: one.index for one in desk.get(f"/import/{batch.pk}").context["columns"]}
    check(desk, batch, **{f"column.{columns['Ad və soyad']}": "name"})
    in_sight = [batch.columns, batch.counts, batch.findings, *batch.rows.values_list("values", "findings")]
    assert "Filan" not in json.dumps(in_sight, ensure_ascii=False)
    taken(desk, batch)
    assert "secret" not in json.dumps(batch.columns, ensure_ascii=False)


def test_after_checking_a_person_may_go_back_to_the_columns(desk: Client) -> None:
    table = cells()
    table[0][table[0].index("Visited")] = "Went there"
    batch = checked(desk, xlsx(table))
    assert counted(batch) == {"rows": 3, "refused": 3}
    desk.post(f"/import/{batch.pk}/columns")
    batch.refresh_from_db()
    assert (batch.state, batch.counts, batch.rows.count()) == (BatchState.UPLOADED, {}, 0)
    columns = {one.heading: one for one in desk.get(f"/import/{batch.pk}").context["columns"]}
    assert columns["Went there"].samples == ["yes"]
    check(desk, batch, **{f"column__{columns['Went there'].index}": "visited"})
    assert counted(batch) == {"rows": 3, "good": 3}
    taken(desk, batch)
    assert "does not allow this" in page_after(desk, f"/import/{batch.pk}/columns")


# -- kinds of files ---------------------------------------------------------------------------------------------------


def test_of_several_sheets_a_person_chooses_one(desk: Client) -> None:
    def two(sheet: Worksheet) -> None:
        other = sheet.parent.create_sheet("Daily")  # type: ignore[union-attr]  # it stands in a workbook
        for row in changed(dirty_books.WORK, 3, {}):
            other.append(row)

    batch = upload(desk, xlsx(cells(), two))
    assert batch.sheet == ""
    shown = page(desk, f"/import/{batch.pk}")
    assert "Choose the sheet or layer" in shown
    desk.post(f"/import/{batch.pk}/choose", {"sheet": "Daily", "form": "clearance_progress"})
    check(desk, batch)
    assert (batch.sheet, counted(batch)) == ("Daily", {"rows": 3, "good": 3})


def test_a_sheet_or_form_that_is_not_there_is_refused(desk: Client) -> None:
    batch = upload(desk, workbook())
    assert "There is no such form" in page_after(desk, f"/import/{batch.pk}/choose", sheet="Data", form="nothing")
    assert "There is no such sheet" in page_after(desk, f"/import/{batch.pk}/choose", sheet="?", form="completion")
    batch.refresh_from_db()
    assert (batch.sheet, batch.form) == ("Data", "hazardous_area")


def test_a_csv_file_is_read_as_a_table(desk: Client) -> None:
    batch = checked(desk, text(), "reports.csv")
    assert counted(batch) == {"rows": 3, "good": 3}


@pytest.mark.parametrize("code", ["hazardous_area", "clearance_progress", "completion", "victim", "eore_session"])
def test_a_form_is_recognised_by_its_columns(desk: Client, code: str) -> None:
    base = next(one for one in vars(dirty_books).values() if isinstance(one, Book) and one.form == code)
    assert upload(desk, workbook(base)).form == code


def test_a_table_that_says_too_little_is_asked_about(desk: Client) -> None:
    batch = upload(desk, b"Name;Value\r\nA;1\r\n", "list.csv")
    assert batch.form == ""
    assert "Choose the sheet or layer, and what is reported in it." in page(desk, f"/import/{batch.pk}")


HOSTILE = {
    "empty.csv": (b" ", "table_empty"),
    "picture.png": (b"\x89PNG\r\n\x1a\n" + bytes(100), "table_not_text"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "workbook_other_kind"),
    "entities.kml": (
        b'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]><kml>&a;</kml>',
        "layers_xml_with_dtd",
    ),
    "page.html": (b"<html><body>hello</body></html>", "layers_file_kind_foreign"),
    "broken.xlsx": (b"PK\x03\x04 [Content_Types].xml and nothing more", "workbook_damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_read_safely_is_refused_with_the_reason(desk: Client, name: str) -> None:
    data, code = HOSTILE[name]
    batch = upload(desk, data, name)
    assert batch.state == BatchState.FAILED
    assert [found["code"] for found in batch.findings] == [code]
    shown = page(desk, f"/import/{batch.pk}")
    assert "Could not be read" in shown
    assert "Traceback" not in shown
