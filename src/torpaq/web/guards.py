"""What the database itself holds to, whoever writes to it: put in place after every migration, harmless to repeat.

* the ledger refuses UPDATE and DELETE, on PostgreSQL TRUNCATE as well, and any row that does not follow the last one
  in position and hash (which also stops SQLite's INSERT OR REPLACE, a delete in disguise);
* SQLite: an R*Tree beside each table with a shape, kept by plain SQL triggers;
* PostgreSQL: the national CRS in ``spatial_ref_sys``, a GiST index a shape, a longitude/latitude view for QGIS, and the
  role ``torpaq_app`` that owns nothing and may only read and add to the ledger.
"""

from django.apps.config import AppConfig
from django.apps.registry import Apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from torpaq.geo.crs import AZE
from torpaq.web.fields import NATIONAL_SRID

LEDGER = "torpaq_web_ledgerentry"
SHAPED = (
    LEDGER,
    "torpaq_web_hazardousarea",
    "torpaq_web_proposal",
    "torpaq_web_fieldrecord",
    "torpaq_web_task",
    "torpaq_web_lane",
    "torpaq_web_markingscheme",
    "torpaq_web_sampleplan",
)
APP_ROLE = "torpaq_app"
REFUSAL = "the ledger is append-only: take an entry back with a void entry"
BROKEN_CHAIN = "an entry follows the last one, names its hash and has an id of its own"
FOLLOWS = (
    f"NEW.position = (SELECT coalesce(max(position), 0) + 1 FROM {LEDGER}) AND "
    f"NEW.previous_hash = coalesce((SELECT hash FROM {LEDGER} WHERE position = NEW.position - 1), '{'0' * 64}') AND "
    f"NOT EXISTS (SELECT 1 FROM {LEDGER} WHERE entry_id = NEW.entry_id OR id = NEW.id)"
)


def guard_after_migrate(sender: AppConfig, using: str, **_: object) -> None:
    """Put the guards in place where the tables stand (a signal of Django's ``migrate`` and ``flush``)."""
    connection = connections[using]
    if set(SHAPED) <= set(connection.introspection.table_names()):
        guard(connection)


def guard(connection: BaseDatabaseWrapper) -> None:
    """Create triggers, spatial indexes and rights on this database."""
    statements = postgresql_guards() if connection.vendor == "postgresql" else sqlite_guards()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def sqlite_guards() -> list[str]:
    """The statements for SQLite."""
    statements = [
        f"CREATE TRIGGER IF NOT EXISTS {LEDGER}_no_{verb.lower()} BEFORE {verb} ON {LEDGER} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for verb in ("UPDATE", "DELETE")
    ]
    statements.append(
        f"CREATE TRIGGER IF NOT EXISTS {LEDGER}_follows BEFORE INSERT ON {LEDGER} "
        f"WHEN NOT ({FOLLOWS}) BEGIN SELECT RAISE(ABORT, '{BROKEN_CHAIN}'); END"
    )
    for table in SHAPED:
        statements += rtree_statements(table)
    return statements


def rtree_statements(table: str) -> list[str]:
    """An R*Tree of whole centimetres and the triggers that keep it, for one table."""
    columns = "id, x_min_cm, x_max_cm, y_min_cm, y_max_cm"
    values = "NEW.id, NEW.x_min_cm, NEW.x_max_cm, NEW.y_min_cm, NEW.y_max_cm"
    add = f"INSERT INTO {table}_rtree ({columns}) SELECT {values} WHERE NEW.x_min_cm IS NOT NULL;"
    drop = f"DELETE FROM {table}_rtree WHERE id = OLD.id;"
    trigger = f"CREATE TRIGGER IF NOT EXISTS {table}_rtree_"
    statements = [
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {table}_rtree USING rtree_i32({columns})",
        f"{trigger}insert AFTER INSERT ON {table} BEGIN {add} END",
    ]
    if table != LEDGER:
        statements += [
            f"{trigger}update AFTER UPDATE ON {table} BEGIN {drop} {add} END",
            f"{trigger}delete AFTER DELETE ON {table} BEGIN {drop} END",
        ]
    return statements


def postgresql_guards() -> list[str]:
    """The statements for PostgreSQL with PostGIS."""
    statements = [
        f"CREATE OR REPLACE FUNCTION torpaq_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        f"CREATE OR REPLACE TRIGGER {LEDGER}_no_change BEFORE UPDATE OR DELETE ON {LEDGER} "
        "FOR EACH ROW EXECUTE FUNCTION torpaq_refuse()",
        f"CREATE OR REPLACE TRIGGER {LEDGER}_no_truncate BEFORE TRUNCATE ON {LEDGER} "
        "FOR EACH STATEMENT EXECUTE FUNCTION torpaq_refuse()",
    ]
    statements += [
        f"CREATE OR REPLACE FUNCTION torpaq_follows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NOT ({FOLLOWS}) THEN RAISE EXCEPTION '{BROKEN_CHAIN}'; END IF; RETURN NEW; END $$",
        f"CREATE OR REPLACE TRIGGER {LEDGER}_follows BEFORE INSERT ON {LEDGER} "
        "FOR EACH ROW EXECUTE FUNCTION torpaq_follows()",
    ]
    statements += [f"CREATE INDEX IF NOT EXISTS {table}_shape ON {table} USING gist (shape)" for table in SHAPED]
    statements.append(
        "CREATE OR REPLACE VIEW torpaq_ledger_lonlat AS SELECT position, entry_id, kind, area, effective, recorded, "
        f"contamination, status, operator, method, unit, ST_Transform(shape, 4326) AS shape FROM {LEDGER} "
        "WHERE shape IS NOT NULL"
    )
    return statements + role_statements()


def role_statements() -> list[str]:
    """The role the desk acts as: reads all, writes all but the ledger, adds to the ledger, owns nothing."""
    return [
        "DO $$ BEGIN "
        f"IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{APP_ROLE}') "
        f"THEN CREATE ROLE {APP_ROLE} NOLOGIN; END IF; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
        f"DO $$ BEGIN IF NOT pg_has_role('{APP_ROLE}', 'MEMBER') THEN GRANT {APP_ROLE} TO CURRENT_USER; END IF; END $$",
        f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {LEDGER} FROM {APP_ROLE}",
        f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON django_migrations, spatial_ref_sys FROM {APP_ROLE}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}",
    ]


def prepare_postgis(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Before the first table: the PostGIS extension and the national CRS (nothing to do on SQLite)."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        cursor.execute(
            "INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) "
            "VALUES (%s, 'torpaq', %s, %s, %s) ON CONFLICT (srid) DO NOTHING",
            [NATIONAL_SRID, NATIONAL_SRID, AZE.wkt, AZE.proj],
        )
