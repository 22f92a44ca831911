"""Having oneself rated by somebody else: blind, side by side, never averaged."""

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from assessments.core.second import agreeing, disagree
from assessments.models import Assessment
from assessments.second import actions
from assessments.second.models import SecondAnswer, SecondRating

from .test_report import finished, json_of, one, page_of, printed
from .test_sharing import share

CANARY = "canary-of-the-evidence"
OWN: dict[str, int | None] = {"cutting": 2, "gluing": 3, "planning": None}
ratings = st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 4))


@pytest.fixture
def report(mara, box_maker) -> Assessment:
    """Mara's finished report, nothing proven but gluing."""
    assessment = finished(mara, box_maker, "senior", OWN)
    assessment.ratings.filter(skill="gluing").update(evidence=CANARY)
    return assessment


@pytest.fixture
def mentor(db) -> Client:
    """The mentor's browser."""
    return Client(enforce_csrf_checks=True)


def invite(client: Client, report: Assessment, **fields: Any) -> str:
    """Invite through the page and return the link's path, as the page shows it once."""
    body = {"person": "Mara", "rater": "Tom", **fields}
    page = client.post(f"/assessments/{report.pk}/second/", body).content.decode()
    (path,) = re.findall(r'value="http://testserver(/second/[\w-]+/)"', page)
    return str(path)


def rate(mentor: Client, path: str, **values: Any) -> None:
    """Answer as the rater does, page by page, and finish."""
    for group in ("hands", "head"):
        body = {f"rating-{skill}": value for skill, value in values.items()}
        assert mentor.post(f"{path}rate/{group}/", body).status_code == 302
    assert mentor.post(f"{path}finish/")["Location"] == path


def sides(page: str) -> list[tuple[str, str, str, bool]]:
    """Return the table of a page: skill, own rating, second rating, whether far apart."""
    rows = re.findall(r"<tr[^>]*><th scope=\"row\">(.*?)</tr>", page, re.DOTALL)
    found = []
    for row in rows:
        cells = [re.sub(r"<span class=\"side-who\".*?</span>|<[^>]+>", "", each).strip()
                 for each in re.split(r"</t[hd]>", row)]  # fmt: skip
        found.append((cells[0], cells[1], cells[2], "far apart" in cells[3]))
    return found


def test_both_see_the_two_side_by_side_when_the_rater_has_finished(mara, mentor, report):
    """The same table for both, disagreements of two or more flagged, nothing averaged."""
    path = invite(mara, report)
    rate(mentor, path, cutting="4", gluing="2", planning="3")
    expected = [
        ("Cutting", "2 On my own", "4 Teach it", True),
        ("Gluing", "3 Fix problems", "2 On my own", False),
        ("Planning", "Not sure", "3 Fix problems", False),
    ]
    assert sides(mentor.get(path).content.decode()) == expected
    assert sides(mara.get(f"/assessments/{report.pk}/second/").content.decode()) == expected


def test_the_rater_sees_no_rating_before_finishing(mara, mentor, report):
    """Every page on the way is the same whatever the person answered."""
    path = invite(mara, report)

    def seen() -> list[bytes]:
        rest = ("", "rate/hands/", "rate/head/", "finish/")
        return [mentor.get(path + each).content for each in rest]

    before = seen()
    report.ratings.update(value=0, evidence="something else")
    assert seen() == before
    report.ratings.all().delete()
    assert seen() == before
    assert " checked" not in before[1].decode()


def test_the_person_sees_no_second_rating_before_it_is_finished(mara, mentor, report):
    """Neither on the page nor in the report, whatever is answered already."""
    path = invite(mara, report)
    pages = [f"/assessments/{report.pk}/{name}" for name in ("second/", "report/", "report.json")]
    csrf = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
    before = [csrf.sub(b"", mara.get(page).content) for page in pages]
    mentor.post(f"{path}rate/hands/", {"rating-cutting": "4"})
    assert [csrf.sub(b"", mara.get(page).content) for page in pages] == before


