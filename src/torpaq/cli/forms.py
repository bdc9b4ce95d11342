"""``torpaq forms …``: which forms there are, what they ask, what changed between versions, and what is made of them."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from torpaq.cli.output import UnusableError, add_common, place_of, status_of, write_json, write_problems
from torpaq.intake.exports.choices import Setting
from torpaq.intake.exports.describing import answer_in_words, condition_in_words
from torpaq.intake.exports.jsonschema import record_schema
from torpaq.intake.exports.template import write_template
from torpaq.intake.exports.xform import build_xform
from torpaq.intake.exports.xlsform import write_xlsform
from torpaq.standard.form import Element, ElementType, Form, form_codes, load_form, versions_of
from torpaq.standard.form_changes import Change, changes
from torpaq.standard.problems import Problem, problem

Written = tuple[bytes, list[Problem]]
"""A file's content, empty where there is none, and what is wrong."""

WORDS_OF_CHANGE = {"added": "+", "retired": "-", "changed": "~"}


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``forms list|show|diff|export``."""
    parser = commands.add_parser("forms", help="list, show and compare forms; make phones' forms, templates, schemas")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="every form with its versions")
    listed.set_defaults(run=_list)
    shown = verbs.add_parser("show", help="what a form asks")
    shown.set_defaults(run=_show)
    compared = verbs.add_parser("diff", help="what changed from one version of a form to another")
    compared.set_defaults(run=_diff)
    exported = verbs.add_parser("export", help="write a form as XLSForm, XForm, Excel template or JSON Schema")
    exported.set_defaults(run=_export)
    for verb in (shown, compared, exported):
        verb.add_argument("code", metavar="CODE", help="the form, for instance completion")
    compared.add_argument("old", metavar="OLD", help="a version, for instance 1")
    compared.add_argument("new", metavar="NEW", help="a later version, for instance 2")
    kinds = exported.add_mutually_exclusive_group(required=True)
    for kind, words in _KINDS.items():
        kinds.add_argument(f"--{kind}", metavar="OUT", help=f"write {words}; replaced if there")
    for verb in (shown, exported):
        verb.add_argument("--form-version", default="", metavar="V", help="a version of the form (the newest)")
    for verb in (listed, shown, compared, exported):
        add_common(verb)


_KINDS = {
    "xlsform": "the workbook that ODK's tools take",
    "xform": "the XML that ODK Collect downloads",
    "excel": "a template to fill in",
    "jsonschema": "the JSON Schema of a record's values",
}


def _list(chosen: argparse.Namespace) -> int:
    country = place_of(chosen.country).country.iso3.lower()
    forms = [load_form(code, country) for code in form_codes()]
    if chosen.json:
        told = [_facts(form, country) | {"elements": len(form.elements)} for form in forms]
        write_json({"country": country, "forms": told, "problems": []})
        return 0
    width = max(len(form.code) for form in forms)
    for form in forms:
        versions = ", ".join(versions_of(form.code, country))
        print(f"{form.code.ljust(width)}  {form.labels[chosen.language]} ({form.clause}; {versions})")
    return 0


def _show(chosen: argparse.Namespace) -> int:
    form = _form(chosen, chosen.form_version)
    if chosen.json:
        lists = {
            name: [{"code": code.code, "labels": dict(code.labels)} for code in codes.values()]
            for name, codes in form.lists.items()
        }
        elements = [_element(element) for element in form.elements]
        write_json(_facts(form, form.country) | {"elements": elements, "lists": lists, "problems": []})
        return 0
    print(f"{form.code} {form.version}: {form.labels[chosen.language]} ({form.clause})\n{form.about[chosen.language]}")
    for element in form.elements:
        _write_element(element, form, chosen.language)
    return 0


def _diff(chosen: argparse.Namespace) -> int:
    old, new = _form(chosen, chosen.old), _form(chosen, chosen.new)
    found = changes(old, new)
    if chosen.json:
        told = [_change(change) for change in found]
        write_json({"code": new.code, "old": old.version, "new": new.version, "changes": told, "problems": []})
        return 0
    for change in found:
        _write_change(change)
    if not found:
        print("nothing changed")
    return 0


def _export(chosen: argparse.Namespace) -> int:
    form = _form(chosen, chosen.form_version)
    kind = next(kind for kind in _KINDS if getattr(chosen, kind))
    content, problems = _WRITERS[kind](form, chosen.language)
    out = Path(getattr(chosen, kind))
    if content:
        out.write_bytes(content)
    if chosen.json:
        told = {"code": form.code, "version": form.version, "kind": kind, "out": str(out), "bytes": len(content)}
        write_json({**told, "problems": [found.as_json() for found in problems]})
    else:
        if content:
            print(f"{out}: {form.code} {form.version}, {len(content)} bytes")
        write_problems(problems, chosen.language)
    return status_of(problems)


def _xform(form: Form, language: str) -> Written:
    xml, problems = build_xform(form, Setting(language=language))
    return xml.encode(), problems


_WRITERS: dict[str, Callable[[Form, str], Written]] = {
    "xlsform": lambda form, language: (write_xlsform(form, Setting(language=language)), []),
    "xform": _xform,
    "excel": lambda form, language: (write_template(form, language), []),
    "jsonschema": lambda form, _: (json.dumps(record_schema(form), ensure_ascii=False, indent=2).encode(), []),
}


def _form(chosen: argparse.Namespace, version: str) -> Form:
    """Return the form that is asked for in its country; raises :class:`UnusableError` where there is none."""
    country = place_of(chosen.country).country.iso3.lower()
    if chosen.code not in form_codes():
        raise UnusableError([problem("form_unknown", chosen.code, known=", ".join(form_codes()))])
    known = versions_of(chosen.code, country)
    if version and version not in known:
        told = problem("form_version_unknown", chosen.code, version=version, known=", ".join(known))
        raise UnusableError([told])
    return load_form(chosen.code, country, version)


# -- as JSON ----------------------------------------------------------------------------------------------------------


def _facts(form: Form, country: str) -> dict[str, object]:
    return {
        "code": form.code,
        "version": form.version,
        "versions": list(versions_of(form.code, country)),
        "clause": form.clause,
        "record": form.record,
        "proposes": form.proposes,
        "labels": dict(form.labels),
        "about": dict(form.about),
    }


def _element(element: Element) -> dict[str, object]:
    return {
        "code": element.code,
        "parent": element.parent,
        "type": element.type.value,
        "list": element.list,
        "required": element.required,
        "condition": element.condition.text,
        "unit": element.unit,
        "least": None if element.least is None else float(element.least),
        "most": None if element.most is None else float(element.most),
        "by_person": element.by_person,
        "clause": element.clause,
        "sensitive": element.sensitive.value,
        "since": element.since,
        "from_country": element.from_country,
        "labels": dict(element.labels),
        "hints": dict(element.hints),
    }


def _change(change: Change) -> dict[str, str]:
    return {
        "kind": change.kind.value,
        "element": change.element,
        "what": change.what,
        "before": change.before,
        "after": change.after,
    }


# -- in words ---------------------------------------------------------------------------------------------------------


def _write_element(element: Element, form: Form, language: str) -> None:
    label = element.labels[language]
    if element.type in (ElementType.SECTION, ElementType.REPEAT):
        print(f"\n{label} [{element.code}]" + (" …" if element.type is ElementType.REPEAT else ""))
        return
    facts = [answer_in_words(element, language), f"({element.list})" if element.list else ""]
    print(f"  {'*' if element.required else ' '} {element.code}: {label} — {' '.join(filter(None, facts))}")
    if element.condition.clauses:
        print(f"      {condition_in_words(element, form, language)}")


def _write_change(change: Change) -> None:
    line = f"{WORDS_OF_CHANGE[change.kind.value]} {change.element}"
    print(f"{line}: {change.what}: {change.before or '–'} → {change.after or '–'}" if change.what else line)
