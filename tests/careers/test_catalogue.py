"""Reading what is published: lists, search, and frameworks parsed once per process."""

import pytest

from careers import catalogue, document, publishing
from careers.models import Career, Skill, Version

from .. import frameworks
from ..conftest import NOW, publish


@pytest.fixture(autouse=True)
def nothing_known():
    """Let every test begin as a new process does."""
    catalogue.forget()


def career(key: str, title: str, *alternative_titles: str, code: str = "") -> Version:
    """Publish a small career under these names."""
    raw = frameworks.of_size(1, 1, pages=1, key=key)
    raw["career"] |= {
        "title": title,
        "alternative_titles": list(alternative_titles),
        "codes": {"onet-soc": code} if code else {},
    }
    return publish(raw)


@pytest.fixture
def careers(db) -> None:
    """Three careers and one draft.

    title              | also called                     | code
    -------------------+---------------------------------+-----------
    Box Maker          | Carton Builder, Crate Carpenter | 51-7042.00
    Straßenbauer       | Road Builder                    | 47-4051.00
    Électricien        | 100% Electrician                | 47-2111.00
    (Box Painter)      | a draft, not published          |
    """
    career("box-maker", "Box Maker", "Carton Builder", "Crate Carpenter", code="51-7042.00")
    career("road-builder", "Straßenbauer", "Road Builder", code="47-4051.00")
    career("electrician", "Électricien", "100% Electrician", code="47-2111.00")
    raw = frameworks.of_size(1, 1, pages=1, key="box-painter")
    raw["career"]["title"] = "Box Painter"
    publishing.import_framework(document=raw, now=NOW)


def found(query: str) -> list[str]:
    return sorted(version.title for version in catalogue.search(query))


EVERYTHING = ["Box Maker", "Straßenbauer", "Électricien"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("box maker", ["Box Maker"]),
        ("BOX", ["Box Maker"]),
        ("maker box", ["Box Maker"]),
        ("  box   maker  ", ["Box Maker"]),
        ("carton", ["Box Maker"]),
        ("crate box", ["Box Maker"]),
        ("builder", ["Box Maker", "Straßenbauer"]),
        ("51-7042.00", ["Box Maker"]),
        ("51-70", ["Box Maker"]),
        ("47-", ["Straßenbauer", "Électricien"]),
        ("straßenbauer", ["Straßenbauer"]),
        ("STRASSENBAUER", ["Straßenbauer"]),
        ("road-builder", ["Straßenbauer"]),
        ("ÉLECTRICIEN", ["Électricien"]),
        ("painter", []),
        ("box baker", []),
        ("100%", ["Électricien"]),
        ("%", ["Électricien"]),
        ("_", []),
        ("\\", []),
        ("'; --", []),
        ("", EVERYTHING),
        ("   ", EVERYTHING),
    ],
)
def test_a_search_finds_the_careers_whose_titles_or_codes_hold_every_word(careers, query, titles):
    """In any order and any case; signs mean themselves; drafts are not found."""
    assert found(query) == titles


def test_only_the_first_eight_words_of_a_search_count(careers):
    """A long text cannot make a long query."""
    assert found("box " * 8 + "nonsense") == ["Box Maker"]
    assert found("box " * 7 + "nonsense") == []


def test_the_list_shows_the_latest_version_of_each_career_by_title(db):
    """Once renamed, a career stands and is found under its new name only."""
    for key, title in (("b", "Box Maker"), ("d", "Draper"), ("a", "Baker")):
        career(key, title)
    career("b", "Crate Maker")
    assert [(version.title, version.number) for version in catalogue.published()] == [
        ("Baker", 1),
        ("Crate Maker", 2),
        ("Draper", 1),
    ]
    assert (found("box maker"), found("crate maker")) == ([], ["Crate Maker"])


def test_the_latest_version_is_found_by_the_careers_key(careers):
    """Nothing for a draft or a key that nobody uses."""
    latest = catalogue.latest("box-maker")
    assert latest is not None
    assert (latest.title, latest.number) == ("Box Maker", 1)
    assert (catalogue.latest("box-painter"), catalogue.latest("nobody")) == (None, None)


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_one_query_and_leaves_the_documents_behind(
    db, django_assert_num_queries, count
):
    """However many careers there are; their keys come along."""
    for number in range(count):
        career(f"career-{number}", f"Career {number}")
    with django_assert_num_queries(1) as queries:
        keys = [version.career.key for version in catalogue.search("career")]
    assert keys == [f"career-{number}" for number in range(count)]
    assert '"document"' not in queries[0]["sql"]
    with django_assert_num_queries(1):
        assert catalogue.latest("career-0") is not None


@pytest.mark.parametrize("size", [1, 20])
def test_a_framework_takes_one_query_once(db, django_assert_num_queries, size):
    """The same size of work for any size of framework, and none while it is cached."""
    version = publish(frameworks.of_size(size, 3))
    catalogue.framework_of.cache_clear()
    with django_assert_num_queries(1):
        first = catalogue.framework(version)
    with django_assert_num_queries(0):
        assert catalogue.framework(version) is first
    assert first == document.parse(document.normal(frameworks.of_size(size, 3)))


