"""Rules that the database holds, each tested by breaking it; and versions frozen for ever."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Model, ProtectedError, RestrictedError, UniqueConstraint

from accounts.models import User
from careers import publishing
from careers.document import Json
from careers.models import (
    Career,
    Fact,
    FrozenError,
    GuideSection,
    KeptDraft,
    Level,
    PendingImport,
    Requirement,
    Skill,
    SkillGroup,
    Source,
    Step,
    StepAfter,
    StepGives,
    StepRequires,
    Version,
)

from .. import frameworks
from ..conftest import NOW

MODELS: list[type[Model]] = [*apps.get_app_config("careers").get_models(), User]

# A copy of the first row of a model, with these changes, is refused.
COPIES: list[tuple[str, type[Model], Json]] = [
    ("level_key_once", Level, {"rank": 9}),
    ("level_rank_once", Level, {"key": "other"}),
    ("skill_group_key_once", SkillGroup, {}),
    ("skill_key_once", Skill, {}),
    ("requirement_once", Requirement, {}),
    ("step_key_once", Step, {}),
    ("step_after_once", StepAfter, {}),
    ("step_requires_once", StepRequires, {"rating": 4}),
    ("step_gives_once", StepGives, {"rating": 4}),
    ("fact_key_once", Fact, {"kind": "other"}),
    ("guide_section_key_once", GuideSection, {}),
    ("source_name_once", Source, {"title": "other"}),
    ("version_number_once", Version, {}),
    ("version_number_from_1", Version, {"number": 0}),
    ("version_sha256_is_hex", Version, {"number": 2, "sha256": "a" * 63}),
    ("version_sha256_is_hex", Version, {"number": 2, "sha256": "A" * 64}),
    ("version_sha256_is_hex", Version, {"number": 2, "sha256": ""}),
    ("kept_draft_time_once", KeptDraft, {"document": {}}),
    ("user_email_in_lower_case", User, {"email": "Edda@example.org"}),
]

# The first row of a model cannot be changed like this.
CHANGES: list[tuple[str, type[Model], Json]] = [
    ("career_has_key", Career, {"key": ""}),
    ("level_rank_1_to_99", Level, {"rank": 0}),
    ("level_rank_1_to_99", Level, {"rank": 100}),
    ("level_years_in_order", Level, {"years_from": 5, "years_to": 2}),
    ("level_years_in_order", Level, {"years_from": None, "years_to": 2}),
    ("requirement_rating_1_to_4", Requirement, {"rating": 0}),
    ("requirement_rating_1_to_4", Requirement, {"rating": 5}),
    ("requirement_importance_1_to_5", Requirement, {"importance": 0}),
    ("requirement_importance_1_to_5", Requirement, {"importance": 6}),
    ("step_hours_in_bounds", Step, {"hours": 20_001}),
    ("step_cost_not_negative", Step, {"cost": "-0.01"}),
    ("step_not_after_itself", StepAfter, {"other": F("step")}),
    ("step_requires_rating_1_to_4", StepRequires, {"rating": 0}),
    ("step_requires_rating_1_to_4", StepRequires, {"rating": 5}),
    ("step_gives_rating_1_to_4", StepGives, {"rating": 0}),
    ("step_gives_rating_1_to_4", StepGives, {"rating": 5}),
    ("pending_import_not_empty", PendingImport, {"documents": ""}),
]

# What is just within.
ALLOWED: list[tuple[type[Model], Json]] = [
    (Level, {"rank": 99}),
    (Level, {"years_from": 2, "years_to": 2}),
    (Level, {"years_from": 2, "years_to": None}),
    (Level, {"years_from": None, "years_to": None}),
    (Requirement, {"rating": 4, "importance": 5}),
    (Requirement, {"rating": 1, "importance": 1}),
    (Step, {"hours": 20_000, "cost": "9999999.99"}),
    (Step, {"hours": 0, "cost": "0.00"}),
]


def broken(error) -> str:
    """Return the name of the constraint that refused, on either database."""
    if connection.vendor == "postgresql":
        return str(error.__cause__.diag.constraint_name)
    kind, _, what = str(error).partition(" constraint failed: ")
    if kind == "CHECK" or what.startswith("index "):
        return what.removeprefix("index ").strip("'")
    columns = {
        ", ".join(
            f"{model._meta.db_table}.{field.column}"
            for field in model._meta.concrete_fields
            if field.name in constraint.fields
        ): constraint.name
        for model in MODELS
        for constraint in model._meta.constraints
        if isinstance(constraint, UniqueConstraint)
    }
    return columns.get(what, what)


@pytest.fixture
def rows(box_maker, edda):
    """Store at least one row of every model."""
    KeptDraft.objects.create(career=box_maker.career, document={"format": "rung/1"}, kept_at=NOW)
    PendingImport.objects.create(owner=edda, documents="[]", uploaded_at=NOW)


def copy_first(model: type[Model], changes: Json) -> None:
    row = model._default_manager.order_by("pk")[:1].get()
    row.pk = None
    row._state.adding = True
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(force_insert=True)


@pytest.mark.parametrize(("name", "model", "changes"), COPIES)
def test_a_row_that_breaks_a_rule_is_not_stored(rows, name, model, changes):
    count = model._default_manager.count()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        copy_first(model, changes)
    assert broken(refused.value) == name
    assert model._default_manager.count() == count


@pytest.mark.parametrize(("name", "model", "changes"), CHANGES)
def test_a_row_cannot_be_changed_so_that_it_breaks_a_rule(rows, name, model, changes):
    first = model._default_manager.order_by("pk")[:1].get()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        model._default_manager.filter(pk=first.pk).update(**changes)
    assert broken(refused.value) == name


@pytest.mark.parametrize(("model", "changes"), ALLOWED)
def test_what_is_just_within_a_rule_is_stored(rows, model, changes):
    first = model._default_manager.order_by("pk")[:1].get()
    model._default_manager.filter(pk=first.pk).update(**changes)
    first.refresh_from_db()
    assert {name: str(getattr(first, name)) for name in changes} == {
        name: str(value) for name, value in changes.items()
    }


def test_every_rule_of_the_careers_and_accounts_is_broken_here():
    """A constraint added without its test makes this one fail.

    The last name is broken in ``test_an_address_has_one_account_in_any_case``.
    """
    declared = {constraint.name for model in MODELS for constraint in model._meta.constraints}
    tested = {name for name, _, _ in [*COPIES, *CHANGES]}
    assert declared == tested | {"user_email_unique_in_any_case"}


def test_an_address_has_one_account_in_any_case(edda):
    """Either index over the address may be the one that speaks."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        User.objects.bulk_create([User(email="edda@example.org")])
    assert broken(refused.value) in {
        "user_email_unique_in_any_case",
        "accounts_user.email",
        "accounts_user_email_key",
    }


