"""Recovery codes, of which only hashes are kept: shown once, when they are made.

Twelve letters of twenty (51 bits), each hashed with a salt of its own; the hashes are encrypted
as well, as the secrets of apps are. This class stands in for allauth's, which keeps a seed.
"""

from typing import Any

from allauth.core.internal.cryptokit import generate_user_code, normalize_user_code
from allauth.mfa.app_settings import RECOVERY_CODE_COUNT
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth, flows
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes as Seeded
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import transaction

from . import encryption
from .models import User

LENGTH = 12
SHORTEST = 8
"""Signs of a code from before; an app's has 6, and is not worth a hash here."""
ROUNDS = 100_000
"""A tenth of a password's: people choose those, and here ten are made and compared at once."""
KEPT, SEED = "codes", "seed"
MARK = "pbkdf2_sha256$"
Json = dict[str, Any]


def hashed(codes: list[str]) -> Json:
    """Return what is stored of new codes."""
    hasher = PBKDF2PasswordHasher()
    typed = (normalize_user_code(code) for code in codes)
    return _closed([hasher.encode(each, hasher.salt(), ROUNDS) for each in typed])


def of_seed(data: Json) -> Json:
    """Return what is stored instead of allauth's seed: hashes of the unused codes."""
    return hashed(Seeded(Authenticator(data=data)).get_unused_codes())


def _closed(hashes: list[str]) -> Json:
    # Where an older release runs beside this one, the second field tells it of no codes; without
    # it and without a seed it would fail.
    return {KEPT: encryption.encrypt("\n".join(hashes)), "migrated_codes": []}


def _hashes(data: Json) -> list[str]:
    """Return the hashes of the codes left; none where no key opens them."""
    lines = encryption.decrypt(data.get(KEPT, "")).splitlines()
    return [line for line in lines if line.startswith(MARK)]


class RecoveryCodes(Seeded):  # type: ignore[misc]  # allauth carries no types
    """Somebody's recovery codes. What was just made stands in the row's ``new_codes``, once."""

    instance: Authenticator

    def __init__(self, instance: Authenticator) -> None:
        super().__init__(instance)
        if SEED in instance.data:  # of an older release that ran beside this one
            self._convert()

    @transaction.atomic
    def _convert(self) -> None:
        row = Authenticator.objects.select_for_update().get(pk=self.instance.pk)
        if SEED in row.data:
            row.data = of_seed(row.data)
            row.save(update_fields=["data"])
        self.instance.data = row.data

    @classmethod
    def activate(cls, user: User) -> "RecoveryCodes":
        """Make codes, unless there are some."""
        mine = {"user_id": user.pk, "type": Authenticator.Type.RECOVERY_CODES}
        row, codes = Authenticator.objects.filter(**mine).first(), []
        if row is None:
            codes = [generate_user_code(length=LENGTH) for _each in range(RECOVERY_CODE_COUNT)]
            row = Authenticator.objects.create(**mine, data=hashed(codes))
        row.new_codes = codes
        return cls(row)

    def get_unused_codes(self) -> list[str]:
        """Return as many blanks as codes are left: what they are is not known here."""
        return ["****"] * len(_hashes(self.instance.data))

    def validate_code(self, code: str) -> bool:
        """Tell whether a code fits, and take it away."""
        typed = normalize_user_code(code)
        if len(typed) < SHORTEST:
            return False
        hasher = PBKDF2PasswordHasher()
        # Compared before the row is locked: on SQLite everybody's writes would wait.
        for each in _hashes(self.instance.data):
            if hasher.verify(typed, each):
                return self._use_up(each)
        return False

    @transaction.atomic
    def _use_up(self, used: str) -> bool:
        self.instance = Authenticator.objects.select_for_update().get(pk=self.instance.pk)
        left = _hashes(self.instance.data)
        if used not in left:
            return False
        left.remove(used)
        self.instance.data |= _closed(left)
        self.instance.save(update_fields=["data"])
        return True


def install() -> None:
    """Let allauth use these codes wherever it uses its own."""
    auth.RecoveryCodes = flows.RecoveryCodes = RecoveryCodes
