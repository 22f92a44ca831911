"""Secrets of second factors at rest: encrypted with keys derived from ``SECRET_KEY``.

What a database or its backup alone holds makes no code. Values from before, in plain text, are
read as they are. ``SECRET_KEY_FALLBACKS`` still open what older keys closed.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:  # imported when the first secret is read: most processes never do
    from cryptography.fernet import MultiFernet

logger = logging.getLogger(__name__)
MARK = "fernet:"
"""Begins what is encrypted; no plain secret holds a colon."""
FIELDS = ("secret", "codes")
"""Where an app's secret is kept, and the hashes of recovery codes."""
Json = dict[str, Any]


def _box() -> MultiFernet:
    from cryptography.fernet import Fernet, MultiFernet

    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    # SECRET_KEY is long and random, so one hash with a purpose of its own is enough.
    return base64.urlsafe_b64encode(hashlib.sha256(b"rung.accounts.mfa:" + key.encode()).digest())


def encrypt(text: str) -> str:
    """Return a secret as it is stored."""
    return MARK + _box().encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """Return a stored secret; one of a key that is gone becomes a random one, and no code fits.

    An empty one would let anybody make the codes, and an error would be a broken page.
    """
    opened = _opened(stored)
    if opened is None:
        logger.error("A second factor cannot be read: was SECRET_KEY changed without its fallback?")
        return base64.b32encode(secrets.token_bytes(20)).decode()
    return opened


def _opened(stored: str) -> str | None:
    """Return a stored secret, or None where no key opens it."""
    from cryptography.fernet import InvalidToken

    if not stored.startswith(MARK):
        return stored
    try:
        return _box().decrypt(stored.removeprefix(MARK)).decode()
    except InvalidToken:
        return None


def again(data: Json) -> Json:
    """Return an authenticator's data with its secrets encrypted by the present key.

    What no key opens stays as it is.
    """
    found = {}
    for name in FIELDS:
        if name in data:
            opened = _opened(data[name])
            found[name] = data[name] if opened is None else encrypt(opened)
    return {**data, **found}
