"""``manage.py settings_table``: print docs/settings.md."""

from typing import Any

from django.core.management.base import BaseCommand

from config.environment import declared

HEAD = """\
# Settings

Made by `manage.py settings_table` from `config/environment.py`, which reads them; a test fails when
this page is stale. Every setting is an environment variable. An empty one counts as unset, a switch
is `1` or `0`. What cannot be read, and what production must not run with, stops the start with one
line for each fault, which begins with the variable's name.

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
        f"| `{name}` | {shown} | {meaning} |\n" for name, shown, meaning in declared()
    )
