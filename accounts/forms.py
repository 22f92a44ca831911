"""Forms about accounts. They validate and never save."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.utils.translation import gettext_lazy as _

from .models import User


class SignupForm(AllauthSignupForm):  # type: ignore[misc]  # allauth carries no types
    """A new account: the address, and a password for who wants one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password1"]
        password.label = _("Password (you can do without)")
        password.help_text = _("Without one, we send you a code by e-mail each time you sign in.")


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
