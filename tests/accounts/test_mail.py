"""E-mails go out by a task: at once, or by a worker; what is stored of them goes with them."""

import os
import re
import smtplib
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import allauth
import pytest
import time_machine
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.contrib.sites.shortcuts import get_current_site
from django.core import mail as outgoing
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from accounts import mail, personal_data
from accounts.models import Message, User

from .test_signing_in import MARA, PASSPHRASE, member, sent_code, who

pytestmark = pytest.mark.django_db
IMMEDIATE = "django_tasks.backends.immediate.ImmediateBackend"
DATABASE = "django_tasks_db.DatabaseBackend"
PREFIXES = sorted(
    f"{kind}/email/{found.name.removesuffix('_message.txt')}"
    for kind in ("account", "mfa")
    for found in Path(allauth.__file__).parent.glob(f"templates/{kind}/email/*_message.txt")
    if found.stem != "base_message"
)
"""Every message that allauth knows."""


@pytest.fixture
def queued(settings, monkeypatch) -> None:
    """Let messages wait for the worker, which works inside the test's own transaction."""
    settings.TASKS = {"default": {"BACKEND": DATABASE}}
    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)


@pytest.fixture
def failing(monkeypatch) -> list[int]:
    """Let the mail server refuse everything, with words that name the person."""
    tries: list[int] = []

    def counted(*args: object, **kwargs: object) -> None:
        tries.append(1)
        refused()

    monkeypatch.setattr(EmailMessage, "send", counted)
    return tries


def refused(*args: object, **kwargs: object) -> None:
    """Behave as a mail server that refuses the person."""
    raise smtplib.SMTPRecipientsRefused({MARA: (550, b"no such user")})


def work() -> None:
    """Run the worker until nothing is left to do now."""
    call_command("db_worker", batch=True, startup_delay=False, verbosity=0)


def ask_for_a_code(client: Client, email: str = MARA) -> str:
    """Ask for a code by e-mail; return where it is to be entered."""
    reply = client.post("/account/login/code/", {"email": email})
    assert reply.status_code == 302
    return str(reply["Location"])


def everything_queued() -> str:
    """Return what the queue and the messages hold."""
    return f"{list(DBTaskResult.objects.values())} {list(Message.objects.values())}"


def test_without_a_setting_the_request_sends_and_nothing_is_left(stranger: Client, settings):
    """No worker is needed, in production neither: no message lies where nobody looks."""
    assert settings.TASKS == {"default": {"BACKEND": IMMEDIATE}}
    member()
    ask_for_a_code(stranger)
    assert [each.to for each in outgoing.outbox] == [[MARA]]
    assert (Message.objects.count(), DBTaskResult.objects.count()) == (0, 0)


@pytest.mark.parametrize("path", ["/account/login/code/", "/account/signup/"])
def test_a_mail_server_that_fails_shows_no_error(stranger: Client, failing, caplog, path):
    """The page is the same; the log names the kind of failure and nobody, and nothing waits."""
    reply = stranger.post(path, {"email": MARA, "password1": PASSPHRASE})
    assert (reply.status_code, len(failing)) == (302, 1)
    assert stranger.get(reply["Location"]).status_code == 200
    assert [r.getMessage() for r in caplog.records if r.name == "accounts.mail"] == [
        "A message could not be sent: SMTPRecipientsRefused"
    ]
    assert MARA not in caplog.text
    assert Message.objects.count() == 0


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_message_names_rung_in_its_subject_and_at_its_end(rf, prefix):
    """Not the host, as allauth has it: a person expects the name that the pages show."""
    given = {
        "user": User(email=MARA), "email": MARA, "code": "ABC-DEF", "ip": "192.0.2.7",
        "user_agent": "Firefox & Co", "current_site": get_current_site(rf.get("/")),
        "timestamp": timezone.now(), "password_reset_url": "https://testserver/reset/",
        "signup_url": "https://testserver/signup/",
    }  # fmt: skip
    with context.request_context(rf.get("/")):
        message = get_adapter().render_mail(prefix, MARA, given)
    assert re.fullmatch(r"Rung: [A-Z][^\n]+", message.subject)
    assert "Rung at testserver" in message.body.splitlines()[-1]
    assert re.findall(r"Hello|Thank you for using|&amp;|\n{3}", message.body) == []
    if prefix.endswith(("_exists", "unknown_account")):
        assert re.findall(r"^https://\S+/$", message.body, re.M) != []


