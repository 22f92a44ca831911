"""Who may open an assessment, and that nobody else learns that it exists."""

import base64
import hashlib
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import access, actions
from assessments.models import Assessment, BrowserAccess, ReturnLink
from assessments.second import actions as second
from assessments.second.models import SecondRating
from assessments.sharing import actions as sharing
from assessments.sharing.models import ShareLink
from assessments.urls import urlpatterns
from tests.conftest import NOW, start

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
OWNER_ONLY = {
    "resume": ("get", "head"),
    "link": ("get", "head", "post"),
    "again": ("post",),
    "claim": ("post",),
    "data": ("get", "head"),
    "delete": ("get", "head", "post"),
    "rate": ("get", "head", "post"),
    "save_rating": ("post",),
    "finish": ("get", "head", "post"),
    "report": ("get", "head"),
    "over_time": ("get", "head"),
    "report_pdf": ("get", "head"),
    "report_xlsx": ("get", "head"),
    "report_csv": ("get", "head"),
    "report_json": ("get", "head"),
    "sharing": ("get", "head", "post"),
    "revoke_share": ("post",),
    "second_rating": ("get", "head", "post"),
    "note_second": ("post",),
    "withdraw_second": ("post",),
    "plan": ("get", "head", "post"),
    "choose_step": ("post",),
    "plan_ics": ("get", "head"),
    "what_if": ("get", "head"),
}
EXTRA: dict[str, list[Any]] = {
    "rate": ["hands"],
    "save_rating": ["cutting"],
    "choose_step": ["cut-scraps"],
}
BEHIND_TOKEN = {
    "return": ("get", "head"),
    "shared": ("get", "head"),
    "verify": ("get", "head", "post"),
    "shared_pdf": ("get", "head"),
    "shared_xlsx": ("get", "head"),
    "shared_csv": ("get", "head"),
    "shared_json": ("get", "head"),
    "second": ("get", "head"),
    "second_rate": ("get", "head", "post"),
    "second_finish": ("get", "head", "post"),
    "second_notes": ("post",),
}
EXTRA_BEHIND_TOKEN: dict[str, list[Any]] = {"second_rate": ["hands"]}
OPEN_TO_ALL = {"start", "index"}
BY_PERMISSION = {"effects", "preview"}
"""Pages of the studio: who may open them is tested where they are."""
GROUPS = {each.name for each in urlpatterns if each.name.startswith(("group", "career_reports"))}
"""A coach's, a member's and the administrators' pages: tested in tests/groups."""
POSTED = {
    "rating": "2",
    "revision": "0",
    "state": "done",
    "rating-cutting": "2",
    "evidence-cutting": "typed",
    "revision-cutting": "0",
}
WISH = sharing.Wish(days=7, label="", with_email=False, with_notes=False)
CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')


def ask(client: Client, method: str, name: str, assessment_id: uuid.UUID):
    """Send one request to an owner-only address."""
    extra = EXTRA.get(name, [])
    numbered = {
        "revoke_share": ShareLink,
        "withdraw_second": SecondRating,
        "note_second": SecondRating,
    }
    if name in numbered:
        row = numbered[name]._default_manager.filter(assessment=assessment_id).first()
        extra = [row.pk if row else 1]
    address = reverse(f"assessments:{name}", args=[assessment_id, *extra])
    return getattr(client, method)(address, POSTED if method == "post" else None)


def seen(response) -> tuple[int, dict[str, str], bytes]:
    """Return all that a client can tell a reply by, apart from its fresh CSRF token and number."""
    headers = {k: v for k, v in response.headers.items() if k not in ("Content-Length", "Expires")}
    for fresh in ("Last-Modified", "X-Request-ID"):
        headers.pop(fresh, None)
    return response.status_code, headers, CSRF.sub(b"", response.content)


def everything() -> dict[str, list[Any]]:
    """Return every stored row of every assessment."""
    models = apps.get_app_config("assessments").get_models()
    return {m.__name__: list(m._default_manager.order_by("pk").values()) for m in models}


