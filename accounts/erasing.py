"""What is deleted leaves the disk too, not only the tables.

SQLite overwrites what it deletes (``secure_delete``, in the settings), but the write-ahead log
keeps older pages until it is emptied. PostgreSQL looks after its own files: its dumps hold
rows that are there, and a vacuum overwrites the rest.
"""

from django.db import connection, transaction

PATIENCE_MS = 2_000


def after_commit() -> None:
    """Empty the write-ahead log once this transaction is through; a failure is only logged."""
    transaction.on_commit(empty_log, robust=True)


def empty_log() -> None:
    """Move what the log holds into the database file and cut the log to nothing.

    Who still reads an older page is waited for, for a moment; else the next deletion, or the
    daily ``delete_idle``, does it.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        (usual,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual)}")
