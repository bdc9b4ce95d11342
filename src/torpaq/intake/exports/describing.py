"""An element in words: what it takes, when it is asked, who may see it; for the manual and a template's guide."""

from torpaq.intake.exports.choices import label_with_unit
from torpaq.intake.exports.words import SENSITIVITIES, TYPES, say
from torpaq.standard.codes import code_list
from torpaq.standard.condition import Clause, Operator
from torpaq.standard.form import NUMBERS, Element, Form

_WORD_OF = {Operator.IS: "is", Operator.IS_NOT: "is_not", Operator.HAS: "has", Operator.FILLED: "filled"}


def condition_in_words(element: Element, form: Form, language: str) -> str:
    """Say when an element is asked, with labels instead of codes: ``“Outcome” is Cleared``; ``always``."""
    if not element.condition.clauses:
        return say("always", language)
    joined = f" {say('and', language)} "
    return joined.join(_clause_in_words(clause, form, language) for clause in element.condition.clauses)


def answer_in_words(element: Element, language: str) -> str:
    """Say what an element takes: its type, and of a number the unit and bounds: ``number, cm, Between 0 and 1000``."""
    parts = [TYPES[element.type][language]]
    if element.unit:
        parts.append(code_list("element_unit")[element.unit].labels[language])
    if element.type in NUMBERS:
        parts += [bound for bound in [bounds_in_words(element, language)] if bound]
    return ", ".join(parts)


def bounds_in_words(element: Element, language: str) -> str:
    """Say between what a number lies; an empty text where nothing bounds it."""
    least, most = element.least, element.most
    if least is not None and most is not None:
        return say("between", language, least=f"{least:f}", most=f"{most:f}")
    if least is not None:
        return say("at_least", language, least=f"{least:f}")
    return say("at_most", language, most=f"{most:f}") if most is not None else ""


def sensitivity_in_words(element: Element, language: str) -> str:
    """Say who may see an element's value."""
    return SENSITIVITIES[element.sensitive][language]


def full_label(element: Element, form: Form, language: str, number: int = 0) -> str:
    """Return an element's label with its unit, that of its repeat's row before it: ``Finds 2: Depth (cm)``."""
    label = label_with_unit(element, language)
    repeat = form.repeat_of(element)
    return f"{form.by_code[repeat].labels[language]} {number}: {label}" if repeat else label


def _clause_in_words(clause: Clause, form: Form, language: str) -> str:
    element = form.by_code[clause.element]
    codes = form.lists.get(element.list, {})
    labels = [codes[code].labels[language] if code in codes else code for code in clause.codes]
    joined = f" {say('or', language)} ".join(labels)
    return say(_WORD_OF[clause.operator], language, element=element.labels[language], codes=joined)
