"""Ten thousand inputs that nobody should send, to every form, page and API: none fails.

The addresses come from the URL configuration and the fields from the forms that the pages
show to each role, so what is new is tried without being listed here.
"""

import logging
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urljoin
from uuid import UUID

from . import hostile
from .ground import CAREER, ROOT, Ground, ground, use_here
from .outcome import Outcome, command_line, end, guarded
from .planted import apply

SLOW_SECONDS = 10
LOOKED_AT = 200
"""How many pages are looked at for their forms, at least."""
NAMES = (
    "q", "level", "page", "next", "goal", "hours", "budget", "version", "with", "kind", "group",
    "rating-equipment-setup", "hours_per_week", "code", "token", "o", "p", "e", "all", "step",
)  # fmt: skip


@dataclass
class Form:
    """A form that a page showed: where it goes, and what it would send as it stands."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a form, or take a field of the open one."""
        given = {name: text or "" for name, text in attrs}
        if tag == "form":
            action = urljoin(self.address, given.get("action", "") or self.address)
            self._form = Form(action, given.get("method", "get").lower())
            self.found.append(self._form)
        elif self._form is not None and tag in ("input", "textarea", "button", "select"):
            name = given.get("name", "")
            if given.get("type") == "file" and name:
                self._form.files.append(name)
            elif name:
                self._form.fields.append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        """Close the form."""
        if tag == "form":
            self._form = None


@dataclass
class Target:
    """Somebody's browser, and where it may send things."""

    role: str
    client: Any
    address: str
    form: Form | None = None


@dataclass
class Tried:
    """What was sent and what failed."""

    statuses: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    slowest: float = 0.0
    slowest_at: str = ""
    busiest: float = 0.0
    """Seconds by the clock, and of the processor."""

    def took(self, seconds: float, busy: float, what: str) -> None:
        """Keep the slowest, by the clock and of the processor."""
        if seconds > self.slowest:
            self.slowest, self.slowest_at = seconds, what
        self.busiest = max(self.busiest, busy)


def cast() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return browsers by role, and what stands in the addresses: things that are there."""
    from django.apps import apps
    from django.contrib.auth.models import Group
    from django.test import Client
    from django.utils import timezone

    from accounts.models import User
    from assessments import actions
    from assessments.groups.models import Membership
    from assessments.models import Assessment
    from assessments.second import actions as second_actions
    from assessments.second.models import SecondRating
    from assessments.sharing import actions as sharing
    from assessments.sharing.models import ShareLink
    from careers import roles
    from tests.conftest import sign_in, start
    from tests.groups.people import make_group

    roles.make(apps, "default")
    from careers.models import Version

    version = Version.objects.get(career__key=CAREER, number=1)
    clients: dict[str, Any] = {"visitor": Client(raise_request_exception=False)}
    for role in ("member", "viewer", "editor", "publisher", "administrator"):
        user = User.objects.create_user(
            f"{role}@example.org", "a good long passphrase", is_staff=role != "member",
            is_superuser=role == "administrator",
        )  # fmt: skip
        group = Group.objects.filter(name=role.capitalize()).first()
        if group:
            user.groups.add(group)
        clients[role] = Client(raise_request_exception=False)
        sign_in(clients[role], user)
    owner = clients["owner"] = Client(raise_request_exception=False)
    finished = start(owner, version, "senior-production-technician")
    owner.post(f"/assessments/{finished.pk}/finish/")
    under_way = start(owner, version, "production-technician")
    now = timezone.now()
    tokens = [
        actions.make_return_link(assessment=under_way, now=now),
        sharing.share(
            assessment=finished, now=now,
            wish=sharing.Wish(days=7, label="a link", with_email=True, with_notes=True),
        ),
        second_actions.invite(assessment=finished, person="Olu", rater="Rae", now=now),
    ]  # fmt: skip
    mine = start(clients["member"], version, "production-technician")
    clients["member"].post(f"/assessments/{mine.pk}/finish/")
    assert Assessment.objects.count() == 3
    coach = User.objects.get(email="member@example.org")
    group = make_group(version, "production-technician", coach)
    joining = {"shown": "name", "name": "Olu", "report": "newest"}
    owner.post(f"/groups/join/{group.shown_code}/", joining)
    member = Membership.objects.get()
    there = {
        "assessment_id": [finished.pk, under_way.pk, mine.pk], "career": [CAREER], "slug": [CAREER],
        "group": ["machines"], "skill": ["equipment-setup"], "key": ["equipment-setup"],
        "kind": ["skills", "steps", "levels", "facts"], "level": ["production-technician"],
        "number": [1], "step": ["ghost"], "token": tokens, "pk": [1],
        "link": [ShareLink.objects.get().pk], "second": [SecondRating.objects.get().pk],
        "group_id": [group.pk], "membership": [member.pk], "code": [group.shown_code],
        "kept_id": [1], "rest": ["x"],
    }  # fmt: skip
    return clients, there


def addresses(there: dict[str, list[Any]]) -> Iterator[str]:
    """Yield every address of the site with things in it that are there, the admin's too."""
    from django.contrib import admin
    from django.urls import NoReverseMatch, reverse

    from tests.test_routes import routes

    for name, parameters in routes():
        for place in range(3):
            given = {
                part: (there.get(part) or [UUID(int=1)])[place % len(there.get(part) or [1])]
                for part in parameters
            }
            try:
                yield reverse(name, kwargs=given)
            except NoReverseMatch:
                continue
            if not parameters:
                break
    yield "/admin/"
    for model in admin.site._registry:
        meta = model._meta
        base = f"/admin/{meta.app_label}/{meta.model_name}/"
        yield from (base, f"{base}add/")
        first = model._default_manager.values_list("pk", flat=True).first()
        if first is not None:
            row = quote(str(first))
            yield from (f"{base}{row}/change/", f"{base}{row}/delete/", f"{base}{row}/history/")


