"""What every reply tells the browser to forbid, and that the pages can live with it."""

import re
import uuid
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from assessments.models import Assessment
from tests import frameworks
from tests.conftest import publish, start

POLICY = {
    "default-src": {"'none'"},
    "object-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "manifest-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
}
LOADING = {"img": "src", "script": "src", "link": "href", "use": "href", "iframe": "src"}


class Elements(HTMLParser):
    """The elements of a page: tag and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Note an element."""
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def crawl(client: Client, home: str = "/") -> Iterator[tuple[str, Any]]:
    """Follow every link of the site from its home; yield each page with its address."""
    seen, todo = {home}, [home]
    while todo:
        address = todo.pop()
        reply = client.get(address)
        yield address, reply
        if reply.status_code != 200 or not reply["Content-Type"].startswith("text/html"):
            todo += [reply["Location"]] if reply.status_code == 302 else []
            continue
        for tag, attrs in Elements(reply.content.decode()).found:
            link = urldefrag(urljoin(address, attrs.get("href", "")))[0]
            if tag == "a" and link.startswith("/") and link not in seen:
                seen.add(link)
                todo.append(link)


@pytest.fixture
def site(mara: Client, production_technician) -> Client:
    """A browser with one assessment finished and one under way."""
    done = start(mara, production_technician, "production-supervisor")
    mara.post(f"/assessments/{done.pk}/finish/")
    start(mara, production_technician, "junior-production-technician")
    return mara


@pytest.fixture(scope="module")
def replies(django_db_setup, django_db_blocker) -> dict[str, HttpResponse]:
    """One reply of every kind, by its name: pages, refusals, errors, programs' replies."""
    with django_db_blocker.unblock(), transaction.atomic():
        found = ask_for_everything()
        transaction.set_rollback(True)
    assert {name: reply.status_code for name, reply in found.items()} == {
        name: int(name[:3]) for name in found
    }
    return found


def ask_for_everything() -> dict[str, Any]:
    """Rate, finish and delete an assessment, and make every mistake on the way."""
    mara, stranger = Client(), Client()
    assessment = start(mara, publish(frameworks.tiny()), "senior")
    page, fresh = f"/assessments/{assessment.pk}/rate/hands/", {"rating-cutting": "2"}
    one = f"/assessments/{assessment.pk}/ratings/cutting/"
    careful = Client(enforce_csrf_checks=True)
    found = {
        "200 home": mara.get("/"),
        "200 careers": mara.get("/careers/?q=box"),
        "200 career": mara.get("/careers/box-maker/"),
        "200 scoring": mara.get("/scoring/"),
        "200 privacy": mara.get("/privacy/"),
        "200 credits": mara.get("/credits/"),
        "200 list": mara.get("/assessments/"),
        "200 list of nobody": stranger.get("/assessments/"),
        "200 questions": mara.get(page),
        "200 saved": mara.post(one, {"rating": "1", "revision": "0"}),
        "200 review": mara.get(f"/assessments/{assessment.pk}/finish/"),
        "200 link": mara.post(f"/assessments/{assessment.pk}/link/"),
        "200 delete": mara.get(f"/assessments/{assessment.pk}/delete/"),
        "200 live": mara.get("/livez"),
        "200 sign in": stranger.get("/account/login/"),
        "200 sign up": stranger.get("/account/signup/"),
        "302 account": stranger.get("/account/"),
        "302 resume": mara.get(f"/assessments/{assessment.pk}/"),
        "400 level": mara.post("/careers/box-maker/start/", {"level": "x"}),
        "400 page": mara.post(page, {"rating-cutting": "9"}),
        "400 answer": mara.post(one, {"rating": "9"}),
        "400 host": mara.get("/", headers={"host": "elsewhere.example"}),
        "403 form": careful.post(page, fresh),
        "404": mara.get("/nowhere/"),
        "404 form": stranger.post(page, fresh),
        "405": mara.post("/"),
        "409 page": mara.post(page, fresh),
        "302 finished": mara.post(f"/assessments/{assessment.pk}/finish/"),
        "200 report": mara.get(f"/assessments/{assessment.pk}/report/"),
        "200 figures": mara.get(f"/assessments/{assessment.pk}/report.json"),
        "200 plan": mara.get(f"/assessments/{assessment.pk}/plan/"),
        "400 plan": mara.post(f"/assessments/{assessment.pk}/plan/", {"hours_per_week": "x"}),
        "400 step": mara.post(
            f"/assessments/{assessment.pk}/plan/steps/cut-scraps/", {"state": "x"}
        ),
        "200 calendar": mara.get(f"/assessments/{assessment.pk}/plan.ics"),
        "200 what if": mara.get(f"/assessments/{assessment.pk}/what-if/?rating-cutting=4"),
        "409 closed": mara.post(page, fresh),
        "200 deleted": mara.post(f"/assessments/{assessment.pk}/delete/"),
    }

    def broken(*args: object) -> None:
        raise RuntimeError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("careers.views.career_page", broken)
        found["500"] = Client(raise_request_exception=False).get("/")
    return found


