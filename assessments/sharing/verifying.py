"""Comparing a report in somebody's hand with the stored one: figures, hashes, version, date."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from careers.catalogue import framework

from .. import reports
from ..core.ladder import Ratings
from ..models import SHA256_HEX, Assessment

Json = dict[str, Any]
NAMED = ("report_sha256", "version", "framework_sha256", "finished_at", "confirmed")
"""What is compared by itself, beside the figures."""


class UnreadableError(ValueError):
    """What was given is neither a SHA-256 nor a report's JSON."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that was compared: its name, as it is in the hand, as it is stored."""

    what: str
    in_hand: str
    stored: str
    matches: bool


def compare(
    assessment: Assessment, text: str, *, seconds: Sequence[Ratings] = ()
) -> tuple[Comparison, ...]:
    """Compare a hash, or the JSON of a report at any level, all of it. Raises UnreadableError.

    ``seconds`` are the second ratings completed by now, of which the copy may know none yet.
    """
    given = text.strip().removeprefix("\ufeff")
    if re.fullmatch(SHA256_HEX, given.lower()):
        return (_same("report_sha256", given.lower(), assessment.report.sha256),)
    return _compare_json(assessment, _parsed(given), seconds)


def _parsed(text: str) -> Json:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError from error
    if not isinstance(found, dict):
        raise UnreadableError
    return found


def _same(what: str, in_hand: object, stored: object) -> Comparison:
    shown = "" if in_hand is None else str(in_hand)[:100]
    # True equals 1 in Python, not in JSON.
    is_same = type(in_hand) is type(stored) and in_hand == stored
    return Comparison(what, shown, "" if stored is None else str(stored), is_same)


def _compare_json(
    assessment: Assessment, given: Json, seconds: Sequence[Ratings]
) -> tuple[Comparison, ...]:
    level = given.get("level")
    known = isinstance(level, str) and framework(assessment.version).level(level) is not None
    stored = reports.program_reply(assessment, level if known else None, seconds=seconds)
    names = json.loads(assessment.report.reply)
    figures = {name: stored[name] for name in names}
    in_hand = {name: given.get(name) for name in names}
    confirmed = given.get("confirmed")
    return (
        Comparison(
            "figures",
            f"{given.get('low')}"[:20],
            f"{figures['low']}",
            known and _canonical(in_hand) == _canonical(figures),
        ),
        _same("report_sha256", given.get("report_sha256"), stored["report_sha256"]),
        _same("version", given.get("version"), stored["version"]),
        _same("framework_sha256", given.get("framework_sha256"), stored["framework_sha256"]),
        _same("finished_at", given.get("finished_at"), stored["finished_at"]),
        # What was downloaded before anybody confirmed it holds no such reading.
        _same("confirmed", confirmed, stored["confirmed"] if confirmed is not None else None),
        _compare_rest(given, stored, {*names, *NAMED}),
    )


def _compare_rest(given: Json, stored: Json, compared: set[str]) -> Comparison:
    """Compare titles, number, start, and whatever no report has."""
    rest = [{k: v for k, v in each.items() if k not in compared} for each in (given, stored)]
    names = {*rest[0], *rest[1]}
    hashed = [{name: _canonical([each[name]]) for name in each} for each in rest]
    altered = sorted(name for name in names if hashed[0].get(name, b"") != hashed[1].get(name, b""))
    return Comparison("rest", ", ".join(altered)[:100], "", not altered)


def _canonical(figures: Any) -> bytes | None:
    """Return figures as they are hashed, or None for what no report can hold."""
    try:
        return rfc8785.dumps(figures)
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeError):
        return None
