"""What reading a file takes, in a process of its own: python -m tests.importers.measured FILE."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def measured(path: Path, *occupations: str) -> dict[str, Any]:
    """Return ``said`` (None when it was read), ``seconds`` of the processor and ``megabytes``.

    The most memory is that of the whole process, Django and all, as the page's would be.
    """
    told = subprocess.run(
        [sys.executable, "-m", "tests.importers.measured", str(path), *occupations],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def main() -> None:
    """Read a file as the studio's page does, and print what it took."""
    import django

    django.setup()
    import config.urls  # noqa: F401 (all that a worker of the server has loaded)
    from careers.importers import uploads
    from careers.importers.reading import InputError

    path, *occupations = sys.argv[1:]
    started = time.process_time()
    said = None
    try:
        uploads.read(Path(path).name, Path(path).read_bytes(), occupations)
    except InputError as error:
        said = str(error)
    seconds = time.process_time() - started
    # Not what getrusage says: a new process begins with what its parent had.
    status = Path("/proc/self/status").read_text()
    megabytes = int(status.split("VmHWM:")[1].split()[0]) // 1024
    print(json.dumps({"said": said, "seconds": seconds, "megabytes": megabytes}))


if __name__ == "__main__":
    main()
