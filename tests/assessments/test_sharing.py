"""Showing a report to somebody else by a link: what it shows, how long, and how it is checked."""

import hashlib
import json
import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from assessments.models import Assessment
from assessments.sharing import actions
from assessments.sharing.models import ShareLink
from tests.pdfs import Pdf

from .test_downloads import KINDS
from .test_report import MIXED, finished, json_of

CANARY = "canary-of-the-evidence"
WISH = actions.Wish(days=7, label="", with_email=False, with_notes=False)
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def report(mara, box_maker) -> Assessment:
    """Mara's finished report, with evidence that nobody else may read."""
    return finished(mara, box_maker, "senior", MIXED, CANARY)


def share(client: Client, report: Assessment, **fields: Any) -> str:
    """Make a link through the page and return its path, as the page shows it once."""
    reply = client.post(f"/assessments/{report.pk}/sharing/", {"days": "30", **fields})
    assert reply.status_code == 200, reply.content
    (path,) = re.findall(r'value="http://testserver(/shared/[\w-]+/)"', reply.content.decode())
    return str(path)


def look(client: Client, path: str, method: str = "get", **headers: str) -> int:
    """Open a link as a browser does, with these headers besides; return how often it counts."""
    reply = getattr(client, method)(path, headers={**BROWSER, **headers})
    assert reply.status_code == 200
    return ShareLink.objects.get().views


def test_a_link_shows_the_report_to_anyone_who_has_it(mara, stranger, report):
    """The same figures at every level, with nothing to change and nowhere to go from it."""
    path = share(mara, report)
    for query in ("", "?level=junior"):
        page = stranger.get(path + query).content.decode()
        own = json_of(mara, report, query)
        assert f'readiness-figure">{own["low"]}<small>' in page
        assert str(report.pk) not in page
        assert "<form" not in page.partition("<main")[2]
    assert "Your " not in page


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_shared_report_is_read_only(mara, stranger, report, method):
    """No method changes it."""
    assert getattr(stranger, method)(share(mara, report)).status_code == 405