def private_link(client: Client, assessment: Assessment) -> str:
    """Ask for a private return link and return its address, as the page shows it."""
    page = client.post(f"/assessments/{assessment.pk}/link/").content.decode()
    (address,) = re.findall(r'value="http://testserver(/assessments/return/[\w-]+/)"', page)
    return str(address)


def test_every_address_is_in_one_of_the_tables():
    """A new address cannot be forgotten below: of one assessment, behind a token, or for all."""
    named = {
        kind: {each.name for each in urlpatterns if sign in str(each.pattern)}
        for kind, sign in {"owner": "assessment_id", "token": ":token", "all": ""}.items()
    }
    assert named["owner"] == set(OWNER_ONLY)
    assert named["token"] == set(BEHIND_TOKEN)
    assert named["all"] == {*OWNER_ONLY, *BEHIND_TOKEN, *OPEN_TO_ALL, *BY_PERMISSION, *GROUPS}


def ask_by_token(client: Client, method: str, name: str, token: str):
    """Send one request to an address behind a token."""
    address = reverse(f"assessments:{name}", args=[token, *EXTRA_BEHIND_TOKEN.get(name, [])])
    return getattr(client, method)(address, {"report": "0" * 64} if method == "post" else None)


def open_to_others(assessment: Assessment) -> None:
    """Share the report and have it rated, so that there is something to guess."""
    sharing.share(assessment=assessment, wish=WISH, now=timezone.now())
    second.invite(assessment=assessment, person="Mara", rater="", now=timezone.now())
    invited = SecondRating.objects.get()
    second.save_answers(second=invited, values={"cutting": 4})
    second.finish(second=invited, now=timezone.now())


def ended_links(assessment: Assessment) -> dict[str, str]:
    """Return tokens that open nothing any more, or never did, by what became of them."""
    long_ago = NOW - timedelta(days=100)
    expired = sharing.share(assessment=assessment, wish=WISH, now=long_ago)
    revoked = sharing.share(assessment=assessment, wish=WISH, now=timezone.now())
    (link,) = ShareLink.objects.filter(expires_at__gt=NOW)
    sharing.revoke(link=link, now=timezone.now())
    unanswered = second.invite(assessment=assessment, person="M", rater="", now=long_ago)
    SecondRating.objects.update(finished_at=long_ago)
    withdrawn = second.invite(assessment=assessment, person="M", rater="", now=timezone.now())
    second.withdraw(second=SecondRating.objects.get(finished_at=None))
    return {
        "expired invitation": unanswered,
        "withdrawn invitation": withdrawn,
        "guessed": access.new_token(),
        "the stored hash": link.token_hash,
        "expired": expired,
        "revoked": revoked,
    }


@pytest.mark.parametrize("name", BEHIND_TOKEN)
def test_a_link_that_ended_is_one_that_never_was(
    mara, stranger, edda_client, assessment, settings, name
):
    """Expired, revoked and guessed tokens: one and the same reply to everybody, by one query."""
    settings.TOKEN_MISSES = 10_000
    mara.post(f"/assessments/{assessment.pk}/finish/")
    tokens = ended_links(assessment)
    before = everything()

    def replies(client: Client, token: str) -> dict[str, Any]:
        return {method: seen(ask_by_token(client, method, name, token)) for method in METHODS}

    for client in (stranger, edda_client, mara):
        nowhere = replies(client, access.new_token())
        assert {method: reply[0] for method, reply in nowhere.items()} == {
            method: 404 if method in BEHIND_TOKEN[name] else 405 for method in METHODS
        }
        assert [replies(client, token) for token in tokens.values()] == [nowhere] * len(tokens)
        if "get" in BEHIND_TOKEN[name]:
            assert nowhere["get"] == seen(client.get("/no/such/address/"))
    assert everything() == before


@pytest.mark.parametrize("name", BEHIND_TOKEN)
def test_a_wrong_token_costs_one_query_whatever_became_of_it(
    mara, stranger, assessment, name, django_assert_num_queries
):
    """Its time tells nothing either."""
    mara.post(f"/assessments/{assessment.pk}/finish/")
    for token in ended_links(assessment).values():
        with django_assert_num_queries(1):
            ask_by_token(stranger, BEHIND_TOKEN[name][0], name, token)


