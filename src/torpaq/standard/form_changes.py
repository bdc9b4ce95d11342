"""What changed between two versions of a form, element by element: told in words on a page and at the command line."""

from dataclasses import dataclass
from enum import StrEnum

from torpaq.standard.form import Element, Form

COMPARED = ("parent", "list", "required", "condition", "unit", "least", "most", "by_person", "sensitive", "labels")


class ChangeKind(StrEnum):
    """What happened to an element."""

    ADDED = "added"
    RETIRED = "retired"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: ``what`` names the property of a changed element, with its value before and after as text."""

    kind: ChangeKind
    element: str
    what: str = ""
    before: str = ""
    after: str = ""


def changes(old: Form, new: Form) -> list[Change]:
    """Return every difference from one version to another, in the order of the newer form, retired elements last."""
    was, found = old.by_code, []
    for element in new.elements:
        if element.code not in was:
            found.append(Change(ChangeKind.ADDED, element.code))
        else:
            found += _changed(was[element.code], element)
    found += [Change(ChangeKind.RETIRED, code) for code in was if code not in new.by_code]
    return found + _codes_added(old, new)


def _changed(old: Element, new: Element) -> list[Change]:
    return [
        Change(ChangeKind.CHANGED, new.code, name, _told(old, name), _told(new, name))
        for name in COMPARED
        if _told(old, name) != _told(new, name)
    ]


def _told(element: Element, name: str) -> str:
    if name == "labels":
        return " / ".join(element.labels.values())
    if name == "condition":
        return element.condition.text
    value = getattr(element, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _codes_added(old: Form, new: Form) -> list[Change]:
    """Codes are never removed from a list, so only those that came are told."""
    return [
        Change(ChangeKind.ADDED, f"{name}:{code}")
        for name, codes in new.lists.items()
        if name in old.lists
        for code in codes
        if code not in old.lists[name]
    ]
