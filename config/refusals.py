"""What production does not start with, or warns of, each by the name of the setting to change."""

import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .environment import Environment

KEY_LENGTH = 50
KEY_COMPRESSED = 42
"""Bytes. Fifty random hexadecimal digits compress to 48 or more; repeated words to less."""
KNOWN_IN_KEYS = ("django-insecure", "changeme", "change-me", "change-this", "example", "secret")
TOKEN_LENGTH = 20
HERE = ("localhost", "127.0.0.1", "::1")


def of(env: "Environment") -> list[str]:
    """Return one line for each setting that is missing, weak or at odds with another."""
    faults = [] if env.PRODUCTION else _token(env)
    if env.PRODUCTION:
        faults = [
            *_key(env), *_hosts(env), *_origins(env), *_switches(env), *_services(env),
            *_places(env), *_token(env),
        ]  # fmt: skip
    return faults


def doubts(env: "Environment") -> list[str]:
    """Return one line for each setting of production that may be meant, and may be a mistake."""
    if not env.PRODUCTION:
        return []
    found = []
    if not env.BEHIND_PROXY:
        found.append(
            "BEHIND_PROXY is not set: unless this server speaks HTTPS itself, every page leads to "
            "itself for ever."
        )
    if env.DATABASE_URL.get("ENGINE", "").endswith("postgresql") and not env.CACHE_URL:
        found.append(
            "CACHE_URL is not set: another machine on this database would count attempts to sign "
            "in for itself."
        )
    mail = env.EMAIL_URL
    in_clear = not (mail.get("EMAIL_USE_TLS") or mail.get("EMAIL_USE_SSL"))
    if in_clear and mail.get("EMAIL_HOST", "localhost") not in HERE:
        found.append("EMAIL_URL sends in the clear: smtp+tls:// is for STARTTLS.")
    return found


def is_weak(key: str) -> bool:
    """Tell whether a key is short, repeats itself, or holds a word of a template."""
    holds_known = any(word in key.lower() for word in KNOWN_IN_KEYS)
    return len(key) < KEY_LENGTH or holds_known or len(zlib.compress(key.encode())) < KEY_COMPRESSED


def _key(env: "Environment") -> list[str]:
    how = 'python -c "import secrets; print(secrets.token_urlsafe(64))" prints one.'
    if not env.SECRET_KEY:
        return [f"SECRET_KEY must be set in production: {how}"]
    if is_weak(env.SECRET_KEY):
        return [f"SECRET_KEY must be at least {KEY_LENGTH} random characters: {how}"]
    if any(is_weak(key) for key in env.SECRET_KEY_FALLBACKS):
        # Each opens sessions as the key itself does: the weakest counts.
        return [f"SECRET_KEY_FALLBACKS must be keys of at least {KEY_LENGTH} random characters."]
    return []


def _hosts(env: "Environment") -> list[str]:
    if not env.ALLOWED_HOSTS:
        return ["ALLOWED_HOSTS must be set in production, to the host names people use."]
    if "*" in env.ALLOWED_HOSTS:
        return ["ALLOWED_HOSTS must name the hosts in production: * lets anyone choose the name."]
    if any(host.startswith(".") and not _is_narrow(host) for host in env.ALLOWED_HOSTS):
        return [
            "ALLOWED_HOSTS must name the hosts in production: .example.org is for all below "
            "example.org; one word after the dot lets anyone choose the name."
        ]
    return []


def _origins(env: "Environment") -> list[str]:
    for origin in env.CSRF_TRUSTED_ORIGINS:
        scheme, _, host = origin.lower().partition("://")
        if scheme != "https":
            return ["CSRF_TRUSTED_ORIGINS must begin with https:// in production."]
        name = host.removeprefix("*.")
        if "*" in name or (name != host and not _is_narrow(name)):
            return [
                "CSRF_TRUSTED_ORIGINS must name the origins in production: https://*.example.org "
                "is for all below example.org; less after the * trusts anyone's pages."
            ]
    return []


def _is_narrow(name: str) -> bool:
    """Tell whether a name below which all are meant has two words or more."""
    return len(name.partition(":")[0].strip(".").split(".")) > 1


def _places(env: "Environment") -> list[str]:
    faults = []
    if not Path(env.VAR_DIR).is_absolute():
        faults.append(
            "VAR_DIR must be a whole path in production, beginning with /: where the server is "
            "started must not choose the database."
        )
    is_file = env.DATABASE_URL.get("ENGINE", "").endswith("sqlite3")
    name = env.DATABASE_URL.get("NAME", "")
    if is_file and name != ":memory:" and not Path(name).is_absolute():
        faults.append("DATABASE_URL must be a whole path in production: sqlite:////path.")
    return faults


def _switches(env: "Environment") -> list[str]:
    faults = []
    if env.DEBUG:
        faults.append("DEBUG must not be set together with PRODUCTION.")
    if env.SECOND_FACTOR == "nobody":
        faults.append("SECOND_FACTOR=nobody must not be set together with PRODUCTION.")
    return faults


def _services(env: "Environment") -> list[str]:
    faults = []
    if env.EMAIL_URL["EMAIL_BACKEND"].endswith("console.EmailBackend"):
        faults.append(
            "EMAIL_URL must be set in production, such as smtp+tls://user:password@host:587: "
            "the console would print people's codes into the log."
        )
    if env.CACHE_URL.get("BACKEND", "").endswith("LocMemCache"):
        faults.append(
            "CACHE_URL must be shared by all workers in production: redis:// or file://, "
            "for attempts to sign in are counted in it."
        )
    if env.DATABASE_URL.get("NAME") == ":memory:":
        faults.append("DATABASE_URL must not be in memory in production.")
    return faults


def _token(env: "Environment") -> list[str]:
    if 0 < len(env.METRICS_TOKEN) < TOKEN_LENGTH:
        return [f"METRICS_TOKEN must be at least {TOKEN_LENGTH} characters, or be left out."]
    return []
