"""What an account that is deleted takes out of the groups it is counted in."""

from django.utils import timezone

from accounts.models import User

from . import counting


def before_deleting(user: User) -> None:
    """Take the person's reports out of every figure; called before their rows go."""
    counting.person_deleted(user, today=timezone.localdate())
