"""The same over a real connection: what goes over the wire when ODK Collect sends, and when its line is cut."""

import http.client
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from torpaq.web.models import FieldRecord, Submission, SubmissionFile
from web.field.story import BOUNDARY, HEADERS, Phone, accident, multipart
from web.field.test_media import picture

pytestmark = pytest.mark.django_db(transaction=True)
PHOTO = ("1714070707.jpg", picture(size=(600, 400)), "image/jpeg")


@pytest.fixture
def wire(committed_ledger: None, live_server, phone: Phone) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=20)
    yield connection
    connection.close()


def head_of(phone: Phone, host: str, length: int) -> bytes:
    lines = [
        f"POST {phone.base}/submission?deviceID=collect%3AMv3q HTTP/1.1",
        f"Host: {host}",
        *(f"{name}: {value}" for name, value in HEADERS.items()),
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {length}",
        "Accept-Encoding: gzip",
        "Connection: close",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def sent_raw(phone: Phone, wire: http.client.HTTPConnection, data: bytes) -> bytes:
    """Send bytes, end the sending side, and return everything that comes back."""
    with socket.create_connection((wire.host, wire.port), timeout=20) as line:
        line.sendall(data)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := line.recv(65_536):
            answer += chunk
        return answer


def test_collect_finds_the_door_and_sends(phone: Phone, wire: http.client.HTTPConnection) -> None:
    wire.request("HEAD", f"{phone.base}/submission?deviceID=collect%3AMv3q", headers=HEADERS)
    head = wire.getresponse()
    assert head.status == 204 and head.read() == b"" and head.headers["Date"].endswith("GMT")
    address = head.headers["Location"]
    assert (
        urlsplit(address).netloc == f"{wire.host}:{wire.port}" and urlsplit(address).query == "deviceID=collect%3AMv3q"
    )
    body = multipart(accident(), [PHOTO])
    wire.close()
    answer = sent_raw(phone, wire, head_of(phone, f"{wire.host}:{wire.port}", len(body)) + body)
    assert b" 201 " in answer.splitlines()[0]
    assert re.search(rb"\r\nDate: [^\r]+GMT\r\n", answer) and b"OpenRosaResponse" in answer
    assert (FieldRecord.objects.count(), SubmissionFile.objects.count()) == (1, 1)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_line_that_is_cut_leaves_nothing_and_the_next_try_is_whole(
    phone: Phone, wire: http.client.HTTPConnection, share: float
) -> None:
    body = multipart(accident(), [PHOTO])
    head = head_of(phone, f"{wire.host}:{wire.port}", len(body))
    answer = sent_raw(phone, wire, head + body[: int(len(body) * share)])
    assert b" 400 " in answer.splitlines()[0] and b"was cut on its way" in answer
    assert not Submission.objects.exists()
    assert b" 201 " in sent_raw(phone, wire, head + body).splitlines()[0]
    assert bytes(SubmissionFile.objects.get().data) == PHOTO[1]


def test_a_reply_that_is_lost_is_asked_for_again_and_gives_one_record(
    phone: Phone, wire: http.client.HTTPConnection
) -> None:
    body = multipart(accident(), [PHOTO])
    data = head_of(phone, f"{wire.host}:{wire.port}", len(body)) + body
    with socket.create_connection((wire.host, wire.port), timeout=20) as line:
        line.sendall(data)
        assert line.recv(1)  # an answer begins, and the network is gone before it can be read
    assert b" 201 " in sent_raw(phone, wire, data).splitlines()[0]
    assert (Submission.objects.count(), SubmissionFile.objects.count(), FieldRecord.objects.count()) == (1, 1, 1)


def test_what_is_too_large_is_answered_after_it_was_read_away(
    phone: Phone, wire: http.client.HTTPConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torpaq.web.field.parts.LARGEST_REQUEST", 100_000)
    body = multipart(accident(), [("big.jpg", bytes(3_000_000), "image/jpeg")])
    answer = sent_raw(phone, wire, head_of(phone, f"{wire.host}:{wire.port}", len(body)) + body)
    assert b" 413 " in answer.splitlines()[0] and b"OpenRosaResponse" in answer
    assert not Submission.objects.exists()
