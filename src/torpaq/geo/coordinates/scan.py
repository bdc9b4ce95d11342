"""The text as typed, made plain and cut into numbers, marks, labels and gaps.

Making plain never changes the number of characters, so that positions told to people are those of their text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace

from torpaq.geo.coordinates.notation import Datum
from torpaq.geo.coordinates.words import (
    DEGREE_WORDS,
    LABELS,
    MINUTE_WORDS,
    SECOND_LETTERS,
    SECOND_WORDS,
)

DEGREE, MINUTE, SECOND = "°", "'", '"'

INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2069\ufeff\u00ad"

PLAIN = str.maketrans(
    {
        **dict.fromkeys("º˚∘⁰ᵒ*", "°"),
        **dict.fromkeys("′’‘`´ʹʼ‛＇ˈ", "'"),
        **dict.fromkeys("″”“„ʺ˝‟＂", '"'),
        **dict.fromkeys("−–—‐‑‒－", "-"),
        **dict.fromkeys("，、", ","),
        **dict.fromkeys("；\n\r\t", ";"),
        **dict.fromkeys(INVISIBLE, " "),
        "＋": "+", "：": ":", "／": "/", "．": ".",
    }
)  # fmt: skip

NOT_A_NUMBER = re.compile(r"(?<!\w)(?:nan|inf|infinity)(?!\w)|∞")
SK42_WORDS = re.compile(
    r"(?:sk|ск|ck)[\s-]*42(?!\d)|(?:pulkovo|пулково)(?:[\s-]*(?:19)?42(?!\d))?|красовск\w*|krass?ow?v?sk\w*"
    r"|(?:гаусс?\w*|gauss|qauss)(?:\s*[-–]\s*|\s+)(?:крюгер\w*|kr(?:ü|ue|u|y)ger\w*)|epsg\s*:?\s*4284(?!\d)"
)
WGS84_WORDS = re.compile(r"wgs[\s-]*(?:19)?84(?!\d)|epsg\s*:?\s*4326(?!\d)")
EPSG_CODE = re.compile(
    r"epsg\s*:?\s*(\d{4,5})(?!\d)|^\s*((?:32[67]|284)\d\d|249[4-9]|25[01]\d|252[0-2])(?=[\s;:,]+\d{5})"
)
PREAMBLE = re.compile(r"^\s*(?:gps|coordinates?|coords?|position|координаты|koordinat(?:lar[ıi]?)?)(?!\w)\s*[:=]?")
UTM_WORD = re.compile(r"(?<!\w)utm(?![^\W\d])")

TOKENS = re.compile(
    r"(?P<number>\d+(?:\.\d+)?(?!\.?\d)|(?<![\d.])\.\d+)"
    r"|(?P<mark>''|[\"'°])"
    r"|(?P<short>(?:[сюc]\.?\s?ш|[вз]\.?\s?д|[şc]\.\s?e|[şq]\.\s?u|şe|ce|şu|qu)(?![^\W\d])\.?)"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<sign>[+-])"
    r"|(?P<gap>[\s,;/|:]+)"
    r"|(?P<noise>[()\[\]=]|\.(?!\d))"
)


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the text: its digits as typed, its sign (0 where none), the mark behind it, where it stands."""

    digits: str
    sign: int
    mark: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LabelAt:
    """One label of the text: the word, and how many numbers stand before it."""

    word: str
    index: int
    start: int
    end: int


@dataclass(slots=True)
class Scan:
    """A text made plain (``text``, words of datum and grid blanked out) and cut up.

    ``gaps[i]`` is what stands between number i and number i + 1: blanks, commas and other separators. ``unread`` is
    the position from 1 of the first character that fits nothing, 0 where all fit; ``ends_in_letters`` tells whether
    degrees, minutes and seconds are written with letters.
    """

    typed: str
    text: str
    datum: Datum | None
    epsg: str
    utm: bool
    numbers: list[Number] = field(default_factory=list)
    labels: list[LabelAt] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    unread: int = 0
    found: str = ""


def scan(typed: str) -> Scan:
    """Make a text plain, take datum, EPSG code and "UTM" out of it, and cut the rest into numbers and labels."""
    text = make_plain(typed)
    text, _ = _take(PREAMBLE, text)
    text, sk42 = _take(SK42_WORDS, text)
    text, wgs84 = _take(WGS84_WORDS, text)
    text, epsg = _take(EPSG_CODE, text)
    text, utm = _take(UTM_WORD, text)
    datum = Datum.SK42 if sk42 else Datum.WGS84 if wgs84 else None
    code = next((group for group in epsg.groups() if group), "") if epsg else ""
    result = Scan(typed, text, datum, code, bool(utm))
    _cut(result)
    return result


