"""Laws that every score keeps, tried on made-up ladders and answers.

``Reference`` is a second implementation of the score: slow, written with fractions from
the published rules alone, and sharing nothing with the code it checks.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.core.ladder import Ladder, Level, Ratings, Requirement
from assessments.core.score import reply, score

SKILLS = ("a", "b", "c", "d", "e", "f", "g", "h")
BANDS = ("starting_out", "building", "nearly_ready", "ready")  # worst first
laws = settings(max_examples=60, deadline=None)
thoroughly = settings(max_examples=150, deadline=None)


@dataclass(frozen=True)
class Reference:
    """The rules, word by word, for one level."""

    level: Level
    titles: dict[str, str]
    ratings: dict[str, int | None]

    def covered(self, need: Requirement) -> Fraction:
        """Return min(a / r, 1); "not sure" covers nothing."""
        rating = self.ratings.get(need.skill)
        return Fraction(0) if rating is None else min(Fraction(rating, need.rating), Fraction(1))

    def unmet(self, need: Requirement) -> bool:
        """Tell whether a < r, or not sure."""
        rating = self.ratings.get(need.skill)
        return rating is None or rating < need.rating

    def lost(self, need: Requirement) -> Fraction:
        """100 · w · (1 − c) / Σw."""
        weight = sum(each.importance for each in self.level.requirements)
        return Fraction(100) * need.importance * (1 - self.covered(need)) / weight

    def low(self) -> Fraction:
        """What is not lost."""
        return 100 - sum((self.lost(need) for need in self.level.requirements), Fraction(0))

    def high(self) -> Fraction:
        """Every "not sure" and every blank taken as met."""
        met = {n.skill: n.rating for n in self.level.requirements}
        known = {skill: a for skill, a in self.ratings.items() if a is not None}
        return Reference(self.level, self.titles, {**met, **known}).low()

    def cautious(self, proven: set[str]) -> Fraction:
        """Every unproven rating above 0 one step lower."""
        lowered = {
            skill: a if a is None or a == 0 or skill in proven else a - 1
            for skill, a in self.ratings.items()
        }
        return Reference(self.level, self.titles, lowered).low()

    def band(self) -> str:
        """The best band whose threshold is reached; at most Building without an essential."""
        capped = any(n.essential and self.unmet(n) for n in self.level.requirements)
        reached = [
            band
            for band, least in zip(BANDS, (0, 40, 60, 80), strict=True)
            if self.low() >= least and not (capped and least > 40)
        ]
        return reached[-1]

    def gap_order(self) -> list[Requirement]:
        """Unmet essentials, other gaps, then what is met; each by loss, title and key."""
        needs = sorted(self.level.requirements, key=lambda n: n.skill)
        needs.sort(key=lambda n: self.titles[n.skill].casefold())
        needs.sort(key=self.lost, reverse=True)
        first = [n for n in needs if n.essential and self.unmet(n)]
        then = [n for n in needs if not n.essential and self.unmet(n)]
        return first + then + [n for n in needs if not self.unmet(n)]

    def ledger(self) -> list[float]:
        """Return the lost points as printed: differences of rounded-down running totals."""
        total, printed, figures = self.low(), floor(self.low() * 10), []
        for need in self.gap_order():
            total += self.lost(need)
            figures.append((floor(total * 10) - printed) / 10)
            printed = floor(total * 10)
        return figures

    def turning_points(self) -> list[str]:
        """The band computed again with each rating one step lower."""
        found = []
        for need in self.gap_order():
            rating = self.ratings.get(need.skill)
            if rating:
                lower = {**self.ratings, need.skill: rating - 1}
                if Reference(self.level, self.titles, lower).band() != self.band():
                    found.append(need.skill)
        return found

    def widest_unknown(self) -> str | None:
        """The first of those "not sure" that lose most."""
        unknown = [n for n in self.gap_order() if self.ratings.get(n.skill) is None]
        most = max((self.lost(n) for n in unknown), default=None)
        return next((n.skill for n in unknown if self.lost(n) == most), None)


def down(percent: Fraction) -> float:
    """Round down to one decimal."""
    return floor(percent * 10) / 10


def expected(ladder: Ladder, target: str, ratings: dict[str, int | None], proven: set[str]):
    """Return the reply that the rules ask for."""
    titles = dict(ladder.titles)
    levels = [Reference(level, titles, ratings) for level in ladder.levels]
    here = next(each for each in levels if each.level.key == target)
    reached = None
    for each in levels:
        if each.band() != "ready":
            break
        reached = each.level.key
    return {
        "career": "made-up",
        "version": 1,
        "level": target,
        "low": down(here.low()),
        "high": down(here.high()),
        "cautious": down(here.cautious(proven)),
        "band": here.band(),
        "reached_level": reached,
        "unmet_essentials": [n.skill for n in here.gap_order() if n.essential and here.unmet(n)],
        "skills": [
            {
                "skill": need.skill,
                "required": need.rating,
                "rating": ratings.get(need.skill),
                "importance": need.importance,
                "essential": need.essential,
                "lost_points": lost,
            }
            for need, lost in zip(here.gap_order(), here.ledger(), strict=True)
        ],
        "levels": [
            {
                "level": each.level.key,
                "low": down(each.low()),
                "high": down(each.high()),
                "band": each.band(),
            }
            for each in levels
        ],
        "turning_points": here.turning_points(),
        "widest_unknown": here.widest_unknown(),
    }


requirements = st.builds(
    Requirement,
    skill=st.sampled_from(SKILLS),
    rating=st.integers(1, 4),
    importance=st.integers(1, 5),
    essential=st.integers(0, 5).map(lambda roll: roll == 0),
)


@st.composite
def ladders(draw) -> Ladder:
    """One to four levels; titles alike or different only in case, so that ties happen."""
    needs = st.lists(requirements, min_size=1, max_size=8, unique_by=lambda need: need.skill)
    levels = draw(st.lists(needs, min_size=1, max_size=4))
    titles = draw(
        st.fixed_dictionaries({skill: st.sampled_from(("Saw", "saw", "Weld")) for skill in SKILLS})
    )
    return Ladder(
        tuple(Level(f"level-{rank}", tuple(needs)) for rank, needs in enumerate(levels)), titles
    )


# Skills may be unanswered (missing), not sure (None) or unknown to the ladder ("gone").
answers = st.dictionaries(
    st.sampled_from((*SKILLS, "gone")), st.none() | st.integers(0, 4), max_size=9
)
# Good answers, so that the upper bands are met often enough.
good_answers = st.fixed_dictionaries(
    {skill: st.sampled_from((4, 4, 4, 3, 2, None)) for skill in SKILLS}
)
ratings_of_people = answers | good_answers
proofs = st.sets(st.sampled_from(SKILLS))


def bands_of(ladder: Ladder, ratings: Ratings) -> list[int]:
    levels = score(ladder, "level-0", ratings).levels
    return [BANDS.index(level.band.value) for level in levels]


@thoroughly
@given(ladders(), ratings_of_people, proofs)
def test_the_score_is_what_the_rules_say(ladder, ratings, proven):
    """Every figure, band and list equals the reference, for every level as the target."""
    for level in ladder.levels:
        result = score(ladder, level.key, ratings, proven)
        assert reply(result, career="made-up", version=1) == expected(
            ladder, level.key, ratings, proven
        )


@laws
@given(ladders(), ratings_of_people, proofs, st.data())
def test_raising_a_rating_never_lowers_any_level(ladder, ratings, proven, data):
    """Neither readiness, nor the cautious reading, nor a band of any level."""
    skill = data.draw(st.sampled_from(SKILLS))
    better = data.draw(st.integers(ratings.get(skill) or 0, 4))
    raised = {**ratings, skill: better}
    for level in ladder.levels:
        before = score(ladder, level.key, ratings, proven)
        after = score(ladder, level.key, raised, proven)
        assert after.target.low >= before.target.low
        assert after.cautious >= before.cautious
    pairs = zip(bands_of(ladder, raised), bands_of(ladder, ratings), strict=True)
    assert all(after >= before for after, before in pairs)


@laws
@given(ladders(), ratings_of_people, proofs, st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_matters(ladder, ratings, proven, random):
    """Requirements, answers, proofs and titles in any order make the same reply."""

    def shuffled(things):
        things = list(things)
        random.shuffle(things)
        return things

    other = Ladder(
        tuple(Level(level.key, tuple(shuffled(level.requirements))) for level in ladder.levels),
        dict(shuffled(ladder.titles.items())),
    )
    for level in ladder.levels:
        one = score(ladder, level.key, ratings, proven)
        two = score(other, level.key, dict(shuffled(ratings.items())), shuffled(proven))
        assert reply(one, career="c", version=1) == reply(two, career="c", version=1)


@laws
@given(ladders(), ratings_of_people)
def test_the_printed_ledger_adds_up_to_exactly_a_hundred(ladder, ratings):
    """In tenths of a percent: what is there and what is lost are 1000, with nothing negative."""
    for level in ladder.levels:
        result = score(ladder, level.key, ratings)
        lost = [line.lost for line in result.lines]
        assert result.target.low + sum(lost) == 1000
        assert min(lost) >= 0


@laws
@given(ladders(), ratings_of_people, proofs)
def test_cautious_is_at_most_low_is_at_most_high(ladder, ratings, proven):
    """And all three are percentages."""
    for level in ladder.levels:
        result = score(ladder, level.key, ratings, proven)
        assert 0 <= result.cautious <= result.target.low <= result.target.high <= 1000


@laws
@given(ladders(), ratings_of_people)
def test_with_proof_of_everything_cautious_is_low(ladder, ratings):
    """There is nothing left to doubt."""
    for level in ladder.levels:
        result = score(ladder, level.key, ratings, proven=SKILLS)
        assert result.cautious == result.target.low


@laws
@given(ladders(), ratings_of_people)
def test_a_met_requirement_is_no_gap(ladder, ratings):
    """It loses nothing and stands behind every unmet one."""
    for level in ladder.levels:
        lines = score(ladder, level.key, ratings).lines
        assert {line.lost for line in lines if line.met} <= {0}
        met = [line.met for line in lines]
        assert met == sorted(met)


@laws
@given(ladders(), ratings_of_people)
def test_ready_means_no_essential_is_missing(ladder, ratings):
    """Nor Nearly ready; and the reached level is Ready like all below it."""
    result = score(ladder, "level-0", ratings)
    for level in result.levels:
        if level.band.value in ("ready", "nearly_ready"):
            assert level.unmet_essentials == ()
    ready = [level.band.value == "ready" for level in result.levels]
    climbed = ready.index(False) if False in ready else len(ready)
    assert result.reached_level == (f"level-{climbed - 1}" if climbed else None)
