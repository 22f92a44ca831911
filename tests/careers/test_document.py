"""The framework document: one shape, one normal form, one hash. No database."""

import copy
import hashlib
import json
from dataclasses import FrozenInstanceError
from string import ascii_lowercase, digits
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from careers import check, document
from careers.document import DocumentError, Json

from .. import frameworks

# The least that is a document, and what its normal form adds.
MINIMAL: Json = {
    "format": "rung/1",
    "career": {"key": "box-maker", "title": "Box Maker"},
    "levels": [{"key": "junior", "title": "Junior", "rank": 1}],
    "groups": [{"key": "hands", "title": "Hands"}],
    "skills": [{"key": "cutting", "title": "Cutting", "group": "hands", "anchors": [""] * 5}],
    "requirements": [{"level": "junior", "skill": "cutting", "rating": 1, "importance": 5}],
    "steps": [
        {"key": "s", "title": "S", "kind": "course", "hours": 0, "cost": "0.00", "currency": "USD"}
    ],
    "facts": [{"key": "pay", "kind": "pay", "value": "1"}],
}


def full() -> Json:
    """Return a small document in which every key of the format is used."""
    raw = frameworks.tiny()
    raw["career"] |= {"sector": "Packaging", "credit": "Thanks to the box museum."}
    raw["levels"][0] |= {
        "short_title": "Junior",
        "scope": "Small boxes.",
        "focus": ["Straight cuts"],
        "years": [0, 2],
        "checks": [{"kind": "education", "text": "School", "source": "box-survey"}],
    }
    raw["levels"][1]["years"] = [2, None]
    raw["skills"][0]["codes"] = {"onet": "1", "esco": "2"}
    raw["steps"][0] |= {
        "description": "With scraps.",
        "provider": "Box & Co.",
        "url": "https://example.org/scraps",
        "source": "box-survey",
        "estimated": True,
    }
    raw["facts"][0]["note"] = "Before tax."
    raw["guide"]["sections"][0] |= {"text": "Every day.", "source": "box-survey"}
    raw["guide"]["sections"][0]["items"].append(
        {"term": "Pay", "text": "Fair.", "codes": {"onet": "1"}, "facts": ["pay"], "source": "me"}
    )
    raw["sources"][0] |= {"url": "https://example.org/survey", "note": "By post."}
    return raw


def changed(path: str, value, raw: Json | None = None) -> Json:
    """Return a document with one value replaced or added: ``levels.0.rank``."""
    raw = copy.deepcopy(raw or full())
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    node: Any = raw
    for part in way:
        node = node[part]
    node[last] = value
    return raw


def problems(raw) -> list[str]:
    """Return what is wrong with a document, line by line."""
    try:
        document.loads(json.dumps(raw))
    except DocumentError as error:
        return str(error).split("\n")
    return []


def test_the_normal_form_says_every_key_of_the_core_in_one_order():
    """What is left out is written as empty; what goes beyond the core stays out."""
    normal = document.normal(MINIMAL)
    assert normal == {
        "format": "rung/1",
        "career": {
            "key": "box-maker",
            "title": "Box Maker",
            "summary": "",
            "alternative_titles": [],
            "codes": {},
        },
        "levels": [{"key": "junior", "title": "Junior", "rank": 1, "summary": ""}],
        "groups": [{"key": "hands", "title": "Hands"}],
        "skills": [
            {
                "key": "cutting",
                "title": "Cutting",
                "group": "hands",
                "description": "",
                "anchors": ["", "", "", "", ""],
                "codes": {},
            }
        ],
        "requirements": [
            {
                "level": "junior",
                "skill": "cutting",
                "rating": 1,
                "importance": 5,
                "essential": False,
            }
        ],
        "steps": [
            {
                "key": "s",
                "title": "S",
                "kind": "course",
                "hours": 0,
                "cost": "0.00",
                "currency": "USD",
                "requires": [],
                "after": [],
                "gives": [],
                "provider": "",
                "url": "",
                "source": "",
                "estimated": False,
            }
        ],
        "facts": [
            {
                "key": "pay",
                "kind": "pay",
                "value": "1",
                "unit": "",
                "scope": "",
                "region": "",
                "date": "",
                "source": "",
                "note": "",
            }
        ],
        "guide": {},
    }
    assert list(normal) == [
        "format",
        "career",
        "levels",
        "groups",
        "skills",
        "requirements",
        "steps",
        "facts",
        "guide",
    ]