def test_every_reply_carries_the_strict_policy(replies):
    """Everything from here alone, nothing inline, no frame around it; errors included."""
    found = {
        name: {
            part.split()[0]: set(part.split()[1:])
            for part in reply["Content-Security-Policy"].split(";")
        }
        for name, reply in replies.items()
    }
    assert [name for name, policy in found.items() if policy != POLICY] == []


def test_no_policy_is_ever_loosened(replies):
    """No "unsafe-…", no wildcard, no other host."""
    policies = {reply["Content-Security-Policy"] for reply in replies.values()}
    assert re.findall(r"unsafe|\*|http|data:|blob:", " ".join(policies)) == []


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
}


@pytest.mark.parametrize("header", HEADERS)
def test_every_reply_carries_the_other_headers(replies, header):
    """No sniffing, no referrer for other sites, no handle on our window, no frame, no camera."""
    found = {name: reply.get(header) for name, reply in replies.items()}
    assert found == dict.fromkeys(replies, HEADERS[header])


def test_a_page_that_shows_a_private_link_tells_no_other_site(mara, stranger, assessment):
    """The reply to the link itself sends no referrer at all, a wrong link's neither abroad."""
    page = mara.post(f"/assessments/{assessment.pk}/link/")
    (link,) = re.findall(r'value="http://testserver(/[^"]+)"', page.content.decode())
    policies = [stranger.get(link)["Referrer-Policy"], page["Referrer-Policy"]]
    assert policies == ["no-referrer", "same-origin"]


def test_cookies_are_kept_from_scripts_and_other_sites(mara, assessment):
    """Both of them."""
    cookies = {name: (c["httponly"], c["samesite"]) for name, c in mara.cookies.items()}
    mara.get(f"/assessments/{assessment.pk}/finish/")
    cookies |= {name: (c["httponly"], c["samesite"]) for name, c in mara.cookies.items()}
    assert cookies == dict.fromkeys(("sessionid", "csrftoken"), (True, "Lax"))


def test_reading_public_pages_sets_no_session(stranger, box_maker):
    """Who only reads is given nothing to be recognised by but the forms' token."""
    for address in ("/", "/careers/", "/careers/box-maker/", "/scoring/", "/assessments/"):
        stranger.get(address)
    assert set(stranger.cookies) <= {"csrftoken"}


def test_a_page_with_a_form_of_somebodys_is_kept_by_no_shared_cache(stranger, box_maker):
    """Its token and its cookie are one visitor's; a page without either may be kept."""
    for address in ("/", "/careers/box-maker/", "/account/login/"):
        for _ in range(2):  # the second time the cookie is there already
            reply = stranger.get(address)
            assert "csrfmiddlewaretoken" in reply.text
            assert "private" in reply["Cache-Control"], address
    assert "Cache-Control" not in Client().get("/scoring/")


def inline(reply: HttpResponse) -> list[str]:
    """Return whatever a page has inline that the policy would stop."""
    found = []
    for tag, attrs in Elements(reply.content.decode()).found:
        runs = tag == "script" and attrs.get("type") != "application/json"
        if tag == "style" or (runs and "src" not in attrs):
            found.append(f"<{tag}>")
        found += [f"{tag} {name}" for name in attrs if name == "style" or name.startswith("on")]
        found += [f"{tag} {value}" for value in attrs.values() if "javascript:" in value.lower()]
        if tag in ("base", "object", "embed", "iframe"):
            found.append(tag)
    return found


