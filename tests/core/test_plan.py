"""Training plans: what an easy model gets wrong, drawn as small tables.

A table of steps has hours, cost in cents, what a step requires, waits for and gives.
"""

import pytest

from assessments.core.plan import Goal, Plan, PlannedStep, Problem, solve
from assessments.core.readiness import readiness
from assessments.core.scale import Band
from assessments.core.training import Step, can_be_taken, raised

from . import read


def pairs(cell: str) -> tuple[tuple[str, int], ...]:
    words = [entry.split() for entry in cell.split(",") if entry.strip()]
    return tuple((skill, int(rating)) for skill, rating in words)


def steps_of(table: str) -> tuple[Step, ...]:
    """Return the steps of a table: step | hours | cost | requires | after | gives."""
    steps = []
    for line in table.strip().splitlines():
        key, hours, cost, requires, after, gives = (cell.strip() for cell in line.split("|"))
        if key != "step":
            waits = frozenset(after.replace(",", " ").split())
            steps.append(Step(key, int(hours), int(cost), pairs(requires), waits, pairs(gives)))
    return tuple(steps)


def problem(level: str, steps: str, goal: Goal = Goal.FASTEST, **more) -> Problem:
    """Return the problem of two tables, with time enough for a busy machine."""
    asked, ratings = read(level)
    return Problem(asked, ratings, steps_of(steps), goal, **{"seconds": 60.0, **more})


def keys(plan: Plan | None) -> list[str] | None:
    return None if plan is None else [step.step for step in plan.steps]


def check(posed: Problem, plan: Plan) -> None:
    """Assert that a plan can be walked and that its figures are those of the score."""
    now, done = posed.start(), set(posed.done)
    steps = {step.key: step for step in posed.steps}
    low = readiness(posed.level, now).low
    for planned_step in plan.steps:
        step = steps[planned_step.step]
        assert can_be_taken(step, now, done)
        now, done = raised(step, now), done | {step.key}
        figures = readiness(posed.level, now)
        assert (planned_step.low_after, planned_step.band_after) == (figures.low, figures.band)
        assert figures.low >= low
        low = figures.low
    assert plan.hours == sum(step.hours for step in plan.steps)
    assert plan.cost == sum(step.cost for step in plan.steps)
    assert posed.fits(steps[planned_step.step] for planned_step in plan.steps)
    assert (plan.low_after, plan.reachable) == (low, plan.band_after == Band.READY)


ONE_SKILL = """
    skill   | asks | matters | have
    cutting |   2  |   1     |   0
"""
TWO_SKILLS = """
    skill   | asks | matters | have
    cutting |   2  |   1     |   0
    gluing  |   2  |   1     |   0
"""
GOALS = """
    step  | hours | cost | requires | after | gives
    quick |  10   | 900  |          |       | cutting 2, gluing 2
    cut   |  20   |  10  |          |       | cutting 2
    glue  |  20   |  10  |          |       | gluing 2
    half  |  15   | 500  |          |       | cutting 2, gluing 1
"""


CIRCLE = """
    step | hours | cost | requires  | after | gives
    cut  |   1   |  0   | gluing 1  |       | cutting 2
    glue |   1   |  0   | cutting 1 |       | gluing 2
"""


def test_steps_that_support_each_other_in_a_circle_are_no_plan():
    """Each needs what only the other gives: neither can be taken first."""
    plan = solve(problem(TWO_SKILLS, CIRCLE))
    assert (plan.proven, plan.reachable, keys(plan)) == (True, False, [])
    assert plan.unreachable_skills == ("cutting", "gluing")


def test_a_circle_with_an_entrance_is_a_plan():
    """The long way in is taken, though without it the plan would look shorter."""
    entrance = CIRCLE + "    try | 50 | 0 | | | cutting 1\n"
    plan = solve(problem(TWO_SKILLS, entrance))
    assert (plan.reachable, keys(plan), plan.hours) == (True, ["try", "glue", "cut"], 52)


