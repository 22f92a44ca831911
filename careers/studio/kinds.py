"""The kinds of rows that are edited beside the matrix, by their word in addresses."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..models import Fact, GuideSection, Level, Skill, SkillGroup, Source, Step


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row: its word in addresses, its model, and its words for people."""

    word: str
    model: type[Any]
    one: Any
    many: Any
    about: Any


KINDS = {
    kind.word: kind
    for kind in (
        Kind("skills", Skill, _("skill"), _("Skills"), _("What is rated, each with five anchors.")),
        Kind(
            "groups",
            SkillGroup,
            _("skill group"),
            _("Skill groups"),
            _("The pages of the questionnaire, in order."),
        ),
        Kind("levels", Level, _("level"), _("Levels"), _("The rungs, lowest first.")),
        Kind(
            "steps",
            Step,
            _("training step"),
            _("Training steps"),
            _("What the plan is built from."),
        ),
        Kind("facts", Fact, _("fact"), _("Facts"), _("Figures with their sources.")),
        Kind(
            "guide",
            GuideSection,
            _("guide section"),
            _("Guide"),
            _("The sections of the career’s page, in each chapter’s order."),
        ),
        Kind(
            "sources",
            Source,
            _("source"),
            _("Sources"),
            _("What the names in the source fields stand for."),
        ),
    )
}


class KindConverter:
    """A kind's word in an address."""

    regex = "|".join(KINDS)

    def to_python(self, value: str) -> Kind:
        """Return the kind."""
        return KINDS[value]

    def to_url(self, value: "Kind | str") -> str:
        """Return the word of a kind, or the word itself."""
        word = value.word if isinstance(value, Kind) else value
        if word not in KINDS:
            raise ValueError(word)
        return word
