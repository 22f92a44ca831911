"""A page of the questionnaire, rendered once for a version's page: nothing of one in another's."""

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from assessments import actions, rate_html
from assessments.models import Assessment
from careers.models import Version
from tests import frameworks
from tests.conftest import publish, start

Json = dict[str, Any]
Ask = Callable[[], str]
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+')


def in_another_order(tiny: Json) -> None:
    """The same two pages, the other one first."""
    tiny["groups"].reverse()


def on_another_page(tiny: Json) -> None:
    """The same two pages, one skill fewer on the first."""
    next(skill for skill in tiny["skills"] if skill["key"] == "gluing")["group"] = "head"


def in_other_words(tiny: Json) -> None:
    """The same keys under other titles."""
    tiny["groups"][0]["title"] = "With a laser"
    tiny["levels"][0]["title"] = "Beginner"


CHANGES = (in_another_order, on_another_page, in_other_words)


def forget() -> None:
    """Begin with nothing kept."""
    rate_html._PAGES._parts.clear()
    rate_html._LINKS._parts.clear()


def answered(assessment: Assessment, *skills: str) -> None:
    """Answer some skills."""
    for skill in skills:
        answer = actions.Answer(value=2, evidence=f"of {assessment.pk}", revision=0)
        actions.save_rating(assessment=assessment, skill=skill, answer=answer, now=timezone.now())


def asker(client: Client, assessment: Assessment, page: str, *, wrong: str = "") -> Ask:
    """Return what fetches a page: opened, or posted with an answer that is none."""
    address = f"/assessments/{assessment.pk}/rate/{page}/"

    def ask() -> str:
        posted = {f"rating-{wrong}": "nine", f"revision-{wrong}": "0"}
        reply = client.post(address, posted) if wrong else client.get(address)
        assert reply.status_code == (400 if wrong else 200)
        return TOKEN.sub(r"\1", reply.content.decode())

    return ask


def pages_of(version: Version, clients: tuple[Client, ...]) -> list[Ask]:
    """Return pages of the newest version: levels, pages, answers, and refused ones."""
    found = []
    for client in clients:
        for level in ("junior", "senior"):
            # The one without answers last: until it has some, starting finds it again.
            for skills in (("cutting", "gluing", "reading-plans"), ("cutting",), ()):
                mine = start(client, version, level)
                answered(mine, *skills)
                found += [asker(client, mine, page) for page in ("hands", "head")]
                found.append(asker(client, mine, "hands", wrong="cutting"))
    return found


@pytest.fixture
def pages(box_maker: Version) -> list[Ask]:
    """Every kind of page: versions, levels, pages, answers, with an account and without."""
    person = Client()
    person.force_login(User.objects.create_user("mara@example.org"))
    clients = (Client(), person)
    found = pages_of(box_maker, clients)
    for change in CHANGES:
        tiny = frameworks.tiny()
        change(tiny)
        found += pages_of(publish(tiny), clients)
    return found


def test_what_is_kept_changes_no_page(pages):
    """Each alone, with nothing kept, and all in some order: the same pages."""
    alone = []
    for ask in pages:
        forget()
        alone.append(ask())
    assert len(set(alone)) == len(alone)
    forget()
    order = list(range(len(pages)))
    for seed in (1, 2):
        random.Random(seed).shuffle(order)  # noqa: S311 (an order, no secret)
        assert {at: pages[at]() for at in order} == dict(enumerate(alone))
    # The test would show nothing if every page were rendered anew.
    assert len(rate_html._PAGES) < len(pages) / 2


def test_a_page_has_the_progress_of_its_own_person(client, box_maker):
    """The figures are filled in, not kept."""
    for skills, answered_text in ((("cutting",), "1"), ((), "0")):
        mine = start(client, box_maker, "senior")
        answered(mine, *skills)
        page = client.get(f"/assessments/{mine.pk}/rate/hands/").content.decode()
        assert f'<span id="answered">{answered_text}</span> of 3' in page
        assert f"/assessments/{mine.pk}/rate/hands/" in page
