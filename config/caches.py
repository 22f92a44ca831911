"""The cache that all processes share, and what stands in for it while it is gone.

Only counters live in it: wrong links, attempts to sign in, requests to the API. While Redis,
or the disk of the file cache, cannot be used, each process counts for itself: limits still
hold, though a little wider, and no page goes down with the cache.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.filebased import FileBasedCache as DjangoFiles
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache as DjangoRedis
from django.utils.functional import cached_property

logger = logging.getLogger("rung.cache")

MAX_ENTRIES = 20_000
AWAY_SECONDS = 1.0
"""How long a cache that failed is left alone, so that not every request waits for it."""
OPERATIONS = (
    "add", "get", "set", "touch", "delete", "has_key", "incr", "get_many", "set_many",
    "delete_many", "clear",
)  # fmt: skip


def guarded(given: dict[str, Any]) -> dict[str, Any]:
    """Return a cache's settings with the guarded backend where there is one."""
    name = str(given["BACKEND"]).rpartition(".")[2]
    own = {kind.__name__: f"{__name__}.{kind.__name__}" for kind in (FileBasedCache, RedisCache)}
    return {**given, "BACKEND": own.get(name, given["BACKEND"])}


def is_shared() -> bool:
    """Tell whether the processes count together: whether the shared cache can be used now."""
    word = uuid4().hex
    cache.set("shared", word, 60)
    # Another machine may write its own word in between.
    return cache.get("shared") is not None and not getattr(cache, "is_away", False)


class Guard(BaseCache):
    """Tries the shared cache, and does the same in this process when that fails."""

    _away_until = 0.0

    @property
    def is_away(self) -> bool:
        """Tell whether the shared cache failed a moment ago, and is left alone."""
        return time.monotonic() < self._away_until

    @cached_property
    def _stand_in(self) -> LocMemCache:
        return LocMemCache("stand-in", {"OPTIONS": {"MAX_ENTRIES": MAX_ENTRIES}})

    def _gone(self) -> tuple[type[Exception], ...]:
        """Return what is raised when the cache cannot be used."""
        return (OSError,)

    def _attempt(self, shared: Callable[..., Any], name: str, *args: Any, **named: Any) -> Any:
        if not self.is_away:
            try:
                return shared(self, *args, **named)
            except self._gone() as error:
                logger.warning("The cache cannot be used (%s).", type(error).__name__)
                self._away_until = time.monotonic() + AWAY_SECONDS
        return getattr(self._stand_in, name)(*args, **named)


def _guard(backend: type[BaseCache], name: str) -> Callable[..., Any]:
    shared = getattr(backend, name)

    def operation(self: Guard, *args: Any, **named: Any) -> Any:
        return self._attempt(shared, name, *args, **named)

    return operation


class FileBasedCache(Guard, DjangoFiles):
    """Files, guarded: a full disk stops no page."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        with suppress(OSError):  # no room for the folder: every operation tries again
            super().__init__(location, params)


class RedisCache(Guard, DjangoRedis):
    """Redis, guarded, and never waited for long."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        super().__init__(server, params)
        entries = ("MAX_ENTRIES", "CULL_FREQUENCY")  # Redis bounds itself
        given = params.get("OPTIONS", {})
        own = {name: value for name, value in given.items() if name not in entries}
        # Once more at once, for a connection that a restart of Redis has closed.
        self._options = {"retry": Retry(NoBackoff(), 1), **own}

    def _gone(self) -> tuple[type[Exception], ...]:
        from redis.exceptions import RedisError

        return (OSError, RedisError)


for _name in OPERATIONS:
    setattr(FileBasedCache, _name, _guard(DjangoFiles, _name))
    setattr(RedisCache, _name, _guard(DjangoRedis, _name))
