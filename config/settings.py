"""Settings. What differs between installations is read from the environment (environment.py).

Without any, Rung runs on this machine alone: SQLite and a generated key in ``var/``.
``PRODUCTION=1`` demands a key and host names, and turns on HTTPS and secure cookies.
"""

import os
import secrets
import sqlite3
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from . import caches, environment, logs, reading

ENV = environment.read(os.environ)
BASE_DIR = environment.BASE_DIR
VAR_DIR = Path(ENV.VAR_DIR)
try:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise environment.RefusedError(f"VAR_DIR cannot be made: {error.strerror}.") from None

PRODUCTION = ENV.PRODUCTION
DEBUG = ENV.DEBUG
BEHIND_PROXY = ENV.BEHIND_PROXY


def _local_key() -> str:
    """Return this installation's own key, made at the first start."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


SECRET_KEY = ENV.SECRET_KEY or _local_key()
SECRET_KEY_FALLBACKS = ENV.SECRET_KEY_FALLBACKS
ALLOWED_HOSTS = ENV.ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = ENV.CSRF_TRUSTED_ORIGINS

# The docs of the programs' door are ninja's. It is no installed app, for then every start
# would load it and pydantic, which only programs need.
NINJA = Path(str(find_spec("ninja").origin)).parent  # type: ignore[union-attr]  # it is installed

INSTALLED_APPS = [
    "config",
    "careers",
    "assessments",
    "django.contrib.admin.apps.SimpleAdminConfig",  # config/admin_urls.py registers the admins
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "config.apps.Served",
    "crispy_forms",
    "crispy_bootstrap5",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    "allauth.usersessions",
    "accounts",  # after allauth, whose pages in the admin it replaces
]

MIDDLEWARE = [
    "config.request_ids.given",
    *(["config.metrics.counted"] if ENV.METRICS_TOKEN else []),
    "config.health.any_host",
    "config.headers.everywhere",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.uploads.capped",  # forms are read later, when views are called
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.limits.said",
    "accounts.guards.kept_by_no_cache",
    "accounts.guards.second_factor",
    "accounts.guards.freshly_signed_in",
    "accounts.admin_input.Readable",
    "simple_history.middleware.HistoryRequestMiddleware",
    "config.problems.problems_only",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
CSRF_FAILURE_VIEW = "assessments.views.rate.csrf_failure"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates", NINJA / "templates"],
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
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# The database. SQLite: write lock at the start of a transaction (no "database is locked"
# in its middle), a write-ahead log, a saved answer on disk before the reply, and what is
# deleted overwritten.
DATABASES: dict[str, Any] = {
    "default": ENV.DATABASE_URL or reading.database(f"sqlite:///{VAR_DIR / 'rung.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    if sqlite3.sqlite_version_info < (3, 35):
        raise ImproperlyConfigured("Rung needs SQLite 3.35 or newer, or a DATABASE_URL.")
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Files, because the workers share them: limits on attempts count over all workers.
CACHES: dict[str, Any] = {
    "default": caches.guarded(ENV.CACHE_URL or reading.files(str((VAR_DIR / "cache").resolve())))
}

AUTH_USER_MODEL = "accounts.User"
# Eight signs or more, any signs; not known from breaches, not the address, not this site's words.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.SiteWordsValidator"},
]

# Accounts: the e-mail address is the login; a password or a code by e-mail opens them, or a
# passkey alone. The staff need a second factor (accounts/guards.py).
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "assessments:index"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_FORMS = {"signup": "accounts.forms.SignupForm"}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 60 * 10
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Rung: "
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Rung"
# A code of an app counts within its own half minute: phones set their clocks themselves.
MFA_TOTP_TOLERANCE = 0
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "accounts.forms.FactorForm",
    "reauthenticate": "accounts.forms.FactorAgainForm",
    "activate_totp": "accounts.forms.AppForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# Tries by address (a class of thirty may sit behind one) and, tighter, by account.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "60/m/ip,300/h/ip,5/5m/key",
    "signup": "60/m/ip,300/h/ip",
    "request_login_code": "60/m/ip,300/h/ip,3/m/key",
    "reset_password": "60/m/ip,300/h/ip,3/m/key",
    "reset_password_from_key": "60/m/ip",
}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}

# Who shows a second factor: "staff", whoever may edit; "everyone" with an account; or "nobody",
# for trying things on one's own machine.
SECOND_FACTOR = ENV.SECOND_FACTOR

# Mail: on the console while there is no server for it; a server has ten seconds to answer.
globals().update(ENV.EMAIL_URL)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = (
    ENV.EMAIL_FROM or f"Rung <rung@{ALLOWED_HOSTS[0].strip('.*') or 'localhost'}>"
)

# What sends mail: the request itself, or a worker (``manage.py db_worker``) that must then
# run. The first is the default in production too: no message lies where nobody looks.
TASKS = {
    "default": {
        "BACKEND": {
            "immediate": "django_tasks.backends.immediate.ImmediateBackend",
            "database": "django_tasks_db.DatabaseBackend",
        }[ENV.TASKS]
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = ENV.TIME_ZONE
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(ENV.STATIC_DIR or VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static", NINJA / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # pages name no others, and compressing takes long
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["woff2", "png", "map"]  # maps are for developers

# A questionnaire page has about twenty fields; nothing needs large bodies.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
DATA_UPLOAD_MAX_NUMBER_FILES = 2

# Sessions hold who may open an assessment without an account.
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_ENGINE = "accounts.sessions"
# Idle and longest time signed in. Whoever edits or administers signs in every working day.
SIGNED_IN_SECONDS = {
    "member": (60 * 60 * 24 * 14, 60 * 60 * 24 * 30),
    "staff": (60 * 60, 60 * 60 * 12),
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
if PRODUCTION:  # browsers refuse these names without Secure, with a Domain, or below a path
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$", r"^api/"]  # no redirects
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "display-capture": [],
    "geolocation": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}

# The programs' door: generous enough for a class behind one address.
API_RATE = ENV.API_RATE
# Wrong links of one address in a minute, before it has to wait.
TOKEN_MISSES = ENV.TOKEN_MISSES
# Assessments that one address may start in a minute.
START_RATE = ENV.START_RATE

# Counts for Prometheus, where they are asked for.
METRICS_TOKEN = ENV.METRICS_TOKEN
METRICS_FOLDER = ENV.PROMETHEUS_MULTIPROC_DIR

# No personal data in logs: what a request's line says is in logs.py.
LOGGING = logs.configured(ENV.log_form)
LOG_REQUESTS = ENV.log_form == "json"
