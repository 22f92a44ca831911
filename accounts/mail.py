"""Messages on their way out: stored, sent by a task, and deleted the moment they are gone.

The task is given a number and nothing else, so the queue knows nobody: what a message says,
and to whom, stands in one row that goes with the message, or with the person.
"""

import logging
from datetime import datetime, timedelta

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.utils import timezone
from django_tasks import default_task_backend, task
from django_tasks_db.models import DBTaskResult

from .models import Message, User

logger = logging.getLogger(__name__)
DELAYS = (5, 20, 60, 300, 1800)
"""Seconds until a message is tried again where the mail server failed, for so many times."""
CODE_LIVES = timedelta(minutes=15)
"""No code opens anything for longer, so a message with one is of no use after that."""
NEWS_LIVES = timedelta(days=1)
LATE = timedelta(minutes=5)
"""A message that waits for longer says that no worker reads the queue."""


def queue(message: EmailMessage, *, user: User | None, has_code: bool) -> None:
    """Store a message and have it sent: at once, or by the worker.

    ``user`` is whom it is about; without one it hangs on whoever has the address.
    """
    now = timezone.now()
    if late := lateness():
        logger.error(late)
    to = message.to[0]
    html = next((str(a[0]) for a in getattr(message, "alternatives", ())), "")
    stored = Message.objects.create(
        user=user or User.objects.filter(email=to.lower()).first(),
        to=to,
        sender=message.from_email,
        subject=str(message.subject),
        body=str(message.body),
        html=html,
        created_at=now,
        expires_at=now + (CODE_LIVES if has_code else NEWS_LIVES),
    )
    send.enqueue(stored.pk)


def lateness() -> str:
    """Say for how long messages have waited, if longer than they should; else nothing."""
    oldest = Message.objects.order_by("created_at").values_list("created_at", flat=True).first()
    age = timezone.now() - oldest if oldest else timedelta()
    if age <= LATE:
        return ""
    return f"messages wait for {age // timedelta(minutes=1)} minutes: does manage.py db_worker run?"


@task
def send(pk: int, attempt: int = 0) -> None:
    """Send a message and delete it; try again later where the server fails and tasks can wait.

    Nothing is raised: a queue keeps what an exception says, and that would be addresses.
    """
    message = Message.objects.filter(pk=pk).first()
    if message is None:  # sent already, or deleted with the person
        return
    now = timezone.now()
    if now < message.expires_at:
        try:
            _mail(message).send()
        except Exception as error:  # whatever the library of a mail server raises
            if _again(pk, attempt, message.expires_at):
                return
            logger.error("A message could not be sent: %s", type(error).__name__)
    else:
        logger.error("A message waited for too long and was not sent")
    message.delete()


def _again(pk: int, attempt: int, expires_at: datetime) -> bool:
    """Put a message back for later, if it will still be of use then."""
    if not default_task_backend.supports_defer or attempt >= len(DELAYS):
        return False
    later = timezone.now() + timedelta(seconds=DELAYS[attempt])
    if later >= expires_at:
        return False
    send.using(run_after=later).enqueue(pk, attempt + 1)
    return True


def _mail(message: Message) -> EmailMessage:
    made = EmailMultiAlternatives(message.subject, message.body, message.sender, [message.to])
    if message.html:
        made.attach_alternative(message.html, "text/html")
    return made


def clear() -> int:
    """Delete what nobody sent in its time and what the queue says of days gone by.

    Returns how many messages were given up. To be run daily, by ``delete_idle``.
    """
    now = timezone.now()
    DBTaskResult.objects.finished().filter(finished_at__lt=now - NEWS_LIVES).delete()
    gone, _by_model = Message.objects.filter(expires_at__lt=now).delete()
    return gone
