"""Secrets of second factors are encrypted at rest, and old plain ones still work."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from tests.migrations import migrated

from .test_signing_in import code_of, member, sign_in, who, with_app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("app_clock")]
PLAIN = "JBSWY3DPEHPK3PXP"
SEED = "0" * 80


def stored() -> str:
    """Return what the table holds."""
    return str(list(Authenticator.objects.values()))


def signs_in(secret: str) -> bool:
    """Tell whether the app's code opens the account."""
    cache.clear()
    client = Client()
    sign_in(client)
    reply = client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert reply.status_code in (200, 302)
    return bool(who(client))


def test_the_table_makes_no_code():
    """The app's secret is not in it, and what is there is read again."""
    secret = with_app(member())
    assert Authenticator.objects.get().data["secret"].startswith("fernet:")
    assert secret not in stored()
    assert signs_in(secret)


def test_secrets_from_before_are_read_as_they_are():
    """Plain text in the table opens as it did."""
    user = member()
    Authenticator.objects.create(user=user, type="totp", data={"secret": PLAIN})
    assert signs_in(PLAIN)


@pytest.mark.django_db(transaction=True)
def test_the_upgrade_encrypts_what_is_there():
    """Each secret once, and back again; all else of a row stays."""
    with migrated("accounts", "0002_message") as forward:
        user = member()
        Authenticator.objects.create(user=user, type="totp", data={"secret": PLAIN})
        seed = {"seed": SEED, "used_mask": 5}
        Authenticator.objects.create(user=user, type="recovery_codes", data=seed)
        key = {"name": "laptop", "credential": {"id": "x"}}
        Authenticator.objects.create(user=user, type="webauthn", data=key)
        forward()
        assert (PLAIN in stored(), SEED in stored()) == (False, False)
        data = {row.type: row.data for row in Authenticator.objects.all()}
        assert (data["webauthn"], data["recovery_codes"]["codes"][:7]) == (key, "fernet:")
        assert signs_in(PLAIN)


def test_a_changed_key_needs_the_old_one_as_fallback(settings):
    """Then the command encrypts anew, and the old key may go."""
    secret, old = with_app(member()), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [old]
    assert signs_in(secret)
    call_command("encrypt_factors", verbosity=0)
    settings.SECRET_KEY_FALLBACKS = []
    assert signs_in(secret)


def test_without_the_old_key_no_code_fits_and_no_page_breaks(settings, caplog):
    """Not even the code of an empty secret; the log says why, and the row is left as it is."""
    secret = with_app(member())
    settings.SECRET_KEY = "n" * 60
    before = stored()
    assert [signs_in(each) for each in (secret, "")] == [False, False]
    assert "A second factor cannot be read" in caplog.text
    call_command("encrypt_factors", verbosity=0)
    assert stored() == before


def test_the_same_secret_is_never_stored_alike():
    """Nobody can tell that two people share one."""
    first, second = (TOTP.activate(member(f"{n}@example.org"), PLAIN) for n in range(2))
    assert first.instance.data != second.instance.data