def test_with_a_worker_the_request_sends_nothing_and_the_worker_does(stranger: Client, queued):
    """The code of the message signs in; afterwards the database holds nothing of it."""
    member()
    address = ask_for_a_code(stranger)
    assert (outgoing.outbox, Message.objects.count()) == ([], 1)
    work()
    assert [each.to for each in outgoing.outbox] == [[MARA]]
    stranger.post(address, {"code": sent_code()})
    assert who(stranger) == MARA
    assert Message.objects.count() == 0
    assert MARA not in everything_queued()


def test_the_queue_itself_knows_nobody(stranger: Client, queued):
    """A task has a number; address and code are in the message's row alone."""
    member()
    ask_for_a_code(stranger)
    (task,) = DBTaskResult.objects.all()
    assert task.args_kwargs == {"args": [Message.objects.get().pk], "kwargs": {}}


def test_a_message_is_sent_once(stranger: Client, queued):
    """Also where its task is there twice."""
    member()
    ask_for_a_code(stranger)
    mail.send.enqueue(Message.objects.get().pk)
    work()
    assert len(outgoing.outbox) == 1


def test_a_server_that_comes_back_gets_what_it_missed(stranger: Client, queued, monkeypatch):
    """The next try is a little later; the code is still good then."""
    member()
    with monkeypatch.context() as down:
        down.setattr(EmailMessage, "send", refused)
        ask_for_a_code(stranger)
        work()
    work()
    assert (outgoing.outbox, Message.objects.count()) == ([], 1)
    with time_machine.travel(timezone.now() + timedelta(seconds=mail.DELAYS[0]), tick=False):
        work()
    assert ([each.to for each in outgoing.outbox], Message.objects.count()) == ([[MARA]], 0)
    assert MARA not in everything_queued()


def test_a_message_that_no_try_delivers_is_given_up(stranger: Client, queued, failing, caplog):
    """A code is of no use after a quarter of an hour: nothing is kept, and the log says so once."""
    member()
    ask_for_a_code(stranger)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _try in range(20):
            work()
            clock.shift(60)
    assert (len(failing), Message.objects.count()) == (5, 0)
    assert [r.getMessage() for r in caplog.records if r.name == "accounts.mail"] == [
        "A message could not be sent: SMTPRecipientsRefused"
    ]
    assert MARA not in caplog.text + everything_queued()


def test_a_worker_that_comes_too_late_sends_no_dead_code(stranger: Client, queued, caplog):
    """Better none than one that is refused; news of the account are sent for a day."""
    user = member()
    ask_for_a_code(stranger)
    news = EmailMessage("Your password was changed", "By you?", "rung@example.org", [MARA])
    mail.queue(news, user=user, has_code=False)
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        work()
    assert [each.subject for each in outgoing.outbox] == ["Your password was changed"]
    assert "A message waited for too long and was not sent" in caplog.messages
    assert Message.objects.count() == 0


def test_messages_that_nobody_sends_are_told(stranger: Client, queued, box_maker, caplog):
    """By the log at the next message, and beside the 200 of /readyz: the pages work."""
    member()
    ask_for_a_code(stranger)
    assert (stranger.get("/readyz").text, caplog.messages) == ("ok\n", [])
    with time_machine.travel(timezone.now() + timedelta(minutes=7, seconds=1), tick=False):
        reply = stranger.get("/readyz")
        ask_for_a_code(Client())
    told = "messages wait for 7 minutes: does manage.py db_worker run?"
    assert (reply.status_code, reply.text) == (200, f"ok\n{told}\n")
    assert caplog.messages == [told]