def test_what_is_optional_is_kept_when_it_says_something():
    """A document that uses every key loses none of them."""
    normal = document.normal(full())
    spelled_out = {
        "levels": [
            full()["levels"][0],
            full()["levels"][1],
        ],
        "guide": full()["guide"],
        "sources": full()["sources"],
        "career": full()["career"],
    }
    assert {name: normal[name] for name in spelled_out} == spelled_out
    assert normal["steps"][0] == {**full()["steps"][0], "after": []}
    assert normal["skills"][0] == full()["skills"][0]
    assert normal["facts"][0] == full()["facts"][0]


def test_said_as_empty_or_left_out_is_the_same_document():
    """One normal form, one hash."""
    wordy = copy.deepcopy(MINIMAL)
    wordy["career"] |= {"summary": "", "sector": "", "credit": "", "codes": {}}
    wordy["levels"][0] |= {"scope": "", "focus": [], "checks": [], "short_title": ""}
    wordy["skills"][0] |= {"description": "", "codes": {}}
    wordy["requirements"][0]["essential"] = False
    wordy["steps"][0] |= {"after": [], "gives": [], "estimated": False, "description": ""}
    wordy["facts"][0] |= {"unit": "", "note": ""}
    wordy |= {"guide": {"sections": []}, "sources": []}
    assert document.normal(wordy) == document.normal(MINIMAL)


def test_the_order_of_keys_does_not_name_another_version():
    """The hash is of canonical JSON: {a, b} and {b, a} are one content."""

    def turned(node):
        if isinstance(node, dict):
            return {name: turned(value) for name, value in reversed(node.items())}
        return [turned(each) for each in node] if isinstance(node, list) else node

    one, two = document.normal(full()), document.normal(turned(full()))
    assert document.content_hash(one) == document.content_hash(two)
    assert document.pretty(one) == document.pretty(two)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("career.title", "Carton Maker"),
        ("levels.1.years", [2, 9]),
        ("skills.0.anchors", ["a", "b", "c", "d", "e"]),
        ("requirements.0.essential", False),
        ("steps.1.hours", 21),
        ("facts.0.source", "hearsay"),
        ("guide.sections.0.items.0.text", "Fold."),
        ("sources.0.note", ""),
        ("levels", list(reversed(full()["levels"]))),
    ],
)
def test_any_change_of_content_changes_the_hash(path, value):
    """Also a change of order within a list: it is what editors arranged."""
    before = document.content_hash(document.normal(full()))
    assert document.content_hash(document.normal(changed(path, value))) != before