def test_the_rater_never_sees_evidence(mara, mentor, report):
    """Before and after."""
    path = invite(mara, report)
    pages = [mentor.get(path + each) for each in ("", "rate/hands/", "finish/")]
    rate(mentor, path, gluing="0")
    pages.append(mentor.get(path))
    assert [CANARY in page.content.decode() for page in pages] == [False] * 4


def test_the_rater_gets_the_questionnaire_of_the_same_version(mara, mentor, report, box_maker):
    """The same questions with their sentences, without evidence, and without a level's needs."""
    page = mentor.get(invite(mara, report) + "rate/hands/").content.decode()
    assert re.findall(r'<legend class="question-title">([^<]+)', page) == ["Cutting", "Gluing"]
    assert re.findall(r'choice-text">([^<]+)<', page)[:5] == [
        f"Cutting: what {n} looks like." for n in range(5)
    ]
    names = set(re.findall(r'name="([\w-]+)"', page))
    assert names - {"viewport", "description"} == {"rating-cutting", "rating-gluing", "go"}


def test_each_page_is_saved_and_can_be_changed_until_the_end(mara, mentor, report):
    """Coming back shows what was chosen; the last one sent counts."""
    path = invite(mara, report)
    for value in ("1", "3", "unsure"):
        mentor.post(f"{path}rate/hands/", {"rating-cutting": value})
        page = mentor.get(f"{path}rate/hands/").content.decode()
        assert re.findall(r'value="(\w+)" id="cutting_\w+" checked', page) == [value]
    assert SecondAnswer.objects.values_list("skill", "value").get() == ("cutting", None)


@pytest.mark.parametrize(
    ("page", "go", "leads_to"),
    [
        ("hands", "next", "rate/head/"),
        ("hands", "back", "rate/hands/"),
        ("head", "back", "rate/hands/"),
        ("head", "next", "finish/"),
        ("hands", "review", "finish/"),
        ("hands", "//evil.example", "rate/head/"),
    ],
)
def test_a_page_leads_on(mara, mentor, report, page, go, leads_to):
    """By its buttons, and nowhere else."""
    path = invite(mara, report)
    reply = mentor.post(f"{path}rate/{page}/", {"go": go})
    assert (reply.status_code, reply["Location"]) == (302, path + leads_to)


def test_a_wrong_answer_is_refused_with_what_to_do(mara, mentor, report):
    """It names the skill, and the page's other answers are kept on the screen."""
    path = invite(mara, report)
    reply = mentor.post(f"{path}rate/hands/", {"rating-cutting": "9", "rating-gluing": "2"})
    assert reply.status_code == 400
    assert "Choose one of the six answers" in reply.content.decode()
    assert re.findall(r'id="(\w+)" checked', reply.content.decode()) == ["gluing_2"]
    assert SecondAnswer.objects.count() == 0


def test_nothing_can_be_finished_without_an_answer(mara, mentor, report):
    """There would be nothing to compare."""
    path = invite(mara, report)
    reply = mentor.post(f"{path}finish/")
    assert (reply.status_code, SecondRating.objects.get().finished_at) == (400, None)
    assert "Answer at least one skill first" in reply.content.decode()


def test_answers_do_not_change_after_finishing(mara, mentor, report):
    """Every page leads to the comparison, and finishing twice is finishing once."""
    path = invite(mara, report)
    rate(mentor, path, cutting="4")
    end = SecondRating.objects.get().finished_at
    replies = [
        mentor.post(f"{path}rate/hands/", {"rating-cutting": "0"}),
        mentor.get(f"{path}rate/hands/"),
        mentor.get(f"{path}finish/"),
        mentor.post(f"{path}finish/"),
    ]
    assert [reply["Location"] for reply in replies] == [path] * 4
    assert SecondAnswer.objects.get().value == 4
    assert SecondRating.objects.get().finished_at == end
    with pytest.raises(actions.FinishedError):
        actions.save_answers(second=SecondRating.objects.get(), values={"cutting": 0})


