"""A report's page is rendered once for many readers: nobody sees another's kind of page.

What each reader should see is rendered straight, with nothing kept and the values in their places.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from django.utils.safestring import SafeString

from assessments import report_html, report_parts
from assessments.report_page import ReportPage
from careers.kept import Kept
from careers.templatetags import site_parts

from .report_readers import SHARED, Reader, readers

Key = tuple[Hashable, ...]
KEPT = {
    "page": report_html.SHAPES,
    "line": report_parts._LINES,
    "rung": report_parts._RUNGS,
    "training": report_parts._TRAINING,
    "planned": report_parts._PLANNED,
}
SHAPE = (
    "version", "level_key", "reached_key", "is_own", "is_target", "is_claimed", "paper", "band",
    "has_range", "has_confirmed", "has_gaps", "has_strengths", "state", "has_turning",
    "has_unknown", "has_training",
)  # fmt: skip
KEYS = {
    "page": ("template", "language", *SHAPE),
    "line": (
        "version", "level", "is_own", "paper", "language",
        "skill", "rating", "answered", "has_evidence", "options",
    ),
    "rung": ("language", "level", "title", "band", "is_shown", "paper"),
    "training": ("version", "language", "step"),
    "planned": ("version", "language", "step", "raises"),
}  # fmt: skip
"""What the key of each kind of text is made of."""


@pytest.fixture(autouse=True)
def _tellable(monkeypatch, in_every_language) -> None:
    """Have a token say which browser's it is: its mask is drawn at random."""
    monkeypatch.setattr("django.middleware.csrf._mask_cipher_secret", lambda secret: secret)


@pytest.fixture(autouse=True, scope="module")
def _forgotten() -> Iterator[None]:
    """Leave nothing behind of pages in a made-up language."""
    yield
    forget()


def forget() -> None:
    """Let nothing be kept of any page."""
    for kept in KEPT.values():
        kept._parts.clear()
    for made in (report_parts._one_decimal, report_parts._symbol, report_html._link):
        made.cache_clear()
    site_parts._nav.cache_clear()


def _straight(
    self: Kept, key: Hashable, render: Callable[[dict[str, Any]], str], live: Mapping[str, Any]
) -> SafeString:
    """Render with the values where the marks go: templates could ask them anything."""
    # Figures of pictures are the same in every language.
    values = {name: str(each) if isinstance(each, float) else each for name, each in live.items()}
    return SafeString(render(values))


@cache
def expected() -> dict[Reader, str]:
    """Return what everybody should read. The first test makes it; it needs no database later."""
    pages = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Kept, "filled", _straight)
        for reader in readers():
            forget()
            pages[reader] = reader.reads()
    forget()
    return pages


def mistaken(order: Iterable[Reader]) -> Iterator[str]:
    """Return who reads something else than they should, or an error, one after the other."""
    for reader in order:
        try:
            page = reader.reads()
        except KeyError:  # another template's text, with values that this one has not
            page = ""
        if page != expected()[reader]:
            yield reader.name


def test_each_page_rendered_alone_is_as_rendered_straight(db):
    """With nothing kept: marks change nothing, and no template asks what is live."""
    for reader in expected():
        forget()
        assert list(mistaken([reader])) == []


@pytest.mark.parametrize("order", ["as listed", "reversed", 1, 2])
def test_nobody_reads_anothers_kind_of_page(db, order):
    """In whatever order they come, of everything kept, most is used again."""
    listed = list(expected())
    if order == "reversed":
        listed.reverse()
    elif order != "as listed":
        random.Random(order).shuffle(listed)  # noqa: S311 (the same orders each time)
    forget()
    assert list(mistaken(listed)) == []
    kept = {name: len(each) for name, each in KEPT.items()}
    assert kept["page"] < len(listed) * 0.9
    assert list(mistaken(listed)) == []
    assert kept == {name: len(each) for name, each in KEPT.items()}


def test_only_pages_have_the_site_around_them_and_only_a_coach_no_files(db):
    """Paper has nothing to click; a coach takes along the group's figures."""
    for reader, page in expected().items():
        kind = reader.name.partition(",")[0]
        assert ("<nav" in page) == (not kind.startswith("paper")), reader.name
        assert ('class="downloads"' in page) == (not kind.startswith(("paper", "coach")))


def test_many_read_what_differs(db):
    """The readers are told apart by what they read, so that a mistake would be seen."""
    pages = list(expected().values())
    assert len(set(pages)) == len(pages)


@contextmanager
def dropped(kept: Kept, drop: Callable[[list[Hashable]], object]) -> Iterator[None]:
    """Leave an entry out of the keys of what is kept there, as if it had been forgotten."""
    real = Kept.filled

    def filled(self: Kept, key: Key, *given: Any) -> SafeString:
        entries = list(key)
        if self is kept:
            drop(entries)
        return real(self, tuple(entries), *given)

    kept._parts.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Kept, "filled", filled)
        yield
    kept._parts.clear()


ENTRIES = [(kind, name) for kind, names in KEYS.items() for name in names]


@pytest.mark.parametrize(("kind", "name"), ENTRIES, ids=[f"{k}: {n}" for k, n in ENTRIES])
def test_a_key_that_forgot_anything_would_be_noticed(db, kind, name):
    """Each entry is all that tells some readers apart: without it one would read another's."""
    listed = list(expected())
    place = KEYS[kind].index(name)
    # What a template is given stands between the language and the shape.
    place = place if place < 2 or kind != "page" else place - len(KEYS[kind])
    with dropped(KEPT[kind], lambda entries: entries.pop(place)):
        assert any(mistaken(listed))


def test_a_key_that_forgot_what_a_template_may_ask_would_be_noticed(db):
    """Whether a link names the person is asked by its template alone."""

    def drop(entries: list[Hashable]) -> None:
        if entries[0] == SHARED:
            # Files, query, email, until, verify.
            del entries[-len(SHAPE) - 3]

    listed = list(expected())
    with dropped(KEPT["page"], drop):
        assert any(mistaken(listed))


def test_the_keys_are_made_of_what_is_listed_here(db, monkeypatch):
    """Who adds an entry adds readers whom it tells apart."""
    shapes, lengths = set(), defaultdict(set)
    shape, filled = report_html._shape, Kept.filled

    def shaped(page: ReportPage) -> dict[str, Any]:
        shapes.add(tuple(shape(page)))
        return shape(page)

    def noted(self: Kept, key: Key, *given: Any) -> SafeString:
        lengths[self].add(len(key))
        return filled(self, key, *given)

    monkeypatch.setattr(report_html, "_shape", shaped)
    monkeypatch.setattr(Kept, "filled", noted)
    assert list(mistaken(expected())) == []
    assert shapes == {SHAPE}
    # What of_another is given comes on top.
    made_of = {kind: min(lengths[kept]) for kind, kept in KEPT.items()}
    assert made_of == {kind: len(names) for kind, names in KEYS.items()}
    assert {kind for kind, kept in KEPT.items() if len(lengths[kept]) > 1} == {"page"}
