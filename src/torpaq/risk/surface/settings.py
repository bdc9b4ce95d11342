"""The numbers of a surface that belong to the national authority, read once from its parameters."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from torpaq.standard.parameters import parameters_of


@dataclass(frozen=True, slots=True)
class Settings:
    """What a surface is made with; each field is the parameter ``risk_<field>`` unless its line says otherwise.

    ``prior_low`` and ``prior_high`` are the range of the share of contaminated squares that is assumed where no land
    was examined. ``patch_m`` is ``contaminated_patch_m``; ``technical`` and ``clear`` are chances from 0 to 1.
    """

    country: str
    prior_low: float
    prior_high: float
    patch_m: float
    local_bandwidth_m: float
    local_strength: float
    local_spread: float
    search_doubt: float
    search_least: float
    novel_spread: float
    block_m: float
    area_block_m: float
    buffer_m: float
    technical: float
    clear: float

    def as_json(self) -> dict[str, Any]:
        """Return the settings as a manifest holds them."""
        return asdict(self)


def settings_of(iso3: str) -> Settings:
    """Return a country's settings; ``aze`` for instance."""
    known = parameters_of(iso3)

    def number(key: str) -> float:
        return float(known[key].value)

    low, high = (float(value) / 100 for value in known["risk_prior_percent"].values)
    return Settings(
        country=iso3,
        prior_low=low,
        prior_high=high,
        patch_m=number("contaminated_patch_m"),
        local_bandwidth_m=number("risk_local_bandwidth_m"),
        local_strength=number("risk_local_strength"),
        local_spread=number("risk_local_spread"),
        search_doubt=number("risk_search_doubt"),
        search_least=number("risk_search_least"),
        novel_spread=number("risk_novel_spread"),
        block_m=number("risk_block_m"),
        area_block_m=number("risk_area_block_m"),
        buffer_m=number("risk_buffer_m"),
        technical=number("technical_survey_percent") / 100,
        clear=number("clear_percent") / 100,
    )


def settings_from(value: Mapping[str, Any]) -> Settings:
    """Return settings from a manifest. Raises ``TypeError`` for anything else."""
    return Settings(**value)
