"""Everything stored about a person, and deleting all of it.

Both follow the relations of the database, not a list: what a new feature stores about a
person is found without a change here.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import models, transaction

from .models import User

SECRET = frozenset({"password", "token_hash", "browser_hash", "data", "key", "session_key"})
"""Fields whose value opens something; that they are there is said, what they hold is not."""
SECRET_OF = frozenset(
    {"accounts.user", "mfa.authenticator", "account.emailconfirmation", "usersessions.usersession"}
)
Json = dict[str, Any]


def of(row: models.Model) -> Json:
    """Return a row with everything that hangs on it, as plain data, by names of models."""
    return {**_fields(row), **dict(_hanging(row))}


def _fields(row: models.Model) -> Json:
    found = {}
    for field in row._meta.concrete_fields:
        value = field.value_from_object(row)
        found[field.attname] = "…" if value and _is_secret(row, field.name) else value
    for many in row._meta.many_to_many:
        found[many.name] = [str(each) for each in getattr(row, many.name).all()]
    return found


def _is_secret(row: models.Model, name: str) -> bool:
    if name in ("token_hash", "browser_hash"):
        return True
    return name in SECRET and row._meta.label_lower in SECRET_OF


def _hanging(row: models.Model) -> Iterator[tuple[str, list[Json]]]:
    for relation in owned(type(row)):
        mine = relation.related_model._base_manager.filter(**{relation.field.name: row.pk})
        rows = [of(each) for each in mine.order_by("pk")]
        if rows:
            name = relation.get_accessor_name() or relation.related_model._meta.model_name
            yield str(name).removesuffix("_set"), rows


def owned(model: type[models.Model]) -> list[Any]:
    """Return the relations whose rows go when a row of the model goes."""
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel)
        and relation.on_delete is models.CASCADE
        and not getattr(relation.related_model._meta, "auto_created", False)
    ]


@transaction.atomic
def delete(*, user: User) -> None:
    """Delete an account with all that hangs on it, and every session in which it is signed in.

    Sessions are looked through one by one: they name their person inside. Framework rows and
    versions that the person made stay, without their name.
    """
    User.objects.select_for_update().get(pk=user.pk)
    pk = str(user.pk)
    keys = [
        session.session_key
        for session in Session.objects.iterator(chunk_size=500)
        if str(session.get_decoded().get(SESSION_KEY)) == pk
        or session.get_decoded().get("account_authentication_methods_user") == pk
    ]
    for start in range(0, len(keys), 500):
        Session.objects.filter(session_key__in=keys[start : start + 500]).delete()
    user.delete()
