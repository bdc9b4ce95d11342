"""Release and handover at the desk: who sees what, every button as a person presses it, in three languages."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from torpaq.geo.crs import AZE
from torpaq.standard.problems import has_errors
from torpaq.web.assets import compile_translations
from torpaq.web.models import (
    FollowUp,
    Handover,
    LedgerEntry,
    MarkingScheme,
    NonConformity,
    OrdnanceItem,
    Programme,
    Proposal,
)
from torpaq.web.operations.marking import install
from torpaq.web.operations.release import prepare_handover, sign_handover
from torpaq.web.proposals import sign
from torpaq.web.records import accept
from web.release_stories import PAPER, SIGNED, Story, completion, product, released, under_way
from web.stories import Cast
from web.work_stories import find, worked

FORM = {
    "language": ["az", "en"],
    "not_cleared-az": "Heç nə qalmayıb.",
    "not_cleared-en": "Nothing was left.",
    "restrictions-az": "13 sm-dən dərin qazmayın.",
    "restrictions-en": "Do not dig deeper than 13 cm.",
    "group-0-kind": "direct",
    "group-0-stage": "expected",
    "group-0-sex": "female",
    "group-0-age": "adult",
    "group-0-count": "12",
    "present-women": "4",
    "use": ["pasture"],
    "hotline": "102",
}


@pytest.fixture
def desk(cast: Cast) -> Cast:
    compile_translations()
    Programme.objects.create(name="A demonstration", country="aze", standard_version="0.1")
    return cast


def client_of(person: object, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person)  # type: ignore[arg-type]
    return client


def page(person: object, url: str, *arguments: object, language: str = "en") -> str:
    answer = client_of(person, language).get(reverse(url, args=list(arguments)))
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def handed_over(cast: Cast) -> tuple[Story, Handover]:
    story = released(cast)
    handover, _ = prepare_handover(cast.officer, story.task, PAPER)
    assert handover is not None
    assert sign_handover(cast.authority, handover, SIGNED, date(2026, 6, 20)) == []
    return story, handover


def test_the_release_page_counts_land_shows_the_picture_and_the_proof(desk: Cast) -> None:
    released(desk)
    html = page(desk.officer, "release", "T-7")
    told = text_of(html)
    assert "10,000 m²" in told
    assert 'fill="url(#fill-cleared)"' in html
    assert "face" in html
    assert "All methods together 10,000 m²" in told
    assert told.count("holds") == 11
    assert "missing" not in told
    assert reverse("handover_prepare", args=["T-7"]) in html


def test_a_waiting_report_is_shown_as_it_would_stand_with_its_differences(desk: Cast) -> None:
    under_way(desk)
    completion(desk, products=[product(50, 5400)])
    told = text_of(page(desk.operator_a, "release", "T-7"))
    assert "Parts that the waiting report would release" in told
    assert "release_area_unexplained" in told
    assert "proof_not_inspected" in told


def test_operator_a_puts_its_report_together_and_operator_b_sees_nothing(desk: Cast) -> None:
    under_way(desk)
    answer = client_of(desk.operator_a).post(reverse("release_assemble", args=["T-7"]), follow=True)
    assert answer.status_code == 200
    assert "The report is a draft" in answer.content.decode()
    for url in ("release", "release_assemble", "handover_prepare"):
        client = client_of(desk.operator_b)
        ask = client.post if url == "release_assemble" else client.get
        assert ask(reverse(url, args=["T-7"])).status_code in (403, 404)
    assert client_of(desk.donor).post(reverse("release_assemble", args=["T-7"])).status_code == 403


def test_the_officer_looks_at_the_certificate_in_two_languages_and_prepares_it(desk: Cast) -> None:
    released(desk)
    client = client_of(desk.officer)
    url = reverse("handover_prepare", args=["T-7"])
    assert "Languages of the certificate" in client.get(url).content.decode()
    seen = text_of(client.post(url, FORM | {"action": "preview"}).content.decode())
    assert "CERTIFICATE OF HANDOVER" in seen
    assert "TƏHVİL-TƏSLİM" in seen
    assert "were cleared of mines to a depth of 13 cm" in seen
    assert "not shown to be free of other explosive remnants of war" in seen
    assert Handover.objects.get().state == "accepted", "a preview keeps nothing"
    lacking = {name: value for name, value in FORM.items() if not name.startswith("restrictions-en")}
    assert "handover_text_untranslated" in client.post(url, lacking | {"action": "preview"}).content.decode()
    answer = client.post(url, FORM | {"action": "prepare"})
    handover = Handover.objects.get()
    assert answer.url == reverse("handover", args=[handover.pk])
    assert (handover.state, handover.prepared_by) == ("prepared", desk.officer)


def test_a_certificate_with_something_missing_comes_back_as_it_was_typed(desk: Cast) -> None:
    released(desk)
    url = reverse("handover_prepare", args=["T-7"])
    given = {**FORM, "not_cleared-az": "", "not_cleared-en": "", "hotline": "105", "action": "prepare"}
    html = client_of(desk.officer).post(url, given).content.decode()
    assert "handover_not_cleared_missing" in html
    assert 'value="105"' in html
    html = client_of(desk.officer).post(url, FORM | {"group-0-count": "a few"}).content.decode()
    assert "handover_count_wrong" in html


def test_the_authority_signs_at_the_desk_and_the_certificate_is_printed_from_what_was_kept(desk: Cast) -> None:
    story = released(desk)
    handover, _ = prepare_handover(desk.officer, story.task, PAPER)
    assert handover is not None
    client = client_of(desk.authority)
    url = reverse("handover_sign", args=[handover.pk])
    assert "Land owner or user" in client.get(url).content.decode()
    given = {"on": "2026-06-20", "name-authority": "Aynur", "name-operator": "Leyla"}
    assert "handover_signature_missing" in client.post(url, given).content.decode()
    answer = client.post(url, given | {"name-land_user": "A farmer"})
    assert answer.url == reverse("handover", args=[handover.pk])
    told = text_of(page(desk.donor, "handover", handover.pk))
    assert "Land owner or user: A farmer, 2026-06-20" in told
    assert "A sample that passes does not prove that nothing is left" in told
    assert client_of(desk.officer).get(url).status_code == 403


def test_a_forgotten_fence_is_told_before_anybody_signs(desk: Cast) -> None:
    story = released(desk)
    handover, _ = prepare_handover(desk.officer, story.task, PAPER)
    assert handover is not None
    assert "what stays open is marked" in page(desk.authority, "handover_sign", handover.pk)
    scheme = MarkingScheme.objects.create(area="HA-17", system="temporary", planned_on=date(2026, 5, 2))
    assert install(desk.officer, scheme, date(2026, 5, 2)) == []
    for person in (desk.officer, desk.operator_a):
        told = page(person, "handover", handover.pk)
        assert "handover_marking_stands" in told
        assert reverse("marking_list") + "?text=HA-17" in told
    assert "handover_marking_stands" not in page(desk.donor, "handover", handover.pk)


def test_the_list_tells_what_waits_and_which_visits_are_due(desk: Cast) -> None:
    _, handover = handed_over(desk)
    FollowUp.objects.filter(handover=handover, months=6).update(due_on=date(2026, 7, 1))
    told = text_of(page(desk.inspector, "handovers"))
    assert "Overdue" in told
    assert "Record the visit" in told
    assert "Record the visit" not in text_of(page(desk.donor, "handovers"))
    assert handover.code not in page(desk.operator_b, "handovers")


def test_the_inspector_records_a_visit(desk: Cast) -> None:
    _, handover = handed_over(desk)
    visit = handover.follow_ups.get(months=6)
    url = reverse("follow_up", args=[handover.pk, visit.pk])
    assert client_of(desk.operator_a).get(url).status_code == 403
    client = client_of(desk.inspector)
    given = {
        "on": "2026-06-01",
        "used": "yes",
        "accidents": "no",
        "finds": "0",
        "conflict": "grazing",
        "use": "pasture",
    }
    assert "follow_up_too_early" in client.post(url, given).content.decode()
    assert "date_wrong" in client.post(url, given | {"on": "yesterday"}).content.decode()
    answer = client.post(url, given | {"on": "2026-11-02"}, follow=True)
    told = text_of(answer.content.decode())
    assert "the use of the land is disputed" in told.lower()
    visit.refresh_from_db()
    assert (visit.land_used, visit.conflict, visit.account) == ("yes", "grazing", desk.inspector)


def test_why_is_this_land_called_cleared_is_reached_from_the_entry_and_names_nobody_to_the_donor(desk: Cast) -> None:
    story = released(desk)
    url = reverse("proof", args=[story.entry_id])
    assert url in page(desk.donor, "entry", story.entry_id)
    told = text_of(page(desk.officer, "proof", story.entry_id))
    assert "operator-a" in told
    assert "Something was found here" in told
    told = text_of(page(desk.donor, "proof", story.entry_id))
    assert "operator-a" not in told
    assert "Something was found here" not in told
    assert "another organisation" in text_of(page(desk.operator_b, "proof", story.entry_id))
    opened = LedgerEntry.objects.get(kind="establish").entry_id
    assert client_of(desk.officer).get(reverse("proof", args=[opened])).status_code == 404


def test_something_found_in_released_land(desk: Cast) -> None:
    story, handover = handed_over(desk)
    url = reverse("reopen", args=[story.entry_id])
    assert client_of(desk.operator_a).get(url).status_code == 403
    client = client_of(desk.officer)
    assert "look-back" in client.get(url).content.decode()
    given = {"on": "2026-11-03", "class": "mine", "why": "A mine beside the path.", "way": "whole"}
    preview = client.post(url, given)
    (outline,) = preview.context["plan"].outlines
    assert (outline.status, len(re.findall(r"[\d.]+ [\d.]+", outline.path))) == ("cha", 4), outline.path
    seen = preview.content.decode()
    assert "10,000 m²" in text_of(seen)
    assert not Proposal.objects.filter(kind="reopen").exists(), "the area is shown before anything is proposed"
    given["shown_m2"] = shown_in(seen)
    assert "handover_reason_missing" in client.post(url, given | {"why": ""}).content.decode()
    assert "reopen_nothing_released" in client.post(url, given | {"class": "erw"}).content.decode()
    assert "date_wrong" in client.post(url, given | {"on": "yesterday"}).content.decode()
    assert not NonConformity.objects.exists()
    answer = client.post(url, given)
    proposal = Proposal.objects.get(kind="reopen")
    assert answer.url == reverse("proposal", args=[proposal.pk])
    assert NonConformity.objects.get().severity == "critical"
    assert "opened anew" in text_of(page(desk.officer, "handover", handover.pk))
    assert sign(proposal, desk.authority) == []
    html = page(desk.donor, "handover", handover.pk)
    assert "The land has changed since" in html
    assert reverse("entry", args=[f"P-{proposal.pk}"]) in html
    assert 'fill="url(#plan-cleared)"' in html
    assert 'fill="url(#plan-cha)"' not in html


def shown_in(html: str) -> str:
    found = re.search(r'type="hidden" name="shown_m2" value="([^"]+)"', html)
    assert found is not None
    return found[1]


def test_a_circle_round_the_find_or_a_drawn_part_is_opened_and_nothing_else(desk: Cast) -> None:
    story, _ = handed_over(desk)
    url = reverse("reopen", args=[story.entry_id])
    client = client_of(desk.inspector)
    lon, lat = AZE.inverse(0, 0)
    told = {"on": "2026-11-03", "class": "mine", "why": "A mine at the corner.", "way": "circle", "radius_m": "20"}
    assert "reopen_centre_missing" in client.post(url, told).content.decode()
    told["centre"] = f"{lat:.9f} {lon:.9f}"
    for radius in ("", "0"):
        assert "reopen_radius_missing" in client.post(url, told | {"radius_m": radius}).content.decode()
    assert "spot_number_wrong" in client.post(url, told | {"radius_m": "far"}).content.decode()
    drawn = {"way": "polygon", "source": "typed", "typed": "box 90 90 120 120"}
    seen = client.post(url, told | drawn).content.decode()
    assert "reopen_cut" in seen
    assert shown_in(seen) == "100.0000"
    assert "reopen_outside" in client.post(url, told | drawn | {"typed": "box 200 200 300 300"}).content.decode()
    assert "reopen_way_missing" in client.post(url, told | {"way": "somehow"}).content.decode()
    seen = client.post(url, told).content.decode()
    stale = client.post(url, told | {"radius_m": "30", "shown_m2": shown_in(seen)})
    assert stale.status_code == 200, "another area than was shown is shown first"
    assert client.post(url, told | {"shown_m2": shown_in(seen)}).url == reverse("proof", args=[story.entry_id])
    proposal = Proposal.objects.get(kind="reopen")
    assert f"{proposal.shape.area_m2:.4f}" == shown_in(seen)
    assert sign(proposal, desk.authority) == []
    left = text_of(client.get(url).content.decode())
    assert f"{10000 - proposal.shape.area_m2:,.0f} m²" in left


def test_a_drawn_polygon_comes_back_as_the_land_that_was_shown(desk: Cast) -> None:
    story, _ = handed_over(desk)
    url = reverse("reopen", args=[story.entry_id])
    ring = [[*AZE.inverse(x, y)] for x, y in ((90.123, 91), (130, 88.7), (111, 140.5))]
    given = {
        "on": "2026-11-03",
        "class": "mine",
        "why": "A mine.",
        "way": "polygon",
        "source": "drawn",
        "drawn": str(ring),
    }
    seen = client_of(desk.officer).post(url, given)
    shown = seen.context["values"]
    assert shown["source"] == "typed"
    again = {**given, "source": "typed", "typed": shown["typed"], "shown_m2": shown_in(seen.content.decode())}
    answer = client_of(desk.officer).post(url, again)
    proposal = Proposal.objects.get(kind="reopen")
    assert answer.url == reverse("proposal", args=[proposal.pk])
    assert f"{proposal.shape.area_m2:.4f}" == shown_in(seen.content.decode())


def test_from_an_item_that_lay_in_released_land_the_circle_is_filled_in(desk: Cast) -> None:
    story, _ = handed_over(desk)
    row = find(60, 40, found_on="2026-07-01", disposed_on="2026-07-01")
    record = worked(desk.operator_a, "late", work_date="2026-07-01", finds=[row], nothing_found="no")
    assert not has_errors(accept(record, desk.officer)), record.findings
    item = OrdnanceItem.objects.get(in_released_land=True)
    url = reverse("reopen", args=[story.entry_id]) + f"?item={item.pk}"
    assert url in page(desk.officer, "item", item.pk)
    assert url not in page(desk.operator_a, "item", item.pk)
    html = client_of(desk.officer).get(url).content.decode()
    for filled in (
        'value="2026-07-01"',
        'value="circle" checked',
        'value="mine" checked',
        'name="radius_m"',
        'value="50"',
    ):
        assert filled in html
    assert f"{item.lat:.7f} {item.lon:.7f}" in html
    assert 'value="whole" checked' in client_of(desk.officer).get(url + "9999").content.decode()


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_page_speaks_three_languages(desk: Cast, language: str) -> None:
    story, handover = handed_over(desk)
    pages = [
        ("handovers", ()), ("handover", (handover.pk,)), ("release", ("T-7",)), ("proof", (story.entry_id,)),
        ("reopen", (story.entry_id,)), ("handover_prepare", ("T-7",)),
        ("follow_up", (handover.pk, handover.follow_ups.all()[0].pk)),
    ]  # fmt: skip
    for url, arguments in pages:
        html = page(desk.officer, url, *arguments, language=language)
        assert f'<html lang="{language}">' in html
    assert page(desk.authority, "handover_sign", handover.pk, language=language)
