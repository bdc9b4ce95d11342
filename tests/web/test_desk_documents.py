"""Documents of a task at the desk: Operator A prints its own, the Authority all, the Donor and Operator B none."""

from datetime import date

import pytest
from django.test import Client

from report.words_of import read, words_of
from torpaq.geo.shape import box_shape
from torpaq.web.models import (
    Accreditation,
    Asset,
    AssetTest,
    Audit,
    Certificate,
    EnvironmentRecord,
    Handover,
    Lane,
    MarkingScheme,
    NonConformity,
    OrdnanceItem,
    Person,
    Programme,
    SamplePlan,
    Task,
    TaskAsset,
    TeamMember,
    WorkDay,
)
from torpaq.web.records import NewVersion, add_version
from torpaq.web.store import load
from web.stories import Cast, ledger
from web.work_stories import CREDIT, box_at, point_at, task_of, team_of

pytestmark = pytest.mark.both_engines

LAND = "2026-01-01 establish HA-17 cha mine box -50 -50 150 150 unit AZ-AGM ; NTS-88"


@pytest.fixture
def story(cast: Cast) -> Cast:
    """Operator A's team worked at T-7 with a detector, found one mine and was inspected."""
    Programme.objects.create(
        name="Demo", country="aze", is_synthetic=True, synthetic_label="Made up", standard_version="1"
    )
    task = task_of(
        cast.operator_a, contamination=["mine"], brief={"threat": "PMN-2 #panic() minaları", "hospital": "Bərdə"}
    )
    team = team_of(cast.operator_a, task)
    medic = Person.objects.create(organisation=task.organisation, code="P-1", name="Günel Əliyeva", sex="female")
    Certificate.objects.create(person=medic, kind="medic", issued_on=date(2026, 1, 1), valid_to=date(2027, 1, 1))
    TeamMember.objects.create(team=team, person=medic, function="medic", since=date(2026, 1, 1))
    detector = Asset.objects.create(organisation=task.organisation, code="DET-1", kind="detector", model="VMH4")
    AssetTest.objects.create(asset=detector, kind="calibration", on=date(2026, 4, 1), passed=True)
    TaskAsset.objects.create(task=task, asset=detector, since=date(2026, 5, 1))
    Lane.objects.create(task=task, name="L1", shape=box_shape(0, 0, 10, 90), done_on=date(2026, 5, 12))
    MarkingScheme.objects.create(
        area="HA-17", task=task, system="fence", length_m=400, signs=16, posts=80, planned_on=date(2026, 4, 1)
    )
    EnvironmentRecord.objects.create(task=task, aspects=["soil"], measures="Çuxurlar doldurulur.")
    for method, processed in (("manual", 400.0), ("dog", 400.0)):
        WorkDay.objects.create(
            task=task, organisation=task.organisation, team="A-1", on=date(2026, 5, 12), activity="clearance",
            method=method, processed_m2=processed, hours=40, stoppage_hours=2,
            stoppages=[{"reason": "weather", "hours": 2}],
        )  # fmt: skip
    lon, lat = point_at(20, 20)["coordinates"]
    OrdnanceItem.objects.create(
        uid="FIND-1", category="ap_mine", model="PMN-2", status="destroyed", found_on=date(2026, 5, 12), task=task,
        lon=lon, lat=lat, depth_cm=8, disposed_on=date(2026, 5, 13),
    )  # fmt: skip
    Accreditation.objects.create(
        code="ACC-7", organisation=task.organisation, kind="operational", state="granted", valid_from=date(2026, 1, 1)
    )
    NonConformity.objects.create(
        code="NC-1", severity="minor", kind="marking", organisation=task.organisation, task=task,
        found_on=date(2026, 5, 14), description="İki nişan düşüb",
    )  # fmt: skip
    SamplePlan.objects.create(
        task=task, rule="computed", lot_squares=100, sample_squares=2, seed="a1b2", squares=[[0, 0], [3, 4]],
        parameters={"side_m": 10, "detection": "0.9"}, power=[[1, 0.98], [10, 0.83]], shape=task.shape,
    )  # fmt: skip
    return cast


