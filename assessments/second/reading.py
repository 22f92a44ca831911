"""Two ratings of one person side by side, and how far an invited rater has come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.statements import Bind, Select
from careers.document import Skill

from .. import progress
from ..core.ladder import Ratings
from ..core.second import agreeing, disagree
from ..models import Assessment
from .models import SecondAnswer, SecondRating

_COMPLETED = Select(
    lambda: (
        SecondAnswer.objects.filter(
            second_rating__assessment=Bind("assessment", Assessment._meta.pk),
            second_rating__finished_at__isnull=False,
        )
        .order_by()
        .values_list("second_rating_id", "skill", "value")
    )
)


def has_completed() -> Exists:
    """Ask along with an assessment whether a second rating of it is finished."""
    return Exists(SecondRating.objects.filter(assessment=OuterRef("pk"), finished_at__isnull=False))


def completed(assessment: Assessment) -> list[Ratings]:
    """Return the ratings of every finished second rating.

    One query, but for an assessment that was loaded with ``has_seconds`` and has none.
    """
    if not getattr(assessment, "has_seconds", True):
        return []
    found: dict[int, dict[str, int | None]] = {}
    for second, skill, value in _COMPLETED(assessment=assessment.pk):
        found.setdefault(second, {})[skill] = value
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Row:
    """One skill as both rated it; an answer that was not given is neither."""

    skill: Skill
    skill_group: str
    own: int | None
    own_answered: bool
    second: int | None
    second_answered: bool
    is_apart: bool
    person_note: str
    rater_note: str


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A finished second rating beside the person's own ratings."""

    second: SecondRating
    rows: tuple[Row, ...]
    agreeing: int

    @property
    def apart(self) -> tuple[Row, ...]:
        """Return the skills on which the two differ by two steps or more."""
        return tuple(row for row in self.rows if row.is_apart)

    def with_typed(self, typed: Mapping[str, str], *, by_rater: bool) -> "SideBySide":
        """Return the same with notes as they were typed, where they were refused."""
        rows = []
        for row in self.rows:
            text = typed.get(row.skill.key)
            if text is not None:
                row = replace(row, rater_note=text) if by_rater else replace(row, person_note=text)
            rows.append(row)
        return replace(self, rows=tuple(rows))

    @property
    def compared(self) -> int:
        """Return how many skills both have rated with a number."""
        return sum(row.own is not None and row.second is not None for row in self.rows)


def side_by_side(second: SecondRating, own: Ratings, answers: Iterable[SecondAnswer]) -> SideBySide:
    """Return both ratings of every skill that is asked. No query."""
    given = {answer.skill: answer for answer in answers}
    values = {skill: answer.value for skill, answer in given.items()}
    blank = SecondAnswer(value=None)
    rows = []
    for page in progress.pages(second.assessment.version):
        for skill in page.skills:
            answer = given.get(skill.key, blank)
            rows.append(
                Row(
                    skill=skill,
                    skill_group=page.title,
                    own=own.get(skill.key),
                    own_answered=skill.key in own,
                    second=answer.value,
                    second_answered=skill.key in given,
                    is_apart=disagree(own.get(skill.key), answer.value),
                    person_note=answer.person_note,
                    rater_note=answer.rater_note,
                )
            )
    return SideBySide(second, tuple(rows), len(agreeing(own, [values])))


def of_rater(second: SecondRating, token: str, *, current: str = "") -> progress.Progress:
    """Return how far the rater has come, with the addresses of their pages."""
    answers = SecondAnswer.objects.filter(second_rating=second)
    values = {answer.skill: answer.value for answer in answers}
    found = progress.of(second.assessment, values, current=current)
    pages = tuple(
        replace(page, address=reverse("assessments:second_rate", args=[token, page.key]))
        for page in found.pages
    )
    by_key = {page.key: page for page in pages}
    return replace(
        found,
        pages=pages,
        previous=by_key[found.previous.key] if found.previous else None,
        next=by_key[found.next.key] if found.next else None,
    )
