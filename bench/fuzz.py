"""Every parser of what strangers send, fuzzed with coverage (atheris): no crash, no hang over 5 s.

``python bench/fuzz.py [seconds a parser]``. Each parser runs in a process of its own from small sound files; what a
parser says about the bytes is nobody's business here, only that it says something.
"""

import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

SECONDS, HANG_S, RSS_MB, LONGEST = 60, 5, 1536, 131_072  # with what Python, its libraries and the fuzzer hold
RING = [[46.93, 39.98], [46.931, 39.98], [46.931, 39.981], [46.93, 39.98]]
GEOJSON = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"area": "HA-1", "size": 12},
            "geometry": {"type": "Polygon", "coordinates": [RING]},
        }
    ],
}
KML = (
    '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>HA-1</name><Polygon>'
    "<outerBoundaryIs><LinearRing><coordinates>46.93,39.98 46.931,39.98 46.931,39.981 46.93,39.98</coordinates>"
    "</LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
)
GPX = (
    '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
    '<trkpt lat="39.98" lon="46.93"/><trkpt lat="39.98" lon="46.931"/><trkpt lat="39.981" lon="46.931"/>'
    "</trkseg></trk></gpx>"
)
CSV = "local_id;area;date\nNTS-1;HA-1;31.05.2026\nNTS-2;HA-2;2026-06-01\n"
INSTANCE = (
    '<data xmlns:orx="http://openrosa.org/xforms" id="torpaq_accident" version="1"><event_kind>incident</event_kind>'
    "<place>39.98 46.93 0 4</place><orx:meta><orx:instanceID>uuid:11111111-1111-4111-8111-111111111111</orx:instanceID>"
    "</orx:meta></data>"
)
PAGE = {
    "instance_id": "uuid:11111111-1111-4111-8111-111111111111",
    "form": "accident",
    "version": "1",
    "bases": [],
    "values": {"event_kind": "incident", "killed": 1},
}
LEGS = "from bearing distance\n1 45.5 120\n2 135 80\n3 270 140\n"
MAXML = (
    '<MineActionFieldReport><FieldReport><FieldReportInfo reportGUID="a" reportID="b" fieldReportGUID="c"/>'
    "<Hazard><LocalID>HA-1</LocalID></Hazard></FieldReport></MineActionFieldReport>"
)


def zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def workbook() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["local_id", "area", "date"])
    book.active.append(["NTS-1", "HA-1", date(2026, 5, 31)])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def layered(kind: str) -> bytes:
    """Return a polygon as GDAL writes it: a GeoPackage, or a Shapefile's four files in a zip."""
    import numpy as np
    import pyogrio.raw
    import shapely

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("a.gpkg" if kind == "gpkg" else "a.shp")
        pyogrio.raw.write(
            str(path),
            np.array([shapely.Polygon(RING).wkb], dtype=object),
            [np.array(["HA-1"], dtype=object)],
            ["area"],
            geometry_type="Polygon",
            crs="EPSG:4326",
        )
        if kind == "gpkg":
            return path.read_bytes()
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for part in Path(folder).iterdir():
                archive.write(part, part.name)
        return packed.getvalue()


def photo() -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "JPEG")
    return file.getvalue()


