"""What people write or cells hold becomes a typed value, strictly, and every interpretation is told."""

from dataclasses import dataclass
from datetime import date

from torpaq.geo.coordinates.notation import Extent
from torpaq.geo.crs import NationalCrs
from torpaq.standard.country import Country
from torpaq.standard.form import Form


@dataclass(frozen=True, slots=True)
class Context:
    """What answers are read with: the form, the country with its CRS and box, the sentences' language, today."""

    form: Form
    country: Country
    crs: NationalCrs
    extent: Extent
    language: str
    today: date