def test_the_hash_of_a_document_stays_what_it_was():
    """Published versions are named by it: the format must not drift unnoticed."""
    normal = document.normal(frameworks.tiny())
    by_hand = json.dumps(normal, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert document.canonical(normal) == by_hand.encode()
    assert document.content_hash(normal) == hashlib.sha256(by_hand.encode()).hexdigest()
    assert document.content_hash(normal) == HASH_OF_TINY


HASH_OF_TINY = "e9150a25665458bcc65c627ee1435a7c74c8045627d4026e75c6cf543802b83a"


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("colour", ""),
        ("career.colour", "career"),
        ("levels.1.colour", "levels[1] “senior”"),
        ("levels.0.checks.0.colour", "levels[0] “junior”.checks[0]"),
        ("groups.0.colour", "groups[0] “hands”"),
        ("skills.2.colour", "skills[2] “planning”"),
        ("requirements.3.colour", "requirements[3]"),
        ("steps.1.colour", "steps[1] “cut-orders”"),
        ("steps.1.requires.0.colour", "steps[1] “cut-orders”.requires[0]"),
        ("steps.1.gives.0.colour", "steps[1] “cut-orders”.gives[0]"),
        ("facts.0.colour", "facts[0] “pay”"),
        ("guide.colour", "guide"),
        ("guide.sections.0.colour", "guide.sections[0] “work”"),
        ("guide.sections.0.items.0.colour", "guide.sections[0] “work”.items[0]"),
        ("sources.0.colour", "sources[0]"),
    ],
)
def test_unknown_keys_are_refused_by_name_wherever_they_stand(path, where):
    """A misspelt key must not be lost in silence."""
    found = "unknown key 'colour'; remove it or correct its name"
    assert problems(changed(path, "red")) == [f"{where}: {found}" if where else found]


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("format", "rung/2", "format: 'rung/2' should be 'rung/1'"),
        ("requirements.0.rating", True, "requirements[0].rating: True should be of type integer"),
        ("requirements.0.rating", "2", "requirements[0].rating: '2' should be of type integer"),
        ("requirements.0.rating", 2.5, "requirements[0].rating: 2.5 should be of type integer"),
        ("requirements.0.rating", None, "requirements[0].rating: None should be of type integer"),
        ("requirements.0.rating", 0, "requirements[0].rating: 0 is out of bounds: 1 to 4"),
        ("requirements.0.rating", 5, "requirements[0].rating: 5 is out of bounds: 1 to 4"),
        ("requirements.0.importance", 6, "requirements[0].importance: 6 is out of bounds: 1 to 5"),
        ("requirements.0.importance", 0, "requirements[0].importance: 0 is out of bounds: 1 to 5"),
        ("requirements.1.essential", 1, "requirements[1].essential: 1 should be of type boolean"),
        ("levels.1.rank", 0, "levels[1] “senior”.rank: 0 is out of bounds: 1 to 99"),
        ("levels.1.rank", 100, "levels[1] “senior”.rank: 100 is out of bounds: 1 to 99"),
        ("levels.0.years", [1], "levels[0] “junior”.years: has 1 entries; at least 2"),
        ("levels.0.years", [-1, 2], "levels[0] “junior”.years[0]: -1 is out of bounds: 0 to 60"),
        (
            "levels.0.years",
            [2, 70],
            "levels[0] “junior”.years[1]:"
            " 70 is not allowed: write a whole number from 0 to 60 or null",
        ),
        (
            "levels.0.checks.0.kind",
            "luck",
            "levels[0] “junior”.checks[0].kind:"
            " 'luck' is none of 'experience', 'certificate', 'education'",
        ),
        (
            "skills.1.key",
            "Gluing!",
            "skills[1] “Gluing!”.key: 'Gluing!' is no key: use lower-case words joined by hyphens",
        ),
        (
            "skills.1.anchors",
            ["a"] * 4,
            "skills[1] “gluing”.anchors: has 4 entries; at least 5",
        ),
        (
            "skills.1.anchors",
            ["a"] * 6,
            "skills[1] “gluing”.anchors: has 6 entries; at most 5",
        ),
        ("skills.1.title", "x" * 201, "skills[1] “gluing”.title: longer than 200 characters"),
        ("skills.1.title", "", "skills[1] “gluing”.title: '' is blank; write something"),
        (
            "skills.1.title",
            " \u3000",
            "skills[1] “gluing”.title: ' \\u3000' is blank; write something",
        ),
        (
            "skills.1.title",
            "a\u0000b",
            "skills[1] “gluing”.title: 'a\\x00b' has control characters; remove them",
        ),
        (
            "skills.1.description",
            "x" * 4001,
            "skills[1] “gluing”.description: longer than 4000 characters",
        ),
        ("steps.0.hours", -1, "steps[0] “cut-scraps”.hours: -1 is out of bounds: 0 to 20000"),
        ("steps.0.hours", 20001, "steps[0] “cut-scraps”.hours: 20001 is out of bounds: 0 to 20000"),
        ("steps.0.hours", 1.5, "steps[0] “cut-scraps”.hours: 1.5 should be of type integer"),
        (
            "steps.0.cost",
            "1.5",
            "steps[0] “cut-scraps”.cost: '1.5' is no amount: write it like '120.00'",
        ),
        (
            "steps.0.cost",
            "-1.00",
            "steps[0] “cut-scraps”.cost: '-1.00' is no amount: write it like '120.00'",
        ),
        (
            "steps.0.cost",
            "10000000.00",
            "steps[0] “cut-scraps”.cost: '10000000.00' is no amount: write it like '120.00'",
        ),
        (
            "steps.0.currency",
            "usd",
            "steps[0] “cut-scraps”.currency:"
            " 'usd' is no currency: three capital letters, such as USD",
        ),
        (
            "steps.0.url",
            "javascript:alert(1)",
            "steps[0] “cut-scraps”.url:"
            " 'javascript:alert(1)' is no web address: it starts with https://",
        ),
        ("levels", {}, "levels: {} should be of type array"),
        ("levels", [], "levels: has 0 entries; at least 1"),
        ("career", [], "career: [] should be of type object"),
    ],
)
def test_what_is_wrong_is_named_with_its_row_and_the_way_out(path, value, found):
    """One line an editor can act on, and only one."""
    assert problems(changed(path, value)) == [found]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("requirements.0.rating", 4),
        ("requirements.0.importance", 1),
        ("levels.1.rank", 99),
        ("levels.0.years", [0, None]),
        ("levels.0.years", [0, 60]),
        ("skills.1.title", "x" * 200),
        ("skills.1.title", "Ĝluo & “glue” <b> 糊 🧴"),
        ("skills.1.description", "x" * 3998 + "\n."),
        ("skills.1.key", "a1-b2-3"),
        ("steps.0.hours", 0),
        ("steps.0.hours", 20000),
        ("steps.0.cost", "9999999.99"),
        ("steps.0.url", ""),
        ("steps.0.url", "http://example.org/?a=b#c"),
    ],
)
def test_what_is_just_within_bounds_is_taken_as_it_is(path, value):
    raw = changed(path, value)
    assert problems(raw) == []
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    node: Any = document.loads(json.dumps(raw))
    for part in way:
        node = node[part]
    assert node[last] == value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("career.title", "Box Maker\n"),
        ("levels.0.key", "junior\n"),
        ("skills.0.key", "cutting\n"),
        ("steps.0.cost", "0.00\n"),
        ("steps.0.currency", "USD\n"),
        ("steps.0.url", "https://example.org\n"),
        ("facts.0.source", "box-survey\n"),
        ("sources.0.name", "box-survey\n"),
    ],
)
def test_a_line_break_at_the_end_is_a_control_character_too(path, value):
    """The dollar sign of a pattern looks past it, a key with a line break is no key."""
    assert len(problems(changed(path, value))) == 1


