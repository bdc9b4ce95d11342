"""Who may import what and see which files; possible duplicates side by side, and what a person decides of them."""

from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from intake.batches import dirty
from intake.batches.books import Cells, changed, xlsx
from torpaq.web.models import Audit, BatchRow, BatchState, ColumnMatch, FieldRecord, Identity, RecordState
from torpaq.web.records import accept, settled_of
from web.desk_stories import open_desk
from web.import_stories import cells, check, checked, counted, everything, taken, upload, work, workbook
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


def remarked(**remarks: str) -> Cells:
    """The reports with a column of remarks: ``row_3="…"``."""
    table = cells()
    table[0].append("remarks")
    for number, row in enumerate(table[1:], 2):
        row.append(remarks.get(f"row_{number}"))
    return table


# -- who --------------------------------------------------------------------------------------------------------------


def test_only_who_may_import_finds_the_way_in(desk: Client, cast: Cast) -> None:
    assert 'href="/import"' in page(desk, "/forms")
    for person in (cast.donor, cast.authority):
        desk.force_login(person)
        assert 'href="/import"' not in page(desk, "/forms")
        assert desk.get("/import").status_code == 403
        assert desk.get("/import/new").status_code == 403
    desk.logout()
    assert desk.get("/import")["Location"].startswith("/sign-in")


def test_operator_b_never_sees_a_file_of_operator_a(desk: Client, cast: Cast) -> None:
    batch = checked(desk, workbook(Classification="red zone"))
    desk.force_login(cast.operator_b)
    assert "reports.xlsx" not in page(desk, "/import")
    for address in ("", "/progress", "/undo", "/verdicts", "/rows/3"):
        assert desk.get(f"/import/{batch.pk}{address}").status_code == 404, address
    for address in ("choose", "match", "take", "decide", "cancel", "again", "undo"):
        assert desk.post(f"/import/{batch.pk}/{address}").status_code == 404, address
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED
    desk.force_login(cast.officer)
    assert "reports.xlsx" in page(desk, "/import")
    assert "code_unknown" in page(desk, f"/import/{batch.pk}")


def test_rows_that_speak_for_another_organisation_are_refused(desk: Client) -> None:
    batch = checked(desk, workbook(Reporting_organisation="OP-B"))
    assert counted(batch) == {"rows": 3, "good": 2, "refused": 1}
    row = BatchRow.objects.get()
    (found,) = row.findings
    assert (found["code"], found["column"], found["value"]) == (
        "record_for_other_organisation", "Reporting organisation", "OP-B",
    )  # fmt: skip
    taken(desk, batch)
    assert set(FieldRecord.objects.values_list("organisation__code", flat=True)) == {"OP-A"}


def test_an_officer_imports_for_any_organisation_and_each_sees_its_own(desk: Client, cast: Cast) -> None:
    desk.force_login(cast.officer)
    batch = checked(desk, workbook(Reporting_organisation="OP-B"), sender="OP-A")
    assert (batch.organisation.code, counted(batch)) == ("OP-A", {"rows": 3, "good": 3})
    taken(desk, batch)
    assert sorted(FieldRecord.objects.values_list("local_id", "organisation__code")) == [
        ("NTS-1", "OP-A"), ("NTS-2", "OP-B"), ("NTS-3", "OP-A"),
    ]  # fmt: skip
    desk.force_login(cast.operator_a)
    assert "reports.xlsx" in page(desk, "/import"), "it is said to be theirs"
    assert "NTS-2" not in page(desk, "/records")


def test_an_operator_does_not_send_in_anothers_name(desk: Client) -> None:
    response = desk.post("/import/new", {"file": as_file(workbook()), "sender": "OP-B"})
    assert "right_missing" in response.content.decode()
    response = desk.post("/import/new", {"file": as_file(workbook()), "form": "source:maxml"})
    assert "right_missing" in response.content.decode()


