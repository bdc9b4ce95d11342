"""A migration's new tables made together.

Before each operation Django draws up anew all models that hang together with the one it changes; where everything
refers to accounts these are nearly all there are, and a new programme waits for it. Here they are drawn up once.
"""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.operations.models import CreateModel
from django.db.migrations.state import ProjectState


class TablesAtOnce(Operation):
    """The operations that make new tables, and those that add to these tables alone: fields, indexes, constraints."""

    category = OperationCategory.ADDITION

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = list(operations)
        self.names = [one.name for one in self.operations if isinstance(one, CreateModel)]
        made = {name.lower() for name in self.names}
        others = [getattr(one, "model_name", "") for one in self.operations if not isinstance(one, CreateModel)]
        if not {name.lower() for name in others} <= made:
            raise ValueError("only tables that are made here may be added to here")

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change the state by every operation; it is drawn up when somebody next looks."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make each table as it is at the end, with all that was added to it."""
        for name in self.names:
            model = to_state.apps.get_model(app_label, name)
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.create_model(model)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Remove the tables, the last one first."""
        for name in reversed(self.names):
            model = from_state.apps.get_model(app_label, name)
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.delete_model(model)

    def describe(self) -> str:
        """Return what it does, as ``migrate`` says it."""
        return f"Make {len(self.names)} tables at once"
