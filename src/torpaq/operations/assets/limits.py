"""The numbers that a national authority sets for assets, and which kinds of asset they speak of."""

from dataclasses import dataclass

from torpaq.standard.parameters import parameters_of

DETECTORS = frozenset({"detector", "dual_sensor", "large_loop", "magnetometer"})
MACHINES = frozenset({"flail", "tiller", "roller", "sifter", "excavator", "vegetation_cutter"})
ANIMALS = frozenset({"dog", "rat"})
TESTED = DETECTORS | MACHINES | ANIMALS
"""Kinds that need a certificate: other kinds (a manual team, a drone) are proved otherwise."""
WITH_DEPTH = DETECTORS | MACHINES - {"vegetation_cutter"}
"""Kinds whose test says how deep they work; scent has no such depth, and a cutter stays above the ground."""

BLIND = "blind_accreditation"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a country asks of its assets; days, items, m/s and °C."""

    detector_days: int = 365
    machine_days: int = 730
    animal_days: int = 365
    absence_days: int = 30
    false_indications: int = 2
    wind_mps: float = 8.0
    most_c: float = 35.0
    least_c: float = 0.0
    animals_needed: int = 2
    confidence: float = 0.95
    alert_days: int = 60

    def days_of(self, kind: str) -> int:
        """Return for how many days a test of this kind of asset counts."""
        if kind in ANIMALS:
            return self.animal_days
        return self.machine_days if kind in MACHINES else self.detector_days


def limits_of(iso3: str) -> Limits:
    """Return a country's limits; ``aze`` for instance."""
    rows = parameters_of(iso3)

    def whole(key: str) -> int:
        return int(rows[key].value)

    return Limits(
        detector_days=whole("detector_test_valid_days"),
        machine_days=whole("machine_test_valid_days"),
        animal_days=whole("animal_test_valid_days"),
        absence_days=whole("animal_absence_days"),
        false_indications=whole("animal_false_indications"),
        wind_mps=float(rows["animal_wind_mps"].value),
        most_c=float(rows["animal_temperature_c"].value),
        least_c=float(rows["animal_temperature_least_c"].value),
        animals_needed=whole("animal_searches"),
        confidence=float(rows["animal_hit_confidence"].value),
        alert_days=int(max(rows["accreditation_alerts_days"].values)),
    )
