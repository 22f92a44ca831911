"""Reading published versions: the list of careers, and frameworks parsed once per process."""

import json
import time
from collections.abc import Mapping
from functools import lru_cache

from django.core.validators import slug_re
from django.db.models import Case, Q, QuerySet, Value, When

from .document import Framework, parse
from .models import Career, Version

CACHED_FRAMEWORKS = 64
SEARCH_WORDS = 8
MOST_QUERY = 200
LATEST_SECONDS = 2.0
"""How long a process may go on with the latest version it knows, for programs only."""

_latest_known: dict[str, tuple[float, Version]] = {}


@lru_cache(maxsize=CACHED_FRAMEWORKS)
def framework_of(version_id: int, sha256: str) -> Framework:
    """Return the framework of a version named by id and content: parsed once per process."""
    text = Version.objects.values_list("document", flat=True).get(pk=version_id, sha256=sha256)
    return parse(json.loads(text))


def framework(version: Version) -> Framework:
    """Return a version's framework: one query the first time, none while it is cached."""
    return framework_of(version.pk, version.sha256)


def published() -> QuerySet[Version]:
    """Return the latest version of every career, by title, without the documents."""
    # By way of the careers, so that a hundred older versions cost nothing.
    current = Career.objects.filter(latest__isnull=False).values("latest")
    return (
        Version.objects.filter(pk__in=current)
        .select_related("career")
        .defer("document", "search_text")
        .order_by("title", "pk")
    )


def featured() -> QuerySet[Version]:
    """Return the published careers with the longest ladders first, then by title."""
    return published().order_by("-level_count", "title", "pk")


def asked(given: Mapping[str, str]) -> str:
    """Return what ``?q=`` asks for: not long, and without NUL, which PostgreSQL cannot hold."""
    return given.get("q", "").replace("\0", "").strip()[:MOST_QUERY]


def search(query: str) -> QuerySet[Version]:
    """Return the published careers whose titles or codes hold every word of the query.

    Those whose own title holds all of it come first, then those that have it as it stands.
    """
    found, in_title = published(), Q()
    words = query.casefold().split()[:SEARCH_WORDS]
    for word in words:
        found = found.filter(search_text__contains=word)
        in_title &= Q(title__icontains=word)
    if not in_title:
        return found
    as_it_stands = When(search_text__contains=" ".join(words), then=Value(1))
    rank = Case(When(in_title, then=Value(0)), as_it_stands, default=Value(2))
    return found.order_by(rank, "title", "pk")


def latest(key: str) -> Version | None:
    """Return the latest version of the career of that key, if one is published."""
    return published().filter(career__key=key).first()


def text_of(version: Version) -> str:
    """Return a version's document as canonical JSON text. One query."""
    return Version.objects.values_list("document", flat=True).get(pk=version.pk)


@lru_cache(maxsize=CACHED_FRAMEWORKS)
def _numbered(key: str, number: int) -> Version:
    rows = Version.objects.select_related("career").defer("document")
    return rows.get(career__key=key, number=number)


def version_named(key: str, number: int | None) -> Version:
    """Return a version for programs: that number, or the latest, without a query while known.

    A version published by another process is seen within two seconds, one published here at
    once. Raises Version.DoesNotExist.
    """
    if not slug_re.match(key):
        raise Version.DoesNotExist  # PostgreSQL refuses to look for some of what is no key
    if number is not None:
        return _numbered(key, number)
    known = _latest_known.get(key)
    if known and known[0] > time.monotonic():
        return known[1]
    version = latest(key)
    if version is None:
        raise Version.DoesNotExist
    if len(_latest_known) >= CACHED_FRAMEWORKS:
        _latest_known.clear()
    _latest_known[key] = (time.monotonic() + LATEST_SECONDS, version)
    return version


def forget_latest() -> None:
    """Forget which versions are the latest, after one was published here."""
    _latest_known.clear()


def forget() -> None:
    """Forget everything, for a database that was put back to an earlier state."""
    _latest_known.clear()
    _numbered.cache_clear()
    framework_of.cache_clear()
