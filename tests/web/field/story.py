"""A phone of Operator A as ODK Collect works it: the same requests, headers, parts and reading of the answers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID
from xml.etree import ElementTree as ET

from django.test import Client

from torpaq.web.field.keys import enrol
from torpaq.web.models import Account, Device, HazardousArea, Programme, Team

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
RESPONSE = "{http://openrosa.org/http/response}"
BOUNDARY = "b5cb9cd4-0b67-4a4b-8f0e-5f3b7bd1e7f1"
HEADERS = {
    "User-Agent": "org.odk.collect.android/v2026.2.1 Dalvik/2.1.0",
    "X-OpenRosa-Version": "1.0",
    "Date": "Mon, 23 Nov 2026 08:15:00 GMT",
}
Files = Iterable[tuple[str, bytes, str]]


def open_programme(areas: Iterable[str] = ("HA-17", "HA/18")) -> None:
    """A programme with hazardous areas in Aghdam; what is in the ledger is another story."""
    Programme.objects.create(name="Mine action", country="aze", standard_version="0.2")
    HazardousArea.objects.bulk_create(
        [
            HazardousArea(
                area=area,
                unit="AZ-AGM",
                status="cha",
                open_m2=100.0,
                entry_count=2,
                first_effective=date(2021, 3, 4),
                last_effective=date(2022, 5, 1),
                last_recorded=date(2022, 5, 1),
                search_key=f"{area.lower()} az-agm agdam",
            )
            for area in areas
        ]
    )


def enrolled(person: Account, team: Team | None = None, name: str = "Phone 7", areas: Iterable[str] = ()) -> "Phone":
    """Enrol a phone for a person's own organisation."""
    if team is None:
        team, _ = Team.objects.get_or_create(
            organisation=person.organisation, code="T1", defaults={"name": "First team", "areas": list(areas)}
        )
    device, key = enrol(team, name, None, person)
    return Phone(device, key)


@dataclass
class Phone:
    """One phone with its key."""

    device: Device
    key: str
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    @property
    def base(self) -> str:
        return f"/field/{self.key}"

    def get(self, address: str, **headers: str):
        path = re.sub(r"^https?://[^/]+", "", address)
        return self.client.get(path, {"deviceID": "collect:Mv3q"}, headers={**HEADERS, **headers})

    def forms(self, **headers: str) -> dict[str, dict[str, str]]:
        """Ask for the list of forms and read it as Collect does: by its namespaces."""
        answer = self.get(f"{self.base}/formList", **headers)
        assert answer.status_code == 200 and answer["X-OpenRosa-Version"] == "1.0"
        assert answer["Content-Type"].startswith("text/xml")
        root = ET.fromstring(answer.content)
        assert root.tag == f"{LIST}xforms"
        rows = [{child.tag.removeprefix(LIST): child.text or "" for child in form} for form in root]
        return {row["formID"]: row for row in rows}

    def manifest(self, address: str) -> list[dict[str, str]]:
        answer = self.get(address)
        assert answer.status_code == 200 and answer["X-OpenRosa-Version"] == "1.0"
        root = ET.fromstring(answer.content)
        assert root.tag == f"{MANIFEST}manifest"
        return [
            {**file.attrib, **{child.tag.removeprefix(MANIFEST): child.text or "" for child in file}} for file in root
        ]

    def head(self):
        return self.client.head(f"{self.base}/submission?deviceID=collect%3AMv3q", headers=HEADERS)

    def send(self, record: bytes, files: Files = (), is_incomplete: bool = False, base: str = "", **headers: str):
        """Send as ``OkHttpConnection.uploadSubmissionAndFiles`` does: parts are named after their files."""
        content = multipart(record, files, is_incomplete)
        return self.client.post(
            f"{base or self.base}/submission?deviceID=collect%3AMv3q",
            content,
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
            headers={**HEADERS, **headers},
        )


def multipart(record: bytes | None, files: Files = (), is_incomplete: bool = False) -> bytes:
    """Return the body of a request as OkHttp writes it."""
    parts = [] if record is None else [("xml_submission_file", "Hazardous area_2026-11-23.xml", "text/xml", record)]
    parts += [(name, name, media_type, data) for name, data, media_type in files]
    body = b""
    for name, file_name, media_type, data in parts:
        lines = (
            f"--{BOUNDARY}",
            f'Content-Disposition: form-data; name="{name}"; filename="{file_name}"',
            f"Content-Type: {media_type}",
            f"Content-Length: {len(data)}",
        )
        body += "\r\n".join(lines).encode() + b"\r\n\r\n" + data + b"\r\n"
    if is_incomplete:
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="*isIncomplete*"\r\n'.encode()
        body += b"Content-Length: 3\r\n\r\nyes\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def said(answer) -> str:
    """Return what Collect shows of an answer: the message in it, whose body must be one of OpenRosa's."""
    root = ET.fromstring(answer.content)
    assert root.tag == f"{RESPONSE}OpenRosaResponse" and answer["Content-Type"].startswith("text/xml")
    assert answer["X-OpenRosa-Version"] == "1.0"
    return root.findtext(f"{RESPONSE}message") or ""


def uuid(number: int) -> str:
    return f"uuid:{UUID(int=number, version=4)}"


ACCIDENT = {
    "date_of_information": "2026-05-31",
    "local_id": "ACC-7",
    "reporting_organisation": "OP-A",
    "unit": "AZ-AGM",
    "event_kind": "incident",
    "occurred_on": "2026-05-30",
    "at_workplace": "no",
    "place": "39.99 46.93 0 4.5",
    "place_precision": "exact",
    "outside_recorded_area": "yes",
    "device_category": "unknown",
}
"""What a phone says of an incident; place, people and day are made up."""


def accident(number: int = 1, deprecated: str = "", form: str = "torpaq_accident", **changes: str) -> bytes:
    """Return the instance of an incident's report."""
    values = "".join(f"<{code}>{value}</{code}>" for code, value in {**ACCIDENT, **changes}.items() if value)
    meta = f"<instanceID>{uuid(number)}</instanceID>"
    meta += f"<deprecatedID>{deprecated}</deprecatedID>" if deprecated else ""
    head = f"<data id='{form}' version='1.1-0a1b2c3d' xmlns:orx='http://openrosa.org/xforms'>"
    return f"<?xml version='1.0' encoding='UTF-8'?>{head}{values}<meta>{meta}</meta></data>".encode()
