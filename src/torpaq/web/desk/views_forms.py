"""The forms at the desk: their questions in words, their versions and what changed, and files made of them."""

import json
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from torpaq.intake.exports.choices import Setting
from torpaq.intake.exports.describing import answer_in_words, condition_in_words, sensitivity_in_words
from torpaq.intake.exports.jsonschema import record_schema
from torpaq.intake.exports.template import write_template
from torpaq.intake.exports.xform import build_xform
from torpaq.intake.exports.xlsform import write_xlsform
from torpaq.standard.form import Element, ElementType, Form, form_codes, load_form, versions_of
from torpaq.standard.form_changes import Change, changes
from torpaq.web.accounts import Right
from torpaq.web.desk.access import needs
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.tile_store import country_code

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {
    "excel": ("xlsx", WORKBOOK),
    "xlsform": ("xlsx", WORKBOOK),
    "xform": ("xml", "text/xml; charset=utf-8"),
    "jsonschema": ("json", "application/schema+json"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One element as the page shows it: how deep it stands, its words, when it is asked, and who may see its answer."""

    element: Element
    level: int
    label: str
    hint: str
    takes: str
    when: str
    seen: str
    choices: tuple[str, ...]
    is_section: bool


@needs(Right.SEE_LAND)
def forms_page(request: HttpRequest) -> HttpResponseBase:
    """List the forms with their versions."""
    country = country_code()
    rows = [(load_form(code, country), versions_of(code, country)) for code in form_codes()]
    told = [
        {
            "code": form.code,
            "label": form.labels[language()],
            "about": form.about[language()],
            "version": form.version,
            "versions": len(versions),
            "elements": sum(e.type is not ElementType.SECTION for e in form.elements),
            "proposes": form.proposes,
        }
        for form, versions in rows
    ]
    return render(request, "desk/forms.html", {"forms": told})


@needs(Right.SEE_LAND)
def form_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show what a form asks, in the version of the address or the newest."""
    form = _form(code, request.GET.get("version", ""))
    context = {
        "form": form,
        "label": form.labels[language()],
        "about": form.about[language()],
        "versions": versions_of(code, country_code()),
        "asked": _asked(form),
        "files": [
            ("excel", _("Excel template")),
            ("xlsform", "XLSForm"),
            ("xform", "XForm"),
            ("jsonschema", "JSON Schema"),
        ],
    }
    return render(request, "desk/form.html", context)


@needs(Right.SEE_LAND)
def changes_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show what changed from one version of a form to another; without versions, from the last but one to the last."""
    versions = versions_of(code, country_code()) if code in form_codes() else ()
    if not versions:
        raise Http404
    newer = _form(code, request.GET.get("new", versions[-1]))
    older = _form(code, request.GET.get("old", versions[max(0, versions.index(newer.version) - 1)]))
    found = [(change, _label(change, older, newer)) for change in changes(older, newer)]
    context = {"label": newer.labels[language()], "code": code, "old": older.version, "new": newer.version}
    return render(request, "desk/form_changes.html", context | {"changes": found, "versions": versions})


@needs(Right.SEE_LAND)
def download(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Give a form as an Excel template, an XLSForm, an XForm or a JSON Schema, in the language of the request."""
    if kind not in KINDS:
        raise Http404
    form = _form(code, request.GET.get("version", ""))
    ending, media_type = KINDS[kind]
    name = f"torpaq-{form.code}-{form.version}-{kind}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(_made(form, kind), content_type=media_type, headers=headers)


def _made(form: Form, kind: str) -> bytes:
    """Return a form's file of one of the kinds."""
    setting = Setting(language=language())
    if kind == "excel":
        return write_template(form, language())
    if kind == "xlsform":
        return write_xlsform(form, setting)
    if kind == "xform":
        return build_xform(form, setting)[0].encode()
    return json.dumps(record_schema(form), ensure_ascii=False, indent=1).encode()


def _form(code: str, version: str) -> Form:
    """Return a form of the programme's country; for an unknown form or version there is no page."""
    try:
        return load_form(code, country_code(), version)
    except KeyError:
        raise Http404 from None


def _asked(form: Form) -> list[Asked]:
    levels: dict[str, int] = {"": 0}
    found = []
    for element in form.elements:
        levels[element.code] = levels[element.parent] + 1
        choices = tuple(
            code.labels[language()] for code in form.lists.get(element.list, {}).values() if not code.retired
        )
        when = condition_in_words(element, form, language()) if element.condition.clauses else ""
        found.append(
            Asked(
                element,
                levels[element.parent],
                element.labels[language()],
                element.hints[language()],
                answer_in_words(element, language()),
                when,
                sensitivity_in_words(element, language()),
                choices,
                element.type is ElementType.SECTION,
            )
        )
    return found


def _label(change: Change, older: Form, newer: Form) -> str:
    """Return the words of a changed element, or of a code that came to a list."""
    name, _, code = change.element.partition(":")
    if code:
        return newer.lists[name][code].labels[language()]
    element = newer.by_code.get(name) or older.by_code[name]
    return element.labels[language()]
