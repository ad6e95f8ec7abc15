"""Many small steps of a migration, for which Django renders the models once instead of once a step."""

from typing import Any

from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation


class AtOnce(Operation):
    """Steps of which none needs the state between two others: no field is made and then changed.

    Django renders a model and all its relatives anew after each step, which takes minutes where most models are related.
    A table that is made here is made as it is after the last step.
    """

    def __init__(self, *operations: Operation) -> None:
        self.operations = operations

    def deconstruct(self) -> tuple[str, tuple[Operation, ...], dict[str, Any]]:
        return type(self).__name__, self.operations, {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        vars(state).pop("apps", None)  # rendered when it is next asked for
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in self._forwards():
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in reversed(self._forwards()):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def _forwards(self) -> list[Operation]:
        made = {one.name_lower for one in self.operations if isinstance(one, CreateModel)}
        parts = (AddField, AddConstraint, AddIndex)
        return [one for one in self.operations if not (isinstance(one, parts) and one.model_name_lower in made)]

    def describe(self) -> str:
        return f"{len(self.operations)} steps at once"
