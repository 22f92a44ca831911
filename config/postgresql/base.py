"""Django's PostgreSQL, with two things of our own: how long it waits, and when it asks.

A kept connection is looked at before each request, and asked only after a pause.

Django asks the server ``SELECT 1``, one way there and back for every request. When a server
ends a connection, its last message or the end of the stream waits to be read here: the kernel
tells without asking anybody. Only what lies between (a firewall that forgot the connection)
can take it away unnoticed, and that takes longer than a moment.
"""

import select
import time
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

LOCK_TIMEOUT = "20s"
"""As long as SQLite waits (``config.settings``), and less than gunicorn's 30 s."""
_UNLESS_SET = (
    "SELECT set_config('lock_timeout', %s, false) WHERE current_setting('lock_timeout') = '0'"
)
MOMENT = 10.0
"""Seconds since it was last found usable in which looking is enough."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's; it waits for locks but a while, and its check mostly asks the kernel."""

    found_usable_at = 0.0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection. It is usable now."""
        connection = super().get_new_connection(conn_params)
        self.found_usable_at = time.monotonic()
        return connection

    def init_connection_state(self) -> None:
        """Have no statement wait for a lock longer than the server waits for an answer.

        Its worker would be killed in the middle; so it is told that it cannot save. What the
        role or the address says of it stands. Behind PgBouncer that is left to the role.
        """
        super().init_connection_state()
        if not self.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            with self.cursor() as cursor:
                cursor.execute(_UNLESS_SET, [LOCK_TIMEOUT])

    def is_usable(self) -> bool:
        """Tell whether the connection can be used. No query within a moment of the last time."""
        if self.connection is None or self.connection.closed:
            return False
        now = time.monotonic()
        is_recent = now - self.found_usable_at <= MOMENT and not self.errors_occurred
        if not (is_recent and _is_idle(self.connection)) and not super().is_usable():
            return False
        self.found_usable_at = now
        return True


def _is_idle(connection: Any) -> bool:
    """Tell whether no transaction is open and nothing waits to be read, as its end would."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return connection.pgconn.transaction_status == TransactionStatus.IDLE and not poll.poll(0)
