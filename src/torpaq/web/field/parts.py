"""What a phone sends in one request: a record's XML and some of its files, whole or not at all (OpenRosa 1.0).

ODK Collect splits a submission with many files over several requests, each with the same XML and, but for the last,
a field ``*isIncomplete*``. A request that was cut on its way is never taken for a whole one: its length is compared.
"""

import io
from dataclasses import dataclass

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict

from torpaq.standard.problems import Problem, problem
from torpaq.web.field.media import safe_name

RECORD_PART = "xml_submission_file"
PAGE_RECORD_PART = "submission"
JSON_TYPE = "application/json"
INCOMPLETE_PART = "*isIncomplete*"
MIB = 1024 * 1024
LARGEST_REQUEST = 32 * MIB
READ_AWAY = 96 * MIB
"""A request that is too large is read up to here before it is refused: a phone reads the answer only after sending."""


@dataclass(frozen=True, slots=True)
class Parts:
    """One request: the record's bytes, files by their safe names, and whether more files are to come."""

    record: bytes
    files: tuple[tuple[str, bytes], ...]
    is_incomplete: bool


def read_parts(request: HttpRequest) -> tuple[Parts | None, Problem | None]:
    """Read a submission's request; nothing of it is taken where it is too large, cut or no form of parts."""
    body, refused = _whole_body(request)
    return _read_form(request, body, RECORD_PART) if refused is None else (None, refused)


def read_page_parts(request: HttpRequest) -> tuple[Parts | None, Problem | None]:
    """Read what the phone's own page sends: a record's JSON alone, or a form of parts with it and its files."""
    body, refused = _whole_body(request)
    if refused:
        return None, refused
    if request.content_type == JSON_TYPE:
        return Parts(body, (), False), None
    return _read_form(request, body, PAGE_RECORD_PART)


def _whole_body(request: HttpRequest) -> tuple[bytes, Problem | None]:
    """Return the request's bytes; a problem where they are too many, or fewer than the client announced."""
    announced = _announced(request)
    if announced > LARGEST_REQUEST:
        _read_away(request, announced)
        return b"", problem("request_too_large", "request", limit=LARGEST_REQUEST // MIB)
    body = _body(request)
    if len(body) != announced:
        return b"", problem("request_cut", "request", received=len(body), announced=announced)
    return body, None


def _read_form(request: HttpRequest, body: bytes, record_part: str) -> tuple[Parts | None, Problem | None]:
    try:
        fields, files = request.parse_file_upload(request.META, io.BytesIO(body))
    except (MultiPartParserError, SuspiciousOperation):
        return None, problem("request_without_parts", "request")
    return _parts(fields, files, record_part)


def _announced(request: HttpRequest) -> int:
    """Return the length that the client announced, 0 where it announced none."""
    text = str(request.META.get("CONTENT_LENGTH") or "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _body(request: HttpRequest) -> bytes:
    try:
        return request.read()
    except UnreadablePostError:  # the client has gone
        return b""


def _read_away(request: HttpRequest, announced: int) -> None:
    left = min(announced, READ_AWAY)
    try:
        while left > 0 and (chunk := request.read(min(left, MIB))):
            left -= len(chunk)
    except UnreadablePostError:
        return


def _parts(
    fields: QueryDict, files: MultiValueDict[str, "UploadedFile[bytes]"], record_part: str
) -> tuple[Parts | None, Problem | None]:
    record = _record(fields, files, record_part)
    if record is None:
        return None, problem("request_without_record", "request", part=record_part)
    sent = [upload for name, uploads in files.lists() if name != record_part for upload in uploads]
    named = tuple((safe_name(upload.name or ""), upload.read()) for upload in sent)
    return Parts(record, named, INCOMPLETE_PART in fields), None


def _record(fields: QueryDict, files: MultiValueDict[str, "UploadedFile[bytes]"], record_part: str) -> bytes | None:
    """Return the record's bytes: ODK Collect and the page send a file, other clients a plain field."""
    upload = files.get(record_part)
    if upload is not None:
        return bytes(upload.read())
    text = fields.get(record_part)
    return text.encode() if text else None