def test_a_careers_key_stands_once(box_maker):
    with pytest.raises(IntegrityError), transaction.atomic():
        Career.objects.create(key="box-maker", title="Another")
    assert Career.objects.count() == 1


@pytest.mark.parametrize("key", ["", "Cutting", "cutting!", "cut--ting", "-cut", "cut ting", "c\n"])
def test_a_key_is_lower_case_words_joined_by_hyphens(db, key):
    """As in the document, so that every draft can be exported."""
    with pytest.raises(ValidationError) as refused:
        Career(key=key, title="Title").full_clean()
    assert list(refused.value.message_dict) == ["key"]


# Rows of one career refer to rows of the same career. No constraint can hold that across
# tables, so every form asks ``clean``.


@pytest.mark.parametrize(
    ("model", "name", "other"),
    [
        (Skill, "skill_group", SkillGroup),
        (Requirement, "skill", Skill),
        (StepAfter, "other", Step),
        (StepRequires, "skill", Skill),
        (StepGives, "skill", Skill),
        (Fact, "level", Level),
    ],
)
def test_a_row_cannot_refer_to_another_career(rows, model, name, other):
    """A skill of the other career is no skill of this one's requirement."""
    made_up = publishing.import_framework(document=frameworks.of_size(1, 1), now=NOW)
    row = model.objects.order_by("pk")[:1].get()
    row.clean()
    setattr(row, name, other.objects.filter(career=made_up)[:1].get())
    with pytest.raises(ValidationError) as refused:
        row.clean()
    assert refused.value.message_dict == {
        name: ["This belongs to another career. Choose one of the same career."]
    }


