"""What somebody would try who wants in: each attempt here is one that must come to nothing."""

import io
import logging
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts import recovery
from accounts.models import User
from accounts.recovery import RecoveryCodes
from assessments.models import Assessment, Rating
from assessments.sharing import actions as sharing
from careers import document
from config.logs import NoValues, RouteOnly
from tests import frameworks
from tests.accounts.test_signing_in import (
    MARA,
    PASSPHRASE,
    code_of,
    member,
    sent_code,
    sign_in,
    who,
    with_app,
)
from tests.conftest import publish, start
from tests.test_headers import Elements, inline
from tests.test_routes import routes

pytestmark = pytest.mark.django_db
SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"
TEMPLATE = "{{ settings.SECRET_KEY }}{% debug %}{0.__class__}%(password)s${7*7}"
SQL = "'; DROP TABLE accounts_user; --\" OR 1=1 /*"


def with_text(text: str) -> frameworks.Json:
    """Return the tiny career with a text wherever an editor may write one."""
    raw = frameworks.tiny()
    raw["career"] |= {"title": text, "summary": text, "alternative_titles": [text]}
    for each in raw["levels"]:
        each |= {"title": f"{each['rank']} {text}", "summary": text}
    for each in raw["groups"]:
        each |= {"title": f"{each['key']} {text}"}
    for each in raw["skills"]:
        each |= {"title": f"{each['key']} {text}", "description": text}
        each["anchors"] = [f"{n} {text}" for n in range(5)]
    for each in raw["steps"]:
        each |= {"title": f"{each['key']} {text}", "provider": text, "source": text}
    raw["facts"][0] |= {"value": text, "scope": text, "region": text, "source": text}
    raw["guide"]["sections"][0] |= {"title": text, "text": text}
    return raw


def pages_about(client: Client, staff: Client, text: str) -> dict[str, str]:
    """Publish, answer, finish, share and look at all that shows a text; return each page."""
    version = publish(with_text(text))
    made = start(client, version, "senior")
    one = f"/assessments/{made.pk}"
    rating = {"rating": "1", "evidence": text, "revision": "0"}
    assert client.post(f"{one}/ratings/cutting/", rating).status_code == 200
    paths = ["/", "/careers/", f"/careers/?q={text[:20]}", "/careers/box-maker/", "/credits/"]
    paths += [f"{one}/rate/hands/", f"{one}/finish/", "/assessments/", f"{one}/delete/"]
    found = {path: client.get(path) for path in paths}
    client.post(f"{one}/finish/")
    made.refresh_from_db()
    wish = sharing.Wish(days=7, label=text[:80], with_email=True, with_notes=True)
    token = sharing.share(assessment=made, wish=wish, now=timezone.now())
    client.post(f"{one}/second/", {"person": text[:60], "rater": text[:60]})
    paths = [f"{one}/report/", f"{one}/plan/", f"{one}/what-if/?rating-cutting=4"]
    paths += [f"{one}/sharing/", f"{one}/second/", f"{one}/over-time/"]
    found |= {path: client.get(path) for path in paths}
    found |= {"shared": Client().get(f"/shared/{token}/")}
    found |= {"verify": Client().post(f"/shared/{token}/verify/", {"report": text})}
    studio = "/studio/box-maker"
    paths = [
        f"{studio}/{page}/" for page in ["check", "history", "skills", "levels", "steps", "review"]
    ]
    paths += [f"{studio}/", f"{studio}/skills/cutting/", f"{studio}/versions/1/", "/studio/"]
    paths += [f"/admin/careers/{name}/" for name in ("career", "version", "skill", "level")]
    found |= {path: staff.get(path) for path in paths}
    assert {
        path: r.status_code for path, r in found.items() if r.status_code not in (200, 400)
    } == {}
    return {path: reply.text for path, reply in found.items()}


def test_a_hostile_framework_is_text_on_every_page(mara, edda_client, box_maker_not_there):
    """Titles, anchors, steps, facts, evidence, names: no element and no handler comes of them."""
    wrong = {}
    for path, page in pages_about(mara, edda_client, SCRIPT).items():
        found = [tag for tag, attrs in Elements(page).found if tag == "img" and "onerror" in attrs]
        found += re.findall(r"<script>alert|onerror=alert\(2\)>", page.replace("&gt;", ""))
        wrong[path] = found
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.fixture
def box_maker_not_there(db) -> None:
    """Say that the career is published by the test itself."""