def test_a_page_sees_the_version_and_never_the_draft(box_maker):
    """Editors may rename and delete: what was published says what it said."""
    Skill.objects.filter(key="cutting").update(title="Sawing")
    Career.objects.update(title="Other")
    catalogue.framework_of.cache_clear()
    framework = catalogue.framework(box_maker)
    assert (framework.title, framework.skills()["cutting"].title) == ("Box Maker", "Cutting")


def test_two_versions_are_two_frameworks(box_maker):
    second = publish(frameworks.tiny(steps=[]))
    assert [len(catalogue.framework(version).steps) for version in (box_maker, second)] == [4, 0]


def test_a_version_is_only_found_under_its_own_content(box_maker):
    """Id and hash name it together, so a restored database cannot show another's content."""
    with pytest.raises(Version.DoesNotExist):
        catalogue.framework_of(box_maker.pk, "0" * 64)


def test_the_cache_is_bounded(box_maker):
    """Sixty-five versions read: sixty-four kept, and the one read first is read again."""
    made = {name: getattr(box_maker, name) for name in ("career", "document", "sha256", "origin")}
    versions = Version.objects.bulk_create(
        Version(number=number, published_at=NOW, skill_count=3, level_count=2, **made)
        for number in range(2, 67)
    )
    catalogue.framework_of.cache_clear()
    for version in versions:
        catalogue.framework(version)
    assert catalogue.framework_of.cache_info().currsize == catalogue.CACHED_FRAMEWORKS == 64
    hits = catalogue.framework_of.cache_info().hits
    catalogue.framework(versions[-1])
    assert catalogue.framework_of.cache_info().hits == hits + 1
    catalogue.framework(versions[0])
    assert catalogue.framework_of.cache_info().hits == hits + 1


# What programs name: a career, and a version or none.


def test_the_latest_version_is_known_for_two_seconds(box_maker, django_assert_num_queries):
    """One query, then none; another process's version is seen when the time is up."""
    with django_assert_num_queries(1):
        assert catalogue.version_named("box-maker", None) == box_maker
    with django_assert_num_queries(0):
        assert catalogue.version_named("box-maker", None) == box_maker
    second = publish(frameworks.tiny(steps=[]))  # nothing is committed in a test
    assert catalogue.version_named("box-maker", None) == box_maker
    catalogue.forget_latest()
    assert catalogue.version_named("box-maker", None) == second
    assert catalogue.LATEST_SECONDS == 2


def test_a_latest_version_that_is_known_too_long_is_looked_up_again(box_maker, monkeypatch):
    monkeypatch.setattr(catalogue, "LATEST_SECONDS", -1)
    assert catalogue.version_named("box-maker", None) == box_maker
    second = publish(frameworks.tiny(steps=[]))
    assert catalogue.version_named("box-maker", None) == second


def test_a_version_published_here_is_the_latest_at_once(
    box_maker, django_capture_on_commit_callbacks
):
    """As soon as it is committed, in the process that published it."""
    assert catalogue.version_named("box-maker", None) == box_maker
    with django_capture_on_commit_callbacks(execute=True):
        second = publish(frameworks.tiny(steps=[]))
    assert catalogue.version_named("box-maker", None) == second


def test_a_numbered_version_is_looked_up_once(box_maker, django_assert_num_queries):
    """It never changes, so it is known for as long as there is room."""
    publish(frameworks.tiny(steps=[]))
    with django_assert_num_queries(1):
        assert catalogue.version_named("box-maker", 1) == box_maker
    with django_assert_num_queries(0):
        assert catalogue.version_named("box-maker", 1).career.key == "box-maker"


@pytest.mark.parametrize(
    ("key", "number"),
    [("box-maker", 2), ("box-maker", 0), ("box-maker", 10**30), ("nobody", 1), ("nobody", None)],
)
def test_a_version_that_is_not_there_does_not_exist(box_maker, key, number):
    """Asked again, it still does not: what is missing is not remembered as there."""
    for _ in range(2):
        with pytest.raises(Version.DoesNotExist):
            catalogue.version_named(key, number)


def test_a_career_published_after_it_was_missed_is_found(db):
    with pytest.raises(Version.DoesNotExist):
        catalogue.version_named("box-maker", None)
    version = publish(frameworks.tiny())
    assert catalogue.version_named("box-maker", None) == version
    assert catalogue.version_named("box-maker", 1) == version


def test_the_text_of_a_version_is_its_canonical_document(box_maker, django_assert_num_queries):
    """The bytes that its hash names."""
    with django_assert_num_queries(1):
        text = catalogue.text_of(box_maker)
    assert text.encode() == document.canonical(document.normal(frameworks.tiny()))
