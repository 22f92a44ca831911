"""Settings that all Django peers share: as quick as a careful operator would have them.

``BENCH_DATABASE`` is "sqlite:///path" or "postgres://user@host:port/name".
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

SECRET_KEY = "bench" * 12
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "urls"
TEMPLATES = [
    {  # DEBUG is off: Django keeps compiled templates
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path.cwd() / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
_address = urlsplit(os.environ.get("BENCH_DATABASE", "sqlite:////tmp/peer.sqlite3"))
if _address.scheme == "sqlite":
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": _address.path[1:] if _address.path.startswith("//") else _address.path,
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _address.path[1:],
            "USER": _address.username,
            "PASSWORD": _address.password,
            "HOST": _address.hostname,
            "PORT": _address.port or 5432,
            "CONN_MAX_AGE": 60,
            # Else each request asks SELECT 1 first. Rung looks at its connection without asking.
            "CONN_HEALTH_CHECKS": False,
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
STATIC_URL = "static/"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