def targets(
    clients: dict[str, Any], there: dict[str, list[Any]], dice: random.Random, most: int
) -> list[Target]:
    """Return each address for each role, and each form that a page showed to a role.

    At most so many pages are looked at, some of every role.
    """
    found: list[Target] = []
    every = [(a, role) for a in dict.fromkeys(addresses(there)) for role in clients]
    dice.shuffle(every)
    for place, (address, role) in enumerate(every):
        client = clients[role]
        found.append(Target(role, client, address))
        if place < most:
            reply = client.get(address)
            if reply.status_code != 200 or "text/html" not in reply.get("Content-Type", ""):
                continue
            page = Forms(address)
            page.feed(reply.content.decode())
            found += [Target(role, client, form.action, form) for form in page.found]
    return found


def scripted(clients: dict[str, Any], there: dict[str, list[Any]]) -> list[Target]:
    """Return what the pages' scripts post and no form shows: one answer by itself."""
    found = []
    for role, assessment in zip(("owner", "owner", "member"), there["assessment_id"], strict=True):
        address = f"/assessments/{assessment}/ratings/equipment-setup/"
        fields = [("rating", "3"), ("evidence", "as shown"), ("revision", "0")]
        found.append(Target(role, clients[role], address, Form(address, "post", fields)))
    return found


JSON_BODIES: dict[str, Any] = {
    "/api/v1/score": {
        "career": CAREER, "level": "production-technician", "version": 1,
        "ratings": {"equipment-setup": 3, "hand-tools": None}, "evidence": ["equipment-setup"],
    },
    "/api/v1/plan": {
        "career": CAREER, "level": "production-technician", "ratings": {"equipment-setup": 1},
        "goal": "best", "hours": 40, "budget": "100.00", "hours_per_week": 8,
        "starts_on": "2026-11-25", "done": [], "booked": [], "without": [],
    },
    f"/studio/{CAREER}/cells/": {
        "cells": [{
            "level": "production-technician", "skill": "equipment-setup", "rating": 3,
            "importance": 4, "essential": False, "revision": 0,
        }],
    },
}  # fmt: skip


