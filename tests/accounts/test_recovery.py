"""Recovery codes: shown once, kept as hashes, each opens once; those of before still open."""

import html
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth, flows
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command
from django.test import Client

from accounts import encryption, recovery
from accounts.models import User
from accounts.recovery import RecoveryCodes, Seeded
from tests.migrations import migrated

from .test_encryption import SEED, stored
from .test_signing_in import code_of, member, sign_in, who, with_app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("app_clock")]
PAGE = "/account/2fa/recovery-codes/"
SHAPE = re.compile(r"[BCDFGHJKLMNPQRSTVWXZ]{4}(?:-[BCDFGHJKLMNPQRSTVWXZ]{4}){2}")


@pytest.fixture
def signed_in(stranger: Client) -> Client:
    """Mara, signed in with her app."""
    secret = with_app(member())
    sign_in(stranger)
    stranger.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    return stranger


def make(client: Client) -> list[str]:
    """Make new codes; return those that the page shows."""
    page = client.post(f"{PAGE}generate/").text
    found = SHAPE.findall(page)
    assert "They are shown only now." in page
    assert len(found) == len(set(found)) == 10
    return found


def opens(code: str) -> bool:
    """Tell whether a code signs Mara in instead of her app's."""
    client = Client()
    sign_in(client)
    reply = client.post("/account/2fa/authenticate/", {"code": code})
    assert reply.status_code in (200, 302)
    return bool(who(client))


def hashes() -> list[str]:
    """Return what is kept of the codes, once the key has opened it."""
    row = Authenticator.objects.get(type="recovery_codes")
    assert "seed" not in row.data
    return encryption.decrypt(row.data["codes"]).splitlines()


def test_only_hashes_of_the_codes_are_kept(signed_in: Client):
    """Each of PBKDF2 with a salt of its own, and those encrypted: no table holds a code."""
    codes = make(signed_in)
    kept = [PBKDF2PasswordHasher().decode(each) for each in hashes()]
    assert {(each["algorithm"], each["iterations"]) for each in kept} == {
        ("pbkdf2_sha256", recovery.ROUNDS)
    }
    salts = {each["salt"] for each in kept}
    assert (len(salts), min(len(each) for each in salts) >= 22) == (10, True)
    everything = (stored(), str(dict(signed_in.session)), "\n".join(hashes()))
    bare = [each.replace("-", "") for each in codes]
    shapes = [*codes, *bare, *(each.lower() for each in bare)]
    assert [each for each in shapes for text in everything if each in text] == []
    assert "pbkdf2" not in stored()


def test_the_codes_are_shown_once(signed_in: Client):
    """Afterwards their page says how many are left, and offers new ones."""
    codes = make(signed_in)
    assert opens(codes[0])
    for address in (PAGE, f"{PAGE}generate/", "/account/2fa/", "/account/data/"):
        assert SHAPE.findall(signed_in.get(address).text) == [], address
    page = signed_in.get(PAGE).text
    assert "9 of 10 are unused." in page
    assert f'href="{PAGE}generate/"' in page


def test_a_code_opens_once_however_it_is_typed(signed_in: Client):
    """With or without hyphens, in small letters; another one is still good."""
    first, second, *_rest = make(signed_in)
    assert [opens(first.lower().replace("-", " ")), opens(first), opens(second)] == [
        True, False, True,
    ]  # fmt: skip
    assert len(hashes()) == 8


def test_of_two_at_once_one_gets_in(signed_in: Client):
    """Both found the hash; the row's lock lets one take it away."""
    code, *_rest = make(signed_in)
    first, second = (Authenticator.objects.get(type="recovery_codes").wrap() for _n in range(2))
    assert [first.validate_code(code), second.validate_code(code)] == [True, False]


def test_new_codes_end_the_old_ones(signed_in: Client):
    """A list that was lost is worth nothing."""
    old, *_rest = make(signed_in)
    new, *_rest = make(signed_in)
    assert [opens(old), opens(new)] == [False, True]