def parsers() -> dict[str, tuple[Callable[[], bytes], Callable[[bytes], object]]]:
    """Return every parser with a sound file to begin from."""
    from torpaq.geo.coordinates.notation import Extent
    from torpaq.geo.coordinates.reading import read_coordinates
    from torpaq.geo.crs import AZE
    from torpaq.geo.files.layers import read_layers
    from torpaq.geo.files.pasted import read_pasted
    from torpaq.intake.sources import read_source
    from torpaq.intake.submissions.json import read_page
    from torpaq.intake.submissions.xform import read_instance
    from torpaq.intake.tables.reading import read_workbook

    extent = Extent(44, 38, 51, 42)

    def table(name: str) -> Callable[[bytes], object]:
        return lambda data: read_workbook(data, name, progress=lambda share: None, stop=lambda: False)

    def layers(name: str) -> Callable[[bytes], object]:
        return lambda data: read_layers(data, name, AZE, extent)

    def text(read: Callable[[str], object]) -> Callable[[bytes], object]:
        return lambda data: read(data.decode("utf-8", "replace"))

    return {
        "xlsx": (workbook, table("a.xlsx")),
        "csv": (CSV.encode, table("a.csv")),
        "geojson": (json.dumps(GEOJSON).encode, layers("a.geojson")),
        "gpkg": (lambda: layered("gpkg"), layers("a.gpkg")),
        "shapefile": (lambda: layered("shp"), layers("a.zip")),
        "kml": (KML.encode, layers("a.kml")),
        "kmz": (lambda: zipped("doc.kml", KML.encode()), layers("a.kmz")),
        "gpx": (GPX.encode, layers("a.gpx")),
        "xform_instance": (INSTANCE.encode, lambda data: read_instance(data, "aze")),
        "page_json": (json.dumps(PAGE).encode, lambda data: read_page(data, "aze")),
        "pasted": (LEGS.encode, text(lambda words: read_pasted(words, AZE, extent, date(2026, 5, 31)))),
        "coordinates": ("39°49'35.4 N 46 45 00 E".encode, text(lambda words: read_coordinates(words, extent))),
        "maxml_and_sources": (MAXML.encode, read_source),
        "photo": (photo, seen),
    }


def seen(data: bytes) -> object:
    from torpaq.web.field.media import look_at

    return look_at("a.jpg", data)


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] == "--one":
        fuzz_one(sys.argv[2], sys.argv[3:])
        return
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    told = {name: fuzzed(name, seconds) for name in parsers()}
    failed = sum(not one["sound"] for one in told.values())
    runs = sum(int(one["runs"]) for one in told.values())
    report = {
        "case": "fuzz",
        "measured": {"parsers": len(told), "failed": failed, "runs": runs, "seconds_each": seconds, "each": told},
        "limit": {"failed": 0, "hang_s": HANG_S, "rss_mb": RSS_MB},
        "ratios": {},
        "passed": failed == 0,
    }
    print(json.dumps(report))


def fuzzed(name: str, seconds: int) -> dict[str, object]:
    """Fuzz one parser in a process of its own; say how often it ran and whether it stood."""
    with tempfile.TemporaryDirectory() as folder:
        flags = [f"-max_total_time={seconds}", f"-timeout={HANG_S}", f"-rss_limit_mb={RSS_MB}"]
        flags += [f"-max_len={LONGEST}", f"-artifact_prefix={folder}/", "-print_final_stats=1"]
        command = [sys.executable, __file__, "--one", name, folder, *flags]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        runs = re.findall(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
        sound = done.returncode == 0 and bool(runs)
        if not sound:
            print(f"{name}:\n{done.stdout[-3000:]}\n{done.stderr[-800:]}", file=sys.stderr, flush=True)
        print(f"{name}: {runs[-1] if runs else 0} runs, {'sound' if sound else 'FAILED'}", file=sys.stderr, flush=True)
        return {"runs": int(runs[-1]) if runs else 0, "sound": sound}


def fuzz_one(name: str, arguments: list[str]) -> None:
    """Fuzz within this process, from one sound file in the folder that comes first among the arguments."""
    import atheris

    with atheris.instrument_imports(include=["torpaq"]):
        found = parsers()
    seed, parse = found[name]
    folder = Path(arguments[0])
    sound = seed()
    parse(sound)  # a parser that cannot read a sound file would only be fuzzed at its door
    (folder / "seed").write_bytes(sound)
    atheris.Setup([sys.argv[0], *arguments[1:], str(folder)], lambda data: (parse(data), None)[1])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