def send(
    dice: random.Random, autosaves: list[Target], forms: list[Target], pages: list[Target]
) -> tuple[str, Target, Any]:
    """Send one input and return its kind, where it went, and the reply."""
    roll = dice.random()
    extra = dice.choice(hostile.HEADERS) if dice.random() < 0.1 else {}
    if roll < 0.05:
        target = dice.choice(autosaves)
        assert target.form
        body = hostile.urlencoded(hostile.form(dice, target.form.fields))
        kind = "application/x-www-form-urlencoded"
        reply = target.client.generic("POST", target.address, body, kind, **extra)
        return "autosave", target, reply
    if roll < 0.5:
        target = dice.choice(forms)
        assert target.form
        fields = hostile.form(dice, target.form.fields)
        if target.form.method == "get":
            query = hostile.urlencoded(fields).decode()[:7000]
            return "form", target, target.client.get(f"{target.address}?{query}", **extra)
        if target.form.files or dice.random() < 0.2:
            body = hostile.multipart(dice, fields, target.form.files)
            kind = "multipart/form-data; boundary=x"
        else:
            body, kind = hostile.urlencoded(fields), "application/x-www-form-urlencoded"
        return "form", target, target.client.generic("POST", target.address, body, kind, **extra)
    if roll < 0.65:
        target = dice.choice(pages)
        address = dice.choice(list(JSON_BODIES))
        content = hostile.changed_json(dice, JSON_BODIES[address])
        body = hostile.as_json(dice, content)
        target = Target(target.role, target.client, address)
        reply = target.client.generic("POST", address, body, "application/json", **extra)
        return "JSON", target, reply
    target = dice.choice(pages)
    if roll < 0.8:
        method = dice.choice(("POST", "POST", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"))
        kind = dice.choice(hostile.TYPES)
        body = hostile.raw(dice)
        return "body", target, target.client.generic(method, target.address, body, kind, **extra)
    if roll < 0.9:
        query = hostile.query(dice, NAMES)
        return "query", target, target.client.get(f"{target.address}?{query}", **extra)
    parts = target.address.split("/")
    parts[dice.randrange(1, len(parts))] = dice.choice(hostile.SEGMENTS)
    target = Target(target.role, target.client, "/".join(parts))
    method = dice.choice(("GET", "POST", "HEAD"))
    return "address", target, target.client.generic(method, target.address, **extra)


def after_commit(note: Callable[[], None]) -> int:
    """Do what a request left until its commit, which never comes here; return how much it was.

    A failure is noted, except of what may fail.
    """
    from django.db import connection

    waiting = list(connection.run_on_commit)
    for _savepoints, hook, is_robust in waiting:
        try:
            hook()
        except Exception:
            if not is_robust:
                note()
    return len(waiting)


def try_it(outcome: Outcome, ground: Ground, *, count: int, seed: int, plant: str) -> None:
    """Send that many inputs; what each changed is taken back."""
    ground.environment |= {"CACHE_URL": "locmem://", "TOKEN_MISSES": "1000000"}
    use_here(ground)
    from django.conf import settings
    from django.core.cache import cache
    from django.core.signals import got_request_exception, request_finished, request_started
    from django.db import close_old_connections, transaction

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    logging.disable(logging.CRITICAL)
    # What is sent runs inside a transaction here; the signals would close its connection.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    apply(plant)
    raised: list[str] = []

    def note(**_given: Any) -> None:
        error = sys.exc_info()[1]
        frames = traceback.extract_tb(error.__traceback__) if error else []
        ours = [f for f in frames if str(ROOT) in f.filename and ".venv" not in f.filename]
        shown = "".join(traceback.format_list(ours[-3:] or frames[-3:]))
        raised.append(f"{shown}{type(error).__name__}: {str(error)[:200]}")

    clients, there = cast()
    got_request_exception.connect(note)
    dice, tried = random.Random(seed), Tried()
    with transaction.atomic():
        found = targets(clients, there, dice, max(LOOKED_AT, count))
        transaction.set_rollback(True)
    if raised:
        tried.failures["while looking around"] = raised[0]
    forms = [target for target in found if target.form is not None]
    pages = [target for target in found if target.form is None]
    autosaves = scripted(clients, there)
    hooks = 0
    for number in range(count):
        raised.clear()
        cache.clear()
        begin, busy = time.monotonic(), time.process_time()
        before = {role: client.cookies.copy() for role, client in clients.items()}
        with transaction.atomic():
            kind, target, reply = send(dice, autosaves, forms, pages)
            hooks += after_commit(note)
            transaction.set_rollback(True)
        what = f"{kind} {target.role} {target.address[:80]}"
        tried.took(time.monotonic() - begin, time.process_time() - busy, what)
        for role, client in clients.items():
            client.cookies = before[role]
        tried.kinds[kind] += 1
        tried.statuses[reply.status_code] += 1
        if reply.status_code >= 500 or raised:
            where = raised[0].strip().splitlines() if raised else [str(reply.status_code)]
            name = f"{what}: {where[-1][:160]}"
            if not any(where[-1][:60] in known for known in tried.failures):
                print(f"#{number}", "".join(raised)[-1800:], file=sys.stderr)
            tried.failures[name] = "\n".join(where)
    outcome.figures |= {
        "inputs": count, "seed": seed, **tried.kinds, "forms found": len(forms),
        "addresses": len({target.address for target in pages}),
        "answers": dict(sorted(tried.statuses.items())), "failures": len(tried.failures),
        "done after a commit": hooks,
        "slowest": f"{tried.slowest:.1f} s by the clock, {tried.busiest:.1f} s of the processor",
    }  # fmt: skip
    outcome.broken += list(tried.failures)
    # Also on a busy machine: the slowest of 10,000 takes a quarter of it.
    outcome.expect(tried.slowest <= SLOW_SECONDS, f"{tried.slowest_at} took {tried.slowest:.1f} s")
    outcome.expect(len(forms) >= 20, f"only {len(forms)} forms were found")


def main() -> None:
    """Run it by itself."""
    parser = command_line("inputs", count=10_000, seed=6)
    given = parser.parse_args()
    outcome = Outcome("hostile inputs", given.database)
    with ground(given.database) as where:
        guarded(
            outcome,
            lambda: try_it(outcome, where, count=given.count, seed=given.seed, plant=given.plant),
        )
    end(outcome)


if __name__ == "__main__":
    main()