@pytest.mark.parametrize(
    ("missing", "found"),
    [
        (["rank"], "levels[0]: missing 'rank'"),
        (["title", "rank"], "levels[0]: missing 'title', 'rank'"),
    ],
)
def test_missing_keys_are_named_together_and_once(missing, found):
    """One line for the row, however many keys it lacks."""
    row = {"key": "junior", "title": "Junior", "rank": 1}
    raw = changed("levels.0", {name: row[name] for name in row if name not in missing})
    assert problems(raw) == [found.replace("[0]", "[0] “junior”")]


def test_every_problem_is_told_at_once():
    """All rows are read before the document is refused."""
    raw = changed("levels.0.rank", 0)
    raw = changed("skills.2.anchors", [], raw)
    raw = changed("steps.0.hours", -1, raw)
    assert sorted(line.split(":")[0] for line in problems(raw)) == [
        "levels[0] “junior”.rank",
        "skills[2] “planning”.anchors",
        "steps[0] “cut-scraps”.hours",
    ]


def test_no_more_than_a_hundred_problems_are_told():
    """A file of another kind does not fill the screen."""
    row = {"level": "junior", "skill": "cutting", "rating": 9, "importance": 1}
    lines = problems(changed("requirements", [row] * 300))
    assert len(lines) == 101
    assert lines[-1] == "more problems follow; mend these first"


def test_what_is_quoted_of_a_wrong_value_is_cut_short():
    """A value of a megabyte is not repeated."""
    assert problems(changed("levels.0.rank", "9" * 1_000_000)) == [
        f"levels[0] “junior”.rank: '{'9' * 27}...{'9' * 28}' should be of type integer"
    ]


def test_the_name_of_an_unknown_key_is_cut_short_too():
    """Whoever uploads a file of another kind gets a page, not the file back."""
    (line,) = problems({**full(), "k" * 1_000_000: 1})
    assert line.startswith("unknown key 'kkk")
    assert len(line) < 200


# Python's own reader takes or breaks on more than JSON has.


