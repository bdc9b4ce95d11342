"""An entry at the desk: its polygon given in every way, each fault beside its field, and the second person."""

import json
import re
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from torpaq.geo.crs import AZE
from torpaq.web.models import LedgerEntry, Proposal, ProposalState
from torpaq.web.rows import verify_chain
from web.desk_stories import open_desk
from web.stories import Cast

CLEAR = {
    "kind": "clear",
    "area": "HA-17",
    "effective": "2024-02-01",
    "classes": ["mine"],
    "depth_cm": "13",
    "record": "CR-12",
    "operator": "OP-A",
    "method": "manual",
    "source": "typed",
    "typed": "box 40 50 60 100",
}


def lonlat(x_m: float, y_m: float) -> tuple[float, float]:
    lon, lat = AZE.inverse(x_m, y_m)
    return round(float(lon), 9), round(float(lat), 9)


CORNERS = [lonlat(x, y) for x, y in ((41, 51), (59, 51), (59, 99), (41, 99))]
RING = ", ".join(f"{lon} {lat}" for lon, lat in [*CORNERS, CORNERS[0]])
GEOJSON = json.dumps({"type": "Polygon", "coordinates": [[*CORNERS, CORNERS[0]]]})
KML = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>'
    + " ".join(f"{lon},{lat}" for lon, lat in [*CORNERS, CORNERS[0]])
    + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>"
)
WAYS = {
    "box": {"source": "typed", "typed": "box 40 50 60 100"},
    "wkt": {"source": "typed", "typed": f"POLYGON (({RING}))"},
    "points": {"source": "typed", "typed": "\n".join(f"{lat:.8f} N {lon:.8f} E" for lon, lat in CORNERS)},
    "drawn": {"source": "drawn", "drawn": json.dumps(CORNERS)},
    "file": {"source": "file", "file": SimpleUploadedFile("area.geojson", GEOJSON.encode())},
    "kml": {"source": "file", "file": SimpleUploadedFile("area.kml", KML.encode())},
    "traverse": {
        "source": "traverse",
        "start": f"{CORNERS[0][1]:.8f} N {CORNERS[0][0]:.8f} E",
        "traverse_closing": "measured",
        "bearing_unit": "deg360",
        "reference": "true",
        "distance_unit": "m",
        "bearing": ["90", "0", "270", "180"],
        "distance": ["18", "47.9", "18", "48.1"],
        "slope": ["", "", "", ""],
    },
}


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash the cast's passwords quickly: how well they are hashed is another story."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    client.force_login(cast.operator_a)
    return client


