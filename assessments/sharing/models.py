"""Links by which somebody else reads a report."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..models import SHA256_HEX, Assessment

MAX_LABEL = 80


class ShareLink(models.Model):
    """A link that shows one report, read only, until it expires or is revoked.

    Only the token's hash is kept. ``views`` counts people who opened it.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="share_links")
    token_hash = models.CharField(max_length=64)
    label = models.CharField(_("for whom"), max_length=MAX_LABEL, blank=True, default="")
    with_email = models.BooleanField(_("show my e-mail address"), default=False)
    with_notes = models.BooleanField(_("show my evidence"), default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    views = models.PositiveIntegerField(default=0)
    last_viewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("token_hash",), name="share_link_once"),
            models.CheckConstraint(
                condition=Q(token_hash__regex=SHA256_HEX), name="share_link_is_hash"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="share_link_expires_later"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(revoked_at__gte=F("created_at")),
                name="share_link_revoked_later",
            ),
            models.CheckConstraint(
                condition=Q(views=0, last_viewed_at=None)
                | Q(views__gte=1, last_viewed_at__isnull=False),
                name="share_link_last_view_if_any",
            ),
        )

    def __str__(self) -> str:
        return f"Share link of assessment {self.assessment_id}"
