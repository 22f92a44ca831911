#!/usr/bin/env python
"""Django's command line."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from config.environment import refused_in_one_line

    with refused_in_one_line():
        settings.LOGGING  # noqa: B018 (reading any of them loads all)
    execute_from_command_line(sys.argv)