def foreign(reply: HttpResponse) -> list[str]:
    """Return whatever a page would load or post to that is not one of our own addresses."""
    found = []
    for tag, attrs in Elements(reply.content.decode()).found:
        loaded = [attrs[LOADING[tag]]] if LOADING.get(tag, "") in attrs else []
        loaded += [
            attrs[name] for name in ("action", "srcset", "poster", "data-save") if name in attrs
        ]
        found += [each for each in loaded if each and not re.match(r"/(?!/)|#", each)]
    return found


def test_no_reply_has_anything_inline_or_foreign(replies):
    """Pages, refusals and errors alike."""
    pages = {n: r for n, r in replies.items() if r.get("Content-Type", "").startswith("text/html")}
    assert len(pages) > 15
    wrong = {name: inline(reply) + foreign(reply) for name, reply in pages.items()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_every_page_that_a_link_leads_to_is_there_and_strict(site):
    """From the home page to the last report: no dead link, nothing inline, nothing foreign."""
    wrong, seen = {}, set()
    for address, reply in crawl(site):
        seen.add(re.sub(r"[0-9a-f-]{36}", "…", address))
        if reply.status_code not in (200, 302):
            wrong[address] = [str(reply.status_code)]
        elif reply["Content-Type"].startswith("text/html"):
            wrong[address] = inline(reply) + foreign(reply)
    assert {address: found for address, found in wrong.items() if found} == {}
    assert {
        "/careers/production-technician/",
        "/assessments/…/rate/machines/",
        "/assessments/…/report/",
        "/assessments/…/report.json",
        "/assessments/…/report/?level=production-technician",
        "/assessments/…/link/",
        "/assessments/…/delete/",
    } <= seen


def test_links_to_other_sites_carry_no_opener(site):
    """Sources are linked, over HTTPS and without a way back into this page."""
    page = site.get("/careers/production-technician/").content.decode()
    outward = [
        (attrs["href"].split(":")[0], attrs.get("rel"), attrs.get("target"))
        for tag, attrs in Elements(page).found
        if tag == "a" and "//" in attrs["href"]
    ]
    assert set(outward) <= {("https", "noopener", None)}


def test_every_static_file_that_a_page_names_is_in_the_repository(replies):
    """Style sheets, scripts, the font and the icon."""
    names = {
        attrs[LOADING[tag]]
        for reply in replies.values()
        for tag, attrs in Elements(reply.content.decode()).found
        if tag in LOADING and attrs.get(LOADING[tag], "").startswith("/static/")
    }
    assert {Path(name).suffix for name in names} == {".css", ".js", ".svg", ".woff2"}
    assert [name for name in names if not finders.find(name.removeprefix("/static/"))] == []


def test_style_sheets_and_scripts_load_from_nowhere_else():
    """No import, picture or font of another host, and no code made of text."""
    root = Path(settings.BASE_DIR) / "static"
    found = {}
    for path in [*root.rglob("*.css"), *root.rglob("*.js")]:
        text = path.read_text(encoding="utf-8")
        loads = re.findall(r"@import|url\(['\"]?(?:https?:)?//|import\(|\beval\(", text)
        loads += re.findall(r"fetch\(['\"`]http", text)
        found[path.relative_to(root).as_posix()] = loads
    assert len(found) > 5
    assert {name: loads for name, loads in found.items() if loads} == {}


def test_a_page_for_one_person_is_kept_by_no_cache(replies):
    """Refusals of a form that hold what was typed included."""
    private = [n for n in replies if n.split(" ", 1)[-1] in ("questions", "form", "page", "report")]
    assert len(private) == 6
    assert {n: "no-store" in replies[n].get("Cache-Control", "") for n in private} == dict.fromkeys(
        private, True
    )


def test_a_made_up_assessment_gets_the_same_headers(mara, assessment):
    """Not even a header tells whether an address exists; each request has its own id."""
    stranger = Client()
    found = [
        dict(stranger.get(f"/assessments/{pk}/report/").headers)
        for pk in (assessment.pk, uuid.uuid4())
    ]
    assert found[0].pop("X-Request-ID") != found[1].pop("X-Request-ID")
    assert found[0] == found[1]
    assert Assessment.objects.count() == 1
