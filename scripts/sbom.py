"""Print the inventory of everything Rung runs on, as CycloneDX 1.5: ``make sbom``.

Read from the locks that are installed from (names, versions, hashes) and the manifest of the
files in ``static/vendor``; nothing is asked of the network.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
Json = dict[str, object]


def libraries(lock: str) -> list[Json]:
    """Return each library of a lock with its version and the hashes of its files."""
    found: list[Json] = []
    for block in re.split(r"\n(?=\S)", lock):
        pinned = PINNED.match(block)
        if pinned:
            name, version = pinned.groups()
            hashes = [{"alg": "SHA-256", "content": each} for each in HASH.findall(block)]
            purl = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
            found.append(
                {"type": "library", "name": name, "version": version, "purl": purl,
                 "hashes": hashes}
            )  # fmt: skip
    return found


def vendored(manifest: list[dict[str, str]]) -> list[Json]:
    """Return what is kept in ``static/vendor``, file by file."""
    return [
        {"type": "file", "name": f"{row['name']}/{row['file']}", "version": row["version"],
         "licenses": [{"license": {"id": row["licence"]}}],
         "hashes": [{"alg": "SHA-256", "content": row["sha256"]}]}
        for row in manifest
    ]  # fmt: skip


def inventory() -> Json:
    """Return the whole inventory."""
    lock = (ROOT / "requirements.txt").read_text()
    manifest = json.loads((ROOT / "static" / "vendor" / "manifest.json").read_text())
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "rung"}},
        "components": libraries(lock) + vendored(manifest),
    }


if __name__ == "__main__":
    json.dump(inventory(), sys.stdout, indent=1)
