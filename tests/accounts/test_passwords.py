"""Which passwords are taken: long enough, known to nobody, of any signs, exactly as typed."""

import gzip
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import hashers, password_validation
from django.core.exceptions import ValidationError
from django.test import Client, override_settings

from accounts.models import User
from accounts.passwords import WORDS
from tests.accounts.test_signing_in import MARA, PASSPHRASE, member, sign_in, who

pytestmark = pytest.mark.django_db
MANY = 3000
COMMON = Path(password_validation.__file__).parent / "common-passwords.txt.gz"


def is_taken(password: str) -> bool:
    """Tell whether somebody may have this password."""
    try:
        password_validation.validate_password(password, User(email=MARA))
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery", "xkqzjvwp", "73951846207", "ÄÖÜ ßß 漢字漢字", "        x       y",
        "x" * 7 + "q" * 57, "🙂🙃🙂🙃🙂🙃🙂🙃", "no-upper-no-digit", "'; DROP TABLE--",
    ],
)  # fmt: skip
def test_any_signs_make_a_password(stranger: Client, password):
    """No rule asks for upper case or digits; 64 and more are kept whole, blanks as typed."""
    assert is_taken(password)
    member(password=password)
    sign_in(stranger, password=password)
    assert who(stranger) == MARA


def test_a_long_password_is_compared_whole(stranger: Client):
    """Nothing is cut off, nothing changes case, no blank is trimmed."""
    member(password="Long " * 20)
    for wrong in ("Long " * 19, "long " * 20, ("Long " * 20).strip(), "Long " * 20 + "x"):
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{len(wrong)}"), password=wrong)
        assert who(stranger) == ""
    sign_in(stranger, password="Long " * 20)
    assert who(stranger) == MARA


@pytest.mark.parametrize(
    "password",
    ["short", "1234567", "password123", "mara@example.org", "mara@example", "Qwertyuiop"],
)
def test_a_password_that_others_would_try_first_is_refused(password):
    """Shorter than eight, known from breaches in any case, or one's own address."""
    assert not is_taken(password)


def test_the_known_passwords_are_thousands_that_would_be_long_enough():
    """ASVS asks for the 3000 most common of those that the rules would take otherwise."""
    with gzip.open(COMMON, "rt", encoding="utf-8") as lines:
        known = [line.strip() for line in lines]
    assert len([each for each in known if len(each) >= 8]) > MANY


@pytest.mark.parametrize(
    "password", ["RungRung", "rung-2026!", "readiness123", "$kill-report", "Pr0duct10nTechn1c1an"]
)
def test_words_of_this_site_make_no_password(password):
    """Also with digits for letters."""
    with pytest.raises(ValidationError) as found:
        password_validation.validate_password(password)
    assert "site_words" in [each.code for each in found.value.error_list]


def test_one_word_of_this_site_may_be_part_of_a_password():
    """Only nothing but such words is refused."""
    assert is_taken("my rung is the third")


def test_the_list_of_words_is_documented():
    """In docs/security.md, as it is."""
    text = (Path(settings.BASE_DIR) / "docs" / "security.md").read_text()
    assert ", ".join(WORDS) in " ".join(text.split())


def test_signing_up_and_changing_are_checked_alike(stranger: Client):
    """Both name what is wrong, and store nothing."""
    data = {"email": "sam@example.org", "password1": "readiness123"}
    assert "words of this site" in stranger.post("/account/signup/", data).text
    assert User.objects.count() == 0
    member()
    sign_in(stranger)
    change = {"oldpassword": PASSPHRASE, "password1": "password123", "password2": "password123"}
    assert "too common" in stranger.post("/account/password/change/", change).text
    assert User.objects.get().check_password(PASSPHRASE)


def test_changing_it_asks_for_the_old_one(stranger: Client):
    """Whoever finds a browser open cannot keep it."""
    member()
    sign_in(stranger)
    change = {
        "oldpassword": "wrong",
        "password1": "quite another one",
        "password2": "quite another one",
    }
    assert "type your current password" in stranger.post("/account/password/change/", change).text
    assert User.objects.get().check_password(PASSPHRASE)


@pytest.mark.parametrize(
    ("page", "autocomplete"),
    [("/account/login/", "current-password"), ("/account/signup/", "new-password")],
)
def test_the_field_hides_and_lets_managers_and_paste_help(stranger: Client, page, autocomplete):
    """type=password with its purpose; no script that forbids anything, and no length."""
    import re

    html = stranger.get(page).text
    (field,) = re.findall(r'<input type="password"[^>]*>', html)
    assert f'autocomplete="{autocomplete}"' in field
    assert re.findall(r"maxlength|onpaste|readonly", field) == []


def test_passwords_are_stored_by_a_slow_salted_hash():
    """PBKDF2-SHA256 with a million rounds, in production; each with its own salt."""
    with override_settings(PASSWORD_HASHERS=hashers_of_production()):
        stored = [hashers.make_password(PASSPHRASE) for _time in range(2)]
    name, rounds, salt, _hash = stored[0].split("$")
    assert (name, int(rounds) >= 600_000, len(salt) >= 22) == ("pbkdf2_sha256", True, True)
    assert stored[0] != stored[1]


def hashers_of_production() -> list[str]:
    """Return Django's default, which the settings leave alone; the tests' own is quick."""
    from django.conf import global_settings

    import config.settings as real

    assert not hasattr(real, "PASSWORD_HASHERS")
    return list(global_settings.PASSWORD_HASHERS)


def test_no_account_is_there_before_somebody_makes_one():
    """No "admin", no default password."""
    assert User.objects.count() == 0
