"""Words become codes of a list: one, or several out of a cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from torpaq.intake.record.answers import LONGEST_SHOWN, Answer, Asked
from torpaq.intake.record.checking import choices_told
from torpaq.intake.record.words import NOTHING, Meant, words_of
from torpaq.intake.tables import cells
from torpaq.standard.problems import Problem
from torpaq.standard.text import fold_name

BETWEEN_CODES = re.compile(r"[;|\n]+")
BLANKS = (None, "")


def read_code(asked: Asked) -> Answer:
    """Read one code: the code itself, a label in any language, or an alias."""
    word = asked.word
    meant = _meant(asked, word)
    if len(meant.codes) != 1:
        return Answer(None, [_trouble(asked, word, meant)], [])
    if not meant.is_alias:
        return Answer(meant.codes[0], [], [])
    return Answer(meant.codes[0], [asked.read_as(word, meant.codes[0])], ["alias"])


def read_codes(asked: Asked) -> Answer:
    """Read several codes: a list, or text parted by semicolons, bars, lines, commas, or blanks between codes."""
    codes: set[str] = set()
    notes: list[Problem] = []
    troubles: list[Problem] = []
    for word in _words(asked):
        meant = _meant(asked, word)
        if len(meant.codes) != 1:
            troubles.append(_trouble(asked, word, meant))
            continue
        codes.add(meant.codes[0])
        if meant.is_alias:
            notes.append(asked.read_as(word, meant.codes[0]))
    hows = ["alias"] if notes else []
    if troubles:
        return Answer(None, notes + troubles, hows)
    in_order = [code for code in asked.context.form.lists[asked.element.list] if code in codes]
    return Answer(in_order or None, notes, hows)


def _meant(asked: Asked, word: str) -> Meant:
    """Return what a word means: a person's own words go before those of the list."""
    if word in asked.context.form.lists[asked.element.list]:
        return Meant((word,))
    own = asked.habits.words.get(fold_name(word)) if asked.habits.words else None
    return Meant((own,)) if own else words_of(asked.context.form, asked.element.list).find(word)


def _trouble(asked: Asked, word: str, meant: Meant) -> Problem:
    """Say why a word is no code: several codes are called so, it looks like another, or it is like none."""
    shown = word[:LONGEST_SHOWN]
    if meant is not NOTHING and meant.codes:
        return asked.problem("code_ambiguous", value=shown, choices=", ".join(meant.codes))
    near = words_of(asked.context.form, asked.element.list).near(word)
    if near:
        return asked.problem("code_misspelt", value=shown, near=", ".join(near))
    choices = choices_told(asked.context.form.lists[asked.element.list])
    return asked.problem("code_unknown", value=shown, choices=choices)


def _words(asked: Asked) -> list[str]:
    """Part what was typed into words of the list; a comma or blank within a label parts nothing."""
    raw = asked.raw
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        return [cells.as_text(str(one))[0] for one in raw if one not in BLANKS]
    text = raw if isinstance(raw, str) else asked.word

    def means_one(word: str) -> bool:
        return len(_meant(asked, word).codes) == 1

    words: list[str] = []
    for piece in (cells.as_text(piece)[0] for piece in BETWEEN_CODES.split(text)):
        for part in [piece] if not piece or means_one(piece) else _joined(piece.split(","), means_one):
            words += _parted_by_blanks(part, means_one)
    return words


def _joined(pieces: Sequence[str], means_one: Callable[[str], bool]) -> list[str]:
    """Join neighbouring pieces to the longest words that mean something; what means nothing stays a piece."""
    pieces = [piece.strip() for piece in pieces if piece.strip()]
    joined: list[str] = []
    start = 0
    while start < len(pieces):
        ends = range(len(pieces), start, -1)
        end = next((end for end in ends if means_one(", ".join(pieces[start:end]))), start + 1)
        joined.append(", ".join(pieces[start:end]))
        start = end
    return joined


def _parted_by_blanks(part: str, means_one: Callable[[str], bool]) -> list[str]:
    words = part.split()
    if len(words) > 1 and not means_one(part) and all(map(means_one, words)):
        return words
    return [part] if part else []
