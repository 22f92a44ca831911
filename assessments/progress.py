"""How far an assessment has come: which pages there are, what is answered, what is next."""

from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse

from careers.catalogue import CACHED_FRAMEWORKS, framework, framework_of
from careers.document import Level, Skill, SkillGroup
from careers.models import Version

from .core.ladder import Ratings
from .models import Assessment

SECONDS_PER_SKILL = 20


@lru_cache(maxsize=CACHED_FRAMEWORKS)
def _pages(version_id: int, sha256: str) -> tuple[SkillGroup, ...]:
    return framework_of(version_id, sha256).questionnaire()


@lru_cache(maxsize=CACHED_FRAMEWORKS)
def _asked(version_id: int, sha256: str) -> dict[str, str]:
    pages = _pages(version_id, sha256)
    return {skill.key: page.key for page in pages for skill in page.skills}


def pages(version: Version) -> tuple[SkillGroup, ...]:
    """Return the pages of a version's questionnaire, in order."""
    return _pages(version.pk, version.sha256)


def asked(version: Version) -> dict[str, str]:
    """Return the skills that are asked, each with its page's key."""
    return _asked(version.pk, version.sha256)


@dataclass(frozen=True, slots=True)
class PageProgress:
    """One page: how many of its skills are answered, and which are not."""

    key: str
    title: str
    number: int
    total: int
    unanswered: tuple[Skill, ...]
    unsure: tuple[Skill, ...]
    address: str
    is_current: bool

    @property
    def answered(self) -> int:
        """Return how many skills have an answer, "not sure" included."""
        return self.total - len(self.unanswered)


@dataclass(frozen=True, slots=True)
class Progress:
    """All pages and the totals. ``minutes`` is a rounded-up guess of the time left."""

    career: str
    level: Level
    pages: tuple[PageProgress, ...]
    answered: int
    total: int
    minutes: int
    previous: PageProgress | None
    next: PageProgress | None

    @property
    def percent(self) -> int:
        """Return how much is answered, in whole percent."""
        return 100 * self.answered // self.total

    @property
    def unanswered(self) -> int:
        """Return how many skills have no answer."""
        return self.total - self.answered


def address(assessment: Assessment, page: str) -> str:
    """Return the address of a page of the questionnaire."""
    return reverse("assessments:rate", args=[assessment.pk, page])


def of(assessment: Assessment, values: Ratings, *, current: str = "") -> Progress:
    """Return the progress of an assessment with these ratings by skill."""
    content = framework(assessment.version)
    level = content.level(assessment.level)
    if level is None:
        raise LookupError(assessment.level)
    made = tuple(
        PageProgress(
            key=page.key,
            title=page.title,
            number=number,
            total=len(page.skills),
            unanswered=tuple(s for s in page.skills if s.key not in values),
            unsure=tuple(s for s in page.skills if values.get(s.key, 0) is None),
            address=address(assessment, page.key),
            is_current=page.key == current,
        )
        for number, page in enumerate(pages(assessment.version), start=1)
    )
    total = sum(page.total for page in made)
    answered = sum(page.answered for page in made)
    place = next((n for n, page in enumerate(made) if page.is_current), -1)
    return Progress(
        career=content.title,
        level=level,
        pages=made,
        answered=answered,
        total=total,
        minutes=-(-(total - answered) * SECONDS_PER_SKILL // 60),
        previous=made[place - 1] if place > 0 else None,
        next=made[place + 1] if 0 <= place < len(made) - 1 else None,
    )


def after(assessment: Assessment, page: SkillGroup, go: str) -> str:
    """Return where to go when a page is saved: "next", "back", "review" or "stay"."""
    keys = [each.key for each in pages(assessment.version)]
    place = keys.index(page.key) + {"next": 1, "back": -1, "stay": 0}.get(go, 1)
    if go == "review" or place >= len(keys):
        return reverse("assessments:finish", args=[assessment.pk])
    return address(assessment, keys[max(place, 0)])
