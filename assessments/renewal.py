"""A newer version of what an older report was made with, and which answers still hold."""

from dataclasses import dataclass

from careers.catalogue import framework_of
from careers.document import Framework

from .models import Assessment
from .querysets import LATEST


@dataclass(frozen=True, slots=True)
class Newer:
    """The newest version's number, and whether the report's target level is still there."""

    number: int
    has_level: bool


def newer(assessment: Assessment) -> Newer | None:
    """Return the newer version, if there is one.

    The assessment must have been loaded ``with_report``; no query while the newer version's
    framework is cached.
    """
    pk, number, sha256 = (getattr(assessment, f"latest_{part}") for part in LATEST)
    if pk is None or pk == assessment.version_id:
        return None
    return Newer(number, framework_of(pk, sha256).level(assessment.level) is not None)


def same_skills(before: Framework, after: Framework) -> frozenset[str]:
    """Return the skills that are asked again in the same words, so that their answers hold."""
    words = {
        key: (skill.title, skill.description, skill.anchors)
        for key, skill in before.skills().items()
    }
    return frozenset(
        skill.key
        for group in after.questionnaire()
        for skill in group.skills
        if words.get(skill.key) == (skill.title, skill.description, skill.anchors)
    )
