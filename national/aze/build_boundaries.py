"""Build boundaries.geojson and aliases_natural_earth.csv from the Natural Earth set and our corrections of it.

Usage: ``PYTHONPATH=src python national/aze/build_boundaries.py ne_10m_admin1_AZE.geojson``. Not needed at run time.

Fails loudly where a row of the set is neither placed by its code nor by a correction, where a correction no longer
meets what it corrects, or where rounding broke the coverage.
"""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping, shape

from torpaq.standard.tables import read_table
from torpaq.standard.text import fold_name, script_of
from torpaq.standard.units import read_aliases, read_units

HERE = Path(__file__).parent
DECIMALS = 6  # 0.11 m: far finer than the set itself
LANGUAGES = ("en", "ru", "tr", "de", "fr", "es", "pt", "it", "nl", "pl", "hu", "sv", "id", "vi", "uk")
KIND_WORDS = {fold_name(row["word"]) for row in read_table(HERE / "kind_words.csv")}
Row = dict[str, Any]


def main() -> None:
    """Read the set named on the command line and write both files beside this script."""
    features = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["features"]
    rows = [feature["properties"] for feature in features]
    geometries = {row["adm1_code"]: shape(f["geometry"]) for row, f in zip(rows, features, strict=True)}
    corrections = read_table(HERE / "boundary_corrections.csv")
    unit_of = assign_units(rows, corrections)
    write_boundaries(geometries, unit_of)
    write_aliases(rows, corrections, unit_of)


def assign_units(rows: list[Row], corrections: list[dict[str, str]]) -> dict[str, str]:
    """Return the unit's code of each row: the set's own code unless a correction gives another."""
    by_id = {row["adm1_code"]: row for row in rows}
    unit_of = {row["adm1_code"]: row["iso_3166_2"] for row in rows}
    for correction in corrections:
        row, field = by_id[correction["natural_earth"]], correction["field"]
        given = row["name"] if field == "names" else row[field]
        if given != correction["given"]:
            raise SystemExit(f"{correction} corrects {given!r}, which is not there")
        if field == "iso_3166_2":
            unit_of[correction["natural_earth"]] = correction["correct"]
    declared = {id_: unit.code for unit in read_units(HERE / "units.csv").values() for id_ in unit.natural_earth}
    if declared != unit_of:
        differing = set(declared.items()) ^ set(unit_of.items())
        raise SystemExit(f"units.csv disagrees with the set and its corrections: {differing}")
    return unit_of


def write_boundaries(geometries: dict[str, Polygon | MultiPolygon], unit_of: dict[str, str]) -> None:
    """Write one MultiPolygon a unit, rounded, with our code as the only property."""
    parts: dict[str, list[Polygon | MultiPolygon]] = {}
    for id_, geometry in geometries.items():
        rounded = shapely.transform(geometry, lambda points: points.round(DECIMALS))
        parts.setdefault(unit_of[id_], []).append(rounded)
    units = {code: shapely.union_all(pieces) for code, pieces in sorted(parts.items())}
    if not shapely.coverage_is_valid(list(units.values())) or not all(g.is_valid for g in units.values()):
        raise SystemExit("rounding broke the coverage")
    lines = [json.dumps(feature(code, geometry), separators=(",", ":")) for code, geometry in units.items()]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    (HERE / "boundaries.geojson").write_text(text, encoding="utf-8")


def feature(code: str, geometry: Polygon | MultiPolygon) -> Row:
    """Return the unit as GeoJSON: always a MultiPolygon, shells counter-clockwise (RFC 7946)."""
    polygons = geometry.geoms if isinstance(geometry, MultiPolygon) else [geometry]
    oriented = MultiPolygon([shapely.geometry.polygon.orient(polygon) for polygon in polygons])
    return {"type": "Feature", "properties": {"code": code}, "geometry": mapping(oriented)}


def write_aliases(rows: list[Row], corrections: list[dict[str, str]], unit_of: dict[str, str]) -> None:
    """Write the set's names in Latin and Cyrillic letters that are not found already by the unit's other names."""
    wrong = {(correction["natural_earth"], correction["field"]): correction["correct"] for correction in corrections}
    units = read_units(HERE / "units.csv").values()
    known = {(unit.code, search_key(name)) for unit in units for name in unit.names.values()}
    known |= {(alias.unit, search_key(alias.alias)) for alias in read_aliases(HERE / "aliases.csv")}
    with (HERE / "aliases_natural_earth.csv").open("w", encoding="utf-8", newline="") as file:
        file.write("# Built by build_boundaries.py from the Natural Earth set (public domain): do not edit by hand.\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["unit", "alias", "language", "kind", "source"])
        for row in rows:
            unit = unit_of[row["adm1_code"]]
            for field, name in names_of(row, wrong):
                key = (unit, search_key(name))
                if script_of(name) and key not in known:
                    known.add(key)
                    language = field[-2:] if field[-2:] in LANGUAGES else ""
                    writer.writerow([unit, name, language, "spelling", f"Natural Earth {row['adm1_code']}"])


def search_key(name: str) -> str:
    """Return the folded name without the words for a kind of unit, as a search compares it."""
    return " ".join(word for word in fold_name(name).split() if word not in KIND_WORDS)


def names_of(row: Row, wrong: dict[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    """Yield the row's fields and names that the corrections leave standing, corrected where they say how."""
    id_ = row["adm1_code"]
    for field in ("name", "name_alt", "gn_name", "woe_name", *(f"name_{language}" for language in LANGUAGES)):
        if (id_, "names") in wrong and field.startswith("name"):
            continue
        name = wrong.get((id_, field), row.get(field) or "")
        if name:
            yield field, name


if __name__ == "__main__":
    main()