def test_what_fits_no_code_opens_nothing(signed_in: Client):
    """Neither a hash nor a blank, nor nothing."""
    make(signed_in)
    wrong = (hashes()[0], "****", "-", "BBBB-BBBB-BBBB")
    assert [opens(each) for each in wrong] == [False] * 4
    row = Authenticator.objects.get(type="recovery_codes").wrap()
    assert [row.validate_code(each) for each in ("", "½", "\0" * 12)] == [False] * 3


def test_the_page_of_new_codes_gives_them_as_a_file(signed_in: Client):
    """From what it holds itself, signed; nothing else is answered, and nobody else's."""
    page = signed_in.post(f"{PAGE}generate/").text
    (held,) = re.findall(r'name="codes" value="([^"]+)"', page)
    reply = signed_in.post(f"{PAGE}download/", {"codes": html.unescape(held)})
    assert reply.text.split() == SHAPE.findall(page)
    assert reply["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert "no-store" in reply["Cache-Control"]
    for wrong in ("", "AAAA-AAAA-AAAA", held[:-1] + ("A" if held[-1] != "A" else "B")):
        assert signed_in.post(f"{PAGE}download/", {"codes": wrong})["Location"] == PAGE
    other = Client()
    other.force_login(member("sam@example.org"))
    assert other.post(f"{PAGE}download/", {"codes": held})["Location"] == PAGE
    assert signed_in.get(f"{PAGE}download/").status_code == 405


def test_a_changed_key_keeps_the_codes_by_its_fallback(signed_in: Client, settings):
    """And the command encrypts their hashes anew."""
    code, *_rest = make(signed_in)
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [old]
    call_command("encrypt_factors", verbosity=0)
    settings.SECRET_KEY_FALLBACKS = []
    assert len(hashes()) == 10
    assert opens(code)


def test_without_the_key_no_code_opens_and_no_page_breaks(signed_in: Client, settings):
    """None is left, which the page says."""
    code, *_rest = make(signed_in)
    row = Authenticator.objects.get(type="recovery_codes")
    settings.SECRET_KEY = "n" * 60
    assert (row.wrap().validate_code(code), row.wrap().get_unused_codes()) == (False, [])


def test_allauth_uses_these_codes_everywhere():
    """Where it reads a row, and where it makes one."""
    assert type(Authenticator(type="recovery_codes", data={}).wrap()) is RecoveryCodes
    assert auth.RecoveryCodes is flows.RecoveryCodes is RecoveryCodes


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_encrypted", [True, False])
def test_the_upgrade_turns_a_seed_into_hashes(is_encrypted):
    """The codes that people kept still open, those used do not, and the seed is gone."""
    with migrated("accounts", "0003_encrypt_factors") as forward:
        with_app(user := member())
        seed = encryption.encrypt(SEED) if is_encrypted else SEED
        data = {"seed": seed, "used_mask": 0b101}
        row = Authenticator.objects.create(user=user, type="recovery_codes", data=data)
        codes = Seeded(row).generate_codes()
        assert [len(each) for each in codes] == [8] * 10
        forward()
    assert SEED not in stored()
    assert len(hashes()) == 8
    assert [opens(each) for each in codes[:4]] == [False, True, False, True]
    assert len(hashes()) == 6


@pytest.mark.django_db(transaction=True)
def test_going_back_and_forth_keeps_the_codes():
    """No hash leads back to a seed, so that an older release reads that there are none."""
    with_app(user := member())
    code, *_rest = RecoveryCodes.activate(user).instance.new_codes
    with migrated("accounts", "0003_encrypt_factors"):
        older = Seeded(Authenticator.objects.get(type="recovery_codes"))
        assert (older.get_unused_codes(), older.validate_code(code)) == ([], False)
    assert opens(code)


def test_a_seed_that_an_older_release_makes_meanwhile_becomes_hashes_too(signed_in: Client):
    """When it is first looked at: both run side by side during an upgrade."""
    row = Seeded.activate(User.objects.get()).instance
    first, second, *_rest = Seeded(row).generate_codes()
    assert "10 of 10 are unused." in signed_in.get(PAGE).text
    assert len(hashes()) == 10
    assert [opens(first), opens(first), opens(second)] == [True, False, True]
