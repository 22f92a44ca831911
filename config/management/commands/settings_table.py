"""``manage.py settings_table``: print docs/settings.md."""

from typing import Any

from django.core.management.base import BaseCommand

from config.environment import SECRETS, declared
from config.secret_files import ENDING

HEAD = """\
# Settings

Made by `manage.py settings_table` from `config/environment.py`, which reads them; a test fails when
this page is stale. Every setting is an environment variable. An empty one counts as unset, a switch
is `1` or `0`. What cannot be read, and what production must not run with, stops the start with one
line for each fault, which begins with the variable's name.

A secret may be in a file instead, so that no environment holds it: `NAME_FILE` names the file, or
`CREDENTIALS_DIRECTORY` (which systemd sets) a folder with a file `NAME`. Refused are two of these
for one secret; a file that cannot be read, is empty or has more than one line; and, in production,
one that is open to every user of the machine. How secrets are made, changed and destroyed:
[running.md](running.md#secrets).

| variable | default | meaning |
|---|---|---|
"""


class Command(BaseCommand):
    """Print the table of all settings."""

    help = "Print the table of all settings as Markdown: docs/settings.md."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(page(), ending="")


def page() -> str:
    """Return docs/settings.md."""
    return HEAD + "".join(
        f"| {_names(name)} | {shown} | {meaning} |\n" for name, shown, meaning in declared()
    )


def _names(name: str) -> str:
    return f"`{name}`, or `{name}{ENDING}`" if name in SECRETS else f"`{name}`"
