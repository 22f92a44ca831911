"""Everything stored about a person, and deleting all of it.

Both follow the relations of the database, not a list: what a new feature stores about a
person is found without a change here.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import models, transaction

from . import erasing
from .adapters import KEPT_IN_SESSION
from .models import Message, User

SECRET = frozenset(
    {
        "password", "token_hash", "browser_hash", "data", "key", "body", "html", "session_key",
    }
)  # fmt: skip
"""Fields whose value opens something; that they are there is said, what they hold is not."""
SECRET_OF = frozenset(
    {
        "accounts.user", "accounts.message", "mfa.authenticator", "account.emailconfirmation",
        "usersessions.usersession",
    }
)  # fmt: skip
USER_KEYS = (SESSION_KEY, "account_authentication_methods_user", "user_pk", "user_id")
"""Where sessions name an account by its number: Django's name, then allauth's."""
Json = dict[str, Any]


def of(row: models.Model) -> Json:
    """Return a row with everything that hangs on it, as plain data, by names of models.

    Rows that point to what is not the person's own say what that is, by ``in_words``.
    """
    told: Callable[[], Json] = getattr(row, "in_words", dict)
    return {**_fields(row), **told(), **dict(_hanging(row))}


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
        # What goes with a row may still be somebody else's: members keep much from a coach.
        if relation.field.name in getattr(relation.related_model, "OF_OTHERS", ()):
            continue
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
    """Delete an account with all that hangs on it, and whatever a session holds of the person.

    Framework rows and versions that the person made stay, without their name.
    """
    User.objects.select_for_update().get(pk=user.pk)
    known = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    addresses = {user.email, *known}
    Message.objects.filter(to__in=addresses).delete()
    user_pk = str(user.pk)
    # Deleting what hangs on a row passes by the code that looks after it: counts, say. An app
    # that keeps such says so by a method ``before_deleting(user)`` of its configuration.
    for app in apps.get_app_configs():
        if prepare := getattr(app, "before_deleting", None):
            prepare(user)
    user.delete()
    # Sessions are looked through one by one: they name their person inside.
    for session in Session.objects.iterator(chunk_size=500):
        data = session.get_decoded()
        if _is_about(data, user_pk, addresses):
            _empty(session, data)
    erasing.after_commit()


def _is_about(data: Any, user_pk: str, addresses: set[str]) -> bool:
    """Tell whether a session names the person: signed in, half signed in, or by address."""
    if isinstance(data, Mapping):
        names = any(str(data.get(key)) == user_pk for key in USER_KEYS)
        return names or any(_is_about(each, user_pk, addresses) for each in data.values())
    if isinstance(data, list | tuple):
        return any(_is_about(each, user_pk, addresses) for each in data)
    return isinstance(data, str) and any(each in data.lower() for each in addresses)


def _empty(session: Session, data: Json) -> None:
    """Leave of a session what its browser began without an account, if anything."""
    store = SessionStore(session.session_key)
    if KEPT_IN_SESSION in data:
        session.session_data = store.encode({KEPT_IN_SESSION: data[KEPT_IN_SESSION]})
        session.save(update_fields=["session_data"])
    else:
        session.delete()
