"""Limits on tries: whom they count, how they answer, and what they leave open."""

import re

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import limits, visitors
from accounts.models import User
from assessments.models import Assessment
from assessments.sharing import actions as sharing
from tests.accounts.test_signing_in import MARA, PASSPHRASE, member, sent_code, sign_in, who

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_minute")]
CLASS = 30


def address(*, peer: str = "198.51.100.7", forwarded: str | None = None) -> str:
    """Return the address that counts for a request."""
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    return visitors.address(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


def test_without_a_proxy_what_a_visitor_says_is_not_believed():
    """The connection's own address counts."""
    assert address(forwarded="203.0.113.1") == "198.51.100.7"


@pytest.mark.parametrize(
    ("forwarded", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("evil, 1.2.3.4,203.0.113.9 ", "203.0.113.9"),
        ("203.0.113.9:51234", "203.0.113.9"),
        ("[2001:db8:1:2:3::4]:443", "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("1.2.3.4, not an address", "10.0.0.2"),
        ("", "10.0.0.2"),
        (None, "10.0.0.2"),
    ],
)
def test_behind_a_proxy_the_address_that_it_appended_counts(settings, forwarded, counted):
    """The last one; whatever stands before it was sent by the visitor."""
    settings.BEHIND_PROXY = True
    assert address(peer="10.0.0.2", forwarded=forwarded) == counted


def test_of_an_ipv6_address_its_network_counts():
    """Whoever has one has all the addresses of a /64."""
    found = {address(peer=f"2001:db8:1:2::{n:x}") for n in range(1, 50)}
    assert found == {"2001:db8:1:2::"}
    assert address(peer="2001:db8:1:3::1") == "2001:db8:1:3::"


def test_a_socket_without_an_address_is_one_visitor():
    """Such as a unix socket without a proxy's header."""
    assert address(peer="") == visitors.UNKNOWN


def test_the_cache_holds_no_address():
    """Only a keyed hash of it."""
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.7")
    key = visitors.key(request, "pdf")
    assert re.fullmatch(r"pdf-[0-9a-f]{64}", key)
    assert key != visitors.key(RequestFactory().get("/", REMOTE_ADDR="198.51.100.8"), "pdf")


def test_a_new_address_in_the_header_gives_no_new_tries(settings):
    """Sixty wrong passwords of one visitor who claims sixty addresses: then they wait."""
    settings.BEHIND_PROXY = True
    form = {"password": "wrong"}
    found = [
        Client().post(
            "/account/login/",
            {"login": f"p{n}@example.org", **form},
            headers={"x-forwarded-for": f"192.0.2.{n}, 203.0.113.9"},
        ).status_code
        for n in range(61)
    ]  # fmt: skip
    assert (set(found[:60]), found[60]) == ({200}, 429)
    other = {"x-forwarded-for": "203.0.113.10"}
    reply = Client().post("/account/login/", {"login": MARA, **form}, headers=other)
    assert reply.status_code == 200


def test_a_class_behind_one_address_signs_up_and_in(settings):
    """Thirty people in one minute, each with one mistake."""
    for n in range(CLASS):
        data = {"email": f"p{n}@example.org", "password1": PASSPHRASE}
        assert Client().post("/account/signup/", data).status_code == 302
        reply = Client().post("/account/login/code/", {"email": f"p{n}@example.org"})
        assert reply.status_code == 302
    for n in range(CLASS):
        member(f"m{n}@example.org")
        browser = Client()
        assert sign_in(browser, f"m{n}@example.org", password="mistyped").status_code == 200  # noqa: S106
        assert sign_in(browser, f"m{n}@example.org").status_code == 302


@pytest.mark.parametrize(
    ("path", "field", "tries"),
    [("/account/login/code/", "email", 3), ("/account/password/reset/", "email", 3)],
)
def test_one_account_is_sent_few_messages_from_any_address(path, field, tries):
    """Nobody's mailbox is filled; the reply is 429 with when to come back."""
    member()
    replies = [
        Client(REMOTE_ADDR=f"198.51.100.{n}").post(path, {field: MARA}) for n in range(tries + 1)
    ]
    assert [reply.status_code for reply in replies] == [302] * tries + [429]
    assert int(replies[-1]["Retry-After"]) > 0
    assert MARA in replies[-1].text


def test_a_closed_password_says_so_and_keeps_the_address_typed(stranger: Client):
    """Five wrong ones close it for five minutes; the reply tells programs, too."""
    member()
    for _time in range(5):
        sign_in(stranger, password="wrong")  # noqa: S106 (of nobody)
    reply = sign_in(Client(REMOTE_ADDR="198.51.100.8"))
    assert (reply.status_code, reply["Retry-After"]) == (429, str(limits.MINUTE * 5))
    assert f'value="{MARA}"' in reply.text
    assert PASSPHRASE not in reply.text


def test_closing_a_password_locks_nobody_out(stranger: Client):
    """Whoever guesses at somebody's password cannot keep them out: a code still lets them in."""
    member()
    for _time in range(5):
        sign_in(stranger, password="wrong")  # noqa: S106 (of nobody)
    browser = Client()
    address = browser.post("/account/login/code/", {"email": MARA})["Location"]
    browser.post(address, {"code": sent_code()})
    assert who(browser) == MARA


def test_a_sign_up_too_many_keeps_the_address_and_no_password():
    """A page in plain words, from which it can be sent again."""
    replies = [
        Client().post("/account/signup/", {"email": email, "password1": "never shown again"})
        for email in (*(f"p{n}@example.org" for n in range(60)), MARA)
    ]
    assert [r.status_code for r in replies[-2:]] == [302, 429]
    page = replies[-1]
    assert int(page["Retry-After"]) > 0
    assert "Too many tries" in page.text
    assert f'name="email" value="{MARA}"' in page.text
    assert "never shown again" not in page.text
    assert "no-store" in page["Cache-Control"]


def test_guessing_at_second_factors_ends(stranger: Client):
    """Five wrong codes close the factor for this person, from any browser."""
    from tests.accounts.test_signing_in import with_app

    with_app(member())
    sign_in(stranger)
    found = [
        stranger.post("/account/2fa/authenticate/", {"code": "000000"}).status_code
        for _time in range(6)
    ]
    assert found == [200] * 5 + [429]


def test_wrong_links_make_one_wait_and_right_ones_with_them(assessment, settings, mara):
    """Once too many were wrong, not even the reply tells which is right; others are let in."""
    settings.TOKEN_MISSES = 5
    mara.post(f"/assessments/{assessment.pk}/finish/")
    wish = sharing.Wish(days=7, label="", with_email=False, with_notes=False)
    assessment.refresh_from_db()
    token = sharing.share(assessment=assessment, wish=wish, now=timezone.now())
    guesser = Client(REMOTE_ADDR="198.51.100.8")
    assert [guesser.get("/shared/wrong/").status_code for _n in range(6)] == [404] * 5 + [429]
    reply = guesser.get(f"/shared/{token}/")
    assert (reply.status_code, reply["Referrer-Policy"]) == (429, "no-referrer")
    assert 0 < int(reply["Retry-After"]) <= 61
    assert Client(REMOTE_ADDR="198.51.100.9").get(f"/shared/{token}/").status_code == 200


def test_the_next_minute_lets_one_in_again(stranger, settings, monkeypatch):
    """The wait that was promised is the wait that is kept."""
    settings.TOKEN_MISSES = 1
    replies = [stranger.get("/shared/wrong/") for _n in range(2)]
    assert [r.status_code for r in replies] == [404, 429]
    later = 1_800_000_010.0 + int(replies[1]["Retry-After"])
    monkeypatch.setattr("accounts.limits.time", lambda: later)
    assert stranger.get("/shared/wrong/").status_code == 404


def test_starting_without_end_is_refused_and_keeps_the_level(mara, box_maker, settings):
    """A row in the database costs; a class starts at once all the same."""
    settings.START_RATE = 2
    path = "/careers/box-maker/start/"
    replies = [mara.post(path, {"level": "senior"}) for _n in range(3)]
    assert [r.status_code for r in replies] == [302, 302, 429]
    assert 'name="level" value="senior"' in replies[2].text
    assert Assessment.objects.count() == 1  # nothing answered: the second start goes on with it


def test_pdfs_without_end_are_refused(mara, assessment, monkeypatch):
    """Each takes about a second of a processor; the other files go on."""
    monkeypatch.setattr("assessments.downloads.PDFS_A_MINUTE", 1)
    mara.post(f"/assessments/{assessment.pk}/finish/")
    address = f"/assessments/{assessment.pk}/report"
    found = [mara.get(f"{address}.{kind}").status_code for kind in ("pdf", "pdf", "csv")]
    assert found == [200, 429, 200]


def test_the_programs_door_counts_by_visitor(settings, client, monkeypatch):
    """Spoofed addresses share one count; the refusal is a problem with when to come back."""
    from config.api import api

    settings.BEHIND_PROXY = True
    (throttle,) = api.throttle
    monkeypatch.setattr(throttle, "num_requests", 2)
    cache.clear()
    replies = [
        client.get("/api/v1/careers", headers={"x-forwarded-for": f"192.0.2.{n}, 203.0.113.9"})
        for n in range(3)
    ]
    assert [r.status_code for r in replies] == [200, 200, 429]
    assert int(replies[2]["Retry-After"]) > 0


def test_counts_are_of_all_workers():
    """What one process counted, another sees: they lie in the shared cache, not in memory."""
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.7")
    limits.count(request, "pdf")
    assert limits.count(request, "pdf") == 2
    cache.clear()
    assert limits.count(request, "pdf") == 1


def test_a_deactivated_person_learns_no_more_than_others(stranger: Client):
    """A right password of a closed account signs nobody in."""
    member(is_active=False)
    sign_in(stranger)
    assert who(stranger) == ""
    assert User.objects.get().last_login is None
