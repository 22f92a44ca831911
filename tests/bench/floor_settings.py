"""Settings of the floor: Rung's, with the floor's addresses."""

from config.settings import *  # noqa: F403 (the floor runs on the real settings)

ROOT_URLCONF = "tests.bench.floor"