def test_template_signs_are_only_text(mara, edda_client):
    """What looks like a template, a format or an expression stays as it was typed."""
    for path, page in pages_about(mara, edda_client, TEMPLATE).items():
        assert page.count("{{ settings.SECRET_K") == page.count("{{ sett"), path
        assert settings.SECRET_KEY not in page, path


def test_quotes_in_every_field_are_only_text(mara, edda_client, box_maker):
    """SQL stays text: searches find nothing, fields keep it, no row is lost."""
    before = User.objects.count()
    made = start(mara, box_maker, "senior")
    rating = {"rating": "1", "evidence": SQL, "revision": "0"}
    mara.post(f"/assessments/{made.pk}/ratings/cutting/", rating)
    assert Rating.objects.get().evidence == SQL
    for path in ("/careers/", "/admin/accounts/user/", "/admin/careers/skill/"):
        assert edda_client.get(path, {"q": SQL}).status_code == 200
    assert edda_client.get("/admin/accounts/user/", {"o": SQL}).status_code in (200, 302)
    assert mara.post("/account/login/", {"login": SQL, "password": SQL}).status_code == 200
    assert User.objects.count() == before


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
        "vbscript:x", "//evil.example", "file:///etc/passwd", "ftp://x", " javascript:alert(1)",
        'https://a.example/"onmouseover="alert(1)', "https://a.example/ x", "/admin/logout/",
    ],
)  # fmt: skip
def test_no_address_of_a_framework_runs_anything(address):
    """Steps and sources lead over HTTP or HTTPS, or the document is refused by name."""
    raw = frameworks.tiny()
    raw["steps"][0]["url"] = address
    with pytest.raises(document.DocumentError) as found:
        document.normal(raw)
    assert any("url" in each.where for each in found.value.problems)


@pytest.mark.parametrize("typed", ["%253Cscript%253E", "&lt;b&gt;", "\\u003cb\\u003e", "+%2B"])
def test_what_was_decoded_once_is_not_decoded_again(mara, box_maker, typed):
    """Evidence comes back sign by sign as it was typed."""
    made = start(mara, box_maker, "senior")
    rating = {"rating": "1", "evidence": typed, "revision": "0"}
    mara.post(f"/assessments/{made.pk}/ratings/cutting/", rating)
    assert Rating.objects.get().evidence == typed
    page = mara.get(f"/assessments/{made.pk}/rate/hands/").text
    assert typed.replace("&", "&amp;") in page


def test_names_of_files_are_made_of_keys(mara, edda_client):
    """No title gets into a header; a name has letters, digits, hyphens and one dot."""
    pages_about(mara, edda_client, SCRIPT)
    one = f"/assessments/{Assessment.objects.get().pk}"
    mine = [f"{one}/report.{k}" for k in ("pdf", "xlsx", "csv")] + [
        f"{one}/plan.ics",
        f"{one}/data.json",
    ]
    staffs = ["/studio/box-maker/export.xlsx", "/studio/box-maker/versions/1.json"]
    replies = [mara.get(p) for p in mine] + [edda_client.get(p) for p in staffs]
    for reply in replies:
        assert re.fullmatch(
            r'attachment; filename="[a-z0-9-]+\.[a-z]+"', reply["Content-Disposition"]
        )


def test_every_text_names_its_charset(mara, box_maker):
    """HTML, CSV, calendars, plain text, JSON of the API: UTF-8, or JSON, which is UTF-8 always."""
    made = start(mara, box_maker, "senior")
    one = f"/assessments/{made.pk}"
    mara.post(f"{one}/finish/")
    paths = ["/", "/nowhere/", "/livez", f"{one}/report.csv", f"{one}/plan.ics", "/api/v1/careers",
             "/api/v1/nowhere", f"{one}/report.json", f"{one}/report.pdf"]  # fmt: skip
    found = {path: mara.get(path)["Content-Type"] for path in paths}
    binary = ("application/pdf", "application/json", "application/problem+json")
    assert {
        p: t for p, t in found.items() if "charset=utf-8" not in t and not t.startswith(binary)
    } == {}


