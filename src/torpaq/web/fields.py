"""One geometry field and one lookup for both engines.

``ShapeField`` keeps a :class:`torpaq.geo.shape.Shape`: as WKB on SQLite, as a PostGIS geometry with a GiST index on
PostgreSQL. ``.filter(shape__bbox=(x_min_cm, y_min_cm, x_max_cm, y_max_cm))`` finds the rows whose bounds touch a box,
through the R*Tree there and the GiST index here, and compares whole centimetres on both, so that both give the same
rows. Every predicate and overlay beyond that happens in ``torpaq.geo``.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from torpaq.geo.shape import CM_PER_M, Shape
from torpaq.web.wkb import shape_from_wkb, shape_to_wkb

NATIONAL_SRID = 990001
"""Our number in PostGIS for the national equal-area CRS; it stands in no authority's list."""

BOUNDS = ("x_min_cm", "y_min_cm", "x_max_cm", "y_max_cm")
BoundsCm = tuple[int, int, int, int]

if TYPE_CHECKING:  # Django's classes take type parameters only in the eyes of the type checker
    ShapeColumn = models.Field[Shape | None, Shape | None]
    BoundsLookup = models.Lookup[bool]
else:
    ShapeColumn, BoundsLookup = models.Field, models.Lookup


class ShapeField(ShapeColumn):
    """A column of snapped polygons. It fills the row's four bounds columns, see :class:`Shaped`."""

    description = "a polygon snapped to 1 cm in the national equal-area CRS"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """``geometry`` on PostgreSQL, ``blob`` on SQLite."""
        return f"geometry(MultiPolygon,{NATIONAL_SRID})" if connection.vendor == "postgresql" else "blob"

    def pre_save(self, model_instance: models.Model, add: bool) -> Shape | None:
        """Set the bounds columns from the shape before the row is written."""
        shape: Shape | None = getattr(model_instance, self.attname)
        for name, bound in zip(BOUNDS, shape.bounds_cm if shape else (None,) * 4, strict=True):
            setattr(model_instance, name, bound)
        return shape

    def get_prep_value(self, value: Shape | None) -> bytes | None:
        """Write a shape as WKB."""
        return None if value is None else shape_to_wkb(value)

    def get_placeholder(self, value: object, compiler: SQLCompiler | None, connection: BaseDatabaseWrapper) -> str:
        """Tell PostGIS the CRS of the WKB it is given."""
        return f"ST_GeomFromWKB(%s, {NATIONAL_SRID})" if connection.vendor == "postgresql" else "%s"

    def from_db_value(
        self, value: str | bytes | memoryview | None, expression: object, connection: BaseDatabaseWrapper
    ) -> Shape | None:
        """Read what the engine gave back: bytes on SQLite, hexadecimal EWKB on PostgreSQL."""
        if value is None:
            return None
        return shape_from_wkb(bytes.fromhex(value) if isinstance(value, str) else bytes(value))


@ShapeField.register_lookup
class Bbox(BoundsLookup):
    """``shape__bbox=(x_min_cm, y_min_cm, x_max_cm, y_max_cm)``: bounds that touch the box, edges included."""

    lookup_name = "bbox"
    prepare_rhs = False

    def bounds(self) -> list[int]:
        """The box as given, whole centimetres."""
        return [int(bound) for bound in self.rhs]

    def table(self) -> tuple[str, str]:
        """(table of the column, alias it has in this query), both as the database knows them."""
        column: Any = self.lhs
        return column.target.model._meta.db_table, column.alias

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Sequence[int]]:
        """Ask the R*Tree, whose 32-bit integers are exact."""
        x_min, y_min, x_max, y_max = self.bounds()
        table, alias = self.table()
        return (
            f'"{alias}"."id" IN (SELECT "id" FROM "{table}_rtree"'
            " WHERE x_max_cm >= %s AND x_min_cm <= %s AND y_max_cm >= %s AND y_min_cm <= %s)",
            [x_min, x_max, y_min, y_max],
        )

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Sequence[float]]:
        """Ask the GiST index, which rounds outwards to 32-bit floats, then compare the exact bounds."""
        x_min, y_min, x_max, y_max = self.bounds()
        _, alias = self.table()
        column, _ = self.process_lhs(compiler, connection)
        envelope = [bound / CM_PER_M for bound in (x_min, y_min, x_max, y_max)]
        return (
            f"({column} && ST_MakeEnvelope(%s, %s, %s, %s, {NATIONAL_SRID})"
            f' AND "{alias}".x_max_cm >= %s AND "{alias}".x_min_cm <= %s'
            f' AND "{alias}".y_max_cm >= %s AND "{alias}".y_min_cm <= %s)',
            [*envelope, x_min, x_max, y_min, y_max],
        )


class Shaped(models.Model):
    """A row with a shape. Its bounds stand beside it as plain columns, so that the R*Tree's triggers need no function
    of ours: any writer of the table keeps the index right."""

    shape = ShapeField(null=True, blank=True)
    x_min_cm = models.IntegerField(null=True, editable=False)
    y_min_cm = models.IntegerField(null=True, editable=False)
    x_max_cm = models.IntegerField(null=True, editable=False)
    y_max_cm = models.IntegerField(null=True, editable=False)

    class Meta:
        """No table of its own."""

        abstract = True