def test_an_agreeing_second_rating_counts_as_evidence(mara, mentor, report):
    """In the cautious reading, beside the frozen figures and never in them.

    senior   | required | own | second | cautious before | with the second
    ---------+----------+-----+--------+-----------------+----------------
    cutting  | 3 w5     | 2   | 4      | 1/3             | 2/3
    gluing   | 3 w3     | 3 * | 2      | 1 (evidence)    | 1
    planning | 2 w2     | ?   | 3      | 0               | 0
    """
    before = json_of(mara, report)
    figures = printed(page_of(mara, report))
    rate(mentor, invite(mara, report), cutting="4", gluing="2", planning="3")
    after = json_of(mara, report)
    # The fixture's evidence came after the report was frozen: its cautious figure stays.
    assert (before.pop("confirmed"), after.pop("confirmed")) == (None, 63.3)
    assert after == before
    page = page_of(mara, report)
    assert printed(page) == figures
    assert one(r"With agreeing second ratings as evidence: ([\d.]+)%", page) == "63.3"


def test_a_lower_second_rating_changes_nothing(mara, mentor, report):
    """It is shown beside; the cautious reading is as if nobody had agreed."""
    rate(mentor, invite(mara, report), cutting="1", gluing="2", planning="0")
    assert json_of(mara, report)["confirmed"] == 46.6


def test_the_confirmed_reading_is_in_every_format(mara, mentor, stranger, report):
    """The page, the files and what is shared say the same."""
    rate(mentor, invite(mara, report), cutting="4")
    shared = share(mara, report)
    texts = [
        page_of(mara, report),
        mara.get(f"/assessments/{report.pk}/report.csv").content.decode(),
        stranger.get(shared).content.decode(),
        stranger.get(f"{shared}report.json").content.decode(),
    ]
    assert ["63.3" in text for text in texts] == [True] * 4
    assert ["Tom" in text for text in texts] == [False] * 4


@given(ratings, ratings)
def test_agreeing_is_at_least_as_high(own, other):
    """For every skill that both rated with a number, and for no other."""
    assert agreeing(own, [other]) == {
        skill
        for skill, value in own.items()
        if value is not None and (other.get(skill) is not None) and other[skill] >= value
    }


@given(ratings, st.lists(ratings, max_size=3))
def test_one_who_agrees_is_enough(own, others):
    """Several second ratings confirm what any of them confirms."""
    assert agreeing(own, others) == {s for other in others for s in agreeing(own, [other])}


@pytest.mark.parametrize(
    ("own", "other", "apart"),
    [(0, 2, True), (4, 2, True), (1, 2, False), (3, 3, False), (None, 4, False), (4, None, False)],
)
def test_two_steps_are_a_disagreement(own, other, apart):
    """Not sure contradicts nobody."""
    assert disagree(own, other) is apart


def test_both_keep_a_note_where_they_differ(mara, mentor, report):
    """Each their own; both read both; where they do not differ there is none to write."""
    path = invite(mara, report)
    rate(mentor, path, cutting="4", gluing="3")
    number = SecondRating.objects.get().pk
    own = f"/assessments/{report.pk}/second/"
    notes = {"note-cutting": "I was too modest", "note-gluing": "x", "note-other": "y"}
    assert mara.post(f"{own}{number}/notes/", notes).status_code == 302
    said = mentor.post(f"{path}notes/", {"note-cutting": "You train others <b>now</b>"})
    assert said["Location"] == path
    kept = SecondAnswer.objects.order_by("skill").values_list("skill", "person_note", "rater_note")
    assert list(kept) == [
        ("cutting", "I was too modest", "You train others <b>now</b>"),
        ("gluing", "", ""),
    ]
    for page in (mara.get(own).content.decode(), mentor.get(path).content.decode()):
        assert "I was too modest" in page
        assert "You train others &lt;b&gt;now&lt;/b&gt;" in page


