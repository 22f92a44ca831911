"""Pages for everyone: home, the careers and their guide, scoring, privacy, credits, health."""

import re
from collections.abc import Mapping
from fractions import Fraction
from html import unescape
from math import floor

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import worked_example
from assessments.models import Assessment
from careers import catalogue
from careers.document import Fact
from careers.models import Version
from tests import frameworks
from tests.conftest import publish
from tests.queries import counted

FIGURE = re.compile(
    r'<span class="figure-value[^"]*">(?P<figure>.*?)</span>'
    r'<span class="figure-about">(?P<scope>.*?)</span>'
    r'<span class="figure-about">(?P<where>.*?)</span>'
    r'<span class="figure-about">(?P<source>.*?)</span>',
    re.DOTALL,
)


def text_of(html: str) -> str:
    """Return what a person reads of some markup, with single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def read(client: Client, address: str) -> str:
    """Return a page that must be there."""
    reply = client.get(address)
    assert reply.status_code == 200, address
    return reply.content.decode()


def started(client: Client, form: str) -> Assessment:
    """Press the first button of a start form as a browser without JavaScript would."""
    (action,) = re.findall(r'<form method="post" action="([^"]+/start/)">', form)
    level = re.findall(r'name="level" value="([\w-]+)"', form)[0]
    location = client.post(action, {"level": level})["Location"]
    return Assessment.objects.get(pk=location.split("/")[2])


# Home.


def test_home_starts_a_career_in_one_click(mara, box_maker):
    """Its own form leads straight to the first question, at the pressed level."""
    page = read(mara, "/")
    assert re.findall(r'name="level" value="(\w+)"', page) == ["senior", "junior"]
    assert (started(mara, page).level, started(mara, page).version) == ("senior", box_maker)


def test_home_says_how_long_it_takes(mara, production_technician):
    """In skills and minutes, before anybody begins."""
    assert "30 skills, about 10 minutes, no account." in text_of(read(mara, "/"))


def test_home_without_a_career_offers_nothing_to_start(mara, db):
    """A fresh installation shows a page all the same."""
    page = read(mara, "/")
    assert ("/start/" in page, 'action="/careers/"' in page) == (False, True)


# The list.


@pytest.fixture
def careers(db) -> None:
    """Three careers, one of them in its second version."""
    tiny = frameworks.tiny()
    publish(tiny)
    publish({**tiny, "career": {**tiny["career"], "title": "Box Builder", "codes": {}}})
    publish(frameworks.of_size(6, 2, key="steel-work"))
    publish(frameworks.of_size(7, 3, key="wood-work"))


def listed(client: Client, query: str | None = None) -> list[str]:
    """Return the addresses of the careers found."""
    page = client.get("/careers/", {} if query is None else {"q": query}).content.decode()
    return re.findall(r'<a class="card career-card" href="/careers/([\w-]+)/">', page)


def test_the_list_shows_the_latest_version_of_every_career_by_title(mara, careers):
    """Each with its levels and skills counted."""
    page = text_of(read(mara, "/careers/").replace("<", " <"))
    assert listed(mara) == ["box-maker", "steel-work", "wood-work"]
    assert "Box Builder Makes boxes. 2 levels · 3 skills" in page
    assert "Box Maker" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("box", ["box-maker"]),
        ("BOX bUiLdEr", ["box-maker"]),
        ("builder box", ["box-maker"]),
        ("carton", ["box-maker"]),
        ("career of", ["steel-work", "wood-work"]),
        ("  steel ", ["steel-work"]),
        ("box steel", []),
        ("99-0001.00", []),
        ("%", []),
        ("_", []),
        ("box\0", ["box-maker"]),
        ("", ["box-maker", "steel-work", "wood-work"]),
        (" \0", ["box-maker", "steel-work", "wood-work"]),
        ("x" * 5000, []),
    ],
)
def test_search_finds_careers_by_every_word_of_title_other_name_or_code(
    mara, careers, query, found
):
    """In any case and order; a code that the latest version dropped finds nothing."""
    assert listed(mara, query) == found


def test_search_finds_a_code(mara, box_maker):
    """As it stands in the framework."""
    assert listed(mara, "99-0001") == ["box-maker"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("career", "2 careers for “career”."),
        ("carton", "1 career for “carton”."),
        ("<b>x", "0 careers for “<b>x”. See all careers"),
    ],
)
def test_search_says_what_it_found_and_keeps_the_words(mara, careers, query, says):
    """The query comes back as text, in the sentence and in its field."""
    page = mara.get("/careers/", {"q": query}).content.decode()
    assert says in text_of(page.replace("<a ", " <a "))
    assert f'name="q" value="{query.replace("<", "&lt;").replace(">", "&gt;")}"' in page
    assert "<b>x" not in page


def test_more_than_fifty_careers_are_shown_page_by_page(mara, box_maker):
    """The pages lead to each other and keep the query; one that does not exist is the last."""
    row = Version.objects.values().get()
    for number in range(51):
        career = box_maker.career.__class__.objects.create(key=f"copy-{number}", title="Copy")
        copy = {**row, "id": None, "career_id": career.pk, "title": f"Copy {number:02}"}
        career.latest = Version.objects.create(**copy)
        career.save()
    page = read(mara, "/careers/")
    assert len(listed(mara)) == 50
    assert re.findall(r'<a class="button" rel="(\w+)" href="([^"]+)"', page) == [
        ("next", "?page=2")
    ]
    assert "Copy 49" not in page
    last = read(mara, "/careers/?q=box&page=999")
    assert re.findall(r'<a class="button" rel="(\w+)" href="([^"]+)"', last) == [
        ("prev", "?q=box&amp;page=1")
    ]
    assert "Page 2 of 2" in last
    assert "52 careers for “box”. Add a word to narrow the search." in text_of(last)
    assert "Add a word" not in read(mara, "/careers/?q=box+maker+99-0002")


def test_a_search_costs_the_same_for_one_career_and_for_many(mara, box_maker):
    """One query counts, one reads the page."""

    def queries() -> int:
        with CaptureQueriesContext(connection) as context:
            listed(mara, "box")
        return len(counted(context))

    assert queries() == 2
    for number in range(3):
        publish(frameworks.of_size(2, 1, key=f"box-{number}"))
    assert queries() == 2


def test_careers_whose_own_title_is_meant_come_first(mara, box_maker):
    """Those that only have another name like it follow."""
    tiny = frameworks.tiny()
    career = {"key": "zither-maker", "title": "Zither Box Maker"}
    publish({**tiny, "career": career})
    career = {"key": "artist", "title": "Artist", "alternative_titles": ["Box Maker"]}
    publish({**tiny, "career": career})
    assert listed(mara, "box maker") == ["box-maker", "zither-maker", "artist"]


def test_an_empty_list_says_so(mara, db):
    """Nothing is published yet."""
    assert "No career is published yet." in read(mara, "/careers/")


# One career.


def test_a_career_that_is_not_published_is_not_found(mara, box_maker):
    """Neither its page nor its start."""
    replies = [
        mara.get("/careers/glass-maker/"),
        mara.get("/careers/glass-maker/start/"),
        mara.post("/careers/glass-maker/start/", {"level": "junior"}),
    ]
    assert [reply.status_code for reply in replies] == [404] * 3


def test_the_ladder_shows_every_level_highest_first(mara, production_technician):
    """With its usual years, pay and what it is about."""
    page = read(mara, "/careers/production-technician/")
    (ladder,) = re.findall(r'<ol class="ladder" reversed>(.*?)</ol>', page, re.DOTALL)
    rungs = [text_of(rung) for rung in re.findall(r"<li.*?</li>", ladder, re.DOTALL)]
    levels = catalogue.framework(production_technician).levels
    assert [rung.split("$")[0] for rung in rungs] == [each.title for each in reversed(levels)]
    assert rungs[-1] == "Junior Production Technician$40k0–2 years · one machine, with someone near"


def test_facts_that_disagree_stand_side_by_side_with_their_sources(mara, production_technician):
    """Every figure of one kind, with whom it counts, where, when and the source's title."""
    content = catalogue.framework(production_technician)
    page = read(mara, "/careers/production-technician/")
    strip = page[page.index('id="figures"') : page.index('id="levels"')]
    shown = [
        {name: text_of(part) for name, part in match.groupdict().items()}
        for match in FIGURE.finditer(strip)
    ]

    def source(fact: Fact) -> str:
        return "; ".join(content.sources[name.strip()].title for name in fact.source.split(";"))

    facts = [f for kind in ("median-pay", "outlook") for f in content.facts if f.kind == kind]
    assert [(each["scope"], each["where"], each["source"]) for each in shown] == [
        (f.scope, f"{f.region} · {f.date}".strip(), source(f)) for f in facts
    ]
    figures = [each["figure"] for each in shown]
    assert figures[:3] == ["$47,430 a year", "$41,500 a year", "$49,000 a year"]
    assert {"+1%", "−14%"} < set(figures[3:])