def test_the_cheaper_of_two_entrances_is_taken():
    """A circle of three, which can be entered at two places."""
    table = """
        step | hours | cost | requires  | after | gives
        a    |   1   |  0   | gluing 1  |       | cutting 1
        b    |   1   |  0   | cutting 1 |       | sorting 1
        c    |   1   |  0   | sorting 1 |       | gluing 1
        near |   7   |  0   |           |       | sorting 1
        far  |   9   |  0   |           |       | gluing 1
    """
    level = """
        skill   | asks | matters | have
        cutting |   1  |   1 *   |   0
        sorting |   1  |   1 *   |   0
        gluing  |   1  |   1 *   |   0
    """
    assert keys(solve(problem(level, table))) == ["near", "c", "a"]


def test_a_step_does_not_help_itself_to_what_it_requires():
    """It gives what it requires, and more; but first somebody has to have it."""
    table = """
        step   | hours | cost | requires  | after | gives
        itself |   1   |  0   | cutting 1 |       | cutting 2
        start  |  30   |  0   |           |       | cutting 1
        class  |  40   |  0   |           |       | cutting 2
    """
    assert keys(solve(problem(ONE_SKILL, table))) == ["start", "itself"]
    assert keys(solve(problem(ONE_SKILL, table, without=frozenset({"start"})))) == ["class"]


def test_two_circles_are_entered_one_through_the_other():
    """Gluing leads into sorting; both circles look free of charge until they are walked."""
    table = """
        step   | hours | cost | requires  | after | gives
        cut    |   1   |  0   | gluing 1  |       | cutting 2
        glue   |   1   |  0   | cutting 1 |       | gluing 2
        sort   |   1   |  0   | packing 1 |       | sorting 2
        pack   |   1   |  0   | sorting 1 |       | packing 2
        bridge |   4   |  0   | gluing 2  |       | sorting 1
        door   |   9   |  0   |           |       | gluing 1
        gate   |  20   |  0   |           |       | packing 1
    """
    level = """
        skill   | asks | matters | have
        cutting |   2  |   1 *   |   0
        gluing  |   2  |   1 *   |   0
        sorting |   2  |   1 *   |   0
        packing |   2  |   1 *   |   0
    """
    plan = solve(problem(level, table))
    assert (plan.hours, sorted(plan.keys)) == (
        17,
        ["bridge", "cut", "door", "glue", "pack", "sort"],
    )


def test_a_step_waits_for_a_step_however_high_the_ratings_are():
    """What it comes after is taken, though it raises nothing."""
    table = """
        step   | hours | cost | requires | after  | gives
        course |   5   |  0   |          | papers | cutting 2
        papers |   3   |  0   |          |        |
    """
    plan = solve(problem(ONE_SKILL, table))
    assert (keys(plan), plan.hours) == (["papers", "course"], 8)


@pytest.mark.parametrize(
    ("have", "expected"),
    [("0", ["basics", "course"]), ("?", ["basics", "course"]), ("1", ["course"])],
)
def test_a_prerequisite_by_rating_is_met_by_the_person_or_by_a_step(have, expected):
    """Of the two steps that give it, the shorter; "not sure" counts as 0."""
    table = """
        step   | hours | cost | requires  | after | gives
        course |   5   |  0   | sorting 1 |       | cutting 2
        basics |   3   |  0   |           |       | sorting 1
        school |   4   |  0   |           |       | sorting 3
    """
    level = ONE_SKILL + f"    sorting | 4 | 1 | {have}\n"
    # 2/2 of cutting and 1/4 of sorting, 5 to 1: 5 + 1/4 of 6 points
    level = level.replace("|   1     |   0", "|   5     |   0")
    assert keys(solve(problem(level, table))) == expected


def test_a_step_that_can_never_be_taken_is_no_help():
    """It needs a rating that no step gives, or a step that is not available."""
    table = """
        step  | hours | cost | requires  | after | gives
        dream |   1   |  0   | cutting 4 |       | cutting 2
        later |   1   |  0   |           | dream | cutting 2
        class |   9   |  0   |           |       | cutting 2
    """
    assert keys(solve(problem(ONE_SKILL, table))) == ["class"]


