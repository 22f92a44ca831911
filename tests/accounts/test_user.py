"""Users: the e-mail address is the login, in any case."""

from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.core.management import call_command

from accounts.models import User

PASSPHRASE = "a good long passphrase"  # noqa: S105 (of nobody)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("mara@example.org", "mara@example.org"),
        ("Mara@Example.ORG", "mara@example.org"),
        ("MARA.O@EXAMPLE.ORG", "mara.o@example.org"),
    ],
)
def test_an_address_is_stored_in_lower_case(db, typed, stored):
    """The local part too: nobody remembers their capitals."""
    user = User.objects.create_user(typed, PASSPHRASE)
    user.refresh_from_db()
    assert (user.email, str(user), user.get_username()) == (stored, stored, stored)


@pytest.mark.parametrize("address", ["", None])
def test_a_user_needs_an_address(db, address):
    with pytest.raises(ValueError, match=r"^A user needs an e-mail address$"):
        User.objects.create_user(address, PASSPHRASE)
    assert User.objects.count() == 0


def test_an_ordinary_user_has_no_rights(db):
    user = User.objects.create_user("mara@example.org", PASSPHRASE)
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)
    assert user.get_all_permissions() == set()


def test_a_superuser_is_staff_and_may_do_everything(db):
    user = User.objects.create_superuser("edda@example.org", PASSPHRASE)
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, True, True)
    assert user.has_perm("careers.change_career")


def test_more_can_be_said_of_a_user(db):
    user = User.objects.create_user("mara@example.org", PASSPHRASE, first_name="Mara")
    assert User.objects.get(first_name="Mara") == user


def test_the_password_is_stored_as_a_hash(db):
    user = User.objects.create_user("mara@example.org", PASSPHRASE)
    assert PASSPHRASE not in user.password
    assert user.check_password(PASSPHRASE)
    assert not user.check_password("another")


@pytest.mark.parametrize("password", [None, "", PASSPHRASE])
def test_without_a_password_nobody_can_sign_in(db, password):
    """An account made without one waits for its owner to set it."""
    user = User.objects.create_user("mara@example.org")
    assert not user.has_usable_password()
    assert authenticate(username="mara@example.org", password=password) is None


@pytest.mark.parametrize("typed", ["mara@example.org", "Mara@Example.org", "MARA@EXAMPLE.ORG"])
def test_one_signs_in_with_the_address_in_any_case(db, typed):
    user = User.objects.create_user("mara@example.org", PASSPHRASE)
    assert authenticate(username=typed, password=PASSPHRASE) == user
    assert authenticate(username=typed, password=PASSPHRASE.upper()) is None
    assert User.objects.get_by_natural_key(typed) == user


@pytest.mark.parametrize("typed", ["nobody@example.org", "", None])
def test_a_stranger_does_not_sign_in(db, typed):
    User.objects.create_user("mara@example.org", PASSPHRASE)
    assert authenticate(username=typed, password=PASSPHRASE) is None


def test_an_inactive_user_does_not_sign_in(db):
    User.objects.create_user("mara@example.org", PASSPHRASE, is_active=False)
    assert authenticate(username="mara@example.org", password=PASSPHRASE) is None


def test_a_form_brings_the_address_to_lower_case(db):
    """``full_clean`` is what every form calls."""
    user = User(email="Mara@Example.org", password=PASSPHRASE)
    user.full_clean()
    assert user.email == "mara@example.org"


def test_a_taken_address_is_refused_in_words_in_any_case(db):
    """Once, not once for every index over the address."""
    User.objects.create_user("mara@example.org", PASSPHRASE)
    with pytest.raises(ValidationError) as refused:
        User(email="MARA@example.org", password=PASSPHRASE).full_clean()
    assert refused.value.message_dict["email"] == [
        "An account with this e-mail address exists already."
    ]


@pytest.mark.parametrize("address", ["", "mara", "mara@", "@example.org", "a b@example.org"])
def test_what_is_no_address_is_refused(db, address):
    with pytest.raises(ValidationError) as refused:
        User(email=address, password=PASSPHRASE).full_clean()
    assert list(refused.value.message_dict) == ["email"]


def test_the_first_editor_is_made_on_the_command_line(db, monkeypatch):
    """``createsuperuser`` asks for an address and a password, and for no user name."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSPHRASE)
    out = StringIO()
    call_command("createsuperuser", email="Edda@example.org", interactive=False, stdout=out)
    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser) == ("edda@example.org", True, True)
    assert user.check_password(PASSPHRASE)


def test_there_is_no_user_name():
    names = {field.name for field in User._meta.get_fields()}
    assert "username" not in names
    assert (User.USERNAME_FIELD, User.REQUIRED_FIELDS) == ("email", [])
