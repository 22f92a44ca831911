"""Reports: rows and documents go into the core; a reply for programs or a page comes out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from careers.catalogue import framework
from careers.document import Level

from . import figures
from .answers import Stored, stored
from .core.ladder import Ratings
from .core.second import agreeing
from .models import Assessment
from .report_maker import PageMaker
from .report_page import ReportPage

Json = dict[str, Any]


def _score(
    assessment: Assessment,
    level: str,
    answers: Mapping[str, Stored],
    seconds: Sequence[Ratings] = (),
) -> Json:
    values = {skill: rating.value for skill, rating in answers.items()}
    proven = {skill for skill, rating in answers.items() if rating.evidence.strip()}
    proven |= agreeing(values, seconds)
    return figures.score_reply(assessment.version, level, values, proven)


def _confirmed(
    assessment: Assessment,
    level: str,
    answers: Mapping[str, Stored],
    seconds: Sequence[Ratings],
) -> float | None:
    """Return the cautious reading that takes second ratings in, or None without any."""
    if not seconds:
        return None
    cautious: float = _score(assessment, level, answers, seconds)["cautious"]
    return cautious


def reply(assessment: Assessment) -> Json:
    """Return the score of an assessment as programs get it. What finishing freezes."""
    return _score(assessment, assessment.level, stored(assessment))


class UnknownLevelError(LookupError):
    """The version has no such level."""


def _read(assessment: Assessment, level: str | None, answers: Mapping[str, Stored]) -> Json:
    """Return the frozen reply for the target level, a computed one for any other."""
    if level is None or level == assessment.level:
        frozen: Json = json.loads(assessment.report.reply)
        return frozen
    if framework(assessment.version).level(level) is None:
        raise UnknownLevelError(level)
    return _score(assessment, level, answers)


def level_of(assessment: Assessment) -> Level:
    """Return an assessment's target level."""
    level = framework(assessment.version).level(assessment.level)
    if level is None:
        raise UnknownLevelError(assessment.level)
    return level


def program_reply(
    assessment: Assessment, level: str | None = None, *, seconds: Sequence[Ratings] = ()
) -> Json:
    """Return a finished report for programs: the score's reply with id, dates and titles.

    ``seconds`` are completed second ratings; with them ``confirmed`` is a number.
    Raises UnknownLevelError for a level that the version does not have.
    """
    content = framework(assessment.version)
    is_computed = seconds or level not in (None, assessment.level)
    answers = stored(assessment) if is_computed else {}
    reply = _read(assessment, level, answers)
    return {
        **reply,
        "confirmed": _confirmed(assessment, reply["level"], answers, seconds),
        "assessment": str(assessment.pk),
        "started_at": assessment.created_at.isoformat(),
        "finished_at": assessment.finished_at.isoformat() if assessment.finished_at else None,
        "framework_sha256": assessment.version.sha256,
        "report_sha256": assessment.report.sha256,
        "titles": {
            "career": content.title,
            "levels": {each.key: each.title for each in content.levels},
            "skills": {key: skill.title for key, skill in content.skills().items()},
        },
    }


def page(
    assessment: Assessment,
    level: str | None = None,
    *,
    seconds: Sequence[Ratings] = (),
    is_own: bool = True,
    with_notes: bool = True,
) -> ReportPage:
    """Return the report of a finished assessment, read at its target or another level.

    ``seconds`` are completed second ratings; without ``with_notes`` no evidence is on it.
    Raises UnknownLevelError for a level that the version does not have.
    """
    content = framework(assessment.version)
    answers = stored(assessment)
    reply = _read(assessment, level, answers)
    shown = content.level(reply["level"])
    if shown is None:
        raise UnknownLevelError(reply["level"])
    maker = PageMaker(assessment, content, shown, reply, answers, with_notes=with_notes)
    confirmed = _confirmed(assessment, shown.key, answers, seconds)
    return replace(maker.make(), confirmed=confirmed, is_own=is_own)