def test_what_nobody_sent_is_deleted_daily(stranger: Client, queued, capsys):
    """With what the queue remembers of days gone by."""
    member()
    ask_for_a_code(stranger)
    work()
    ask_for_a_code(Client())
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        call_command("delete_idle")
    assert (Message.objects.count(), DBTaskResult.objects.finished().count()) == (0, 0)
    told = "1 e-mails waited for too long and were given up."
    assert capsys.readouterr().err.splitlines() == [told]


def test_with_the_person_go_the_messages_to_them(stranger: Client, queued):
    """Those to another address of theirs too, and those from before they had an account."""
    ask_for_a_code(stranger)
    user = member()
    ask_for_a_code(Client())
    to_another = EmailMessage("Confirm", "ABCDEF", "rung@example.org", ["new@example.org"])
    mail.queue(to_another, user=user, has_code=True)
    ask_for_a_code(Client(), "somebody@example.org")
    personal_data.delete(user=user)
    assert list(Message.objects.values_list("to", flat=True)) == ["somebody@example.org"]
    work()
    assert [each.to for each in outgoing.outbox] == [["somebody@example.org"]]


def test_the_download_names_a_waiting_message_without_its_code(stranger: Client, queued):
    """What it says could open the account."""
    user = member()
    ask_for_a_code(stranger)
    (found,) = personal_data.of(user)["messages"]
    assert (found["to"], found["body"]) == (MARA, "…")


def test_no_mail_names_another_host(stranger: Client):
    """A forged host gets no page, so no mail; the proxy's header is not believed either."""
    member()
    for path in ("/account/login/code/", "/account/password/reset/", "/account/signup/"):
        for field in ({"host": "evil.example"}, {"host": "localhost:evil.example"}):
            reply = stranger.post(path, {"email": MARA}, headers=field)
            assert reply.status_code == 400
        for email in (MARA, "new@example.org"):
            Client().post(path, {"email": email}, headers={"x-forwarded-host": "evil.example"})
    sent = [f"{each.subject} {each.body} {each.extra_headers}" for each in outgoing.outbox]
    assert len(sent) == 6
    assert [each for each in sent if "evil" in each] == []


@pytest.mark.parametrize("length", [320, 3000])
def test_an_address_of_any_length_is_no_error(stranger: Client, length):
    """It is refused or answered like any that nobody has."""
    email = f"{'a' * length}@example.org"
    for path in ("/account/login/code/", "/account/password/reset/", "/account/signup/"):
        assert stranger.post(path, {"email": email}).status_code in (200, 302)


def test_a_line_break_in_an_address_sends_nothing(stranger: Client):
    """No header can be added to a message."""
    for path in ("/account/login/code/", "/account/password/reset/", "/account/signup/"):
        reply = stranger.post(path, {"email": "a@example.org\nBcc: b@example.org"})
        assert reply.status_code == 200
    assert outgoing.outbox == []


@pytest.mark.parametrize(
    "wrong", [{"to": ""}, {"expires_at": timezone.now() - timedelta(days=1)}], ids=["to", "times"]
)
def test_the_database_refuses_a_message_that_cannot_be(db, wrong):
    """One to nobody, or one that ends before it begins."""
    now = timezone.now()
    usual = {"to": MARA, "created_at": now, "expires_at": now + timedelta(hours=1)}
    with pytest.raises(IntegrityError):
        Message.objects.create(**(usual | wrong))


@pytest.mark.parametrize(
    ("value", "backend"), [(None, IMMEDIATE), ("immediate", IMMEDIATE), ("database", DATABASE)]
)
def test_the_setting_says_who_sends(value, backend):
    """The request, unless told otherwise."""
    environment = {key: each for key, each in os.environ.items() if key != "TASKS"}
    environment |= {"TASKS": value} if value else {}
    code = "from config import settings; print(settings.TASKS['default']['BACKEND'])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == backend


def test_who_is_unknown_gets_a_message_that_hangs_on_nobody(stranger: Client, queued):
    """It is found by its address alone."""
    ask_for_a_code(stranger, "nobody@example.org")
    assert list(Message.objects.values_list("to", "user")) == [("nobody@example.org", None)]
    assert User.objects.count() == 0
