"""SECURITY.md and docs/security.md: what they promise in figures is what the code does."""

import json
import math
import re
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.account import app_settings as account
from allauth.mfa import app_settings as mfa
from django.conf import settings
from django.test import Client

from accounts import lost, recovery
from accounts.adapters import LOCKED_SECONDS
from accounts.models import User
from assessments import downloads, models
from assessments.sharing import forms as sharing_forms
from careers.importers import sources, workbook
from careers.importers import uploads as importers
from config import api, environment, gunicorn, uploads
from tests.accounts.test_signing_in import member, sign_in

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return what stands below a heading of docs/security.md."""
    found = re.search(rf"^## {title}\n(.+?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert found, title
    return found[1]


def row(title: str, first: str) -> list[str]:
    """Return the cells of a table's row, by its first."""
    for line in section(title).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == first:
            return cells[1:]
    raise AssertionError(f"{title}: no row {first}")


@pytest.mark.parametrize(
    "title",
    [
        "Ways to sign in", "Sessions", "Limits", "What is checked of what comes in",
        "Who may do what", "What is kept, and how it is protected", "Cryptography",
        "Secrets", "Libraries", "With whom it talks", "Logs", "Browsers",
    ],
)  # fmt: skip
def test_the_section_is_there(title):
    """With more than a heading."""
    assert len(section(title).split()) > 25


def in_words(rates: str, per: str) -> str:
    """Return allauth's rates for one kind of count as the page says them."""
    units = {"m": "a minute", "h": "an hour"}
    said = [
        f"{amount} {units[time]}"
        for amount, time, kind in (rate.split("/") for rate in rates.split(","))
        if kind == per and time in units
    ]
    return ", ".join(said)


@pytest.mark.parametrize(
    ("first", "action"),
    [
        ("signing in", "login"), ("wrong passwords and factors", "login_failed"),
        ("signing up", "signup"), ("codes by e-mail", "request_login_code"),
        ("resetting a password", "reset_password"),
    ],
)  # fmt: skip
def test_the_limits_are_those_of_the_settings(first, action):
    """By address and by account; and those of links, starts, PDFs and the API."""
    rates = settings.ACCOUNT_RATE_LIMITS[action]
    by_address, by_account = row("Limits", first)
    assert by_address == in_words(rates, "ip")
    if in_words(rates, "key"):
        assert by_account == in_words(rates, "key")
    assert "5/5m/key" in settings.ACCOUNT_RATE_LIMITS["login_failed"]
    assert LOCKED_SECONDS == 5 * 60
    assert f"`TOKEN_MISSES` = {settings.TOKEN_MISSES} a minute" in PAGE
    assert f"`START_RATE` = {settings.START_RATE} a minute" in PAGE
    assert f"`API_RATE` = {settings.API_RATE}" in PAGE
    assert row("Limits", "PDFs")[0] == f"{downloads.PDFS_A_MINUTE} a minute"
    assert f"gunicorn ends a request after {gunicorn.timeout} seconds" in TEXT


def test_the_lifetimes_are_those_of_the_settings():
    """Of job seekers and of the staff."""
    member_, staff = settings.SIGNED_IN_SECONDS["member"], settings.SIGNED_IN_SECONDS["staff"]
    day, hour = 86_400, 3_600
    assert row("Sessions", "job seekers, coaches") == [f"{each // day} days" for each in member_]
    cells = row("Sessions", "the staff: whoever may see or edit drafts, or administer")
    assert cells == ["1 hour", f"{staff[1] // hour} hours"]
    assert staff[0] == hour
    assert 90 * day == settings.SESSION_COOKIE_AGE


def test_the_bounds_of_input_are_those_of_the_code():
    """Sizes of requests, uploads, evidence and reports to verify."""
    said = [
        f"at most {uploads.MOST_BYTES / 1e6:.1f} MB",
        f"{uploads.MAX_REQUEST_BYTES // 1_000_000} MB on the import page",
        f"{api.MAX_BODY // 1024} KB at the API",
        f"{settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} fields",
        f"{settings.DATA_UPLOAD_MAX_NUMBER_FILES} files",
        f"a request line {gunicorn.limit_request_line:,} bytes",
        f"evidence up to {models.MAX_EVIDENCE:,} signs",
        f"{importers.MAX_BYTES // 1_000_000} MB, unpacked {sources.MAX_BYTES // 1_000_000} MB in "
        f"{sources.MAX_MEMBERS:,} files",
        f"a workbook {workbook.MAX_BYTES // 1_000_000} MB in {workbook.MAX_MEMBERS} parts and "
        f"{workbook.MAX_CELLS:,} cells",
        f"{sharing_forms.MAX_REPORT:,} signs",
    ]
    assert [each for each in said if each not in TEXT] == []