def test_every_address_that_changes_anything_asks_for_a_token(mara, box_maker):
    """All that take a POST but those that open by their own token, and the API: it keeps none."""
    made = start(mara, box_maker, "senior")
    careful = Client(enforce_csrf_checks=True)
    places = {
        "assessment_id": made.pk, "career": "box-maker", "group": "hands", "key": "gluing",
        "kept_id": 1, "kind": "skills", "level": "senior", "number": 1, "pk": 1, "link": 1,
        "second": 1, "skill": "cutting", "slug": "box-maker", "step": "cut-scraps",
        "token": "wrong", "rest": "nope", "code": "ZZZ-ZZZ", "membership": 1,
        "mailed": "wrong",
        "group_id": made.pk,
    }  # fmt: skip
    by_token = {"assessments:verify", "assessments:second_rate", "assessments:second_finish",
                "assessments:second_notes"}  # fmt: skip
    found = {}
    for name, parameters in routes():
        if name.startswith("api") or name == "careers:confirm_import":
            continue
        path = reverse(name, kwargs={each: places[each] for each in parameters})
        found[name] = careful.post(path, {"x": "y"}).status_code
    open_ = {name for name, status in found.items() if status not in (403, 405)}
    assert open_ <= by_token
    admin = [careful.post(f"/admin/{p}", {"x": "y"}).status_code for p in ("login/", "logout/")]
    assert set(admin) <= {302, 403}


def test_a_made_up_token_is_refused(mara, box_maker):
    """One that this site did not give, and one of another browser."""
    careful = Client(enforce_csrf_checks=True)
    page = careful.get("/careers/box-maker/").text
    (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page))
    path = "/careers/box-maker/start/"
    other = Client(enforce_csrf_checks=True)
    other.get("/careers/box-maker/")
    for browser, sent in ((other, token), (careful, "a" * 64), (careful, "")):
        data = {"level": "senior", "csrfmiddlewaretoken": sent}
        assert browser.post(path, data).status_code == 403
    assert careful.post(path, {"level": "senior", "csrfmiddlewaretoken": token}).status_code == 302


@pytest.mark.parametrize(
    "page", ["/account/login/", "/account/signup/", "/account/login/code/", "/account/logout/"]
)
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example/x"])
def test_no_next_leads_elsewhere(page, target):
    """No form and no link of these pages takes it on."""
    html = Client().get(page, {"next": target}, follow=True).text
    assert [
        attrs for _tag, attrs in Elements(html).found
        if "evil" in attrs.get("href", "") and attrs["href"].startswith(target[:2])
    ] == []  # fmt: skip
    member()
    reply = Client().post(
        page, {"login": MARA, "password": PASSPHRASE, "email": MARA, "next": target}
    )
    assert "evil" not in reply.get("Location", "").partition("?")[0]


def test_no_get_signs_anybody_in(stranger: Client):
    """Neither a form sent by address nor a code in one."""
    member()
    stranger.get("/account/login/", {"login": MARA, "password": PASSPHRASE})
    assert who(stranger) == ""
    address = stranger.post("/account/login/code/", {"email": MARA})["Location"]
    stranger.get(address, {"code": sent_code()})
    assert who(stranger) == ""


def test_a_fixed_session_is_worth_nothing(mara: Client, box_maker):
    """A key that was planted before somebody signed in opens nothing afterwards."""
    start(mara, box_maker, "senior")
    planted = mara.cookies["sessionid"].value
    member()
    sign_in(mara)
    assert who(mara) == MARA
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert who(thief) == ""