def test_every_fact_stands_in_the_table_with_its_source(mara, production_technician):
    """None is merged away."""
    page = read(mara, "/careers/production-technician/")
    table = page[page.index("Every figure with its source") :]
    table = table[: table.index("</table>")]
    facts = catalogue.framework(production_technician).facts
    rows = [row for row in re.findall(r"<tr>(.*?)</tr>", table) if row.count("<td>") == 5]
    sources = [text_of(re.findall(r"<td>(.*?)</td>", row)[4]) for row in rows]
    assert sorted(sources) == sorted(fact.source for fact in facts)


def test_the_matrix_says_what_each_level_requires(mara, box_maker):
    """In words for whoever cannot see the squares."""
    page = read(mara, "/careers/box-maker/")
    (matrix,) = re.findall(r'<table class="matrix">(.*?)</table>', page, re.DOTALL)
    rows = re.findall(r"<tr><th scope=\"row\">(\w+)</th>(.*?)</tr>", matrix, re.DOTALL)
    cells = {
        skill: [
            text_of(cell).removeprefix("–")
            for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)
        ]
        for skill, row in rows
    }
    assert cells == {
        "Cutting": ["1 With help, essential", "3 Fix problems, essential"],
        "Gluing": ["2 On my own", "3 Fix problems"],
        "Planning": ["not required", "2 On my own"],
    }


