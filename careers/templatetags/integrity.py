"""The checksum by which a browser knows a script again (Subresource Integrity)."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage

register = template.Library()


@register.simple_tag
def integrity(name: str) -> str:
    """Return the SHA-384 of a static file as a browser receives it, as ``sha384-…``.

    Raises ValueError for a file that is not there, as ``static`` does.
    """
    return _digest(name) if settings.DEBUG else _kept(name)


@lru_cache(maxsize=64)
def _kept(name: str) -> str:
    return _digest(name)


def _digest(name: str) -> str:
    digest = hashlib.sha384(_content(name)).digest()
    return f"sha384-{base64.b64encode(digest).decode()}"


def _content(name: str) -> bytes:
    if isinstance(staticfiles_storage, ManifestFilesMixin):
        with staticfiles_storage.open(staticfiles_storage.stored_name(name)) as file:
            content: bytes = file.read()
            return content
    found = finders.find(name)
    if not found:
        raise ValueError(f"There is no static file {name}.")
    return Path(found).read_bytes()
