"""Which passwords are refused beyond those that everybody knows. No rule says what signs to use."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .models import User

WORDS = (
    "rung", "ladder", "readiness", "assessment", "career", "careers", "skill", "skills", "level",
    "studio", "report", "plan", "password", "admin", "editor", "coach", "mentor", "production",
    "technician", "supervisor",
)  # fmt: skip
"""Words that somebody who knows this site would try first. docs/security.md names this list."""
SIGNS = tuple(str.maketrans("013457@$!", letters) for letters in ("oleastasi", "oieastasi"))


class SiteWordsValidator:
    """Refuses passwords that are nothing but this site's words, with digits and signs between."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for such a password."""
        plain = password.lower()
        for text in (plain, *(plain.translate(signs) for signs in SIGNS)):
            letters = re.sub(r"[\W\d_]+", "", text)
            if letters and not _without_words(letters):
                raise ValidationError(
                    _("This password is made of words of this site only."), code="site_words"
                )

    def get_help_text(self) -> str:
        """Say what is refused."""
        return _("Your password can’t be made of words of this site only.")


def _without_words(letters: str) -> str:
    for word in sorted(WORDS, key=len, reverse=True):
        letters = letters.replace(word, "")
    return letters