def test_a_note_that_is_too_long_is_shown_again(mara, mentor, report):
    """To both of them, with what to do; nothing is stored."""
    path = invite(mara, report)
    rate(mentor, path, cutting="4")
    long = {"note-cutting": "n" * 1001}
    number = SecondRating.objects.get().pk
    for reply in (
        mentor.post(f"{path}notes/", long),
        mara.post(f"/assessments/{report.pk}/second/{number}/notes/", long),
    ):
        assert reply.status_code == 400
        assert "Shorten the note to 1000 characters" in reply.content.decode()
        assert "n" * 1001 in reply.content.decode()
    assert SecondAnswer.objects.get().rater_note == SecondAnswer.objects.get().person_note == ""


def test_no_note_before_the_rater_has_finished(mara, mentor, report):
    """There is nothing to differ about yet, for either of them."""
    path = invite(mara, report)
    number = SecondRating.objects.get().pk
    own = f"/assessments/{report.pk}/second/{number}/notes/"
    assert [mentor.post(f"{path}notes/").status_code, mara.post(own).status_code] == [404, 404]


def test_one_open_invitation_at_a_time(mara, mentor, report):
    """A second is refused while the first is open, and not after it is finished or ended."""
    first = invite(mara, report)
    page = mara.post(f"/assessments/{report.pk}/second/", {"person": "Mara"})
    assert (page.status_code, SecondRating.objects.count()) == (400, 1)
    assert "Somebody is invited already" in page.content.decode()
    rate(mentor, first, cutting="2")
    second = invite(mara, report, rater="Ann")
    assert [mentor.get(path).status_code for path in (first, second)] == [200, 200]


def test_an_invitation_that_ran_out_makes_room(mara, mentor, report):
    """After 90 days its link is a 404 and somebody else can be invited."""
    path = invite(mara, report)
    made = SecondRating.objects.get().created_at
    with time_machine.travel(made + timedelta(days=actions.DAYS), tick=False):
        assert mentor.get(path).status_code == 404
        mara_again = Client()
        mara_again.cookies = mara.cookies
        actions.invite(assessment=report, person="Mara", rater="", now=timezone.now())
    assert SecondRating.objects.count() == 1


def test_what_was_finished_counts_beyond_its_link(mara, mentor, report):
    """The link ends; the person keeps the comparison."""
    path = invite(mara, report)
    rate(mentor, path, cutting="4")
    long_ago = timezone.now() - timedelta(days=100)
    SecondRating.objects.update(
        created_at=long_ago, expires_at=long_ago + timedelta(days=90), finished_at=long_ago
    )
    assert mentor.get(path).status_code == 404
    assert json_of(mara, report)["confirmed"] == 63.3


def test_at_most_five_second_ratings(mara, report):
    """The sixth is refused with what to do."""
    for _time in range(actions.MAX_SECOND_RATINGS):
        actions.invite(assessment=report, person="Mara", rater="", now=timezone.now())
        SecondRating.objects.filter(finished_at=None).update(finished_at=timezone.now())
    page = mara.post(f"/assessments/{report.pk}/second/", {"person": "Mara"})
    assert (page.status_code, SecondRating.objects.count()) == (400, 5)
    assert "Remove one first" in page.content.decode()


@pytest.mark.parametrize("is_finished", [False, True])
def test_ending_removes_everything_of_it(mara, mentor, report, is_finished):
    """Link, answers and notes; the cautious reading is as before."""
    path = invite(mara, report)
    if is_finished:
        rate(mentor, path, cutting="4")
    else:
        mentor.post(f"{path}rate/hands/", {"rating-cutting": "4"})
    number = SecondRating.objects.get().pk
    mara.post(f"/assessments/{report.pk}/second/{number}/end/")
    assert (SecondRating.objects.count(), SecondAnswer.objects.count()) == (0, 0)
    assert (mentor.get(path).status_code, json_of(mara, report)["confirmed"]) == (404, None)


