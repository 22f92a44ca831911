"""The list of drafts, and the matrix with its check."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from careers.document import normal
from careers.models import Career, Fact, Level, Requirement, Skill
from careers.publishing import import_framework
from tests import frameworks
from tests.conftest import NOW
from tests.queries import counted

pytestmark = pytest.mark.django_db


def draft(skills: int, levels: int, key: str) -> None:
    """Bring a made-up career in as a draft."""
    import_framework(document=normal(frameworks.of_size(skills, levels, key=key)), now=NOW)


def queries(client, address: str) -> int:
    """Return how many statements a page takes, session and user aside."""
    with CaptureQueriesContext(
        connection,
    ) as context:
        assert client.get(address).status_code == 200
    return len(counted(context))


def test_the_matrix_takes_as_many_queries_for_60_skills_as_for_3(emil, box_maker):
    """At most 12, the editor's permissions included."""
    draft(60, 6, "large")
    assert queries(emil, "/studio/large/") == queries(emil, "/studio/box-maker/") == 12


def test_the_list_takes_as_many_queries_for_60_careers_as_for_one(vera, box_maker):
    """Permissions, count and page."""
    few = queries(vera, "/studio/")
    Career.objects.bulk_create(Career(key=f"c-{n}", title=f"Career {n}") for n in range(60))
    assert queries(vera, "/studio/") == few == 4


def test_the_table_has_a_row_per_skill_and_a_column_per_level(vera, box_maker):
    """Grouped as the questionnaire is; levels lowest first, whatever their order."""
    Level.objects.filter(key="junior").update(position=9)
    matrix = vera.get("/studio/box-maker/").context["matrix"]
    assert [column.key for column in matrix.columns] == ["junior", "senior"]
    assert [
        (group.title, [(row.title, [cell.content for cell in row.cells]) for row in group.skills])
        for group in matrix.groups
    ] == [
        (
            "With the hands",
            [
                ("Cutting", [(1, 5, True), (3, 5, True)]),
                ("Gluing", [(2, 3, False), (3, 3, False)]),
            ],
        ),
        ("With the head", [("Planning", [(0, 0, False), (2, 2, False)])]),
    ]


def test_only_who_may_edit_gets_links_to_forms(vera, emil, box_maker):
    """A viewer reads the same table."""
    link = 'href="/studio/box-maker/cell/junior/gluing/"'
    assert emil.get("/studio/box-maker/").text.count(link) == 1
    assert vera.get("/studio/box-maker/").text.count("/cell/") == 0


def test_the_list_says_what_state_each_draft_is_in(vera, emil, box_maker):
    """Never published, as published, edited since: without opening any draft."""
    draft(2, 1, "unpublished")
    chips = vera.get("/studio/").text
    assert [chips.count(word) for word in ("Never published", "As published", "Edited since")] == [
        1, 1, 0,
    ]  # fmt: skip
    data = {"rating": "4", "importance": "5", "revision": "1"}
    emil.post("/studio/box-maker/cell/junior/gluing/", data)
    chips = vera.get("/studio/").text
    assert [chips.count(word) for word in ("Never published", "As published", "Edited since")] == [
        1, 0, 1,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("box", ["box-maker"]),
        ("99-0001", ["box-maker"]),
        ("MADE", ["made-up"]),
        ("box up", []),
        ("\0", ["box-maker", "made-up"]),
    ],
)
def test_drafts_are_found_by_title_key_or_code(vera, box_maker, query, found):
    """Every word must be there."""
    draft(2, 1, "made-up")
    page = vera.get("/studio/", {"q": query}).context["page"]
    assert [career.key for career in page] == found


def test_a_long_list_has_pages(vera, db):
    """Fifty a page; a page number that is none shows the nearest."""
    Career.objects.bulk_create(Career(key=f"c-{n}", title=f"Career {n:03}") for n in range(120))
    keys = [career.key for career in vera.get("/studio/?page=3").context["page"]]
    assert keys == [f"c-{n}" for n in range(100, 120)]
    assert vera.get("/studio/?page=99").context["page"].number == 3
    assert vera.get("/studio/?page=x").context["page"].number == 1


class TestTheCheck:
    """What stands beside the matrix."""

    def found(self, client) -> list[tuple[str, str, bool, str]]:
        """Return (title, message, is an error, address) of what the panel shows."""
        check = client.get("/studio/box-maker/").context["check"]
        return [(f.title, f.message, f.is_error, f.address) for f in check.found]

    def test_a_sound_draft_has_nothing_to_mend(self, emil, box_maker):
        """The panel says so."""
        page = emil.get("/studio/box-maker/")
        assert page.context["check"].found == ()
        assert "Nothing to mend." in page.text

    def test_each_finding_leads_to_its_cell_or_form(self, emil, box_maker):
        """By titles, not by keys; errors first."""
        Requirement.objects.filter(level__key="senior", skill__key="gluing").update(rating=1)
        Fact.objects.update(source="")
        Skill.objects.filter(key="planning").update(anchor_2="")
        Level.objects.create(career=box_maker.career, key="chief", title="Chief", rank=3)
        studio = "/studio/box-maker"
        assert self.found(emil) == [
            (
                "Chief",
                "has no requirement; add one or remove the level",
                True,
                f"{studio}/cell/chief/cutting/",
            ),
            (
                "Planning",
                "has no sentence for rating 2",
                False,
                f"{studio}/skills/planning/#id_anchor_2",
            ),
            (
                "Gluing × Senior Box Maker",
                "asks 1 but Junior Box Maker asks 2",
                False,
                f"{studio}/cell/senior/gluing/",
            ),
            ("pay", "has no source", False, f"{studio}/facts/pay/#id_source"),
        ]

    def test_a_draft_out_of_shape_is_told_row_by_row(self, emil, box_maker):
        """What the schema refuses leads to its row too."""
        Skill.objects.filter(key="gluing").update(title=" ")
        Requirement.objects.filter(level__key="junior", skill__key="cutting").delete()
        Level.objects.filter(key="junior").update(years_from=70)
        assert self.found(emil) == [
            (
                "Junior Box Maker",
                "years[0]: 70 is out of bounds: 0 to 60",
                True,
                "/studio/box-maker/levels/junior/#id_years_from",
            ),
            (
                "gluing",
                "title: ' ' is blank; write something",
                True,
                "/studio/box-maker/skills/gluing/#id_title",
            ),
        ]

    def test_an_empty_draft_is_checked_too(self, emil, db):
        """A career just made has nothing yet; the panel says what is missing."""
        Career.objects.create(key="box-maker", title="Box Maker")
        assert self.found(emil) == [
            (name, "has 0 entries; at least 1", True, address)
            for name, address in (
                ("levels", "/studio/box-maker/levels/"),
                ("groups", "/studio/box-maker/groups/"),
                ("skills", "/studio/box-maker/skills/"),
                ("requirements", "/studio/box-maker/"),
            )
        ]

    def test_a_long_list_of_findings_has_a_page_of_its_own(self, emil, box_maker):
        """Twelve beside the matrix, all on the page."""
        Skill.objects.update(**{f"anchor_{rating}": "" for rating in range(5)})
        addresses = ("", "check/?part=panel", "check/")
        pages = [emil.get(f"/studio/box-maker/{address}").text for address in addresses]
        assert [page.count("has no sentence") for page in pages] == [12, 12, 15]
        assert [page.count("See all 15") for page in pages] == [1, 1, 0]
        assert pages[1].lstrip().startswith('<section class="card check" id="check"')
