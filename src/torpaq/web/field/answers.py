"""Answers in OpenRosa's own XML: lists of forms, manifests and messages to the person who holds the phone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from django.http import HttpRequest, HttpResponse

from torpaq.standard.problems import LANGUAGES, Problem, catalogue
from torpaq.web.models import Device

LIST_SPACE = "http://openrosa.org/xforms/xformsList"
MANIFEST_SPACE = "http://openrosa.org/xforms/xformsManifest"
RESPONSE_SPACE = "http://openrosa.org/http/response"
VERSION_HEADER = {"X-OpenRosa-Version": "1.0"}


@dataclass(frozen=True, slots=True)
class ListedForm:
    """A form as a phone's list shows it; ``manifest_url`` is empty where it needs no other file."""

    code: str
    name: str
    version: str
    md5: str
    download_url: str
    manifest_url: str


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file that a form needs; ``is_entity_list`` makes ODK Collect keep its rows as entities."""

    name: str
    md5: str
    download_url: str
    is_entity_list: bool


def form_list(forms: Iterable[ListedForm]) -> HttpResponse:
    """Answer with a list of forms (OpenRosa 1.0 form discovery)."""
    root = ET.Element("xforms", xmlns=LIST_SPACE)
    for form in forms:
        told = {
            "formID": form.code,
            "name": form.name,
            "version": form.version,
            "hash": f"md5:{form.md5}",
            "downloadUrl": form.download_url,
            "manifestUrl": form.manifest_url,
        }
        _fill(ET.SubElement(root, "xform"), {name: value for name, value in told.items() if value})
    return xml(root)


def manifest(files: Iterable[ListedFile]) -> HttpResponse:
    """Answer with the files that a form needs."""
    root = ET.Element("manifest", xmlns=MANIFEST_SPACE)
    for file in files:
        element = ET.SubElement(root, "mediaFile", {"type": "entityList"} if file.is_entity_list else {})
        _fill(element, {"filename": file.name, "hash": f"md5:{file.md5}", "downloadUrl": file.download_url})
    return xml(root)


def message(status: int, nature: str, sentences: Sequence[str]) -> HttpResponse:
    """Answer a submission or refuse a request: whoever holds the phone reads the sentences."""
    root = ET.Element("OpenRosaResponse", xmlns=RESPONSE_SPACE)
    ET.SubElement(root, "message", nature=nature).text = "\n".join(sentences)
    return xml(root, status)


def xml(root: ET.Element, status: int = 200) -> HttpResponse:
    """Answer with a document."""
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, status=status, content_type="text/xml; charset=utf-8", headers=VERSION_HEADER)


def _fill(parent: ET.Element, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        ET.SubElement(parent, name).text = value


def told(found: Problem, language: str) -> str:
    """Write a problem as a sentence that stands alone."""
    text = catalogue()[found.code].sentences[language].format_map(dict(found.parameters))
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."


def language_of(request: HttpRequest, device: Device | None = None) -> str:
    """Return the language a phone is answered in: what it asks for, else that of whoever enrolled it."""
    asked = str(getattr(request, "LANGUAGE_CODE", ""))[:2] if request.headers.get("Accept-Language") else ""
    fallback = device.enrolled_by.language if device else "en"
    return next((code for code in (asked, fallback) if code in LANGUAGES), "en")
