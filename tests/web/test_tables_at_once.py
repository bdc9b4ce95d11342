"""A migration that makes its tables at once writes the statements that it would write one by one."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from torpaq.web.tables_at_once import TablesAtOnce

pytestmark = pytest.mark.django_db

SIGN = [
    migrations.CreateModel("Area", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]),
    migrations.CreateModel(
        "Sign",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("area", models.ForeignKey("story.area", models.PROTECT)),
            ("kept_by", models.ForeignKey("story.post", models.PROTECT, related_name="+")),
            ("number", models.IntegerField()),
        ],
    ),
    migrations.AddIndex("sign", models.Index(fields=["number", "area"], name="sign_number")),
    migrations.AddConstraint(
        "sign", models.UniqueConstraint(fields=["number"], condition=models.Q(number__gt=0), name="one_sign")
    ),
]


def before() -> ProjectState:
    state = ProjectState()
    migrations.CreateModel("Post", [("id", models.BigAutoField(primary_key=True))]).state_forwards("story", state)
    assert state.apps.get_model("story", "Post")
    return state


def statements(operations: list[Operation], is_undone: bool = False) -> list[str]:
    """What a migration would have the database do."""
    editor = connection.SchemaEditorClass(connection, collect_sql=True)
    editor.deferred_sql = []
    state = before()
    for operation in operations:
        now = state.clone()
        operation.state_forwards("story", state)
        if is_undone:
            operation.database_backwards("story", editor, state, now)
        else:
            operation.database_forwards("story", editor, now, state)
    return [f"{str(line).rstrip(';')};" for line in [*editor.collected_sql, *editor.deferred_sql]]


def test_the_same_tables_indexes_and_rules_are_made() -> None:
    made = statements([TablesAtOnce(SIGN)])
    assert sorted(made) == sorted(statements(SIGN))
    assert len(made) >= 6


def test_the_same_models_are_known_after_it() -> None:
    together, one_by_one = before(), before()
    TablesAtOnce(SIGN).state_forwards("story", together)
    for operation in SIGN:
        operation.state_forwards("story", one_by_one)
    assert together == one_by_one
    assert together.apps.get_model("story", "Sign")._meta.get_field("kept_by").related_model.__name__ == "Post"


def test_undone_it_removes_its_tables_the_last_first() -> None:
    removed = [line for line in statements([TablesAtOnce(SIGN)], is_undone=True) if line.startswith("DROP TABLE")]
    assert [line.split('"')[1] for line in removed] == ["story_sign", "story_area"]
    assert TablesAtOnce(SIGN).describe() == "Make 2 tables at once"


def test_only_its_own_tables_may_be_added_to() -> None:
    with pytest.raises(ValueError, match="only tables that are made here"):
        TablesAtOnce([migrations.AddField("post", "name", models.TextField())])