def tried(desk: Client, **changes: object) -> str:
    given = {**CLEAR, **changes, "action": "try"}
    response = desk.post("/proposals/new", given, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.content.decode()


def codes(page: str) -> set[str]:
    return set(re.findall(r'class="problem-code">(\w+)<', page))


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
def test_a_polygon_given_in_any_way_is_shown_with_its_arithmetic(desk: Client, way: str) -> None:
    upload = WAYS[way].get("file")
    if isinstance(upload, SimpleUploadedFile):
        upload.seek(0)
    page = tried(desk, **WAYS[way])
    assert not {code for code in codes(page) if not code.startswith("traverse_")}, codes(page)
    assert "What it would bring" in page and 'id="tried-polygon"' in page and "HA-17, Land (each m² once)" in page
    assert not Proposal.objects.exists()  # nothing is kept before it is asked for


@pytest.mark.django_db
def test_the_arithmetic_is_before_after_and_the_difference(desk: Client) -> None:
    page = tried(desk)
    rows = dict(re.findall(r'<th scope="row">(Before|After|Difference)</th>(.*?)</tr>', page, re.S))
    figures = {name: re.findall(r"<td>([^<]+)</td>", cells) for name, cells in rows.items()}
    assert figures["Before"] == ["5,000.00", "0.00", "4,000.00", "0.00", "3,000.00"]
    assert figures["After"] == ["4,000.00", "0.00", "4,000.00", "0.00", "4,000.00"]
    assert figures["Difference"] == ["−1,000", "0", "0", "0", "+1,000"]
    assert "1,000.00 m²" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "code", "changes"),
    [
        ("effective", "field_missing", {"effective": ""}),
        ("effective", "date_wrong", {"effective": "01.02.2024"}),
        ("effective", "date_in_future", {"effective": "2199-01-01"}),
        ("area", "word_has_blank", {"area": "HA 17"}),
        ("depth_cm", "depth_missing_in_form", {"depth_cm": ""}),
        ("depth_cm", "number_wrong", {"depth_cm": "deep"}),
        ("classes", "field_missing", {"classes": []}),
        ("record", "field_missing", {"record": ""}),
        ("polygon", "polygon_missing", {"typed": " "}),
        ("polygon", "polygon_point_unreadable", {"typed": "40.0 N 47.0 E\nnonsense\n40.1 N 47.1 E"}),
        ("polygon", "polygon_too_few_points", {"typed": "40.0 N 47.0 E\n40.1 N 47.1 E"}),
        ("polygon", "polygon_missing", {"source": "drawn", "drawn": "[[1,"}),
        ("polygon", "polygon_missing", {"source": "file"}),
        ("polygon", "polygon_file_kind_unknown",
         {"source": "file", "file": SimpleUploadedFile("a.exe", b"MZ")}),
        ("polygon", "traverse_too_few_legs", {"source": "traverse"}),
        ("entry", "land_not_recorded", {"typed": "box 300 300 320 320"}),
        ("entry", "release_of_released", {"typed": "box 0 0 20 20"}),
    ],
)  # fmt: skip
def test_each_fault_is_told_beside_its_field(desk: Client, field: str, code: str, changes: dict[str, object]) -> None:
    response = desk.post("/proposals/new", {**CLEAR, **changes, "action": "submit"})
    if field == "entry":  # the form is whole and the land says no: the draft is kept with its problem
        assert Proposal.objects.get().state == ProposalState.DRAFTED
        assert code in codes(desk.get(response["Location"]).content.decode())
        return
    assert response.status_code == 200 and not Proposal.objects.exists()
    assert code in [problem.code for problem in response.context["problems"][field]]
    assert code in codes(response.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["establish", "hand_over", "void", "assert", "redraw"])
def test_every_kind_has_its_own_fields(desk: Client, kind: str) -> None:
    given = {**CLEAR, "kind": kind, "status": "sha", "target": "C1", "measure": "open", "figure_m2": "12,5"}
    if kind == "establish":
        given |= {"area": "HA-99", "typed": "box 1000 0 1100 50"}
    if kind == "hand_over":
        given |= {"typed": "box 45 5 50 10"}
    if kind == "redraw":
        given |= {"typed": "box 0 0 120 110"}
    if kind == "assert":
        given |= {"unit": "AZ-AGM"}
    page = tried(desk, **given)
    assert not codes(page) and "What it would bring" in page


@pytest.mark.django_db
def test_a_total_without_a_place_is_proposed_with_its_district(desk: Client) -> None:
    page = tried(desk, area="LEGACY-1", classes=["erw"], source="unlocated", unlocated_m2="1 000,5", unit="AZ-AGM")
    assert not codes(page)
    assert "field_missing" in codes(tried(desk, source="unlocated", unlocated_m2="1000", unit=""))


