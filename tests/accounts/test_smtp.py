"""Messages over a real connection: page, queue, worker, and a mail server that comes and goes."""

import re
import ssl
from datetime import timedelta
from email.message import EmailMessage

import pytest
import redis
import time_machine
from django.core.mail.backends.smtp import EmailBackend
from django.test import Client
from django.utils import timezone

from accounts import mail
from accounts.models import Message, User
from config import reading
from tests.smtp import listening

from .test_mail import DATABASE, MARA, PASSPHRASE, queued, who, work
from .test_signing_in import member

__all__ = ["queued"]
pytestmark = pytest.mark.django_db
ANOTHER = "mara-b@example.org"


@pytest.fixture
def over_smtp(settings, queued) -> None:
    """Send as production does; nobody listens yet."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    assert settings.TASKS["default"]["BACKEND"] == DATABASE


def well_formed(message: EmailMessage, to: str) -> str:
    """Return the text of a message that any mail program reads without a complaint."""
    assert message.defects == []
    assert (message["To"], message["From"]) == (to, "Rung <rung@localhost>")
    assert all(message[name] for name in ("Subject", "Date", "Message-ID"))
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content_charset() == "utf-8"
    return str(text.get_content())


def code_in(text: str) -> str:
    """Return the code that a message tells."""
    (found,) = re.findall(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", text, re.M)
    return str(found)


def link_in(text: str) -> str:
    """Return the path of the one link of a message, which names this server."""
    (found,) = re.findall(r"https?://\S+", text)
    assert found.startswith("http://testserver/")
    return str(found.removeprefix("http://testserver"))


def test_every_message_comes_by_smtp_and_what_it_tells_works(stranger: Client, over_smtp, settings):
    """A code to sign in, to a new password and to a new address; a link for who is known."""
    member()
    with listening() as sink:
        settings.EMAIL_PORT = sink.port

        def newest(number: int, to: str = MARA) -> str:
            work()
            assert len(sink.messages) == number
            return well_formed(sink.messages[-1], to)

        entry = stranger.post("/account/login/code/", {"email": MARA})["Location"]
        assert sink.messages == []
        stranger.post(entry, {"code": code_in(newest(1))})
        assert who(stranger) == MARA

        other = Client()
        other.post("/account/signup/", {"email": MARA, "password1": PASSPHRASE})
        assert other.get(link_in(newest(2))).status_code == 200

        reply = stranger.post("/account/email/", {"email": ANOTHER, "action_add": ""})
        stranger.post(reply["Location"], {"code": code_in(newest(3, ANOTHER))})
        assert who(stranger) == ANOTHER
        work()
        arrived = [(each["To"], each["Subject"]) for each in sink.messages]

        third = Client()
        entry = third.post("/account/password/reset/", {"email": ANOTHER})["Location"]
        entry = third.post(entry, {"code": code_in(newest(len(arrived) + 1, ANOTHER))})["Location"]
        again = f"{PASSPHRASE} again"
        third.post(entry, {"password1": again, "password2": again})
        newest(len(arrived) + 2, ANOTHER)  # that the password was changed
        assert User.objects.get().check_password(again)
    assert Message.objects.count() == 0


def test_a_mail_server_that_was_stopped_gets_every_message_when_it_is_back(
    stranger: Client, over_smtp, settings
):
    """The page answers at once, the row waits, the log names nobody, and nothing comes twice."""
    with listening() as sink:
        settings.EMAIL_PORT = sink.port
    reply = stranger.post("/account/signup/", {"email": ANOTHER, "password1": PASSPHRASE})
    assert reply.status_code == 302
    assert stranger.get(reply["Location"]).status_code == 200
    work()
    assert Message.objects.count() == 1
    with (
        listening(settings.EMAIL_PORT) as sink,
        time_machine.travel(timezone.now() + timedelta(seconds=mail.DELAYS[0]), tick=False),
    ):
        work()
        work()
        (message,) = sink.messages
        stranger.post(reply["Location"], {"code": code_in(well_formed(message, ANOTHER))})
    assert who(stranger) == ANOTHER
    assert User.objects.get().email == ANOTHER
    assert Message.objects.count() == 0


def test_who_the_other_side_is_is_checked(settings):
    """The mail server's certificate and the cache's; the database's as its address says."""
    settings.EMAIL_USE_TLS = True
    context = EmailBackend().ssl_context
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    pool = redis.ConnectionPool.from_url("rediss://cache.example.org:6379/0")
    connection = pool.connection_class(**pool.connection_kwargs)
    assert (connection.cert_reqs, connection.check_hostname) == (ssl.CERT_REQUIRED, True)
    found = reading.database("postgres://rung@db.example.org/rung?sslmode=verify-full")
    assert found["OPTIONS"]["sslmode"] == "verify-full"