@pytest.mark.usefixtures("one_minute")
@pytest.mark.parametrize("name", BEHIND_TOKEN)
def test_guessing_is_slowed_down(stranger, db, settings, name):
    """After so many misses in a minute every token answers 429, right or wrong."""
    settings.TOKEN_MISSES = 3
    method = BEHIND_TOKEN[name][0]
    statuses = [
        ask_by_token(stranger, method, name, access.new_token()).status_code for _time in range(5)
    ]
    assert statuses == [404, 404, 404, 429, 429]


def guesses(client: Client, *forwarded: str) -> list[int]:
    """Return the statuses of a wrong token for each of these X-Forwarded-For fields."""
    return [
        client.get("/shared/wrong/", headers={"x-forwarded-for": each}).status_code
        for each in forwarded
    ]


@pytest.mark.usefixtures("one_minute")
def test_nobody_gets_more_guesses_by_naming_another_address(stranger, db, settings):
    """Without a proxy in front, what a client says of its address counts for nothing."""
    settings.TOKEN_MISSES = 2
    assert guesses(stranger, "10.0.0.1", "10.0.0.2", "10.0.0.3") == [404, 404, 429]


@pytest.mark.usefixtures("one_minute")
def test_behind_a_proxy_the_address_is_what_the_proxy_saw(stranger, db, settings):
    """The last one: those before it are the client's own words."""
    settings.TOKEN_MISSES = 2
    settings.BEHIND_PROXY = True
    same = ("1.1.1.1, 203.0.113.9", "2.2.2.2, 203.0.113.9", "3.3.3.3, 203.0.113.9")
    assert guesses(stranger, *same) == [404, 404, 429]
    assert guesses(stranger, "1.1.1.1, 203.0.113.10") == [404]


@pytest.mark.parametrize("name", OWNER_ONLY)
@pytest.mark.parametrize("finished", [False, True], ids=["open", "finished"])
def test_strangers_cannot_tell_an_assessment_from_an_address_that_does_not_exist(
    mara, stranger, edda_client, assessment, finished, name
):
    """Another browser, another account and a made-up number get one and the same reply."""
    if finished:
        mara.post(f"/assessments/{assessment.pk}/finish/")
        open_to_others(assessment)
    before = everything()

    def replies(client: Client, assessment_id: uuid.UUID) -> dict[str, Any]:
        return {method: seen(ask(client, method, name, assessment_id)) for method in METHODS}

    nowhere = replies(stranger, uuid.uuid4())
    assert {method: reply[0] for method, reply in nowhere.items()} == {
        method: 404 if method in OWNER_ONLY[name] else 405 for method in METHODS
    }
    assert replies(stranger, assessment.pk) == nowhere
    assert replies(edda_client, assessment.pk) == replies(edda_client, uuid.uuid4())
    assert replies(mara, uuid.uuid4()) == nowhere
    assert everything() == before


@pytest.mark.parametrize("name", OWNER_ONLY)
def test_the_owner_is_let_in_at_every_address(mara, assessment, name):
    """The browser that started it is refused by none of them, once it is finished."""
    mara.post(f"/assessments/{assessment.pk}/finish/")
    open_to_others(assessment)
    statuses = [ask(mara, method, name, assessment.pk).status_code for method in OWNER_ONLY[name]]
    assert set(statuses) <= {200, 302, 400, 409}


def test_owner_pages_are_kept_by_no_cache(mara, assessment):
    """A shared computer's cache or a proxy holds none of it, open or finished."""
    kept = {}
    for finished in (False, True):
        if finished:
            mara.post(f"/assessments/{assessment.pk}/finish/")
            open_to_others(assessment)
        for name, methods in OWNER_ONLY.items():
            reply = ask(mara, methods[0], name, assessment.pk)
            if reply.status_code != 404:
                kept[name, finished] = "no-store" in reply.get("Cache-Control", "")
    assert [case for case, is_kept in kept.items() if not is_kept] == []
    assert {name for name, _finished in kept} == set(OWNER_ONLY)