def test_nobody_ends_or_notes_the_second_rating_of_another_report(
    mara, mentor, stranger, report, box_maker
):
    """A changed number in the address finds nothing."""
    rate(mentor, invite(mara, report), cutting="4")
    number = SecondRating.objects.get().pk
    other = finished(stranger, box_maker, "senior", OWN)
    statuses = [
        stranger.post(f"/assessments/{other.pk}/second/{number}/{name}/").status_code
        for name in ("end", "notes")
    ]
    assert (statuses, SecondRating.objects.count()) == ([404, 404], 1)


@pytest.mark.parametrize("person", ["", "  ", "x" * 81])
def test_an_invitation_needs_a_name(mara, report, person):
    """So that the rater knows whom they rate."""
    page = mara.post(f"/assessments/{report.pk}/second/", {"person": person, "rater": "Tom & Co"})
    assert (page.status_code, SecondRating.objects.count()) == (400, 0)
    assert 'value="Tom &amp; Co"' in page.content.decode()


def test_nobody_is_invited_before_the_report(mara, assessment):
    """Own ratings must not change once somebody else's can be seen."""
    reply = mara.post(f"/assessments/{assessment.pk}/second/", {"person": "Mara"})
    assert reply["Location"] == f"/assessments/{assessment.pk}/finish/"
    assert SecondRating.objects.count() == 0


def test_an_invitation_is_shown_once_and_kept_as_a_hash(mara, report):
    """Whoever reads the database or the page later cannot open it."""
    path = invite(mara, report)
    token = path.split("/")[2]
    row = SecondRating.objects.values().get()
    assert row["token_hash"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(row)
    assert token not in mara.get(f"/assessments/{report.pk}/second/").content.decode()


def test_the_raters_pages_are_not_indexed_kept_or_told_of(mara, mentor, report):
    """And ask for no cookie, from the first to the last."""
    path = invite(mara, report)
    replies = [mentor.get(path + each) for each in ("", "rate/hands/", "finish/")]
    rate(mentor, path, cutting="4")
    replies.append(mentor.get(path))
    for reply in replies:
        assert reply["X-Robots-Tag"] == "noindex, nofollow"
        assert reply["Referrer-Policy"] == "no-referrer"
        assert "no-store" in reply["Cache-Control"]
    assert dict(mentor.cookies) == {}


def test_a_body_cannot_set_what_is_not_asked(mara, mentor, report):
    """No date, owner or note comes in with the answers."""
    path = invite(mara, report, finished_at="2026-01-01", expires_at="2099-01-01")
    mentor.post(f"{path}rate/hands/", {"rating-cutting": "4", "rater_note": "x", "value": "0"})
    second = SecondRating.objects.get()
    assert (second.finished_at, second.expires_at - second.created_at) == (None, timedelta(days=90))
    assert SecondAnswer.objects.values_list("value", "rater_note").get() == (4, "")


def test_two_invitations_at_once_are_one(report):
    """What slips past the check is refused by the database."""
    actions.invite(assessment=report, person="Mara", rater="", now=timezone.now())
    row = SecondRating.objects.get()
    row.pk, row.token_hash = None, "f" * 64
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_the_persons_page_takes_the_same_queries_for_one_and_for_five(
    mara, mentor, report, django_assert_num_queries
):
    """Session, assessment, second ratings, their answers, own ratings."""
    for count in (1, 4):
        for _time in range(count):
            rate(mentor, invite(mara, report), cutting="4", gluing="0", planning="2")
        with django_assert_num_queries(5):
            mara.get(f"/assessments/{report.pk}/second/")
