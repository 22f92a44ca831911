"""Forms about accounts. They validate and never save."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import User


class SignupForm(AllauthSignupForm):  # type: ignore[misc]  # allauth carries no types
    """A new account: the address, and a password for who wants one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password1"]
        password.label = _("Password (you can do without)")
        password.help_text = _("Without one, we send you a code by e-mail each time you sign in.")

    def try_save(self, request: HttpRequest) -> Any:
        """Make the account, or pretend to: who has one already is told by e-mail only.

        A password takes a fifth of a second to hash. Without that work an address that has an
        account would be answered so much sooner that everybody could tell.
        """
        if self.account_already_exists:
            make_password(self.cleaned_data.get("password1") or None)
        return super().try_save(request)


class Told:
    """A form that takes a code, and says of a refused one what to do next.

    One sentence for all that is refused: how near a wrong code was is nobody's business.
    """

    def clean_code(self) -> str:
        """Return the code, which fits; or refuse it in words."""
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except forms.ValidationError as error:
            if error.code != "incorrect_code":
                raise
            raise forms.ValidationError(
                _(
                    "This code is mistyped, over, or was used already. A code of the app counts "
                    "once, within its 30 seconds: wait for the next one and enter that. If that "
                    "is refused too, let your phone set its clock by itself."
                ),
                code=error.code,
            ) from error
        return code


class FactorForm(Told, AuthenticateForm):  # type: ignore[misc]  # allauth carries no types
    """A code at signing in: of the app, or a recovery code."""


class FactorAgainForm(Told, ReauthenticateForm):  # type: ignore[misc]  # the same
    """A code once more, before something changes or the staff's pages open."""


class AppForm(Told, ActivateTOTPForm):  # type: ignore[misc]  # the same
    """The first code of a new app."""


class DeleteForm(forms.Form):
    """The address, typed again, before everything is deleted."""

    email = forms.EmailField(
        label=_("Your e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        """Refuse any address but the account's own."""
        email: str = self.cleaned_data["email"].lower()
        if email != self.user.email:
            raise forms.ValidationError(_("This is not the address of this account."))
        return email
