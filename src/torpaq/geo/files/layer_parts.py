"""What the readers of layers hand each other: layers with attributes, raw and finished, and how much is too much.

A reader of one format gives raw layers: attributes, and geometry as arrays in the file's own CRS. ``geo.files.layers``
finishes them in WGS 84. What is wrong inside a reader is raised as :class:`Refusal` and never leaves
:func:`torpaq.geo.files.layers.read_layers`, which turns it into a problem.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from torpaq.geo.crs import WGS84, Floats
from torpaq.geo.geocheck import Limits
from torpaq.standard.problems import Parameter, Problem, problem

MAX_BYTES = 100_000_000
MAX_POINTS = 1_000_000
MAX_FEATURES = 200_000
MAX_VALUES = 4_000_000
MAX_COLUMNS = 1_000
MAX_TAGS = 1_000_000
MOST_RINGS = 500
"""More than these is refused before it is held in memory: a layer is read at once, not in pieces."""

LAYER_LIMITS = Limits(vertices=20_000)
"""A polygon or track of a file may have fewer corners than a drawn one: to find all crossings takes their square."""

LARGEST_INTEGER = 2**63 - 1
ROW_NUMBERS = ("fid", "ogc_fid", "objectid")
"""Columns in which programs number the rows of one file; two files number different things alike."""

Value: TypeAlias = str | int | float | bool | date | datetime | None
Position: TypeAlias = list[float]
Coordinates: TypeAlias = Position | list[Position] | list[list[Position]] | list[list[list[Position]]]


class GeometryKind(StrEnum):
    """What a feature is drawn as."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


GEOJSON_NAMES = {
    GeometryKind.POINT: "Point",
    GeometryKind.LINE: "LineString",
    GeometryKind.POLYGON: "Polygon",
}


@dataclass(frozen=True, slots=True)
class FeatureGeometry:
    """A geometry in WGS 84 longitude and latitude, degrees, as it stands in the file: checked for nothing but numbers.

    ``coordinates`` are nested lists as in GeoJSON: of a Point, LineString or Polygon, and with ``multi`` of a
    MultiPoint, MultiLineString or MultiPolygon. ``crs`` is what the file states, as an EPSG code or a name, and
    ``definition`` the same as PROJ takes it; ``operation`` names the datum operation, empty where the datum is WGS 84.
    """

    kind: GeometryKind
    coordinates: Coordinates
    multi: bool = False
    crs: str = WGS84
    definition: str = WGS84
    operation: str = ""

    @property
    def parts(self) -> Sequence[Coordinates]:
        """The coordinates of each part: one for each position, line or polygon."""
        return self.coordinates if self.multi else [self.coordinates]  # type: ignore[return-value] # depth by multi

    def as_geojson(self) -> dict[str, object]:
        """Return the geometry as RFC 7946 has it: ``type`` and ``coordinates``."""
        return {"type": ("Multi" if self.multi else "") + GEOJSON_NAMES[self.kind], "coordinates": self.coordinates}


@dataclass(frozen=True, slots=True)
class LayerFeature:
    """One feature or table row, numbered from 1: its attributes, its geometry if it has one, what is wrong with it.

    A column that the feature does not have is missing among its attributes; one that it has empty is None.
    """

    number: int
    attributes: Mapping[str, Value]
    geometry: FeatureGeometry | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """The features of one layer or attribute table, and their columns in order."""

    name: str
    columns: tuple[str, ...]
    features: tuple[LayerFeature, ...]


class Refusal(Exception):  # noqa: N818 # no error of a program: bad input on its way to becoming a problem
    """Something in a file that cannot be read: the code and parameters of the problem that it becomes."""

    def __init__(self, code: str, **parameters: Parameter) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = {name: readable(one) if isinstance(one, str) else one for name, one in parameters.items()}

    def as_problem(self, subject: str) -> Problem:
        """Return the refusal as a problem of a subject: a file, a layer or a feature."""
        return problem(self.code, subject, **self.parameters)


class Excess(Refusal):
    """More than is read at once: no feature's problem but the whole file's."""