def test_one_step_that_gives_several_skills_beats_several_steps():
    """Nine hours for both instead of five each."""
    table = """
        step   | hours | cost | requires | after | gives
        cut    |   5   |  0   |          |       | cutting 2
        glue   |   5   |  0   |          |       | gluing 2
        school |   9   |  0   |          |       | cutting 2, gluing 2
    """
    assert keys(solve(problem(TWO_SKILLS, table))) == ["school"]


def test_surplus_in_one_skill_never_hides_a_gap_in_another():
    """Cutting at 4 where 2 is asked counts no more than 2: gluing must be learned."""
    table = """
        step   | hours | cost | requires | after | gives
        master |   1   |  0   |          |       | cutting 4
        glue   |  90   |  0   |          |       | gluing 2
    """
    assert keys(solve(problem(TWO_SKILLS, table))) == ["glue", "master"]


def test_part_of_a_skill_counts_in_part():
    """Three quarters of gluing make it 80 % with all of cutting: the step to 3 is enough."""
    level = """
        skill   | asks | matters | have
        cutting |   1  |   1     |   0
        gluing  |   4  |   4     |   0
    """
    table = """
        step  | hours | cost | requires | after | gives
        cut   |   3   |  0   |          |       | cutting 1
        three |   5   |  0   |          |       | gluing 3
        four  |   9   |  0   |          |       | gluing 4
    """
    plan = solve(problem(level, table))
    assert (sorted(plan.keys), plan.low_after) == (["cut", "three"], 800)


def test_past_80_an_essential_below_what_is_required_is_not_ready():
    """90 % without gluing: the plan goes on until gluing is there."""
    level = """
        skill   | asks | matters | have
        cutting |   1  |   5     |   1
        sorting |   1  |   4     |   1
        gluing  |   2  |   1 *   |   1
    """
    table = """
        step | hours | cost | requires | after | gives
        glue |  70   |  0   |          |       | gluing 2
    """
    posed = problem(level, table)
    assert readiness(posed.level, posed.ratings).low == 950
    plan = solve(posed)
    assert (keys(plan), plan.band_after, plan.low_after) == (["glue"], Band.READY, 1000)


def test_steps_of_no_hours_and_no_cost_are_taken_only_where_they_help():
    """The free one that opens the short way is in; the free one that adds nothing is not."""
    table = """
        step  | hours | cost | requires  | after | gives
        form  |   0   |  0   |           |       | sorting 1
        talk  |   0   |  0   |           |       | packing 1, cutting 1
        short |   5   |  0   | sorting 1 |       | cutting 2
        long  |   9   |  0   |           |       | cutting 2
    """
    assert keys(solve(problem(ONE_SKILL, table))) == ["form", "short"]


def test_of_the_steps_that_can_be_taken_next_the_largest_gain_comes_first_then_the_key():
    """Points of 12: a 3, b 3, c 4 once sorting is there, d 2 which opens c; then the figures.

    d waits until a and b are done; then c, which is larger, is possible at last.
    """
    level = """
        skill   | asks | matters | have
        cutting |   2  |   3     |   0
        gluing  |   2  |   3     |   0
        sorting |   1  |   2     |   0
        packing |   1  |   4     |   ?
    """
    table = """
        step | hours | cost | requires  | after | gives
        d    |   1   |  10  |           |       | sorting 1
        c    |   2   |  20  | sorting 1 |       | packing 1, loading 2
        b    |   4   |  40  |           |       | cutting 2
        a    |   8   |  80  |           |       | gluing 2
    """
    plan = solve(problem(level, table, Goal.BEST))
    assert plan.steps == (
        PlannedStep("a", 8, 80, (("gluing", 0, 2),), 250, Band.STARTING_OUT),
        PlannedStep("b", 4, 40, (("cutting", 0, 2),), 500, Band.BUILDING),
        PlannedStep("d", 1, 10, (("sorting", 0, 1),), 666, Band.NEARLY_READY),
        PlannedStep("c", 2, 20, (("packing", 0, 1), ("loading", 0, 2)), 1000, Band.READY),
    )
    assert (plan.hours, plan.cost, plan.low_after, plan.band_after) == (15, 150, 1000, Band.READY)
