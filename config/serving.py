"""What gunicorn's master does for the counts of its workers."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from .environment import RefusedError


def counts_folder(var: Path) -> str:
    """Return an empty folder for the counts of this server's workers.

    Each server has its own, named by its process, so that one that is being replaced and the
    one that replaces it do not mix. What servers that were killed left behind is removed.
    Raises RefusedError where the folder cannot be made.
    """
    for left in (var / "metrics").glob("*"):
        if left.name.isdecimal() and not _runs(int(left.name)):
            shutil.rmtree(left, ignore_errors=True)
    own = var / "metrics" / str(os.getpid())
    try:
        own.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise RefusedError(f"VAR_DIR holds no folder for counts: {why}.") from None
    return str(own)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def worker_is_gone(server: Any, worker: Any) -> None:
    """Drop the gauges of a worker that ended; its counts stay in the sums."""
    from prometheus_client.multiprocess import mark_process_dead

    with suppress(OSError):
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # untyped there
