"""What reading and checking a record need beside it: the form, the country, and the day."""

from dataclasses import dataclass
from datetime import date

from torpaq.geo.coordinates.notation import Extent
from torpaq.geo.crs import NationalCrs
from torpaq.standard.country import Country
from torpaq.standard.form import Form


@dataclass(frozen=True, eq=False)
class Context:
    """A form and where it is answered. ``today`` is the programme's date; ``language`` that of whoever answers."""

    form: Form
    country: Country
    crs: NationalCrs
    extent: Extent
    language: str
    today: date


def context_in(country: Country, form: Form, language: str, today: date) -> Context:
    """Return the context of a form in a country."""
    box = country.extent
    extent = Extent(box.lon_min, box.lat_min, box.lon_max, box.lat_max)
    return Context(form, country, NationalCrs(country.crs_proj), extent, language, today)