def test_the_start_form_of_a_career_starts_it(mara, box_maker):
    """Each level has its button, with its name for whoever hears it."""
    page = read(mara, "/careers/box-maker/")
    buttons = re.findall(r'name="level" value="\w+">(.*?)</button>', page)
    assert [text_of(each) for each in buttons] == [
        "Start with Senior Box Maker as target",
        "Start with Junior Box Maker as target",
    ]
    assert started(mara, page).level == "senior"


@pytest.mark.parametrize("level", ["astronaut", "", "SENIOR", None, "senior\0"])
def test_an_unknown_level_shows_the_levels_again_and_starts_nothing(mara, box_maker, level):
    """400 with the form in place."""
    reply = mara.post("/careers/box-maker/start/", {} if level is None else {"level": level})
    page = reply.content.decode()
    assert reply.status_code == 400
    assert re.findall(r'role="alert">(.*?)</p>', page) == [
        "Choose one of the levels below: this career has no level of that name."
    ]
    assert re.findall(r'name="level" value="(\w+)"', page) == ["senior", "junior"]
    assert Assessment.objects.count() == 0


def test_looking_at_the_start_address_leads_to_the_form(mara, box_maker):
    """A GET starts nothing."""
    reply = mara.get("/careers/box-maker/start/")
    assert (reply.status_code, reply["Location"]) == (302, "/careers/box-maker/#start")
    assert Assessment.objects.count() == 0


def test_a_page_names_the_version_that_it_shows(mara, box_maker):
    """By number and hash; a newer one replaces it at once."""
    shown = [box_maker, publish({**frameworks.tiny(), "facts": []})]
    page = text_of(read(mara, "/careers/box-maker/"))
    assert f"Requirements version {shown[1].number}" in page
    assert f"SHA-256 {shown[1].sha256[:12]}…" in page
    assert shown[0].sha256[:12] not in page


def test_what_a_framework_says_is_text(mara, db):
    """An editor's markup is shown, not run."""
    tiny = frameworks.tiny()
    hostile = "<script>alert(1)</script>"
    tiny["career"] |= {"title": hostile, "summary": hostile, "alternative_titles": [hostile]}
    tiny["skills"][0] |= {"title": hostile, "description": hostile, "anchors": [hostile] * 5}
    tiny["facts"][0] |= {"value": hostile, "scope": hostile, "source": hostile}
    tiny["guide"]["sections"][0] |= {"title": hostile, "text": hostile}
    publish(tiny)
    addresses = ("/", "/careers/", "/careers/box-maker/", "/credits/")
    assert [hostile in read(mara, address) for address in addresses] == [False] * 4


def test_ids_and_links_within_the_guide_are_sound(mara, production_technician):
    """Every id stands once, and every link within the page leads to one."""
    page = read(mara, "/careers/production-technician/")
    ids = re.findall(r' id="([^"]+)"', page)
    assert [each for each in ids if ids.count(each) > 1] == []
    assert set(re.findall(r'href="#([^"]+)"', page)) - set(ids) == set()


# Scoring, privacy, credits.


def test_the_worked_example_is_what_the_rules_give(mara, db):
    """Worked out here again with fractions, from the example's own requirements."""
    requirements, ratings = worked_example.REQUIREMENTS, worked_example.RATINGS
    weight = sum(each.importance for each in requirements)
    lowered = {
        skill: rating - 1 if rating and skill not in worked_example.PROVEN else rating
        for skill, rating in ratings.items()
    }

    def percent(answers: Mapping[str, int | None], unsure: int = 0) -> str:
        total = Fraction(0)
        for each in requirements:
            rating = answers[each.skill]
            covered = Fraction(unsure if rating is None else rating, each.rating)
            total += each.importance * min(covered, Fraction(1))
        return f"{floor(1000 * total / weight) / 10:.1f}%"

    text = text_of(read(mara, "/scoring/"))
    assert f"Readiness: 100 × 10 ÷ {weight} = {percent(ratings)}." in text
    assert f"Were the unsure skill met: {percent(ratings, unsure=4)}." in text
    assert f"Cautious reading (evidence for Safety only): {percent(lowered)}." in text
    assert "The band is Building, because an essential skill is below what is required." in text


