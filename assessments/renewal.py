"""A newer version of what an older report was made with, and which answers still hold."""

from dataclasses import dataclass

from careers.catalogue import framework
from careers.document import Framework

from .models import Assessment


@dataclass(frozen=True, slots=True)
class Newer:
    """The newest version's number, and whether the report's target level is still there."""

    number: int
    has_level: bool


def newer(assessment: Assessment) -> Newer | None:
    """Return the newer version, if there is one.

    No query while its framework is cached, if the assessment was loaded ``with_report``.
    """
    latest = assessment.version.career.latest
    if latest is None or latest.pk == assessment.version_id:
        return None
    return Newer(latest.number, framework(latest).level(assessment.level) is not None)


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
