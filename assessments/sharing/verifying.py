"""Comparing a report in somebody's hand with the stored one: figures, hashes, version, date."""

import json
import re
from dataclasses import dataclass
from typing import Any

import rfc8785

from careers.catalogue import framework

from .. import reports
from ..models import SHA256_HEX, Assessment

Json = dict[str, Any]


class UnreadableError(ValueError):
    """What was given is neither a SHA-256 nor a report's JSON."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that was compared: its name, as it is in the hand, as it is stored."""

    what: str
    in_hand: str
    stored: str
    matches: bool


def compare(assessment: Assessment, text: str) -> tuple[Comparison, ...]:
    """Compare a hash, or the JSON of a report at any level. Raises UnreadableError."""
    given = text.strip().removeprefix("\ufeff")
    if re.fullmatch(SHA256_HEX, given.lower()):
        return (_same("report_sha256", given.lower(), assessment.report.sha256),)
    return _compare_json(assessment, _parsed(given))


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
    return Comparison(what, shown, str(stored), is_same)


def _compare_json(assessment: Assessment, given: Json) -> tuple[Comparison, ...]:
    level = given.get("level")
    known = isinstance(level, str) and framework(assessment.version).level(level) is not None
    stored = reports.program_reply(assessment, level if known else None)
    names = json.loads(assessment.report.reply)
    figures = {name: stored[name] for name in names}
    in_hand = {name: given.get(name) for name in names}
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
    )


def _canonical(figures: Json) -> bytes | None:
    """Return figures as they are hashed, or None for what no report can hold."""
    try:
        return rfc8785.dumps(figures)
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeError):
        return None
