"""What evidence there is: kinds of sources that people add, and the kinds of layers that are made of them."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class LayerKind(StrEnum):
    """A kind of layer on the grid (list ``layer_kind``)."""

    ACCIDENT_DENSITY = "accident_density"
    FIND_DENSITY = "find_density"
    RECORD_CHANCE = "record_chance"
    FRONT_LINE_DISTANCE = "front_line_distance"
    FRONT_LINE_SIDE = "front_line_side"
    TRENCH_DISTANCE = "trench_distance"
    POSITION_DISTANCE = "position_distance"
    POSITION_VIEW = "position_view"
    ROAD_DISTANCE = "road_distance"
    SETTLEMENT_DISTANCE = "settlement_distance"
    WATER_DISTANCE = "water_distance"
    LAND_COVER = "land_cover"
    SLOPE = "slope"
    YEARS_USED = "years_used"
    SURVEY_STATUS = "survey_status"
    DENIAL_DENSITY = "denial_density"
    DETECTION_DENSITY = "detection_density"
    RASTER_VALUE = "raster_value"
    RASTER_CLASS = "raster_class"
    VECTOR_DISTANCE = "vector_distance"
    VECTOR_DENSITY = "vector_density"
    EXAMINED = "examined"
    SEARCH_MISS = "search_miss"
    UNIT = "unit"


class SourceKind(StrEnum):
    """What a person adds (list ``evidence_source``)."""

    ACCIDENTS = "accidents"
    FINDS = "finds"
    MINEFIELD_RECORD = "minefield_record"
    FRONT_LINE = "front_line"
    TRENCH = "trench"
    POSITION = "position"
    ROAD = "road"
    SETTLEMENT = "settlement"
    WATER = "water"
    LAND_COVER = "land_cover"
    TERRAIN = "terrain"
    YEARS_USED = "years_used"
    DENIAL = "denial"
    DETECTION = "detection"
    RASTER_VALUE = "raster_value"
    RASTER_CLASS = "raster_class"
    VECTOR_DISTANCE = "vector_distance"
    VECTOR_DENSITY = "vector_density"


RASTERS = frozenset({SourceKind.LAND_COVER, SourceKind.TERRAIN, SourceKind.RASTER_VALUE, SourceKind.RASTER_CLASS})
EITHER = frozenset({SourceKind.YEARS_USED})
"""Years of use come as polygons with the number as an attribute, or as a raster of it."""

LAYERS_OF: Mapping[SourceKind, tuple[LayerKind, ...]] = MappingProxyType(
    {
        SourceKind.ACCIDENTS: (LayerKind.ACCIDENT_DENSITY,),
        SourceKind.FINDS: (LayerKind.FIND_DENSITY, LayerKind.EXAMINED),
        SourceKind.MINEFIELD_RECORD: (LayerKind.RECORD_CHANCE,),
        SourceKind.FRONT_LINE: (LayerKind.FRONT_LINE_DISTANCE, LayerKind.FRONT_LINE_SIDE),
        SourceKind.TRENCH: (LayerKind.TRENCH_DISTANCE,),
        SourceKind.POSITION: (LayerKind.POSITION_DISTANCE, LayerKind.POSITION_VIEW),
        SourceKind.ROAD: (LayerKind.ROAD_DISTANCE,),
        SourceKind.SETTLEMENT: (LayerKind.SETTLEMENT_DISTANCE,),
        SourceKind.WATER: (LayerKind.WATER_DISTANCE,),
        SourceKind.LAND_COVER: (LayerKind.LAND_COVER,),
        SourceKind.TERRAIN: (LayerKind.SLOPE, LayerKind.POSITION_VIEW),
        SourceKind.YEARS_USED: (LayerKind.YEARS_USED,),
        SourceKind.DENIAL: (LayerKind.DENIAL_DENSITY,),
        SourceKind.DETECTION: (LayerKind.DETECTION_DENSITY,),
        SourceKind.RASTER_VALUE: (LayerKind.RASTER_VALUE,),
        SourceKind.RASTER_CLASS: (LayerKind.RASTER_CLASS,),
        SourceKind.VECTOR_DISTANCE: (LayerKind.VECTOR_DISTANCE,),
        SourceKind.VECTOR_DENSITY: (LayerKind.VECTOR_DENSITY,),
    }
)
"""Which layers a source has a part in; sources of one kind share them, but for the last four, which have their own."""

OWN_LAYER = frozenset(
    {SourceKind.RASTER_VALUE, SourceKind.RASTER_CLASS, SourceKind.VECTOR_DISTANCE, SourceKind.VECTOR_DENSITY}
)
OF_LEDGER = (LayerKind.SURVEY_STATUS, LayerKind.EXAMINED, LayerKind.SEARCH_MISS)
"""Layers that a snapshot alone makes."""


def layer_id(kind: LayerKind, source_id: str = "") -> str:
    """Return a layer's id: its kind, and the source where each source has a layer of its own."""
    return f"{kind.value}-{source_id}" if source_id else kind.value
