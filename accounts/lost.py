"""Every second factor lost: a link by mail, and the first factor after it, remove them.

An administrator has the link sent and removes nothing: whoever follows it reads the account's
mail and then signs in, which are the proofs that setting a factor up took. The link is signed and
stored nowhere; it holds the state of the account's factors, so that it works once.
"""

import time
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from . import mail, sessions
from .models import User

SECONDS = 3600
"""How long a link opens, and how long one may then take to sign in."""
SALT = "accounts.lost"
Kept = dict[str, Any]
"""What a session remembers of a link that was followed. It opens nothing elsewhere."""


def send(*, user: User, site: str) -> bool:
    """Send the link to the account's confirmed address; tell whether there was a need and one.

    ``site`` is where people reach this site, such as ``https://rung.example.org``.
    """
    mine = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary")
    address = mine.values_list("email", flat=True).first()
    if not (user.is_active and address and Authenticator.objects.filter(user=user).exists()):
        return False
    token = signing.dumps([user.pk, _state(user)], salt=SALT)
    link = site.rstrip("/") + reverse("mfa_lost", args=[token])
    body = render_to_string("mfa/email/lost_message.txt", {"link": link, "site": site})
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + _("A lost second factor")
    mail.queue(EmailMessage(subject, body, to=[address]), user=user, has_code=True)
    return True


def opened(token: str) -> Kept | None:
    """Return what to remember of a link, or nothing of one that is over, used or made up."""
    try:
        user_pk, state = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    kept = {"user_pk": user_pk, "state": state, "until": time.time() + SECONDS}
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    return kept if user and fits(kept, user) else None


def fits(kept: Kept | None, user: User) -> bool:
    """Tell whether a followed link is this person's, in time, and of the factors as they are."""
    if not kept or kept["user_pk"] != user.pk or time.time() > kept["until"]:
        return False
    return bool(kept["state"] == _state(user))


@transaction.atomic
def remove(*, user: User, kept: Kept) -> bool:
    """Remove all factors and recovery codes and end every session; False if it is too late."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not fits(kept, locked):
        return False
    Authenticator.objects.filter(user=locked).delete()
    sessions.end_all([locked])
    return True


def _state(user: User) -> str:
    """Return a mark of the password and the factors, which changes when one is used, too."""
    rows = Authenticator.objects.filter(user=user).order_by("pk")
    factors = list(rows.values_list("pk", "type", "created_at", "last_used_at"))
    return salted_hmac(SALT, repr((user.password, factors)), algorithm="sha256").hexdigest()