def make_plain(typed: str) -> str:
    """Return the text composed (NFC), in lower case, with one kind of each mark and ASCII digits, equally long."""
    composed = unicodedata.normalize("NFC", typed).translate(PLAIN)
    if composed.isascii():
        return composed.lower()
    return "".join(_plain_letter(letter) for letter in composed)


def is_not_a_number(plain: str) -> bool:
    """Say whether a plain text speaks of NaN or infinity."""
    return NOT_A_NUMBER.search(plain) is not None


def _plain_letter(letter: str) -> str:
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    if letter.isspace():
        return " "
    return letter.lower()[0]


def _take(pattern: re.Pattern[str], text: str) -> tuple[str, re.Match[str] | None]:
    """Blank out the first match of a pattern, keeping the length."""
    match = pattern.search(text)
    if not match:
        return text, None
    return text[: match.start()] + " " * len(match.group()) + text[match.end() :], match


def _cut(result: Scan) -> None:
    """Fill in numbers, labels and gaps, up to the first character that fits nothing."""
    text, position, sign, gap, by_letter = result.text, 0, 0, "", False
    while position < len(text):
        match = TOKENS.match(text, position)
        kind = match.lastgroup if match else None
        piece = match.group() if match else text[position]
        if kind == "number":
            if result.numbers:
                result.gaps.append(gap)
            result.numbers.append(Number(piece, sign, "", position, position + len(piece)))
            sign, gap = 0, ""
        elif kind == "sign":
            sign, gap = _sign_or_hyphen(result, position, piece, gap)
        elif kind in {"gap", "noise"} and (not sign or piece.isspace()):
            gap += piece
        elif kind == "mark" and _put_mark(result, {"''": SECOND}.get(piece, piece), gap):
            pass
        elif kind in {"word", "short"} and not sign and _put_word(result, piece, position, gap, by_letter):
            by_letter = by_letter or piece in MINUTE_WORDS
        else:
            result.unread, result.found = position + 1, piece[:12]
            return
        position += len(piece)
    if sign:
        result.unread, result.found = len(text), text[-1]


def _sign_or_hyphen(result: Scan, position: int, piece: str, gap: str) -> tuple[int, str]:
    """Tell a sign from a hyphen, which stands tight or between blanks in a text that begins unsigned."""
    text = result.text
    tight = not gap
    spaced = gap.isspace() and text[position + 1 : position + 2] == " "
    if piece == "-" and result.numbers and (tight or spaced) and text.lstrip()[0] not in "+-":
        return 0, gap + ("-" if tight else "|")
    return (-1 if piece == "-" else 1), gap


def _put_mark(result: Scan, mark: str, gap: str) -> bool:
    """Give a mark to the number right before it; false where there is none or it has a mark already."""
    if not result.numbers or result.numbers[-1].mark or gap.strip() or _labelled_since(result):
        return False
    result.numbers[-1] = replace(result.numbers[-1], mark=mark)
    return True


def _put_word(result: Scan, word: str, position: int, gap: str, by_letter: bool) -> bool:
    """Take a word as a mark of the number before it or as a label; false where it is neither."""
    mark = _mark_of(word)
    if mark and _put_mark(result, mark, gap):
        return True
    seconds = by_letter and word[0] in SECOND_LETTERS and len(result.numbers) >= 2 and result.numbers[-2].mark == MINUTE
    if seconds and _put_mark(result, SECOND, gap):
        word, position = word[1:], position + 1
        if not word:
            return True
    label = word.replace(".", "").replace(" ", "")
    if label not in LABELS:
        return False
    result.labels.append(LabelAt(label, len(result.numbers), position, position + len(word)))
    return True


def _mark_of(word: str) -> str:
    if word in DEGREE_WORDS:
        return DEGREE
    if word in MINUTE_WORDS:
        return MINUTE
    return SECOND if word in SECOND_WORDS else ""


def _labelled_since(result: Scan) -> bool:
    """Say whether a label stands behind the last number already."""
    return bool(result.labels) and result.labels[-1].index == len(result.numbers)
