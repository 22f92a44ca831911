"""How long somebody stays signed in, and where: idle and absolute lifetimes, and their end.

A session outlives the sign-in: it also holds who may open work without an account.
"""

import re
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from .models import User
from .statements import Bind, Select

STAMPS = "signed_in"
SIGN_IN = (
    SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY, AUTHENTICATION_METHODS_SESSION_KEY,
    _AUTHENTICATION_METHODS_USER_SESSION_KEY, STAMPS,
)  # fmt: skip
KEY = re.compile(r"[a-z0-9]{8,40}")
"""As Django makes them."""
NOTED_PER_IDLE = 12
"""How often within the idle time a use is noted: seldom, as each note is a write."""


def stamps(*, is_staff: bool, now: float) -> dict[str, Any]:
    """Return what a session remembers of a sign-in: which lifetimes, since when, last seen."""
    return {"kind": "staff" if is_staff else "member", "since": now, "seen": now}


_LIVE = Select(
    lambda: Session.objects.filter(
        session_key=Bind("key", Session._meta.pk),
        expire_date__gt=Bind("now", Session._meta.get_field("expire_date")),
    )
)


class SessionStore(DatabaseStore):
    """Sessions in the database, whose sign-in ends by itself. Costs no query of its own."""

    def _validate_session_key(self, key: str | None) -> bool:
        """Take what a key can be; a cookie can hold what PostgreSQL cannot, such as NUL."""
        return bool(key and KEY.fullmatch(key))

    def _get_session_from_db(self) -> Session | None:
        """Return the live session by a statement that is made once: every page asks for it."""
        found: Session | None = _LIVE.first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found

    def load(self) -> dict[str, Any]:
        """Return the session, without a sign-in that is over."""
        data: dict[str, Any] = super().load()
        found = data.get(STAMPS)
        if not found or SESSION_KEY not in data:
            return data
        idle, longest = settings.SIGNED_IN_SECONDS[found["kind"]]
        now = time.time()
        if now - found["seen"] > idle or now - found["since"] > longest:
            self.modified = True
            return {name: value for name, value in data.items() if name not in SIGN_IN}
        if now - found["seen"] > idle / NOTED_PER_IDLE:
            self.modified = True
            data[STAMPS] = {**found, "seen": now}
        return data


def end_all(users: Iterable[User]) -> int:
    """Sign people out everywhere; return how many sessions that ended."""
    found = list(UserSession.objects.filter(user__in=list(users)))
    for each in found:
        each.end()
    return len(found)


def forget_ended(*, now: datetime) -> int:
    """Delete sessions that ran out, and what was kept of where they were; return how many."""
    Session.objects.filter(expire_date__lt=now).delete()
    live = Session.objects.values("session_key")
    count: int = UserSession.objects.exclude(session_key__in=live).delete()[0]
    return count