def test_signing_out_clears_the_browser(stranger: Client):
    """The browser is told to forget pages and storage; cookies hold work without an account."""
    member()
    sign_in(stranger)
    reply = stranger.post("/account/logout/")
    assert reply["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in stranger.get("/account/logout/", follow=True)


@pytest.mark.usefixtures("app_clock")
def test_a_code_works_once(stranger: Client):
    """Of the mail, of the app, and of recovery."""
    secret = with_app(member())
    page = stranger.post("/account/login/code/", {"email": MARA})["Location"]
    code = sent_code()
    assert stranger.post(page, {"code": code})["Location"] == "/account/2fa/authenticate/"
    stranger.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert who(stranger) == MARA
    stranger.post("/account/logout/")
    assert stranger.post(page, {"code": code}).status_code == 302
    assert who(stranger) == ""
    other = Client()
    sign_in(other)
    assert other.post("/account/2fa/authenticate/", {"code": code_of(secret)}).status_code == 200
    assert who(other) == ""
    spare = RecoveryCodes.activate(User.objects.get()).instance.new_codes[0]
    other.post("/account/2fa/authenticate/", {"code": spare})
    assert who(other) == MARA
    third = Client()
    sign_in(third)
    assert third.post("/account/2fa/authenticate/", {"code": spare}).status_code == 200
    assert who(third) == ""


def test_a_code_belongs_to_the_browser_that_asked(stranger: Client):
    """In another one it opens nothing, and a newer one replaces it."""
    member()
    page = stranger.post("/account/login/code/", {"email": MARA})["Location"]
    first = sent_code()
    other = Client()
    other.post("/account/login/code/", {"email": MARA})
    assert other.post(page, {"code": first}).status_code == 200
    assert who(other) == ""
    stranger.post(page, {"code": first})
    assert who(stranger) == MARA


def test_codes_come_from_the_systems_random_numbers():
    """Eight of twenty letters by mail: 34 bits; never twice in two hundred. Twelve of recovery."""
    from allauth.account.adapter import get_adapter

    made = {get_adapter().generate_login_code().replace("-", "") for _time in range(200)}
    assert len(made) == 200
    assert {len(each) for each in made} == {8}
    assert len(set("".join(made))) == 20
    (spare, *_rest) = RecoveryCodes.activate(member()).instance.new_codes
    assert len(spare.replace("-", "")) == recovery.LENGTH == 12


def test_an_old_hash_is_renewed_at_sign_in(stranger: Client, settings):
    """When the hasher changes, passwords follow without anybody noticing."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    user = member()
    User.objects.update(password=make_password(PASSPHRASE, hasher="md5"))
    sign_in(stranger)
    user.refresh_from_db()
    assert user.password.startswith("pbkdf2_sha256$")


@pytest.mark.parametrize(
    "address",
    [
        "mara@example.org\nBcc: all@example.org",
        "mara@example.org\r\nX: y",
        "a@b.c,d@e.f",
        "@",
        "a b@c.d",
    ],
)
def test_no_line_break_gets_into_a_message(address):
    """What is no single address is refused, and nothing is sent."""
    for page in ("/account/signup/", "/account/login/code/", "/account/password/reset/"):
        assert Client().post(page, {"email": address, "password1": PASSPHRASE}).status_code == 200
    assert mail.outbox == []


def test_no_line_break_gets_into_the_log():
    """A request's path, a host and a browser's name cannot write a line of their own."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.addFilter(RouteOnly())
    handler.setFormatter(NoValues("{levelname} {name}: {message}", style="{"))
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        agent = "x\nCRITICAL rung.security: Signed in: account 1"
        Client(headers={"user-agent": agent}).get("/no%0aCRITICAL%20rung.security:%20forged/")
        Client(headers={"user-agent": agent}).get("/shared/x%0d%0aCRITICAL forged/")
    finally:
        logger.removeHandler(handler)
    assert [line.split(":")[0] for line in lines.getvalue().splitlines()] == [
        "WARNING django.request"
    ] * 2


def test_lines_are_in_utc():
    """So that logs of several machines fit together."""
    record = logging.LogRecord("x", logging.INFO, "", 0, "said", None, None)
    text = NoValues("{asctime}", style="{").format(record).partition(",")[0]
    said = datetime.fromisoformat(text).replace(tzinfo=UTC)
    assert abs(said.timestamp() - record.created) < 2
    assert NoValues.converter is time.gmtime


def test_fields_that_a_form_does_not_have_are_ignored(mara, box_maker):
    """Owner, score, version, times and rights cannot be sent along."""
    other = member("sam@example.org")
    more = {
        "owner": other.pk, "owner_id": other.pk, "version": 99, "version_id": 99, "pk": 7, "id": 7,
        "low": "100.0", "finished_at": "2020-01-01", "is_staff": "on", "is_superuser": "on",
    }  # fmt: skip
    mara.post("/careers/box-maker/start/", {"level": "senior", **more})
    made = Assessment.objects.get()
    rating = {"rating": "1", "revision": "0", "value": "4", "skill": "gluing", **more}
    mara.post(f"/assessments/{made.pk}/ratings/cutting/", rating)
    mara.post("/account/signup/", {"email": MARA, "password1": PASSPHRASE, **more})
    made.refresh_from_db()
    assert (made.owner_id, made.version_id) == (None, box_maker.pk)
    assert list(Rating.objects.values_list("skill", "value")) == [("cutting", 1)]
    assert list(User.objects.filter(email=MARA).values_list("is_staff", "is_superuser")) == [
        (False, False)
    ]


def test_a_field_twice_counts_once(mara, box_maker):
    """The last one, and never one of the address for one of the body."""
    made = start(mara, box_maker, "senior")
    body: dict[str, Any] = {"rating": ["4", "1"], "revision": ["0", "0"]}
    mara.post(f"/assessments/{made.pk}/ratings/cutting/?rating=3", body)
    assert Rating.objects.get().value == 1
    assert mara.post(f"/assessments/{made.pk}/ratings/gluing/?rating=3", {}).status_code == 400


def production(**changes: str) -> str:
    """Start the settings as production would; return the last line of what is said against it."""
    environment = os.environ | {
        "PRODUCTION": "1", "SECRET_KEY": "kXv7-" * 13 + "qZ2", "ALLOWED_HOSTS": "rung.example.org",
        "EMAIL_URL": "smtp+tls://127.0.0.1:9", **changes,
    }  # fmt: skip
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-c", "import config.settings"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return (done.stderr.splitlines() or [""])[-1]


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL"])
def test_production_does_not_start_without_its_secrets(name):
    """It names what is missing; there is no default to forget."""
    assert name in production(**{name: ""})


def test_production_refuses_debug():
    """Pages that show the inside are never public."""
    assert "DEBUG" in production(DEBUG="1")


def test_guessing_an_account_by_time_takes_the_same_work(monkeypatch):
    """A wrong password and an unknown address both cost one hash."""
    counted = []
    from django.contrib.auth.hashers import MD5PasswordHasher

    encode = MD5PasswordHasher.encode

    def counting(self: MD5PasswordHasher, *args: Any, **more: Any) -> str:
        counted.append(1)
        return encode(self, *args, **more)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    member()
    found = []
    for email in (MARA, "nobody@example.org"):
        counted.clear()
        sign_in(Client(), email, password="wrong")  # noqa: S106 (of nobody)
        found.append(len(counted))
    assert found == [1, 1]


def test_a_refused_sign_in_of_a_closed_account_reads_as_any_other():
    """Whether an account is closed is not told to whoever has no password of it."""
    member(is_active=False)
    member("sam@example.org")
    pages = [
        re.sub(r'value="[^"]*"', "", sign_in(Client(), email, password="wrong").text)  # noqa: S106
        for email in (MARA, "sam@example.org", "nobody@example.org")
    ]
    assert pages[0] == pages[1] == pages[2]


def test_pages_of_refusals_have_nothing_inline_either():
    """413, 429 and the list of sessions."""
    from config import uploads

    member()
    browser = Client()
    sign_in(browser)
    large = b"x" * (uploads.MOST_BYTES + 1)
    replies = [
        browser.get("/account/sessions/"),
        browser.post("/account/email/", large, content_type="text/plain"),
        *[Client().post("/account/login/code/", {"email": MARA}) for _time in range(4)][-1:],
    ]
    assert [reply.status_code for reply in replies] == [200, 413, 429]
    assert [inline(reply) for reply in replies] == [[], [], []]
    assert Authenticator.objects.count() == 0
    assert get_resolver().resolve("/account/sessions/").url_name == "usersessions_list"