def test_the_ways_to_sign_in_are_those_of_the_settings():
    """No other way is switched on, and the codes live as long as it says."""
    assert settings.AUTHENTICATION_BACKENDS == [
        "allauth.account.auth_backends.AuthenticationBackend"
    ]
    assert (account.LOGIN_BY_CODE_ENABLED, mfa.PASSKEY_LOGIN_ENABLED) == (True, True)
    assert set(mfa.SUPPORTED_TYPES) == {"totp", "webauthn", "recovery_codes"}
    codes = (account.LOGIN_BY_CODE_TIMEOUT, account.PASSWORD_RESET_BY_CODE_TIMEOUT)
    assert codes == (180, 180)
    assert account.EMAIL_VERIFICATION_BY_CODE_TIMEOUT == 600
    assert account.LOGIN_BY_CODE_MAX_ATTEMPTS == 3
    assert account.REAUTHENTICATION_TIMEOUT == 5 * 60
    assert row("Ways to sign in", "code by e-mail")[1] == (
        "34 random bits, once, 3 tries, 3 minutes (10 for a new address), 3 codes a minute"
    )
    assert (mfa.TOTP_PERIOD, mfa.TOTP_TOLERANCE) == (30, 0)
    assert "opens for an hour, once" in TEXT
    assert lost.SECONDS == 60 * 60


def test_the_cryptography_is_that_of_the_code():
    """The hasher and its rounds, and the bits of a session's key."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    rounds = PBKDF2PasswordHasher.iterations
    assert f"PBKDF2-HMAC-SHA256, {rounds:,} rounds" in section("Cryptography")
    assert row("Cryptography", "recovery codes")[0].startswith(
        f"PBKDF2-HMAC-SHA256, {recovery.ROUNDS:,} rounds, of 51 random bits"
    )
    assert int(recovery.LENGTH * math.log2(20)) == 51
    assert "256 random bits, SHA-256" in section("Cryptography")


def test_the_secrets_are_those_of_the_settings():
    """Named in both papers, and made, changed and destroyed in the one for operators."""
    running = (ROOT / "docs" / "running.md").read_text()
    told = re.search(r"^## Secrets\n(.+?)(?=^## )", running, re.M | re.S)
    assert told
    for text in (told[1], section("Secrets")):
        assert set(re.findall(r"`([A-Z]+_[A-Z_]+)`", text)) >= set(environment.SECRETS)
    for step in ("**Made**", "**Changed**", "**Destroyed**", "encrypt_factors", "**leaked**"):
        assert step in told[1]


def test_the_loggers_are_those_of_the_code():
    """Every logger of our own is in the inventory, and none is invented."""
    named = set(re.findall(r"`((?:rung|accounts)\.\w+)`", section("Logs")))
    used = {"accounts.mail", "accounts.encryption"}
    for app in ("accounts", "assessments", "careers", "config"):
        for path in (ROOT / app).rglob("*.py"):
            used |= set(re.findall(r'getLogger\("(rung\.\w+)"\)', path.read_text()))
    assert used <= named
    assert named - used <= {"rung.cache"}


def test_security_says_how_to_report_and_when_it_is_mended():
    """Where to write, what is supported, and how soon."""
    for text in (
        "## Report a weakness", "## What is supported", "3 working days", "3 days", "14 days",
        "60 days", "once a week", "## What an operator has to do", "docs/asvs.csv",
    ):  # fmt: skip
        assert text in SECURITY, text


def test_every_link_of_the_papers_leads_to_a_file():
    """No dead end for whoever looks a promise up."""
    for path, text in ((ROOT, SECURITY), (ROOT / "docs", PAGE)):
        for link in re.findall(r"\]\(([^)#]+)(?:#[a-z-]+)?\)", text):
            assert (path / link).exists(), link


def test_the_inventory_names_every_library_with_its_hash():
    """Each pinned line of the lock is in it once, with the hashes it is installed by."""
    done = subprocess.run(
        [sys.executable, "scripts/sbom.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    lock = (ROOT / "requirements.txt").read_text()
    pinned = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", lock, re.M)
    libraries = [each for each in found["components"] if each["type"] == "library"]
    assert [each["name"] for each in libraries] == pinned
    assert len(pinned) > 40
    assert [each["name"] for each in found["components"] if not each["hashes"]] == []
    files = {each["name"] for each in found["components"]} - set(pinned)
    assert files == {
        f"{name}/{file}"
        for name, file in re.findall(
            r'"name": "([^"]+)".*?"file": "([^"]+)"',
            (ROOT / "static" / "vendor" / "manifest.json").read_text(),
            re.S,
        )
    }


def test_nothing_makes_a_password_expire():
    """No account keeps when its password was set, and no setting asks for a new one."""
    fields = {field.name for field in User._meta.get_fields()}
    assert [name for name in fields if "password" in name] == ["password"]
    assert [name for name in dir(settings) if "PASSWORD" in name and "EXPIR" in name] == []


@pytest.mark.django_db
def test_nobody_is_asked_a_secret_question():
    """Signing up, in and resetting ask for an address, a password and codes."""
    found = set()
    for page in ("/account/signup/", "/account/login/", "/account/password/reset/"):
        html = Client().get(page).text
        main = html[html.index("<main") :]
        found |= set(re.findall(r'<input[^>]* name="(\w+)"', main))
    assert found == {
        "csrfmiddlewaretoken", "email", "password1", "login", "password", "credential",
    } or found == {
        "csrfmiddlewaretoken", "email", "password1", "login", "password", "credential", "remember",
    }  # fmt: skip


@pytest.mark.django_db
def test_every_page_leads_to_signing_out():
    """The account is in the menu of every page, and its page has the button."""
    member()
    browser = Client()
    sign_in(browser)
    for page in ("/", "/assessments/", "/account/email/", "/scoring/"):
        assert 'href="/account/"' in browser.get(page).text
    html = browser.get("/account/").text
    assert re.search(r'<form method="post" action="/account/logout/">.*?Sign out</button>', html)
