"""The numbers of a decision that belong to the national authority, read once from its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from torpaq.standard.parameters import parameters_of


class RiskClass(StrEnum):
    """What a surface proposes for a piece of land (list ``risk_class``); none of it changes the land's status."""

    CANCEL_PROPOSED = "cancel_proposed"
    SURVEY_NEXT = "survey_next"
    TECHNICAL_SURVEY = "technical_survey"
    CLEAR = "clear"
    CANNOT_SAY = "cannot_say"
    NOT_ASSESSED = "not_assessed"


class LandUse(StrEnum):
    """What land is wanted for, as far as the residual risk that may be left depends on it."""

    HOUSING = "housing"
    CROPS = "crops"
    PASTURE = "pasture"


@dataclass(frozen=True, slots=True)
class Rules:
    """A country's rules. Shares run from 0 to 1 and are exact.

    ``shares`` are those of a pattern, a scatter and a lone item among contaminated polygons, ``items`` how many a
    pattern and a scatter leave; ``residual`` is the chance that may be left by land use; ``missed_to_clearance``
    weighs a missed m² in m² cleared for nothing. Costs are USD a m².
    """

    miss: Fraction
    violating: Fraction
    contaminated_ha: float
    audit_share: Fraction
    audit_detection: Fraction
    technical: float
    clear: float
    patch_m: float
    survey_cost: float
    clearance_cost: float
    missed_to_clearance: float
    coverage: Fraction
    detection: Fraction
    shares: tuple[Fraction, Fraction, Fraction]
    items: tuple[float, float]
    residual: Mapping[LandUse, Fraction]

    def as_json(self) -> dict[str, object]:
        """Return the rules as JSON holds them, shares as decimals."""

        def plain(value: object) -> object:
            if isinstance(value, tuple):
                return [plain(one) for one in value]
            if isinstance(value, Mapping):
                return {str(key): plain(one) for key, one in value.items()}
            return float(value) if isinstance(value, Fraction) else value

        return {field.name: plain(getattr(self, field.name)) for field in fields(self)}


def rules_of(iso3: str) -> Rules:
    """Return a country's rules; ``aze`` for instance."""
    known = parameters_of(iso3)

    def number(key: str) -> Decimal:
        return known[key].value

    def percent(key: str) -> Fraction:
        return Fraction(number(key)) / 100

    pattern, scatter, lone = (Fraction(share) / 100 for share in known["hypothesis_shares_percent"].values)
    many, few = (float(items) for items in known["hypothesis_items"].values)
    return Rules(
        miss=percent("cancel_miss_percent"),
        violating=percent("cancel_violating_percent"),
        contaminated_ha=float(number("cancel_contaminated_ha")),
        audit_share=percent("cancel_audit_miss_percent"),
        audit_detection=Fraction(number("cancel_audit_detection")),
        technical=float(percent("technical_survey_percent")),
        clear=float(percent("clear_percent")),
        patch_m=float(number("contaminated_patch_m")),
        survey_cost=float(number("survey_cost_usd_m2")),
        clearance_cost=float(number("clearance_cost_usd_m2")),
        missed_to_clearance=float(number("missed_to_clearance")),
        coverage=percent("survey_coverage_percent"),
        detection=Fraction(number("survey_detection")),
        shares=(pattern, scatter, lone),
        items=(many, few),
        residual={use: percent(f"residual_{use.value}_percent") for use in LandUse},
    )
