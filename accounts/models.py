"""The user: a person who signs in with an e-mail address."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail; the address is stored in lower case."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """Create a user. Raises ValueError without an address."""
        if not email:
            raise ValueError("A user needs an e-mail address")
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """Create a staff user with every permission.

        Who may do this runs commands on the server, so the address counts as confirmed: the
        first sign-in must not wait for mail that is not set up yet.
        """
        from allauth.account.models import EmailAddress  # it needs the user model first

        user = self.create_user(email, password, is_staff=True, is_superuser=True, **extra)
        EmailAddress.objects.using(self._db).create(
            user=user, email=user.email, verified=True, primary=True
        )
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find the user who signs in with this address, in any case."""
        return self.get(email=(username or "").lower())


class User(AbstractUser):
    """A person with an account; the e-mail address is the login, there is no user name."""

    username = None  # type: ignore[assignment]  # replaced by the address, as Django documents
    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("An account with this e-mail address exists already.")},
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()  # type: ignore[misc,assignment]  # keyed by e-mail, not user name

    class Meta:
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case"),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_in_lower_case"
            ),
        )

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        """Bring the address to lower case before it is validated and stored."""
        super().clean()
        self.email = self.email.lower()


class Message(models.Model):
    """An e-mail on its way out; the row goes when the message does.

    ``user`` is who has the address, if anybody: with the account go its messages.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="messages"
    )
    to = models.TextField()
    sender = models.TextField()
    subject = models.TextField()
    body = models.TextField()
    html = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~models.Q(to=""), name="message_has_address"),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="message_expires_later",
            ),
        )

    def __str__(self) -> str:
        return f"Message {self.pk}"