@pytest.mark.parametrize("kind", [*KINDS, "json"])
def test_the_shared_files_are_the_owners_without_evidence(mara, stranger, report, kind):
    """Same figures, no word of evidence."""
    reply = stranger.get(share(mara, report) + f"report.{kind}")
    content = reply.content
    if kind == "pdf":
        content = Pdf(content).text.encode()
    elif kind == "json":
        assert json.loads(content) == json_of(mara, report)
    assert (reply.status_code, CANARY.encode() in content) == (200, False)
    assert reply["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in reply["Cache-Control"]


@pytest.mark.parametrize("ticked", [False, True])
def test_evidence_is_shown_only_when_ticked(mara, stranger, report, ticked):
    """On the page and in the files alike."""
    path = share(mara, report, **({"with_notes": "on"} if ticked else {}))
    texts = {
        "page": stranger.get(path).content.decode(),
        "csv": stranger.get(f"{path}report.csv").content.decode(),
        "pdf": Pdf(stranger.get(f"{path}report.pdf").content).text,
    }
    assert {name: CANARY in text for name, text in texts.items()} == dict.fromkeys(texts, ticked)


@pytest.mark.parametrize("ticked", [False, True])
def test_the_address_is_shown_only_when_ticked(edda_client, edda, stranger, report, ticked):
    """And only where there is one."""
    Assessment.objects.update(owner=edda)
    path = share(edda_client, report, **({"with_email": "on"} if ticked else {}))
    assert ("edda@example.org" in stranger.get(path).content.decode()) is ticked


def test_without_an_account_no_address_can_be_ticked(mara, report):
    """A body that asks for it all the same changes nothing."""
    share(mara, report, with_email="on", views="7", assessment="1", expires_at="2030-01-01")
    link = ShareLink.objects.get()
    assert (link.with_email, link.views, link.assessment_id) == (False, 0, report.pk)


def test_a_shared_page_is_not_indexed_kept_or_told_of(mara, stranger, report):
    """For search engines, caches and the sites that follow."""
    path = share(mara, report)
    for address in (path, f"{path}verify/"):
        reply = stranger.get(address)
        assert reply["X-Robots-Tag"] == "noindex, nofollow"
        assert reply["Referrer-Policy"] == "no-referrer"
        assert "no-store" in reply["Cache-Control"]


def test_a_reader_is_given_no_cookie(mara, stranger, report):
    """Who reads or verifies is not recognised again."""
    path = share(mara, report)
    stranger.get(path)
    stranger.post(f"{path}verify/", {"report": "0" * 64})
    assert dict(stranger.cookies) == {}


@pytest.mark.parametrize("days", ["7", "30", "90"])
def test_a_link_ends_after_its_days(mara, stranger, report, days):
    """To the second: it works before and answers 404 from then on."""
    path = share(mara, report, days=days)
    made = ShareLink.objects.get().created_at
    statuses = []
    for seconds in (-1, 0):
        with time_machine.travel(made + timedelta(days=int(days), seconds=seconds), tick=False):
            statuses.append(stranger.get(path).status_code)
    assert statuses == [200, 404]


def test_a_revoked_link_ends_at_once_and_no_other(mara, stranger, report):
    """The owner's list says so and keeps what it counted."""
    first, second = share(mara, report, label="Acme"), share(mara, report, label="My coach")
    look_twice = [stranger.get(first, headers=BROWSER).status_code for _time in range(2)]
    link = ShareLink.objects.get(label="Acme")
    done = mara.post(f"/assessments/{report.pk}/sharing/{link.pk}/revoke/")
    page = mara.get(done["Location"]).content.decode()
    assert look_twice == [200, 200]
    assert [stranger.get(path).status_code for path in (first, second)] == [404, 200]
    assert re.findall(r"(ended by you|works until)[^·]+· (\d views?)", page) == [
        ("works until", "0 views"),
        ("ended by you", "2 views"),
    ]


def test_revoking_twice_leaves_the_first_date(report):
    """An ended link stays as it ended."""
    actions.share(assessment=report, wish=WISH, now=timezone.now())
    link = ShareLink.objects.get()
    ends = [timezone.now() + timedelta(days=days) for days in (1, 2)]
    for end in ends:
        actions.revoke(link=link, now=end)
    assert ShareLink.objects.get().revoked_at == ends[0]


def test_nobody_ends_the_link_of_another_report(mara, stranger, report, box_maker):
    """A changed number in the address finds nothing."""
    share(mara, report)
    link = ShareLink.objects.get()
    other = finished(stranger, box_maker, "senior", MIXED)
    reply = stranger.post(f"/assessments/{other.pk}/sharing/{link.pk}/revoke/")
    assert (reply.status_code, ShareLink.objects.get().revoked_at) == (404, None)


def test_every_look_of_a_person_counts(mara, stranger, report):
    """Each opening of the page, not of its files."""
    path = share(mara, report)
    counts = [look(stranger, path), look(stranger, f"{path}report.csv"), look(Client(), path)]
    assert counts == [1, 1, 2]
    assert ShareLink.objects.get().last_viewed_at is not None


def test_the_owner_is_not_counted(mara, report):
    """Trying one's own link says nothing about others."""
    assert look(mara, share(mara, report)) == 0


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("head", {}),
        ("get", {"purpose": "prefetch"}),
        ("get", {"sec-purpose": "prefetch;prerender"}),
        ("get", {"x-purpose": "preview"}),
        ("get", {"x-moz": "prefetch"}),
        ("get", {"user-agent": "Slackbot-LinkExpanding 1.0"}),
        ("get", {"user-agent": "facebookexternalhit/1.1"}),
        ("get", {"user-agent": "WhatsApp/2.23"}),
        ("get", {"user-agent": "TelegramBot (like TwitterBot)"}),
        ("get", {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}),
        ("get", {"user-agent": "SkypeUriPreview Preview/0.5"}),
        ("get", {"user-agent": "Mozilla/5.0 (compatible; Google-InspectionTool/1.0)"}),
        ("get", {"user-agent": "Mastodon/4.2 (http.rb/5.1.1)"}),
        ("get", {"user-agent": "Iframely/1.3.1 (+https://iframely.com/docs/about)"}),
    ],
)
def test_link_previews_are_not_counted_and_use_nothing_up(mara, stranger, report, method, headers):
    """They get the page, and the link works on for whom it was meant."""
    path = share(mara, report)
    assert look(stranger, path, method, **headers) == 0
    assert look(stranger, path) == 1