def test_the_list_shows_only_ones_own(mara, stranger, edda_client, assessment):
    """Everybody's list is their own: Mara sees hers, the others see none."""
    lists = [client.get("/assessments/").content.decode() for client in (mara, stranger)]
    lists.append(edda_client.get("/assessments/").content.decode())
    assert [str(assessment.pk) in page for page in lists] == [True, False, False]


def test_signing_in_keeps_what_this_browser_started(mara, edda, assessment):
    """An account does not lock a person out of the work they began without it."""
    mara.force_login(edda)
    assert mara.get(f"/assessments/{assessment.pk}/finish/").status_code == 200


def test_the_owner_of_a_claimed_assessment_opens_it_in_any_browser(edda_client, edda, assessment):
    """An account's assessment follows the account, without this browser's token."""
    Assessment.objects.filter(pk=assessment.pk).update(owner=edda)
    page = edda_client.get("/assessments/").content.decode()
    assert f"/assessments/{assessment.pk}/" in page
    assert edda_client.get(f"/assessments/{assessment.pk}/finish/").status_code == 200


def test_claiming_ends_the_browsers_access(mara, edda, assessment):
    """Once it belongs to an account, the browser that started it is a stranger."""
    Assessment.objects.filter(pk=assessment.pk).update(owner=edda)
    replies = {
        seen(ask(mara, methods[0], name, assessment.pk))[0] for name, methods in OWNER_ONLY.items()
    }
    assert replies == {404}
    assert str(assessment.pk) not in mara.get("/assessments/").content.decode()


def test_a_return_link_opens_the_assessment_on_a_second_browser(mara, stranger, assessment):
    """The other device goes on where the first left off, and may save too."""
    rating = f"/assessments/{assessment.pk}/ratings/cutting/"
    mara.post(rating, {"rating": "2", "evidence": "my first box", "revision": "0"})
    opened = stranger.get(private_link(mara, assessment))
    assert (opened.status_code, opened["Location"]) == (302, f"/assessments/{assessment.pk}/")
    page = stranger.get(opened["Location"], follow=True)
    assert page.redirect_chain == [(f"/assessments/{assessment.pk}/rate/hands/", 302)]
    assert "my first box" in page.content.decode()
    saved = stranger.post(rating, {"rating": "3", "revision": "1"})
    assert saved.json() == {"revision": 2, "rated": 1, "total": 3}


def test_to_look_whether_a_return_link_works_lets_nobody_in(mara, stranger, assessment):
    """By HEAD, as programs do that show where a link leads."""
    link = private_link(mara, assessment)
    assert stranger.head(link).status_code == 302
    assert stranger.get(f"/assessments/{assessment.pk}/").status_code == 404
    assert not stranger.cookies


def test_a_return_link_opens_only_its_own_assessment(mara, stranger, assessment, box_maker):
    """It is a key to one door."""
    other = start(mara, box_maker, "junior")
    stranger.get(private_link(mara, assessment))
    replies = [ask(stranger, "get", "finish", one.pk).status_code for one in (assessment, other)]
    assert replies == [200, 404]


def test_a_return_link_leaks_into_no_referrer(mara, stranger, assessment):
    """No page that follows may learn the token from the Referer header."""
    opened = stranger.get(private_link(mara, assessment))
    assert opened["Referrer-Policy"] == "no-referrer"


def test_a_return_link_opened_twice_lets_the_browser_in_once(mara, stranger, assessment):
    """Opening it again and again stores nothing new."""
    link = private_link(mara, assessment)
    for _time in range(3):
        assert stranger.get(link).status_code == 302
    assert BrowserAccess.objects.filter(assessment=assessment).count() == 2


def test_a_wrong_return_link_is_an_address_that_does_not_exist(mara, stranger, assessment):
    """One changed character, the stored hash itself or nonsense: the same 404, no access."""
    link = private_link(mara, assessment)
    changed = link[:-2] + ("A" if link[-2] != "A" else "B") + "/"
    stored = ReturnLink.objects.get().token_hash
    nowhere = seen(stranger.get("/no/such/address/"))
    wrong = [changed, f"/assessments/return/{stored}/", "/assessments/return/%00%ff/"]
    assert [seen(stranger.get(address)) for address in wrong] == [nowhere] * 3
    assert nowhere[0] == 404
    assert BrowserAccess.objects.filter(assessment=assessment).count() == 1


