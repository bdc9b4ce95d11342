"""Text that people type: Azerbaijani case, and one search key for a name in Latin or Cyrillic letters.

Azerbaijani has two letters i, dotted ``İ i`` and dotless ``I ı``. ``str.lower`` and ``str.upper`` follow English
and so turn one into the other; nothing here does.
"""

import unicodedata
from functools import lru_cache
from types import MappingProxyType

_AZ_UPPER = str.maketrans({"i": "İ", "ı": "I"})
_AZ_LOWER = str.maketrans({"İ": "i", "I": "ı"})

# Letters that carry no combining mark and so survive decomposition: Latin first, then Russian and the Cyrillic
# alphabet of Azerbaijani (1939–1991), each to the letter that stands for it in today's Azerbaijani, marks dropped.
_LETTERS = str.maketrans(
    {
        "ı": "i", "ə": "e", "ǝ": "e", "ß": "ss", "ø": "o", "æ": "e", "ł": "l", "đ": "d",
        "а": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "ҝ": "g", "д": "d", "е": "e", "ә": "e", "э": "e", "ж": "j",
        "з": "z", "и": "i", "ы": "i", "і": "i", "ї": "i", "й": "y", "ј": "y", "к": "k", "л": "l", "м": "m", "н": "n",
        "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ү": "u", "ф": "f", "х": "x", "һ": "h",
        "ц": "ts", "ч": "c", "ҹ": "c", "ш": "s", "щ": "s", "ъ": "", "ь": "", "ю": "yu", "я": "ya", "є": "e",
    }
)  # fmt: skip
_SILENT = frozenset("'’‘ʼʻ`´ʹ")
_LONGEST_KEPT = 200

LATIN, CYRILLIC = "Latn", "Cyrl"
_SCRIPTS = MappingProxyType({"LATIN": LATIN, "CYRILLIC": CYRILLIC})


def az_upper(text: str) -> str:
    """Return Azerbaijani capitals: ``i`` becomes ``İ`` and ``ı`` becomes ``I``."""
    return text.translate(_AZ_UPPER).upper()


def az_lower(text: str) -> str:
    """Return Azerbaijani small letters: ``İ`` becomes ``i`` and ``I`` becomes ``ı``."""
    return unicodedata.normalize("NFC", text).translate(_AZ_LOWER).lower()


def fold_name(text: str) -> str:
    """Return the key under which a name is searched: small plain Latin letters, digits and single blanks.

    ``İ I ı i`` are one letter, marks fall away (``ğ ş ç ö ü`` → ``g s c o u``), ``ə`` is ``e``, Cyrillic is
    written in the letters of Azerbaijani (``Шуша`` and ``Şuşa`` are both ``susa``), apostrophes vanish and every other
    sign is a blank. A key is for finding, never for naming: what it finds may be more than one thing.
    """
    return _folded(text) if len(text) <= _LONGEST_KEPT else _folded.__wrapped__(text)


@lru_cache(maxsize=16_384)  # the same headings, units and labels are looked up for every cell of a table
def _folded(text: str) -> str:
    # Short i (й) would lose its breve with the other marks, so letters are translated before marks fall away too.
    composed = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", composed) if not unicodedata.combining(c))
    kept = "".join(c for c in plain.translate(_LETTERS) if c not in _SILENT)
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def script_of(text: str) -> str:
    """Return ``Latn`` or ``Cyrl`` where every letter is of that script, otherwise an empty text."""
    found = {_SCRIPTS.get(unicodedata.name(c, "").split(" ")[0], "") for c in text if c.isalpha()}
    return found.pop() if len(found) == 1 else ""
