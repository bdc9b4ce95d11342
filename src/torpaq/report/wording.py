"""Words, numbers and dates as they are printed in one language.

Thousands are set off by a no-break space and decimals by a comma in Azerbaijani and Russian, as on the desk's pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from torpaq.standard.codes import code_list
from torpaq.standard.print_words import print_words

NONE = "–"
NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Words:
    """What is said in a language: ``az``, ``en`` or ``ru``."""

    language: str

    def say(self, key: str, **values: object) -> str:
        """Return the words of a key with its values put in. Raises ``KeyError`` where there is no such key."""
        return print_words()[key][self.language].format(**values)

    def code(self, name: str, code: str) -> str:
        """Return the label of a code in a list; the code itself where the list does not have it, – where empty."""
        found = code_list(name).get(code)
        return found.labels[self.language] if found else (code or NONE)

    def codes(self, name: str, codes: Iterable[str]) -> str:
        """Return the labels of some codes, in a row."""
        return ", ".join(self.code(name, code) for code in codes) or NONE

    def number(self, value: float | None, decimals: int = 0) -> str:
        """Return a number with so many decimals; – where there is none."""
        if value is None:
            return NONE
        text = f"{value:,.{decimals}f}"
        if self.language == "en":
            return text
        return text.replace(",", NO_BREAK).replace(".", ",")

    def quantity(self, value: float | None, unit: str, decimals: int = 0) -> str:
        """Return a number with its unit."""
        return NONE if value is None else f"{self.number(value, decimals)}{NO_BREAK}{self.say('unit_' + unit)}"

    def day(self, on: date | None) -> str:
        """Return a date as ``23.11.2026``."""
        return on.strftime("%d.%m.%Y") if on else NONE

    def moment(self, at: datetime) -> str:
        """Return a date and time as ``23.11.2026 14:05`` with its offset from UTC."""
        offset = at.strftime("%z")
        zone = f" UTC{offset[:3]}:{offset[3:5]}" if offset else ""
        return at.strftime("%d.%m.%Y %H:%M") + zone

    def angle(self, value_deg: float | None, decimals: int = 1) -> str:
        """Return an angle in degrees."""
        return NONE if value_deg is None else f"{self.number(value_deg, decimals)}°"

    def east_or_west(self, value_deg: float) -> str:
        """Return an angle from north with the side it lies on."""
        side = self.say("east" if value_deg >= 0 else "west")
        return f"{self.number(abs(value_deg), 2)}°{NO_BREAK}{side}"
