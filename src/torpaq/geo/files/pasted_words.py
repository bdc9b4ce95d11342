"""The words that people put over columns and before points, in Azerbaijani, English and Russian."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from torpaq.geo.traverse.legs import BearingReference, BearingUnit, DistanceUnit


class Column(StrEnum):
    """What a column of a pasted table holds."""

    NAME = "name"
    ROLE = "role"
    LAT = "lat"
    LON = "lon"
    PLACE = "place"
    ZONE = "zone"
    FROM = "from"
    TO = "to"
    BEARING = "bearing"
    DISTANCE = "distance"
    SLOPE = "slope"
    OTHER = "other"


COORDINATES = (Column.ZONE, Column.LAT, Column.LON, Column.PLACE)

HEADERS = (
    (Column.FROM, r"(from|from point|haradan|nöqtədən|başlanğıc|от|от точки|из|откуда)$"),
    (Column.TO, r"(to|to point|hara|haraya|nöqtəyə|до|до точки|куда|к точке)$"),
    (Column.BEARING, r".*(bearing|azimut|azimuth|istiqamət|heading|азимут|румб|дирекцион|пеленг|направлени)"),
    (Column.DISTANCE, r".*(distance|length|məsafə|расстояни|длина|дистанци)|dist\b"),
    (Column.SLOPE, r".*(slope|inclination|maillik|meyl|уклон|наклон)"),
    (Column.ZONE, r"(zone|zona|зона)"),
    (Column.LAT, r"(lat|latitude|enlik|en dairəsi|широта|шир)\b|lat\b|enlik|широт"),
    (Column.LON, r"(lon|long|lng|longitude|uzunluq|uzunluq dairəsi|долгота|долг)\b|lon|uzunlu|долгот"),
    (Column.ROLE, r"(.*type|növü?|.*növü|тип|вид|тип точки|role|rolu?)$"),
    (Column.PLACE, r".*(coord|koordinat|координат|mgrs|utm|easting|northing|position|location|mövqe|местополож)"),
    (Column.PLACE, r"[xyху]\b|(şimal|şərq|север|восток)"),
    (
        Column.NAME,
        r"(№.*|no|nr|num|number|nömrə|sıra.*|номер.*|п/п|id|adı?|name|название.*|имя|обозначение|points?|point name"
        r"|nöqtə|nöqtələr|nöqtənin adı|точк[аи]|turning points?|dönmə nöqtəsi|поворотная точка|n)$",
    ),
    (
        Column.OTHER,
        r".*(height|elev|altitude|hündürlük|высот|remark|qeyd|примечан|comment|description|təsvir|описан|accuracy"
        r"|dəqiqlik|точност|date|tarix|дата|time|vaxt|время)",
    ),
)
"""Which column a header names, the first that matches. «uzunluq» is a longitude or a length: see ``header_columns``."""

ROLES = (
    ("reference", r"\b(reference|landmark|istinad|orientir|опорн|привязк|ориентир)|^(rp|lm)[\s.-]*\d*$"),
    ("benchmark", r"\b(benchmark|reper|репер)|^bm[\s.-]*\d*$"),
    ("start", r"\b(start|başlanğıc|начальн|исходн|datum point)|^sp[\s.-]*\d*$"),
    ("turning", r"\b(turning|dönmə|dönüş|поворот)|^tp[\s.-]*\d*$"),
    ("intermediate", r"\b(intermediate|aralıq|промежут)|^ip[\s.-]*\d*$"),
    ("end", r"\b(end\b|son\b|finish|конечн)|^ep[\s.-]*\d*$"),
    ("evidence", r"\b(evidence|sübut|признак)"),
)
"""The words of the list ``point_kind``, and the abbreviations of IMSMA."""

RING_ROLES = ("", "start", "turning", "intermediate", "end")
"""The roles of points that lie on a boundary: reference points and benchmarks lead to it (IMAS 08.10)."""

REFERENCES = (
    (BearingReference.MAGNETIC, r"\b(magnetic|maqnit|магнитн)"),
    (BearingReference.TRUE, r"\b(true\b|həqiqi|истинн)"),
    (BearingReference.GRID, r"\b(grid|дирекцион|direksion)"),
)
BEARING_UNITS = (
    (BearingUnit.MIL6400, r"6400|\bnato\b|нато"),
    (BearingUnit.MIL6000, r"6000|тысячн|угломер|mindəbir|soviet|sovet|советск"),
    (BearingUnit.GRAD400, r"\b(gons?|grads?|гон|qrad)\b"),
    (BearingUnit.DEG360, r"°|\bdeg|dərəcə|градус"),
)
MILS = re.compile(r"\bmils?\b|\bmil\b|\bмил")
DISTANCE_UNITS = (
    (DistanceUnit.PACE, r"\b(paces?\b|addım|шаг)"),
    (DistanceUnit.METRE, r"\b(m|м)\b|\bmet[re]|\bметр"),
)
LENGTH_OR_LONGITUDE = re.compile(r"uzunlu")
EDGES = " \t.:;,()[]{}«»\"'*_-–—"


def plain(text: str) -> str:
    """Return a text in small letters, composed, with single blanks and no marks around it; İ is i and I is ı or i."""
    small = unicodedata.normalize("NFC", text).replace("İ", "i").lower()
    return " ".join(small.split()).strip(EDGES)


def header_columns(cells: Sequence[str]) -> list[Column | None]:
    """Return what each cell names as a header, None where it names nothing known.

    Azerbaijani «uzunluq» is a length beside an azimuth and a longitude elsewhere; N and E are axes only together.
    """
    words = [plain(cell) for cell in cells]
    columns = [next((column for column, pattern in HEADERS if re.match(pattern, word)), None) for word in words]
    if Column.BEARING in columns:
        columns = [
            Column.DISTANCE if LENGTH_OR_LONGITUDE.match(word) else column
            for word, column in zip(words, columns, strict=True)
        ]
    if "n" in words and "e" in words:
        axes = {"n": Column.LAT, "e": Column.LON}
        columns = [axes.get(word, column) for word, column in zip(words, columns, strict=True)]
    return columns


def role_of(text: str) -> str:
    """Return the code of the list ``point_kind`` that a name or remark names, empty where it names none."""
    word = plain(text)
    return next((role for role, pattern in ROLES if re.search(pattern, word)), "")


def reference_of(text: str) -> BearingReference | None:
    """Return what north the words of a heading say; None where they say none or several."""
    found = [reference for reference, pattern in REFERENCES if re.search(pattern, plain(text))]
    return found[0] if len(found) == 1 else None


def bearing_unit_of(text: str) -> BearingUnit | None:
    """Return the unit of bearings that the words of a heading say; None where they say none or several."""
    found = [unit for unit, pattern in BEARING_UNITS if re.search(pattern, text.lower())]
    return found[0] if len(found) == 1 else None


def distance_unit_of(text: str) -> DistanceUnit | None:
    """Return the unit of distances that a heading or a cell says; None where it says none."""
    return next((unit for unit, pattern in DISTANCE_UNITS if re.search(pattern, text.lower())), None)