def client_of(person: object) -> Client:
    client = Client()
    client.force_login(person)  # type: ignore[arg-type]
    return client


def squeezed(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


def text_of(content: bytes) -> str:
    return squeezed("\n".join(words_of(page) for page in read(content).pages))


def handed_over(story: Cast, **changes: object) -> Handover:
    task = task_of(story.operator_a, "T-8", state="accepted", completed_on=date(2026, 9, 1), contamination=["mine"])
    values = {"code": "HO-8", "task": task, "languages": ["az", "en"], "hotline": "102",
              "not_cleared": "Dərə yamacı təmizlənməyib."}  # fmt: skip
    return Handover.objects.create(**(values | changes))


def test_operator_a_takes_its_task_dossier_and_it_is_noted(story: Cast) -> None:
    response = client_of(story.operator_a).get("/tasks/T-7/dossier.pdf?language=en&paper=A3")
    assert response.status_code == 200 and response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="synthetic-T-7-dossier.pdf"'
    text = text_of(response.content)
    for words in ("Task dossier T-7", "PMN-2 #panic() minaları", "Günel Əliyeva", "Medic (to 01.01.2027)", "DET-1",
                  "Nearest hospital Bərdə", "Çuxurlar doldurulur.", "HA-17", "Made up", "TP4",
                  "10,000 m²", f"/operations/tasks/{Task.objects.get(code='T-7').pk}"):  # fmt: skip
        assert squeezed(words) in text, words
    (noted,) = Audit.objects.filter(action="document_printed")
    assert (noted.account, noted.subject) == (story.operator_a, "T-7")
    assert noted.detail == {"document": "dossier", "paper": "A3", "languages": ["en"]}


def test_the_map_shows_the_ledgers_land_and_every_point(story: Cast) -> None:
    load(ledger(LAND))
    client = client_of(story.officer)
    svg = client.get("/tasks/T-7/map.svg?language=en").content.decode()
    kinds = ("area cha", "area task_boundary", "area lane_done", "area sample_square")
    for shown in (*kinds, "TP1", ">Find<", "Made up"):
        assert shown in svg, shown
    pdf = client.get("/tasks/T-7/map.pdf?language=ru").content
    text = text_of(pdf)
    assert squeezed("Таблица координат") in text and all(f"TP{number}" in text for number in range(1, 5))
    assert len(read(pdf).pages) == 3


@pytest.mark.parametrize("address", ["map.svg?sheet=99", "map.svg?sheet=x", "map.png", "handover.pdf"])
def test_what_does_not_exist_is_not_made_up(story: Cast, address: str) -> None:
    assert client_of(story.officer).get(f"/tasks/T-7/{address}").status_code == 404


def test_the_completion_dossier_tells_days_finds_samples_and_failings(story: Cast) -> None:
    load(ledger(LAND))
    values = CREDIT | {
        "task": "T-7", "area": "HA-17", "benchmark": point_at(-60, -60), "reference_point": point_at(-90, -60),
        "landmark": "körpü", "plan_deviations": "Yağış səbəbindən gecikmə.",
        "products": [{"outcome": "cleared", "method": ["manual"], "reported_area_m2": 9000.0, "achieved_depth_cm": 15,
                      "boundary": box_at(0, 0, 100, 90)}],
        "uncleared": [{"uncleared_reason": "slope", "uncleared_area_m2": 1000.0}],
    }  # fmt: skip
    add_version(NewVersion("uuid:c-1", "completion", "1", values, account=story.operator_a))
    response = client_of(story.inspector).get("/tasks/T-7/completion.pdf?language=en")
    text = text_of(response.content)
    for words in ("FIND-1", "NC-1", "İki nişan düşüb", "ACC-7", "a1b2", "Yağış səbəbindən gecikmə.", "körpü",
                  "Open land at the beginning 10,000 m² Released 9,000 m² Remaining 1,000 m²",
                  "Processed with all methods 800 m²", "Still open 10,000 m²", "10 83.0 %", "Benchmark"):  # fmt: skip
        assert squeezed(words) in text, words


def test_the_certificate_is_printed_in_its_own_languages_and_russian_on_request(story: Cast) -> None:
    handed_over(story)
    client = client_of(story.authority)
    text = text_of(client.get("/tasks/T-8/handover.pdf").content)
    assert squeezed("Təhvil-təslim aktı HO-8") in text and squeezed("Handover certificate HO-8") in text
    assert squeezed("Dərə yamacı təmizlənməyib.") in text and squeezed("Акт передачи") not in text
    more = text_of(client.get("/tasks/T-8/handover.pdf?language=ru").content)
    assert squeezed("Акт передачи земли HO-8") in more and squeezed("Təhvil-təslim aktı HO-8") in more


def test_a_signed_certificate_prints_as_it_was_signed(story: Cast) -> None:
    part = {"entry": "E-9", "outcome": "cleared", "contamination": ["mine"], "area_m2": 4321.0, "depth_cm": 20.0,
            "rings": []}  # fmt: skip
    contents = {
        "parts": [part], "uncleared": [["slope", 77.0]], "not_free_of": ["erw"], "figures": {},
        "texts": {"not_cleared": {"en": "The slope."}},
        "quality": {"result": "conforms", "on": "2026-09-02", "checked_m2": 500.0},
    }  # fmt: skip
    signed = [{"kind": "operator", "name": "Leyla Həsənova", "on": "2026-10-01"}]
    handed_over(story, contents=contents, signatures=signed, signed_on=date(2026, 10, 1), languages=["en"])
    text = text_of(client_of(story.operator_a).get("/tasks/T-8/handover.pdf").content)
    for words in ("4,321", "The slope.", "77", "may still hold: Explosive remnants of war", "Leyla Həsənova",
                  "Last external control on 02.09.2026: Conforms. Checked: 500 m²."):  # fmt: skip
        assert squeezed(words) in text, words


@pytest.mark.parametrize("document", ["dossier.pdf", "map.pdf", "map.svg", "completion.pdf", "handover.pdf"])
def test_whose_it_is_not_gets_nothing(story: Cast, document: str) -> None:
    handed_over(story)
    address = f"/tasks/T-8/{document}"
    assert client_of(story.operator_b).get(address).status_code == 404
    assert client_of(story.donor).get(address).status_code == 403
    assert Client().get(address).status_code == 302
    assert not Audit.objects.filter(action="document_printed").exists()


def test_the_page_of_documents_leads_to_the_one_chosen(story: Cast) -> None:
    client = client_of(story.operator_a)
    page = client.get("/documents")
    assert page.status_code == 200 and "T-7" in page.content.decode()
    chosen = client.get("/documents?task=T-7&document=task_map&paper=A3&language=az")
    assert chosen["Location"] == "/tasks/T-7/map.pdf?paper=A3&language=az"
    missing = client.get("/documents?task=T-7&document=handover_pdf")
    assert missing.status_code == 200 and 'role="alert"' in missing.content.decode()
    assert "T-7" not in client_of(story.operator_b).get("/documents").content.decode()
    assert client_of(story.donor).get("/documents").status_code == 403


def test_a_bare_task_still_prints(story: Cast) -> None:
    task_of(story.operator_a, "T/9", shape=None, unit="", areas=[], state="proposed", issued_on=None, started_on=None)
    client = client_of(story.operator_a)
    assert client.get("/tasks/T/9/dossier.pdf").status_code == 200
    assert client.get("/tasks/T/9/completion.pdf").status_code == 200
    assert client.get("/tasks/T/9/map.pdf").status_code == 404