def with_rating(text: str) -> str:
    """Return the tiny document with its first rating written as the text."""
    return json.dumps(frameworks.tiny()).replace('"rating": 1', f'"rating": {text}', 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NaN", "NaN is not a number of JSON (at requirements[0].rating)"),
        ("Infinity", "Infinity is not a number of JSON (at requirements[0].rating)"),
        ("-Infinity", "-Infinity is not a number of JSON (at requirements[0].rating)"),
        ("true", "requirements[0].rating: True should be of type integer"),
        ("2.5", "requirements[0].rating: 2.5 should be of type integer"),
        ("-0.0", "requirements[0].rating: 0 is out of bounds: 1 to 4"),
        (
            f"1{'0' * 400}",
            f"requirements[0].rating: 1{'0' * 17}...{'0' * 19} is out of bounds: 1 to 4",
        ),
        ('"\\ud800"', "holds half a character (a lone surrogate) (at requirements[0].rating)"),
        (
            '1, "rating": 1',
            "the key 'rating' stands twice in one object (at requirements[0].rating)",
        ),
    ],
)
def test_what_is_no_json_or_no_rating_is_refused(text, found):
    """With its path, and with line and column where it is no JSON."""
    with pytest.raises(DocumentError) as refused:
        document.loads(with_rating(text))
    [problem] = refused.value.problems
    if " (at " in found:
        *_first, last = text.split(", ")
        column = with_rating(text).index(f": {text}") + 3 + len(text) - len(last)
        assert (problem.where, problem.message) == (f"line 1, column {column}", found)
    else:
        assert str(problem) == found


@pytest.mark.parametrize("text", ["1e400", "-1e400", f"1{'0' * 5000}"])
def test_numbers_beyond_reason_are_refused(text):
    """Too large for a float, or for Python to read: an error of the document, no other."""
    with pytest.raises(DocumentError):
        document.loads(with_rating(text))


@pytest.mark.parametrize("text", ["1.0", "1e0", "10e-1", "1"])
def test_a_whole_number_may_be_written_as_a_float(text):
    """1.0 is 1: same normal form, same hash, written as 1."""
    taken = document.loads(with_rating(text))
    assert taken == document.normal(frameworks.tiny())
    assert repr(taken["requirements"][0]["rating"]) == "1"


