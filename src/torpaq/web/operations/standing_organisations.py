"""Organisations of the programme: entered and put right by the Authority's officer."""

from collections.abc import Mapping

from django.db import transaction

from torpaq.standard.codes import code_list
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, lacks_right, note
from torpaq.web.models import Account, Organisation
from torpaq.web.operations.standing_seen import kind_of_type

NAMES = ("name_az", "name_en", "name_ru")
LONGEST_CODE, LONGEST_NAME = 32, 200


def make_organisation(
    person: Account, code: str, type_code: str, names: Mapping[str, str]
) -> tuple[Organisation | None, list[Problem]]:
    """Enter an organisation; ``type_code`` is of the list ``organisation_kind``, ``names`` by ``name_az`` and so on."""
    code = code.strip()[:LONGEST_CODE]
    problems = _problems(person, type_code, names)
    if not code:
        problems.append(problem("field_missing", "code"))
    if any(letter.isspace() or letter in ";/" for letter in code):
        problems.append(problem("word_has_blank", "code", value=code))
    with transaction.atomic():
        if Organisation.objects.filter(code=code).exists():
            problems.append(problem("organisation_code_taken", "code", value=code))
        if problems:
            return None, problems
        row = Organisation.objects.create(code=code, type=type_code, kind=kind_of_type(type_code), **_named(names))
        note(person, "organisation_made", row.code, type=type_code)
    return row, []


def change_organisation(
    person: Account, organisation: Organisation, type_code: str, names: Mapping[str, str]
) -> list[Problem]:
    """Put an organisation's type and names right; what it is in the programme, and so its rights, stays."""
    problems = _problems(person, type_code, names)
    if type_code in code_list("organisation_kind") and kind_of_type(type_code) != organisation.kind:
        problems.append(problem("organisation_kind_fixed", organisation.code, type=type_code))
    if problems:
        return problems
    with transaction.atomic():
        before = {name: getattr(organisation, name) for name in ("type", *NAMES)}
        organisation.type = type_code
        for name, text in _named(names).items():
            setattr(organisation, name, text)
        organisation.save(update_fields=["type", *NAMES])
        note(person, "organisation_changed", organisation.code, before=before)
    return []


def _problems(person: Account, type_code: str, names: Mapping[str, str]) -> list[Problem]:
    lacking = lacks_right(person, Right.WORK_ANY)
    problems = [lacking] if lacking else []
    if type_code not in code_list("organisation_kind"):
        problems.append(problem("accreditation_code_unknown", "type", field="type", value=type_code or "–"))
    return problems + [problem("field_missing", name) for name in NAMES if not names.get(name, "").strip()]


def _named(names: Mapping[str, str]) -> dict[str, str]:
    return {name: names[name].strip()[:LONGEST_NAME] for name in NAMES}
