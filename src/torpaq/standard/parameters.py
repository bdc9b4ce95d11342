"""Numbers that belong to a national authority: the standard's usual value, and a country's own where it has one."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from torpaq.standard.country import load_country
from torpaq.standard.tables import STANDARD, read_table


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number, or a few, with its unit and where it is from."""

    key: str
    values: tuple[Decimal, ...]
    unit: str
    clause: str
    about: str

    @property
    def value(self) -> Decimal:
        """Return the one number. Raises ``ValueError`` where there are several."""
        (only,) = self.values
        return only


@cache
def parameters_of(iso3: str) -> Mapping[str, Parameter]:
    """Return every parameter of a country by its key; ``aze`` for instance."""
    own = load_country(iso3).values
    rows = {row["key"]: row for row in read_table(STANDARD / "parameters.csv")}
    return MappingProxyType({key: _parameter(row, own.get(key, row["value"])) for key, row in rows.items()})


def _parameter(row: Mapping[str, str], text: str) -> Parameter:
    values = tuple(Decimal(word) for word in text.split())
    return Parameter(row["key"], values, row["unit"], row["clause"], row["about"])