@pytest.mark.parametrize(
    "pattern",
    ["%s", '{"career": %s}', '{"career": {"key": %s}}', '{"levels": [{"years": %s}]}'],
)
def test_nesting_of_any_depth_is_an_error_of_the_document(pattern):
    """From deep enough to trouble the reader up to 100,000 levels; none escapes."""
    for depth in [*range(850, 1000), 5_000, 100_000]:
        with pytest.raises(DocumentError):
            document.loads(pattern % ("[" * depth + "]" * depth))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "line 1, column 1: not JSON: Expecting value"),
        ('{\n "format": rung}', "line 2, column 12: not JSON: Expecting value"),
        (
            b'{"format": "\xff"}',
            "line 1, column 13: the byte 0xff is not UTF-8; save the file as UTF-8",
        ),
        ("[]", "[] should be of type object"),
        ("null", "None should be of type object"),
        ('"rung/1"', "'rung/1' should be of type object"),
        (" " * 5_000_001, "the file is larger than 5,000,000 bytes"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_place(text, found):
    with pytest.raises(DocumentError) as refused:
        document.loads(text)
    assert str(refused.value) == found


def test_a_byte_order_mark_is_no_obstacle():
    """Some editors put one at the start of a file."""
    text = json.dumps(frameworks.tiny(), ensure_ascii=False)
    assert document.loads(text.encode("utf-8-sig")) == document.normal(frameworks.tiny())


# Made-up documents of every shape that passes the check.

KEY_CHARACTERS = ascii_lowercase + digits
keys = st.builds(
    "-".join, st.lists(st.text(KEY_CHARACTERS, min_size=1, max_size=4), min_size=1, max_size=3)
)
characters = st.characters(
    exclude_categories=["Cs"], exclude_characters=[*map(chr, range(32)), "\x7f"]
)
lines = st.text(characters, max_size=8)
texts = st.text(characters | st.just("\n"), max_size=12)
titles = lines.filter(str.strip)
codes = st.dictionaries(keys, titles, max_size=2)
urls = st.just("") | st.builds("https://{}.example/".format, keys)
years = st.tuples(st.integers(0, 9), st.none() | st.integers(9, 60)).map(list)


def rows(more: Json, optional: Json, *, least: int = 0, most: int = 3, name: str = "key"):
    """Return a strategy for a list of rows with different keys (or names)."""
    row = st.fixed_dictionaries(
        {name: keys if name == "key" else titles, **more}, optional=optional
    )
    return st.lists(row, min_size=least, max_size=most, unique_by=lambda each: each[name])


def some(of: list[str], most: int = 3):
    return st.lists(st.sampled_from(of), max_size=most, unique=True) if of else st.just([])


def skill_ratings(skills: list[str]):
    pairs = st.tuples(st.sampled_from(skills), st.integers(1, 4))
    return st.lists(pairs, max_size=2, unique_by=lambda pair: pair[0]).map(
        lambda found: [{"skill": skill, "rating": rating} for skill, rating in found]
    )


@st.composite
def documents(draw) -> Json:
    """Return a document that may be published, with optional keys there or not."""
    career = draw(
        st.fixed_dictionaries(
            {"key": keys, "title": titles},
            optional={
                "summary": texts,
                "sector": lines,
                "credit": texts,
                "alternative_titles": st.lists(titles, max_size=2),
                "codes": codes,
            },
        )
    )
    checks = st.lists(
        st.fixed_dictionaries(
            {"kind": st.sampled_from(["experience", "education"]), "text": titles},
            optional={"source": lines},
        ),
        max_size=2,
    )
    levels = draw(
        rows(
            {"title": titles},
            {
                "short_title": lines,
                "summary": texts,
                "scope": texts,
                "focus": st.lists(texts, max_size=2),
                "years": years,
                "checks": checks,
            },
            least=1,
        )
    )
    ranks = draw(st.permutations(range(1, 1 + len(levels))))
    levels = [{**level, "rank": rank} for level, rank in zip(levels, ranks, strict=True)]
    groups = draw(rows({"title": titles}, {}, least=1))
    anchors = st.lists(texts, min_size=5, max_size=5)
    in_group = st.sampled_from([group["key"] for group in groups])
    skills = draw(
        rows(
            {"title": titles, "group": in_group, "anchors": anchors},
            {"description": texts, "codes": codes},
            least=1,
        )
    )
    skill_keys = [skill["key"] for skill in skills]
    level_keys = [level["key"] for level in levels]
    asked = [
        (level, skill) for level in level_keys for skill in draw(some(skill_keys)) or skill_keys[:1]
    ]
    requirement = st.fixed_dictionaries(
        {"rating": st.integers(1, 4), "importance": st.integers(1, 5)},
        optional={"essential": st.booleans()},
    )
    steps = draw(
        rows(
            {
                "title": titles,
                "kind": st.sampled_from(["course", "project", "mentoring"]),
                "hours": st.integers(0, 20_000),
                "cost": st.builds("{}.{:02}".format, st.integers(0, 9_999_999), st.integers(0, 99)),
                "currency": st.just(draw(st.sampled_from(["USD", "EUR"]))),
            },
            {
                "description": texts,
                "requires": skill_ratings(skill_keys),
                "gives": skill_ratings(skill_keys),
                "provider": lines,
                "url": urls,
                "source": lines,
                "estimated": st.booleans(),
            },
        )
    )
    step_keys = [step["key"] for step in steps]
    for place, step in enumerate(steps):  # a step waits for earlier ones only: no circles
        if after := draw(some(step_keys[:place])):
            step["after"] = after
    facts = draw(
        rows(
            {"kind": keys, "value": titles},
            {
                "unit": lines,
                "scope": texts,
                "region": lines,
                "date": lines,
                "source": lines,
                "note": texts,
                "level": st.sampled_from(level_keys),
            },
        )
    )
    item = st.fixed_dictionaries(
        {},
        optional={
            "term": lines,
            "text": texts,
            "codes": codes,
            "facts": some([fact["key"] for fact in facts]),
            "source": lines,
        },
    )
    sections = rows(
        {
            "title": titles,
            "chapter": st.sampled_from(["work", "pay", "related"]),
            "layout": st.sampled_from(["text", "list", "tags"]),
        },
        {"text": texts, "source": lines, "items": st.lists(item, max_size=2)},
        most=2,
    )
    sources = rows(
        {"title": titles}, {"date": lines, "url": urls, "note": texts}, most=2, name="name"
    )
    return {
        "format": "rung/1",
        "career": career,
        "levels": levels,
        "groups": groups,
        "skills": skills,
        "requirements": [
            {"level": level, "skill": skill, **draw(requirement)} for level, skill in asked
        ],
        "steps": list(draw(st.permutations(steps))),
        "facts": facts,
        "guide": draw(st.fixed_dictionaries({}, optional={"sections": sections})),
        "sources": draw(sources),
    }


@settings(max_examples=30, deadline=None)
@given(documents())
def test_every_document_comes_back_from_its_export_the_same(raw):
    """Normal form, export and hash are fixed points: reading what was written changes nothing."""
    normal = document.normal(raw)
    assert check.errors(normal) == []
    assert document.normal(normal) == normal
    exported = document.pretty(normal)
    assert exported.endswith("}\n")
    again = document.loads(exported)
    assert document.pretty(again) == exported
    assert document.canonical(again) == document.canonical(normal)
    by_hand = json.dumps(normal, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert document.canonical(normal) == by_hand.encode()


# The framework as pages read it.


def test_a_framework_has_its_levels_from_the_lowest_rank_up():
    """However the document lists them, and whatever their keys."""
    raw = changed("levels", list(reversed(full()["levels"])))
    framework = document.parse(document.normal(raw))
    assert [level.key for level in framework.levels] == ["junior", "senior"]
    assert [level.years for level in framework.levels] == [(0, 2), (2, None)]
    assert framework.level("senior") == framework.levels[1]
    assert framework.level("boss") is None
    raw = changed("levels.0.rank", 3)
    framework = document.parse(document.normal(raw))
    assert [level.key for level in framework.levels] == ["senior", "junior"]


def test_a_level_without_a_short_title_uses_its_title():
    framework = document.parse(document.normal(full()))
    assert [level.short_title for level in framework.levels] == ["Junior", "Senior Box Maker"]


def test_the_questionnaire_asks_only_what_a_level_requires():
    """An unused skill is not asked, and a page without questions is left out.

    skill    | group | required
    ---------+-------+---------
    cutting  | hands | junior
    gluing   | hands |    –
    planning | head  |    –
    """
    raw = changed("requirements", full()["requirements"][:1])
    framework = document.parse(document.normal(raw))
    assert [
        (page.title, [skill.key for skill in page.skills]) for page in framework.questionnaire()
    ] == [("With the hands", ["cutting"])]
    assert list(framework.skills()) == ["cutting", "gluing", "planning"]


def test_skills_stand_in_the_order_of_their_groups():
    """A skill of the first page comes first, wherever the document lists it."""
    raw = changed("skills", list(reversed(full()["skills"])))
    framework = document.parse(document.normal(raw))
    assert list(framework.skills()) == ["gluing", "cutting", "planning"]


def test_a_framework_repeats_what_the_document_says():
    """Facts beside the guide's items, sources by name, texts as written."""
    framework = document.parse(document.normal(full()))
    section = framework.guide[0]
    step = framework.steps[1]
    assert (framework.key, framework.sector) == ("box-maker", "Packaging")
    assert framework.alternative_titles == ("Carton Builder",)
    assert [fact.value for fact in section.items[1].facts] == ["30000"]
    assert section.items[0].facts == ()
    assert framework.facts[0].level == "junior"
    assert framework.sources["box-survey"].url == "https://example.org/survey"
    assert framework.levels[0].checks == (document.Check("education", "School", "box-survey"),)
    assert (step.key, step.hours, step.cost, step.after) == ("cut-orders", 20, "0.00", ())
    assert step.requires == (document.SkillRating("cutting", 1),)
    assert step.gives == (document.SkillRating("cutting", 3),)
    assert framework.steps[3].after == ("cut-orders",)


def test_a_framework_cannot_be_changed():
    """It is shared by every page of the process."""
    framework = document.parse(document.normal(full()))
    with pytest.raises(FrozenInstanceError):
        framework.title = "Other"  # type: ignore[misc]  # that is the point
    with pytest.raises(FrozenInstanceError):
        framework.levels[0].rank = 9  # type: ignore[misc]  # that is the point


def test_minimal_documents_parse_with_empty_parts():
    framework = document.parse(document.normal({**MINIMAL, "steps": [], "facts": []}))
    assert (framework.steps, framework.facts, framework.guide, framework.sources) == (
        (),
        (),
        (),
        {},
    )


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_canonical_json_is_what_rfc_8785_says(title, anchor):
    """Also for control characters, quotation marks and what lies beyond the first plane."""
    raw = document.normal(frameworks.tiny())
    raw["career"]["title"] = title
    raw["skills"][0]["anchors"][2] = anchor
    assert document.canonical(raw) == rfc8785.dumps(raw)