@pytest.mark.parametrize(
    "program",
    [
        "Mozilla/5.0 (iPhone) [LinkedInApp]",
        "Twitter for iPhone",
        "HeadlessChrome/140",
        "curl/8",
        "",
    ],
)
def test_whoever_takes_the_report_is_counted(mara, stranger, report, program):
    """A browser inside an app, and a script too: its owner should know that it was read."""
    assert look(stranger, share(mara, report), "get", **{"user-agent": program}) == 1


def test_only_the_hash_of_a_share_link_is_stored(mara, report):
    """Whoever reads the database cannot open anything with it."""
    token = share(mara, report).split("/")[2]
    row = ShareLink.objects.values().get()
    assert row["token_hash"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(row)


def test_a_share_link_is_shown_once(mara, report):
    """The page cannot show it again."""
    path = share(mara, report)
    assert path not in mara.get(f"/assessments/{report.pk}/sharing/").content.decode()


@pytest.mark.parametrize("days", ["", "1", "365", "x"])
def test_a_link_lives_for_one_of_three_times(mara, report, days):
    """Anything else makes no link and keeps what was typed."""
    reply = mara.post(f"/assessments/{report.pk}/sharing/", {"days": days, "label": "Acme & Co"})
    assert (reply.status_code, ShareLink.objects.count()) == (400, 0)
    assert "Choose 7, 30 or 90 days." in reply.content.decode()
    assert 'value="Acme &amp; Co"' in reply.content.decode()


def test_at_most_twenty_links_live_at_once(mara, report):
    """The next is refused with what to do; an ended one makes room."""
    for _time in range(actions.MAX_LIVE_LINKS):
        actions.share(assessment=report, wish=WISH, now=timezone.now())
    reply = mara.post(f"/assessments/{report.pk}/sharing/", {"days": "7"})
    assert (reply.status_code, ShareLink.objects.count()) == (400, 20)
    assert "End one first" in reply.content.decode()
    actions.revoke(link=ShareLink.objects.all()[0], now=timezone.now())
    share(mara, report)


def test_an_open_assessment_is_not_shared(mara, assessment):
    """There is no report yet: the page leads to what is unanswered."""
    for method in (mara.get, mara.post):
        reply = method(f"/assessments/{assessment.pk}/sharing/", {"days": "7"})
        assert reply["Location"] == f"/assessments/{assessment.pk}/finish/"
    assert ShareLink.objects.count() == 0


def test_deleting_ends_every_link(mara, stranger, report):
    """With the report goes all that opened it."""
    path = share(mara, report)
    mara.post(f"/assessments/{report.pk}/delete/")
    assert (stranger.get(path).status_code, ShareLink.objects.count()) == (404, 0)


# Verifying


def verify(client: Client, path: str, **fields: Any) -> tuple[int, str, list[str]]:
    """Compare a copy; return the status, the verdict and each comparison's result."""
    reply = client.post(f"{path}verify/", fields)
    page = reply.content.decode()
    verdict = re.findall(r"<strong>. (Unaltered|Not the same)", page)
    results = re.findall(r"<td>. (matches|differs)</td>", page)
    return reply.status_code, "".join(verdict), results


@pytest.mark.parametrize("query", ["", "?level=junior"])
def test_an_unaltered_copy_matches(mara, stranger, report, query):
    """The JSON of any level, pasted or as a file, from the owner or from the link."""
    path = share(mara, report)
    for content in (
        mara.get(f"/assessments/{report.pk}/report.json{query}").content,
        stranger.get(f"{path}report.json{query}").content,
    ):
        everything = (200, "Unaltered", ["matches"] * 7)
        assert verify(stranger, path, report=content.decode()) == everything
        assert verify(stranger, path, file=BytesIO(b"\xef\xbb\xbf" + content)) == everything


def test_the_hash_that_the_pdf_prints_matches(mara, stranger, report):
    """As it is read from paper, in any case and with spaces around it."""
    path = share(mara, report)
    text = Pdf(stranger.get(f"{path}report.pdf").content).text
    (printed,) = re.findall(r"SHA-256 of its figures: ([0-9a-f]{64})", text)
    assert verify(stranger, path, report=f" {printed.upper()}\n") == (
        200,
        "Unaltered",
        ["matches"],
    )


@pytest.mark.parametrize(
    ("name", "value", "differing"),
    [
        ("low", 99.9, 0),
        ("low", "33.3", 0),
        ("band", "ready", 0),
        ("level", "astronaut", 0),
        ("level", "junior", 0),
        ("level", {"a": []}, 0),
        ("unmet_essentials", [], 0),
        ("skills", [], 0),
        ("report_sha256", "0" * 64, 1),
        ("framework_sha256", "0" * 64, 3),
        ("finished_at", "2020-01-01T00:00:00+00:00", 4),
        ("finished_at", None, 4),
        ("confirmed", 100.0, 5),
        ("titles", {"career": "Astronaut"}, 6),
        ("assessment", "0" * 36, 6),
        ("started_at", None, 6),
        ("certified_by", "nobody", 6),
        ("certified_by", float("nan"), 6),
    ],
)
def test_one_altered_thing_is_found_and_named(mara, stranger, report, name, value, differing):
    """All else matches; the one that differs is the one that was altered."""
    path = share(mara, report)
    altered = {**json_of(mara, report), name: value}
    results = ["matches"] * 7
    results[differing] = "differs"
    assert verify(stranger, path, report=json.dumps(altered)) == (200, "Not the same", results)


def test_an_altered_version_differs_in_figures_too(mara, stranger, report):
    """The version's number is part of what was frozen."""
    altered = {**json_of(mara, report), "version": 2}
    found = verify(stranger, share(mara, report), report=json.dumps(altered))
    assert found[2] == ["differs", "matches", "differs", *["matches"] * 4]


def test_a_rating_of_true_is_not_one(mara, stranger, report):
    """Equal in Python, not in JSON."""
    altered = json_of(mara, report)
    altered["version"] = True
    found = verify(stranger, share(mara, report), report=json.dumps(altered))
    assert found[1:] == ("Not the same", ["differs", "matches", "differs", *["matches"] * 4])


def test_anothers_report_does_not_match(mara, stranger, report, box_maker):
    """Its own hash is whole, but it is not this one."""
    other = finished(stranger, box_maker, "senior", {"cutting": 3})
    found = verify(stranger, share(mara, report), report=json.dumps(json_of(stranger, other)))
    assert found[2] == ["differs", "differs", "matches", "matches", "differs", "matches", "differs"]


@pytest.mark.parametrize(
    "text", ["", "x", "0" * 63, "[]", "null", "[" * 100_000, '{"low": ', "x" * 300_000]
)
def test_what_is_no_report_is_refused_with_what_to_do(mara, stranger, report, text):
    """And stays in the field."""
    reply = stranger.post(share(mara, report) + "verify/", {"report": text})
    assert reply.status_code == 400
    assert "SHA-256" in reply.content.decode()


@pytest.mark.parametrize(
    "text", ['{"low": NaN}', '{"low": 1e999}', '{"skills": 12345678901234567}']
)
def test_figures_that_no_report_holds_differ(mara, stranger, report, text):
    """Not a number, infinite or too large: no error, only not the same."""
    status, verdict, _results = verify(stranger, share(mara, report), report=text)
    assert (status, verdict) == (200, "Not the same")


def test_verifying_ends_with_the_link_and_stores_nothing(mara, stranger, report):
    """While it lives, anyone may compare; nothing of it is kept."""
    path = share(mara, report)
    before = ShareLink.objects.values().get()
    verify(stranger, path, report="0" * 64)
    assert ShareLink.objects.values().get() == before
    actions.revoke(link=ShareLink.objects.get(), now=timezone.now())
    assert stranger.post(f"{path}verify/", {"report": "0" * 64}).status_code == 404


def test_the_list_takes_the_same_queries_for_one_and_for_twenty_links(
    mara, report, django_assert_num_queries
):
    """A new link costs none."""
    for count in (1, 19):
        for _time in range(count):
            actions.share(assessment=report, wish=WISH, now=timezone.now())
        with django_assert_num_queries(3):  # the session, the assessment, its links
            mara.get(f"/assessments/{report.pk}/sharing/")


def test_a_shared_report_takes_the_same_few_queries_for_each_look(
    mara, stranger, report, django_assert_num_queries
):
    """The link with its report, second ratings, the answers, the plan, and the count."""
    path = share(mara, report)
    with django_assert_num_queries(7):  # the count in a transaction of its own
        stranger.get(path, headers=BROWSER)
