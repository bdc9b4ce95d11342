"""The words and letters that people put around coordinates, in English, Russian and Azerbaijani.

The same letter says different things in different languages: С is north in Russian (север) and C is south in
Azerbaijani (cənub), and the two look alike. So a hemisphere letter is read in one language at a time, the same for
the whole text, and every language that can read all of them makes its own proposal.
"""

from typing import NamedTuple

LAT, LON = "lat", "lon"


class Label(NamedTuple):
    """What a word says of a number: its axis, and its sign: 1 north or east, −1 south or west, 0 neither."""

    axis: str
    sign: int


NORTH, SOUTH, EAST, WEST = Label(LAT, 1), Label(LAT, -1), Label(LON, 1), Label(LON, -1)
LATITUDE, LONGITUDE = Label(LAT, 0), Label(LON, 0)


def _words(**words: tuple[Label, str]) -> dict[str, Label]:
    return {word: label for label, texts in words.values() for word in texts.split()}


AXES = _words(
    lat=(LATITUDE, "lat latitude широта широты широте шир ш en enlik enliyi"),
    lon=(LONGITUDE, "lon long lng longitude долгота долготы долготе долг д uzunluq uzunluğu"),
)
"""Words that name an axis and no hemisphere; the same in every language."""

ENGLISH = _words(
    north=(NORTH, "n north"), south=(SOUTH, "s south"), east=(EAST, "e east е"), west=(WEST, "w west")
)  # the second single letter of east is the Cyrillic е
RUSSIAN = _words(
    north=(NORTH, "с c сш cш север северной северная"),  # a Latin c stands for the Cyrillic с, as a Latin b for в
    south=(SOUTH, "ю юш юг южной южная"),
    east=(EAST, "в b вд восток восточной восточная"),
    west=(WEST, "з зд запад западной западная"),
)
AZERBAIJANI = _words(
    north=(NORTH, "ş şe şimal şimali"),
    south=(SOUTH, "c ce cənub cənubi"),
    east=(EAST, "şq şu şərq şərqi"),
    west=(WEST, "q qu qərb qərbi"),
)
LANGUAGES = (ENGLISH, RUSSIAN, AZERBAIJANI)
LABELS = frozenset().union(AXES, *LANGUAGES)

DEGREE_WORDS = frozenset(
    ["d", "o", "deg", "degs", "degree", "degrees", "dər", "dərəcə", "гр", "град", "градус", "градуса", "градусов", "г"]
)
MINUTE_WORDS = frozenset(
    ["m", "min", "mins", "minute", "minutes", "dəq", "dəqiqə", "мин", "минута", "минуты", "минут", "м"]
)
SECOND_WORDS = frozenset(["sec", "secs", "second", "seconds", "san", "saniyə", "сек", "секунда", "секунды", "секунд"])
SECOND_LETTERS = frozenset("sс")
"""The letters that are seconds after minutes written as a letter, and a hemisphere elsewhere."""


def readings_of(labels: list[str]) -> list[list[Label]]:
    """Return what the labels of a text say together, once for each language that knows them all, without repeats."""
    found: list[list[Label]] = []
    for language in LANGUAGES:
        if all(label in language or label in AXES for label in labels):
            meanings = [language.get(label) or AXES[label] for label in labels]
            if meanings not in found:
                found.append(meanings)
    return found