def test_what_is_refused_at_the_door_is_said_there(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "field_missing" in desk.post("/import/new", {}).content.decode()
    assert "form_unknown" in desk.post("/import/new", {"file": as_file(b"a"), "form": "form:x"}).content.decode()
    monkeypatch.setattr("torpaq.web.desk.views_import.MOST_BYTES", 10)
    assert "upload_too_large" in desk.post("/import/new", {"file": as_file(b"a" * 11)}).content.decode()


def test_every_step_is_in_the_audit(desk: Client, cast: Cast) -> None:
    batch = taken(desk, checked(desk, workbook()))
    desk.get(f"/import/{batch.pk}/verdicts")
    desk.post(f"/import/{batch.pk}/undo", {"reason": "the wrong month"})
    lines = Audit.objects.filter(subject=batch.uid).order_by("pk")
    assert [(line.action, line.account) for line in lines] == [
        (action, cast.operator_a)
        for action in ("batch_uploaded", "batch_matched", "batch_taken", "batch_verdicts_fetched", "batch_undone")
    ]
    assert lines.last().detail["reason"] == "the wrong month"  # type: ignore[union-attr]  # there is one
    shown = page(desk, f"/import/{batch.pk}")
    assert "undid the file" in shown
    assert "the wrong month" in shown


# -- possible duplicates ----------------------------------------------------------------------------------------------


def test_a_row_that_is_there_already_stands_beside_the_record_it_resembles(desk: Client) -> None:
    taken(desk, checked(desk, workbook()))
    batch = checked(desk, xlsx(remarked(row_3="Seen again.")), "again.xlsx")
    assert counted(batch) == {"rows": 3, "duplicates": 3}
    shown = page(desk, f"/import/{batch.pk}")
    assert "batch_nothing_to_take" not in shown
    assert "local_id_known" in shown
    row = page(desk, f"/import/{batch.pk}/rows/3")
    assert 'class="differs"' in row
    assert row.count('class="differs"') == 1, "of all answers only the remark differs"
    record = FieldRecord.objects.get(local_id="NTS-2")
    assert f'href="/records/{record.pk}"' in row


def test_undecided_duplicates_are_left_out(desk: Client) -> None:
    taken(desk, checked(desk, workbook()))
    table = cells()
    table.append(["NTS-9", *table[3][1:4], "HA-9", *table[3][5:]])
    batch = checked(desk, xlsx(table), "again.xlsx")
    assert counted(batch) == {"rows": 4, "good": 1, "duplicates": 3}
    assert "nobody has decided on are left out too: <b>3</b>" in page(desk, f"/import/{batch.pk}")
    taken(desk, batch)
    assert sorted(FieldRecord.objects.values_list("local_id", flat=True)) == ["NTS-1", "NTS-2", "NTS-3", "NTS-9"]


def test_each_possible_duplicate_is_what_a_person_decides(desk: Client) -> None:
    taken(desk, checked(desk, workbook()))
    batch = checked(desk, xlsx(remarked(row_3="Seen again.", row_4="Another place.")), "again.xlsx")
    desk.post(f"/import/{batch.pk}/decide", {"row.2": "leave", "row.3": "version", "row.4": "new"})
    shown = page(desk, f"/import/{batch.pk}?tab=duplicates")
    assert '<option value="version" selected>' in shown
    taken(desk, batch)
    assert batch.counts["accepted"] == 2
    records = FieldRecord.objects.order_by("pk")
    assert [(one.local_id, one.versions.count()) for one in records] == [
        ("NTS-1", 1), ("NTS-2", 2), ("NTS-3", 1), ("NTS-3", 1),
    ]  # fmt: skip
    assert (records[1].values["remarks"], records[3].values["remarks"]) == ("Seen again.", "Another place.")
    assert not records[1].conflicts


def test_a_version_says_only_what_the_row_says(desk: Client) -> None:
    first = taken(desk, checked(desk, workbook(Indirect_evidence="verbal_report")))
    table = remarked(row_3="Seen again.")
    place = table[0].index("Indirect evidence")
    batch = checked(desk, xlsx([row[:place] + row[place + 1 :] for row in table[:3]]), "again.xlsx")
    desk.post(f"/import/{batch.pk}/decide", {"all": "version"})
    taken(desk, batch)
    record = FieldRecord.objects.get(local_id="NTS-2")
    assert record.values["remarks"] == "Seen again."
    assert record.values["evidence_indirect"] == ["verbal_report"], "the row is silent on it"
    assert FieldRecord.objects.get(local_id="NTS-1").versions.count() == 1, "a row that says nothing new is no version"
    assert (FieldRecord.objects.count(), first.counts["accepted"]) == (3, 3)


def test_undoing_versions_makes_records_what_they_were_to_the_byte(desk: Client, cast: Cast) -> None:
    taken(desk, checked(desk, workbook()))
    record = FieldRecord.objects.get(local_id="NTS-3")
    assert accept(record, cast.authority) == []  # type: ignore[arg-type]  # an account
    FieldRecord.objects.filter(local_id="NTS-1").update(findings=[], reason="kept as it was")
    before = everything(ColumnMatch, BatchRow)
    table = remarked(row_2="The place moved.", row_3="Seen again.", row_4="Seen twice.")
    table[1][table[0].index("Benchmark")] = "39.9891 N 46.9291 E"
    batch = checked(desk, xlsx(table), "again.xlsx")
    desk.post(f"/import/{batch.pk}/decide", {"all": "version"})
    taken(desk, batch)
    assert everything(ColumnMatch, BatchRow) != before
    assert FieldRecord.objects.get(pk=record.pk).state == RecordState.SUBMITTED
    desk.post(f"/import/{batch.pk}/undo", {"reason": "a mistake"})
    assert everything(ColumnMatch, BatchRow) == before


def test_versions_of_people_are_undone_with_their_names(desk: Client, cast: Cast) -> None:
    desk.force_login(cast.officer)
    table = changed(dirty.VICTIMS, 3, {})
    table[0] += ["local_id", "name"]
    for number, row in enumerate(table[1:]):
        row[4] = "yes"
        row += [f"V-{number}", f"Adam {number}"]
    taken(desk, checked(desk, xlsx(table), "victims.xlsx", form="form:victim"))
    before = everything(ColumnMatch, BatchRow)
    for row in table[1:]:
        row[-1] = f"{row[-1]} Adamov"
    batch = checked(desk, xlsx(table), "corrected.xlsx", form="form:victim")
    assert counted(batch)["duplicates"] == 3
    assert "Adam 0" not in page(desk, f"/import/{batch.pk}/rows/2")
    desk.post(f"/import/{batch.pk}/decide", {"all": "version"})
    taken(desk, batch)
    assert sorted(one.values["name"] for one in Identity.objects.all()) == [f"Adam {n} Adamov" for n in range(3)]
    desk.post(f"/import/{batch.pk}/undo", {"reason": "the other list was right"})
    assert everything(ColumnMatch, BatchRow) == before


def test_two_rows_for_one_record_are_two_versions_and_are_both_undone(desk: Client) -> None:
    taken(desk, checked(desk, workbook()))
    before = everything(ColumnMatch, BatchRow)
    table = remarked(row_3="Seen again.")
    table[3] = [*table[2][:-1], "Seen twice."]
    batch = checked(desk, xlsx(table), "again.xlsx")
    desk.post(f"/import/{batch.pk}/decide", {"all": "version"})
    taken(desk, batch)
    record = FieldRecord.objects.get(local_id="NTS-2")
    assert (record.versions.count(), record.values["remarks"], record.conflicts) == (3, "Seen twice.", [])
    desk.post(f"/import/{batch.pk}/undo", {"reason": "twice"})
    assert everything(ColumnMatch, BatchRow) == before


def test_a_record_that_was_worked_on_since_keeps_a_batch_from_being_undone(desk: Client, cast: Cast) -> None:
    taken(desk, checked(desk, workbook()))
    batch = checked(desk, xlsx(remarked(row_3="Seen again.")), "again.xlsx")
    desk.post(f"/import/{batch.pk}/decide", {"row.3": "version"})
    taken(desk, batch)
    assert accept(FieldRecord.objects.get(local_id="NTS-2"), cast.authority) == []  # type: ignore[arg-type]  # an account
    shown = desk.post(f"/import/{batch.pk}/undo", {"reason": "a mistake"}).content.decode()
    assert "batch_went_on" in shown
    assert settled_of(FieldRecord.objects.get(local_id="NTS-2")).values["remarks"] == "Seen again."


def test_a_row_that_repeats_a_row_of_the_file_has_no_record_to_be_a_version_of(desk: Client) -> None:
    table = cells()
    batch = checked(desk, xlsx([*table, table[3]]))
    assert counted(batch) == {"rows": 4, "good": 3, "duplicates": 1}
    response = desk.post(f"/import/{batch.pk}/decide", {"row.5": "version", "back": "5"}, follow=True)
    shown = response.content.decode()
    assert "left out; take them as new records" in shown
    assert '<input type="radio" name="row.5" value="version"' not in shown
    desk.post(f"/import/{batch.pk}/decide", {"row.5": "new"})
    taken(desk, batch)
    assert FieldRecord.objects.filter(local_id="NTS-3").count() == 2


def test_decisions_are_taken_only_while_the_file_waits_for_them(desk: Client) -> None:
    taken(desk, checked(desk, workbook()))
    batch = checked(desk, workbook(), "again.xlsx")
    desk.post(f"/import/{batch.pk}/cancel")
    response = desk.post(f"/import/{batch.pk}/decide", {"all": "new"}, follow=True)
    assert "does not allow this" in response.content.decode()
    work()


def test_what_came_meanwhile_is_not_taken_twice(desk: Client) -> None:
    first = checked(desk, workbook())
    second = checked(desk, workbook(), "the same.xlsx")
    assert counted(second) == {"rows": 3, "good": 3}, "nothing was taken yet"
    taken(desk, first)
    taken(desk, second)
    assert FieldRecord.objects.count() == 3
    assert second.counts["accepted"] == 0


def test_a_record_of_another_organisation_is_not_given_away(desk: Client, cast: Cast) -> None:
    taken(desk, checked(desk, workbook()))
    FieldRecord.objects.update(organisation=cast.operator_b.organisation)  # type: ignore[attr-defined]  # an account
    batch = checked(desk, workbook(), "again.xlsx")
    assert counted(batch) == {"rows": 3, "good": 3}, "whoever may not see a record does not learn that it is there"


def as_file(data: bytes) -> object:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("reports.xlsx", data)


def test_no_page_is_left_without_its_words(desk: Client) -> None:
    taken(desk, checked(desk, workbook()))
    batch = checked(desk, workbook(Classification="red zone"), "again.xlsx")
    waiting = upload(desk, workbook(), "third.xlsx")
    for language in ("az", "en", "ru"):
        desk.cookies["django_language"] = language
        for address in (
            "",
            "/new",
            f"/{waiting.pk}",
            f"/{batch.pk}",
            f"/{batch.pk}?tab=duplicates",
            f"/{batch.pk}/rows/3",
        ):
            assert page(desk, f"/import{address}").count("<h1>") == 1
    check(desk, waiting)
