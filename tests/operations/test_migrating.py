"""升级时新的表只画它自己：与 Django 全部重画的一样认得出谁连着谁；画完，Django 还是原来的。"""

from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from xushi.operations.migrating import _new_tables_drawn_alone


def table(name: str, **fields: models.Field) -> ModelState:
    return ModelState("town", name, [("id", models.BigAutoField(primary_key=True)), *fields.items()])


def to(name: str) -> models.ForeignKey:
    return models.ForeignKey(f"town.{name}", models.CASCADE)


def related(state: ProjectState) -> dict[str, set[str]]:
    """By table the tables that refer to it."""
    return {
        one._meta.object_name: {other.related_model._meta.object_name for other in one._meta.related_objects}
        for one in state.apps.get_models()
    }


def grown() -> ProjectState:
    state = ProjectState()
    state.add_model(table("Project"))
    state.add_model(table("Report", project=to("Project")))
    assert related(state) == {"Project": {"Report"}, "Report": set()}
    state.add_model(table("Photo", report=to("Report"), project=to("Project")))
    state.add_model(table("Order", next=to("Order")))
    return state


def test_who_refers_to_whom_is_known_either_way() -> None:
    drawn = ProjectState.add_model
    with _new_tables_drawn_alone():
        assert ProjectState.add_model is not drawn
        alone = related(grown())
    assert ProjectState.add_model is drawn
    assert alone == related(grown()) == {
        "Project": {"Report", "Photo"}, "Report": {"Photo"}, "Photo": set(), "Order": {"Order"},
    }  # fmt: skip


def test_a_new_table_leaves_the_others_as_they_were_drawn() -> None:
    with _new_tables_drawn_alone():
        state = ProjectState()
        state.add_model(table("Project"))
        before = state.apps.get_model("town", "Project")
        state.add_model(table("Report", project=to("Project")))
        assert state.apps.get_model("town", "Project") is before
