"""Text that can be set in print: what cannot be seen, or would make a page say something else, is left out."""

import unicodedata

TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of writing: they could make a page say something else than the record does."""

UNSEEN = frozenset(("Cc", "Cs", "Co", "Cn"))
BLANKS = frozenset("\t\r\x0b\x0c\x85\u2028\u2029")


def plain(text: object) -> str:
    """Return a text without control characters and halves of letters; other blanks become spaces, new lines stay."""
    whole = str(text)
    if whole.isascii() and whole.isprintable():
        return whole
    return "".join(_plain(letter) for letter in whole)


def _plain(letter: str) -> str:
    if letter in BLANKS:
        return " "
    if letter == "\n" or (letter not in TURNING and unicodedata.category(letter) not in UNSEEN):
        return letter
    return ""
