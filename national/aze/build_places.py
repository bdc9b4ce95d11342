"""Build places.csv from the GeoNames extract (cities of 500 people and more) and boundaries.geojson.

Usage: ``PYTHONPATH=src python national/aze/build_places.py az_places_cities500.geojson``. Not needed at run time.
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import Point, shape

from torpaq.standard.tables import read_table
from torpaq.standard.text import script_of

HERE = Path(__file__).parent
HEADER = """\
# Built by build_places.py from GeoNames, https://www.geonames.org, CC BY 4.0: do not edit by hand.
# unit: by place_corrections.csv, else by position in boundaries.geojson, which is older than the law on Ağdərə;
# empty where the place lies in none of them (at sea, or on an edge drawn coarsely).
"""


def main() -> None:
    """Read the extract named on the command line and write places.csv beside this script."""
    features = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["features"]
    boundaries = json.loads((HERE / "boundaries.geojson").read_text(encoding="utf-8"))["features"]
    units = {feature["properties"]["code"]: shape(feature["geometry"]) for feature in boundaries}
    corrected = {row["code"]: row["unit"] for row in read_table(HERE / "place_corrections.csv")}
    with (HERE / "places.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "name", "lon", "lat", "population", "unit", "spellings"])
        for feature in sorted(features, key=lambda feature: int(feature["properties"]["geonameid"])):
            writer.writerow(row_of(feature, units, corrected))


def row_of(feature: dict[str, Any], units: dict[str, shapely.Geometry], corrected: dict[str, str]) -> list[str]:
    """Return one place's cells."""
    row = feature["properties"]
    lon, lat = feature["geometry"]["coordinates"]
    inside = [code for code, polygon in units.items() if polygon.contains(Point(lon, lat))]
    spellings = [name for name in row["alternatenames"] if is_spelling(name) and name != row["name"]]
    code = f"GN-{row['geonameid']}"
    unit = corrected.get(code) or (inside[0] if inside else "")
    return [code, row["name"], str(lon), str(lat), str(row["population"]), unit, "|".join(spellings)]


def is_spelling(name: str) -> bool:
    """Say whether a person would write it so: one script, Latin or Cyrillic, and not a machine's romanisation.

    GeoNames adds romanisations that begin with a small letter, and airport codes of three capitals.
    """
    is_code = len(name) == 3 and name.isascii() and name.isupper()
    return bool(script_of(name)) and name[0].isupper() and not is_code and "|" not in name


if __name__ == "__main__":
    main()
