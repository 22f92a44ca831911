"""The review before finishing, and finishing: once, and with whatever is answered."""

import re

import pytest

from assessments.models import Assessment, Rating, Report


@pytest.fixture
def answer(mara, assessment):
    """Answer skills of Mara's assessment through its own address."""

    def save(**ratings: str) -> None:
        for skill, rating in ratings.items():
            mara.post(
                f"/assessments/{assessment.pk}/ratings/{skill}/", {"rating": rating, "revision": 0}
            )

    return save


def review(page: str) -> list[tuple[str, str, dict[str, list[tuple[str, str]]]]]:
    """Return the rows of the review: page, count, and what each list links to."""
    rows = []
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL):
        lists = re.split(r"Unanswered|Not sure", row)
        title = "".join(re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a></th>', row))
        names = re.findall("Unanswered|Not sure", row)
        links = [re.findall(r'/rate/(\w+/#[\w-]+)">(\w+)</a>', each) for each in lists[1:]]
        rows.append(
            (title, "".join(re.findall(r"\d+ of \d+", row)), dict(zip(names, links, strict=True)))
        )
    return rows


def test_the_review_lists_what_is_unanswered_and_unsure(mara, assessment, answer):
    """Each with the way to its question."""
    answer(gluing="unsure", planning="2")
    page = mara.get(f"/assessments/{assessment.pk}/finish/").content.decode()
    assert "<h1>1 skill is unanswered</h1>" in page
    assert review(page) == [
        (
            "With the hands",
            "1 of 2",
            {
                "Unanswered": [("hands/#skill-cutting", "Cutting")],
                "Not sure": [("hands/#skill-gluing", "Gluing")],
            },
        ),
        ("With the head", "1 of 1", {}),
    ]


def test_the_review_of_a_fresh_assessment_lists_everything(mara, assessment):
    """Nothing is answered, nothing is unsure."""
    page = mara.get(f"/assessments/{assessment.pk}/finish/").content.decode()
    assert "<h1>3 skills are unanswered</h1>" in page
    assert [(title, count) for title, count, _lists in review(page)] == [
        ("With the hands", "0 of 2"),
        ("With the head", "0 of 1"),
    ]


def test_the_review_of_a_full_assessment_asks_for_nothing(mara, assessment, answer):
    """It says that answers can still be changed."""
    answer(cutting="0", gluing="4", planning="2")
    page = mara.get(f"/assessments/{assessment.pk}/finish/").content.decode()
    assert "<h1>All skills are answered</h1>" in page
    assert review(page) == [("With the hands", "2 of 2", {}), ("With the head", "1 of 1", {})]


def test_looking_at_the_review_finishes_nothing(mara, assessment):
    """Only its button does."""
    mara.get(f"/assessments/{assessment.pk}/finish/")
    assert (Assessment.objects.get().finished_at, Report.objects.count()) == (None, 0)


@pytest.mark.parametrize("answered", [{}, {"cutting": "2"}, {"cutting": "unsure"}])
def test_finishing_leads_to_the_report_whatever_is_answered(mara, assessment, answer, answered):
    """With nothing answered too."""
    answer(**answered)
    reply = mara.post(f"/assessments/{assessment.pk}/finish/")
    report = f"/assessments/{assessment.pk}/report/"
    assert (reply.status_code, reply["Location"]) == (302, report)
    page = mara.get(report).content.decode()
    assert f"{len(answered)} of 3 skills answered" in page


def test_finishing_twice_makes_one_report(mara, assessment, answer):
    """A double submit is answered alike, and the first report stays as it is."""
    answer(cutting="3")
    replies = [mara.post(f"/assessments/{assessment.pk}/finish/") for _time in range(2)]
    before = (Report.objects.values().get(), Assessment.objects.values().get())
    replies.append(mara.post(f"/assessments/{assessment.pk}/finish/"))
    assert {(reply.status_code, reply["Location"]) for reply in replies} == {
        (302, f"/assessments/{assessment.pk}/report/")
    }
    assert (Report.objects.values().get(), Assessment.objects.values().get()) == before


def test_the_report_before_finishing_leads_to_the_review(mara, assessment):
    """There is no report yet; programs get 409 with the reason."""
    page = mara.get(f"/assessments/{assessment.pk}/report/")
    assert (page.status_code, page["Location"]) == (302, f"/assessments/{assessment.pk}/finish/")
    figures = mara.get(f"/assessments/{assessment.pk}/report.json")
    assert (figures.status_code, figures.json()) == (409, {"reason": "not_finished"})


def test_the_review_after_finishing_leads_to_the_report(mara, assessment):
    """It cannot be finished again."""
    mara.post(f"/assessments/{assessment.pk}/finish/")
    reply = mara.get(f"/assessments/{assessment.pk}/finish/")
    assert (reply.status_code, reply["Location"]) == (302, f"/assessments/{assessment.pk}/report/")


@pytest.mark.parametrize(
    ("answered", "leads_to"),
    [
        ({}, "rate/hands/"),
        ({"gluing": "2"}, "rate/hands/"),
        ({"cutting": "0", "gluing": "unsure"}, "rate/head/"),
        ({"cutting": "0", "gluing": "unsure", "planning": "1"}, "finish/"),
    ],
)
def test_coming_back_leads_to_the_first_page_with_something_unanswered(
    mara, assessment, answer, answered, leads_to
):
    """And to the review when there is none."""
    answer(**answered)
    reply = mara.get(f"/assessments/{assessment.pk}/")
    assert (reply.status_code, reply["Location"]) == (
        302,
        f"/assessments/{assessment.pk}/{leads_to}",
    )


def test_coming_back_to_a_finished_assessment_leads_to_its_report(mara, assessment):
    """Whatever was left unanswered."""
    mara.post(f"/assessments/{assessment.pk}/finish/")
    reply = mara.get(f"/assessments/{assessment.pk}/")
    assert reply["Location"] == f"/assessments/{assessment.pk}/report/"


def test_answers_of_skills_that_are_not_asked_are_not_counted(mara, assessment):
    """A row left by an import or by hand is ignored by every total."""
    Rating.objects.create(assessment=assessment, skill="whistling", value=4)
    page = mara.get(f"/assessments/{assessment.pk}/finish/").content.decode()
    assert "<h1>3 skills are unanswered</h1>" in page
