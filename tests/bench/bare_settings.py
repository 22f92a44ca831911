"""Settings as ``django-admin startproject`` writes them: what a cold start is compared with."""

import os
from pathlib import Path

from tests.peers import fair

SECRET_KEY = "bare" * 20
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
INSTALLED_APPS, MIDDLEWARE = fair.INSTALLED_APPS, fair.MIDDLEWARE
ROOT_URLCONF = "tests.bench.bare"
TEMPLATES = [{**fair.TEMPLATES[0], "DIRS": [Path(__file__).parent]}]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(os.environ.get("FLOOR_DIR", ".")) / "bare.sqlite3",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
STATIC_URL = "static/"