@pytest.mark.django_db
def test_operator_a_proposes_and_the_authority_signs_and_the_map_is_another(
    desk: Client, cast: Cast, client: Client
) -> None:
    response = desk.post("/proposals/new", {**CLEAR, "action": "submit"})
    proposal = Proposal.objects.get()
    assert response["Location"] == f"/proposals/{proposal.pk}" and proposal.state == ProposalState.SUBMITTED
    assert proposal.original["typed"] == "box 40 50 60 100"
    own = desk.get(response["Location"]).content.decode()
    assert "Somebody else has to sign it." in own and 'value="sign"' not in own

    authority = Client()
    authority.force_login(cast.authority)
    page = authority.get(response["Location"]).content.decode()
    assert 'value="sign"' in page and "data-polygon=" in page and "−1,000" in page
    assert 'class="count">1<' in page
    tag = authority.get("/tiles/land/14/10325/6205.pbf")["ETag"]
    signed = authority.post(f"/proposals/{proposal.pk}/decide", {"action": "sign"}, follow=True).content.decode()
    assert "Its entry in the ledger" in signed
    row = LedgerEntry.objects.get(entry_id=f"P-{proposal.pk}")
    assert (row.author, row.signer, row.original["source"]) == (cast.operator_a, cast.authority, "box")
    assert verify_chain() == []
    assert authority.get("/tiles/land/14/10325/6205.pbf")["ETag"] != tag
    assert "Cleared land" in authority.get("/spot?place=40.00068+47.00059").content.decode()


@pytest.mark.django_db
def test_a_proposal_comes_back_with_its_reason_and_is_put_right(desk: Client, cast: Cast) -> None:
    address = desk.post("/proposals/new", {**CLEAR, "action": "submit"})["Location"]
    authority = Client()
    authority.force_login(cast.authority)
    silent = authority.post(f"{address}/decide", {"action": "return", "reason": " "}, follow=True).content.decode()
    assert "Give a reason" in silent
    authority.post(f"{address}/decide", {"action": "return", "reason": "The edge is the road."})
    page = desk.get(address).content.decode()
    assert "The edge is the road." in page and f'href="{address}/change"' in page
    form = desk.get(f"{address}/change").content.decode()
    assert "box 40 50 60 100" in form and 'value="CR-12"' in form
    again = desk.post(f"{address}/change", {**CLEAR, "typed": "box 40 50 55 100", "action": "submit"})
    assert again["Location"] == address
    assert Proposal.objects.get().state == ProposalState.SUBMITTED
    assert "750.00" in authority.get(address).content.decode()


@pytest.mark.django_db
def test_operator_b_never_sees_what_operator_a_drafts(desk: Client, cast: Cast) -> None:
    address = desk.post("/proposals/new", {**CLEAR, "action": "draft"})["Location"]
    assert "CR-12" in desk.get(address).content.decode()
    for person in (cast.operator_b, cast.authority, cast.officer, cast.donor):
        other = Client()
        other.force_login(person)
        assert other.get(address).status_code in {403, 404}
        assert other.post(f"{address}/decide", {"action": "submit"}).status_code in {403, 404}
    assert desk.post(f"{address}/decide", {"action": "burn"}).status_code == 404
    assert desk.get(f"{address}/decide").status_code == 405


@pytest.mark.django_db
def test_an_operator_proposes_in_its_own_name_alone(desk: Client) -> None:
    page = desk.post("/proposals/new", {**CLEAR, "operator": "OP-B", "action": "submit"}).content.decode()
    assert "proposal_for_other_operator" in codes(page) and not Proposal.objects.exists()
    assert re.search(r'name="operator" value="OP-A" readonly', page)


@pytest.mark.django_db
def test_a_draft_is_submitted_and_withdrawn_by_its_own_people(desk: Client) -> None:
    address = desk.post("/proposals/new", {**CLEAR, "action": "draft"})["Location"]
    assert Proposal.objects.get().state == ProposalState.DRAFTED
    desk.post(f"{address}/decide", {"action": "submit"})
    assert Proposal.objects.get().state == ProposalState.SUBMITTED
    assert desk.get(f"{address}/change").status_code == 403
    desk.post(f"{address}/decide", {"action": "withdraw"})
    page = desk.get("/proposals?state=withdrawn").content.decode()
    assert Proposal.objects.get().state == ProposalState.WITHDRAWN and address in page