def test_the_worked_example_shows_its_arithmetic_line_by_line(mara, db):
    """Lost points and the readiness of 66.6 % add up to 100.0 as printed."""
    page = read(mara, "/scoring/")
    table = page[page.index("Covered") :]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table)
    cells = [
        [text_of(title), *(text_of(cell) for cell in re.findall(r"<td>(.*?)</td>", row))]
        for title, row in rows
    ]
    assert cells == [
        ["Finding faults essential", "3", "2", "2/3", "4 × 2/3 = 2 2/3", "8.9"],
        ["PLC", "2", "not sure", "0", "2 × 0 = 0", "13.3"],
        ["Machine setup", "3", "2", "2/3", "5 × 2/3 = 3 1/3", "11.2"],
        ["Safety essential", "2", "3", "1", "4 × 1 = 4", "0.0"],
    ]


def test_the_thresholds_of_the_bands_are_the_cores(mara, db):
    """80, 60 and 40, and the word and shape of each band."""
    text = text_of(read(mara, "/scoring/"))
    assert re.findall(r"([●◐▲■]) (Ready|Nearly ready|Building|Starting out) ?a[tn]", text) == [
        ("●", "Ready"),
        ("◐", "Nearly ready"),
        ("▲", "Building"),
        ("■", "Starting out"),
    ]
    assert re.findall(r"at least (\d+)%", text) == ["80", "60", "40"]


def test_privacy_says_what_is_stored(mara, db):
    """What, where and for whom, and how it goes."""
    text = text_of(read(mara, "/privacy/"))
    assert "Private by default: nobody but you sees your answers." in text
    assert "No name, no e-mail address, no address of your device." in text
    assert "You can delete an assessment at any time" in text


def test_credits_name_every_source_of_every_career(mara, production_technician, box_maker):
    """With the credit line that a source asks for."""
    page = text_of(read(mara, "/credits/"))
    for version in (production_technician, box_maker):
        content = catalogue.framework(version)
        missing = [s.title for s in content.sources.values() if s.title not in page]
        assert (missing, content.credit in page) == ([], True)


# When things are not there.


def test_an_unknown_address_gets_a_page_with_a_way_back(mara, db):
    """404, without saying back what was asked for."""
    reply = mara.get("/no/such/<address>/")
    page = reply.content.decode()
    assert reply.status_code == 404
    assert "There is nothing here that you can open" in page
    assert "such" not in text_of(page)
    assert ('href="/"' in page, 'href="/assessments/"' in page) == (True, True)


def test_an_error_of_ours_gets_a_page_without_a_query(box_maker, monkeypatch):
    """500 in plain words, that would come even without a database."""

    def broken(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("careers.views.career_page", broken)
    reply = Client(raise_request_exception=False).get("/careers/box-maker/")
    assert reply.status_code == 500
    assert "Something went wrong on our side" in reply.content.decode()
    assert "What was saved before is safe." in reply.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_public_pages_are_only_read(mara, box_maker, method):
    """They take no other method than GET and HEAD."""
    addresses = ("/", "/careers/", "/careers/box-maker/", "/scoring/", "/privacy/", "/credits/")
    replies = [getattr(mara, method)(address) for address in (*addresses, "/livez", "/readyz")]
    assert {(reply.status_code, reply["Allow"]) for reply in replies} == {(405, "GET, HEAD")}


# Health.


def unreachable() -> None:
    """Stand for a database that does not answer."""
    raise OperationalError("no route to a host with a secret name")


def test_the_process_is_alive_even_without_a_database(mara, monkeypatch):
    """Its answer needs nothing but the process."""
    with monkeypatch.context() as patch:
        patch.setattr(connection, "ensure_connection", unreachable)
        reply = mara.get("/livez")
    assert (reply.status_code, reply.content) == (200, b"ok\n")


def test_it_is_ready_when_a_career_is_published(mara, box_maker):
    """And the answer is never kept by a cache."""
    reply = mara.get("/readyz")
    assert (reply.status_code, reply.content) == (200, b"ok\n")
    assert "no-store" in reply["Cache-Control"]


def test_it_is_not_ready_without_a_career(mara, db):
    """503, so that nobody is sent to an empty house."""
    reply = mara.get("/readyz")
    assert (reply.status_code, reply.content) == (503, b"no career is published\n")


def test_it_is_not_ready_without_its_database(mara, box_maker, monkeypatch):
    """503 in plain words, without the database's own."""
    with monkeypatch.context() as patch:
        patch.setattr(connection, "ensure_connection", unreachable)
        reply = mara.get("/readyz")
    assert (reply.status_code, reply.content) == (503, b"database unavailable\n")