@dataclass(slots=True)
class RawGeometry:
    """A geometry in the file's CRS: parts of rings, each an (n, 2) array; a point and a line are one ring a part."""

    kind: GeometryKind
    parts: list[list[Floats]]
    multi: bool = False
    heights: bool = False

    @property
    def rings(self) -> list[Floats]:
        """All rings of all parts."""
        return [ring for part in self.parts for ring in part]


@dataclass(slots=True)
class RawFeature:
    """A feature as read; ``refusals`` become its problems."""

    attributes: dict[str, Value]
    geometry: RawGeometry | None = None
    refusals: list[Refusal] = field(default_factory=list)


@dataclass(slots=True)
class RawLayer:
    """A layer as read; ``crs`` is the text that states the coordinate system, empty where nothing does."""

    name: str
    columns: list[str]
    features: list[RawFeature]
    crs: str = WGS84
    refusals: list[Refusal] = field(default_factory=list)


class Budget:
    """Counts what a file holds while it is read, and refuses the file once that is too much."""

    def __init__(self) -> None:
        self._points = self._features = self._values = self._tags = 0

    def points(self, count: int) -> None:
        """Count points about to be read."""
        self._points += count
        if self._points > MAX_POINTS:
            raise Excess("polygon_file_too_many_points", points=self._points, limit=MAX_POINTS)

    def features(self, count: int) -> None:
        """Count features or rows about to be read."""
        self._features += count
        if self._features > MAX_FEATURES:
            raise Excess("layer_too_many_features", features=self._features, limit=MAX_FEATURES)

    def values(self, count: int) -> None:
        """Count attribute values or JSON values about to be read."""
        self._values += count
        if self._values > MAX_VALUES:
            raise Excess("layer_too_many_values", values=self._values, limit=MAX_VALUES)

    def tags(self, count: int) -> None:
        """Count XML tags about to be read: an element takes the memory of many values."""
        self._tags += count
        if self._tags > MAX_TAGS:
            raise Excess("layer_too_many_values", values=self._tags, limit=MAX_TAGS)


def checked_columns(columns: list[str]) -> list[str]:
    """Return the columns, refusing more than a table can have."""
    if len(columns) > MAX_COLUMNS:
        raise Excess("layer_too_many_columns", columns=len(columns), limit=MAX_COLUMNS)
    return columns


def put(feature: RawFeature, column: str, value: Value) -> None:
    """Give a feature an attribute, under ``column_2`` where it has one of that name.

    What no database and no JSON can hold is told: numbers that are not finite become None; characters that are none
    (NUL, halves of pairs) become U+FFFD. Whole numbers beyond 64 bits are kept as text.
    """
    column = readable(column.strip()) or "_"
    name, number = column, 2
    while name in feature.attributes:
        name, number = f"{column}_{number}", number + 1
    if isinstance(value, float) and not math.isfinite(value):
        feature.refusals.append(Refusal("layer_attribute_unreadable", column=name, text=str(value)))
        value = None
    elif isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        value = str(value)
    elif isinstance(value, str) and (cleaned := readable(value)) != value:
        feature.refusals.append(Refusal("layer_attribute_characters", column=name))
        value = cleaned
    feature.attributes[name] = value


def readable(text: str) -> str:
    """Return the text with U+FFFD for NUL and halves of pairs, which no database and no UTF-8 can hold."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\x00", "\ufffd")


def columns_of(features: Sequence[RawFeature]) -> list[str]:
    """Return the columns of features in the order in which they first come."""
    return checked_columns(list(dict.fromkeys(name for feature in features for name in feature.attributes)))


def without_row_numbers(layer: RawLayer) -> None:
    """Take out columns that only number the rows (fid, ogc_fid, objectid, holding whole numbers), and say so."""
    for column in list(layer.columns):
        values = [feature.attributes.get(column) for feature in layer.features]
        if column.lower() in ROW_NUMBERS and all(value is None or type(value) is int for value in values):
            layer.columns.remove(column)
            layer.refusals.append(Refusal("layer_row_numbers_ignored", column=column))
            for feature in layer.features:
                feature.attributes.pop(column, None)


def positions(values: Sequence[Sequence[float]]) -> Floats:
    """Return positions as an (n, 2) array."""
    return np.array(values, dtype=np.float64).reshape(-1, 2)
