"""Going back to an earlier state of an app, and forward again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


@contextmanager
def migrated(app: str, name: str) -> Iterator[Callable[[], None]]:
    """Bring an app back to one of its migrations; what is yielded brings it forward again."""

    def forward() -> None:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())

    MigrationExecutor(connection).migrate([(app, name)])
    try:
        yield forward
    finally:
        forward()