def test_only_the_hash_of_a_return_link_is_stored(mara, assessment):
    """Whoever reads the database cannot open anything with it."""
    token = private_link(mara, assessment).split("/")[-2]
    assert ReturnLink.objects.get().token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(everything())


def test_only_the_hash_of_a_browsers_token_is_stored(mara, assessment):
    """The row that lets a browser in does not hold what the browser holds."""
    token = mara.session[access.SESSION_KEY]
    assert BrowserAccess.objects.get().browser_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(everything())


def test_tokens_have_256_random_bits():
    """At least 128 are promised, and no two are alike."""
    tokens = {access.new_token() for _time in range(50)}
    assert len(tokens) == 50
    assert {len(base64.urlsafe_b64decode(token + "=")) for token in tokens} == {32}


def test_looking_at_the_link_page_makes_no_link(mara, assessment):
    """Only the button does: a page that is fetched ahead stores nothing."""
    page = mara.get(f"/assessments/{assessment.pk}/link/").content.decode()
    assert "/assessments/return/" not in page
    assert ReturnLink.objects.count() == 0


def test_a_link_is_shown_once(mara, assessment):
    """The page cannot show it again, because it is not kept."""
    link = private_link(mara, assessment)
    assert link not in mara.get(f"/assessments/{assessment.pk}/link/").content.decode()


def test_the_oldest_of_more_than_ten_links_ends(mara, stranger, assessment):
    """Ten stay valid; the eleventh ends the first, and no link of anybody else's."""
    tokens = [
        actions.make_return_link(assessment=assessment, now=NOW)
        for _time in range(actions.MAX_RETURN_LINKS + 1)
    ]
    statuses = [Client().get(f"/assessments/return/{token}/").status_code for token in tokens]
    assert statuses == [404] + [302] * 10


def test_another_assessments_links_are_not_counted(mara, stranger, assessment, box_maker):
    """Making links for one leaves the link of another alone."""
    other = private_link(mara, start(mara, box_maker, "junior"))
    for _time in range(actions.MAX_RETURN_LINKS + 1):
        actions.make_return_link(assessment=assessment, now=NOW)
    assert stranger.get(other).status_code == 302


def test_a_return_link_ends_when_the_assessment_is_claimed(mara, stranger, edda, assessment):
    """It then opens nothing, like a link that never was, and lets nobody in."""
    link = private_link(mara, assessment)
    Assessment.objects.filter(pk=assessment.pk).update(owner=edda)
    assert seen(stranger.get(link)) == seen(stranger.get("/no/such/address/"))
    assert BrowserAccess.objects.filter(assessment=assessment).count() == 1


def test_a_browser_let_in_by_link_is_out_when_the_assessment_is_claimed(
    mara, stranger, edda, assessment
):
    """Claiming ends other sessions' access too."""
    stranger.get(private_link(mara, assessment))
    Assessment.objects.filter(pk=assessment.pk).update(owner=edda)
    assert ask(stranger, "get", "finish", assessment.pk).status_code == 404


def test_a_claimed_assessment_gets_no_return_link(edda_client, edda, assessment):
    """Its page points to signing in instead."""
    Assessment.objects.filter(pk=assessment.pk).update(owner=edda)
    page = edda_client.post(f"/assessments/{assessment.pk}/link/").content.decode()
    assert "belongs to your account" in page
    assert ReturnLink.objects.count() == 0


def test_deleting_ends_the_return_link_and_all_access(mara, stranger, assessment):
    """Nothing is left that could be opened, by anybody."""
    link = private_link(mara, assessment)
    page = mara.post(f"/assessments/{assessment.pk}/delete/").content.decode()
    assert "The assessment is gone" in page
    assert stranger.get(link).status_code == 404
    assert ask(mara, "get", "finish", assessment.pk).status_code == 404
    assert not any(everything().values())


def test_asking_before_deleting_deletes_nothing(mara, assessment):
    """The page names what would go; only its button deletes."""
    page = mara.get(f"/assessments/{assessment.pk}/delete/").content.decode()
    assert "Senior Box Maker, started on" in page
    assert Assessment.objects.get() == assessment