def test_a_skill_group_with_skills_is_not_deleted(box_maker):
    """The skills would lose their page."""
    with pytest.raises((ProtectedError, RestrictedError)):
        SkillGroup.objects.get(key="hands").delete()
    assert Skill.objects.count() == 3


def test_deleting_a_level_takes_its_requirements_and_leaves_the_facts(box_maker):
    Level.objects.get(key="junior").delete()
    assert Requirement.objects.count() == 3
    assert Fact.objects.get().level is None


# Versions are frozen for ever.


def frozen_state() -> list[Json]:
    return [dict(row) for row in Version.objects.values()]


def rename(version: Version) -> None:
    version.title = "Other"
    version.save()


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        pytest.param(
            rename,
            "A published version never changes.",
            id="save",
        ),
        pytest.param(
            lambda version: version.save(update_fields=["note"]),
            "A published version never changes.",
            id="save of one field",
        ),
        pytest.param(
            lambda version: Version.objects.filter(pk=version.pk).update(document="{}"),
            "A published version never changes.",
            id="update",
        ),
        pytest.param(
            lambda _: Version.objects.update(published_by=None, note="Other"),
            "A published version never changes.",
            id="update of the publisher and more",
        ),
        pytest.param(
            lambda version: version.career.versions.update(number=7),
            "A published version never changes.",
            id="update through the career",
        ),
        pytest.param(
            lambda version: Version.objects.bulk_update([version], ["title"]),
            "A published version never changes.",
            id="bulk update",
        ),
        pytest.param(
            lambda version: Version.objects.update_or_create(
                pk=version.pk, defaults={"title": "Other"}
            ),
            "A published version never changes.",
            id="update or create",
        ),
        pytest.param(
            lambda version: version.delete(),
            "A published version is kept for ever.",
            id="delete",
        ),
        pytest.param(
            lambda _: Version.objects.all().delete(),
            "A published version is kept for ever.",
            id="delete of a query",
        ),
        pytest.param(
            lambda version: version.career.versions.filter(number=1).delete(),
            "A published version is kept for ever.",
            id="delete through the career",
        ),
    ],
)
def test_a_published_version_can_neither_be_changed_nor_deleted(box_maker, attempt, message):
    before = frozen_state()
    with pytest.raises(FrozenError) as refused, transaction.atomic():
        attempt(box_maker)
    assert str(refused.value) == message
    assert frozen_state() == before


def test_an_object_made_anew_cannot_overwrite_a_version(box_maker):
    """Neither by its primary key nor by its number."""
    before = frozen_state()
    values = {**before[0], "title": "Other"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Version(**values).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Version(**{**values, "id": None}).save()
    assert frozen_state() == before


def test_a_career_with_versions_is_not_deleted(box_maker):
    """Reports made with them still need them."""
    with pytest.raises(ProtectedError):
        box_maker.career.delete()
    assert Version.objects.count() == 1


def test_a_career_without_versions_may_be_deleted(db):
    """With its whole draft."""
    publishing.import_framework(document=frameworks.tiny(), now=NOW)
    Career.objects.get().delete()
    models = [Level, SkillGroup, Skill, Requirement, Step, StepAfter, StepGives, Fact, Source]
    assert [model._default_manager.count() for model in models] == [0] * len(models)


def test_the_publisher_may_be_forgotten(db, edda):
    """Deleting the account leaves the version, without a name; nothing else of it changes."""
    career = publishing.import_framework(document=frameworks.tiny(), now=NOW)
    publishing.publish(career=career, now=NOW, by=edda)
    before = frozen_state()
    edda.delete()
    assert frozen_state() == [{**before[0], "published_by_id": None}]
    assert Version.objects.update(published_by=None) == 1
