"""A caching proxy in front: nothing of one person is served to another.

The cache here keeps whatever RFC 9111 lets a shared cache keep, and as long as it may, also what
says nothing of keeping. A coach, a member of the coach's group, a stranger and a visitor look at
every address through it, and then two who come for the first time, and have no cookies by which
a cache could tell them apart.
"""

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .ground import Ground, ground, serving, use_here
from .outcome import Outcome, command_line, end, guarded
from .visitor import Reply, Visitor

HEURISTIC = {200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501}
"""Statuses that may be kept where nothing is said of it (RFC 9110, 15.1)."""
LOOKING = ("A", "B", "C", "visitor", "A", "first", "second")
"""Who looks at each address, in this order."""
NEWCOMERS = ("first", "second")
CANARY = "canary-of-{}"
NAME = "<b>=1+1 {} \u202e\u05d0"
"""What people, groups and levels are called who wish harm; only some of it may be shown."""


def directives(reply: Reply) -> dict[str, str]:
    """Return the parts of Cache-Control."""
    parts = reply.headers.get("cache-control", "").lower().split(",")
    pairs = (part.strip().partition("=") for part in parts if part.strip())
    return {name: value.strip('"') for name, _equals, value in pairs}


def may_be_kept(reply: Reply) -> bool:
    """Tell whether a shared cache may keep a reply to a GET and give it to somebody else."""
    said = directives(reply)
    if "no-store" in said or "private" in said or "no-cache" in said:
        return False
    for name in ("s-maxage", "max-age"):
        if name in said:
            return said[name].isdecimal() and int(said[name]) > 0
    if "expires" in reply.headers:
        return reply.headers["expires"] > "0" and "1970" not in reply.headers["expires"]
    return "public" in said or reply.status in HEURISTIC


@dataclass
class Kept:
    """A reply, whose it was, and the request's headers on which it depends."""

    reply: Reply
    whose: str
    selecting: dict[str, str]


@dataclass
class SharedCache:
    """A cache between the people and the server."""

    kept: dict[str, list[Kept]] = field(default_factory=dict)
    served: int = 0

    def get(self, who: str, visitor: Visitor, path: str) -> tuple[Reply, str]:
        """Return the reply and for whom it was made."""
        sent = {"accept-encoding": "identity", "accept": "text/html", "accept-language": "en"}
        sent["cookie"] = "; ".join(f"{k}={v}" for k, v in sorted(visitor.cookies.items()))
        for each in self.kept.get(path, []):
            if all(sent.get(name, "") == value for name, value in each.selecting.items()):
                self.served += 1
                return each.reply, each.whose
        reply = visitor.get(path, Accept="text/html", Accept_Language="en")
        vary = [part.strip().lower() for part in reply.headers.get("vary", "").split(",")]
        if may_be_kept(reply) and "*" not in vary:
            selecting = {name: sent.get(name, "") for name in vary if name}
            self.kept.setdefault(path, []).append(Kept(reply, who, selecting))
        return reply, who


def _people(port: int) -> tuple[dict[str, Visitor], dict[str, str], list[str]]:
    """Return the browsers, what must be seen by nobody else, and the addresses of A and B.

    A is an administrator and coaches a group, B is its only member, C has nothing.
    """
    from django.utils import timezone

    from accounts.models import User
    from assessments import actions
    from assessments.models import Assessment
    from assessments.sharing import actions as sharing
    from careers.models import Version

    version = Version.objects.get(career__key="production-technician", number=1)
    people, secrets, paths = {"visitor": Visitor(port)}, {}, []
    now = timezone.now()
    for who in ("A", "B"):
        user = User.objects.create_user(f"{who.lower()}-canary@example.org", is_staff=who == "A")
        user.is_superuser = who == "A"
        user.save()
        people[who] = _signed_in(port, user)
        secrets[who] = CANARY.format(who)
        for finished in (True, False):
            one = Assessment.objects.create(
                version=version, level="production-technician", owner=user, created_at=now,
                updated_at=now,
            )  # fmt: skip
            answer = actions.Answer(3, secrets[who], 0)
            actions.save_rating(assessment=one, skill="equipment-setup", answer=answer, now=now)
            if finished:
                actions.finish(assessment=one, now=now)
                wish = sharing.Wish(days=7, label=secrets[who], with_email=True, with_notes=True)
                token = sharing.share(assessment=one, wish=wish, now=now)
                paths += [f"/shared/{token}/{rest}" for rest in ("", "report.pdf", "verify/")]
            paths += _addresses(str(one.pk))
    people["C"] = _signed_in(port, User.objects.create_user("c-canary@example.org"))
    secrets["C"] = CANARY.format("C")
    paths += _group(people, secrets, version)
    return people, secrets, list(dict.fromkeys(paths))


def _signed_in(port: int, user: Any) -> Visitor:
    """Return the browser of somebody who has signed in just now: else some pages ask again."""
    from allauth.account.models import EmailAddress
    from django.test import Client

    from tests.conftest import sign_in

    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client = Client()
    sign_in(client, user)
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time()
    session.save()
    return Visitor(port, {"sessionid": client.cookies["sessionid"].value})


def _group(people: dict[str, Visitor], secrets: dict[str, str], version: Any) -> list[str]:
    """Make A's group with B in it, by the pages; return its addresses and the member's."""
    from assessments.groups.models import Group, Membership

    for who in ("A", "B"):
        people[who].get("/groups/join/")  # gives the browser its token
    names = {"name": NAME.format(secrets["A"]), "coach": NAME.format("Cora")}
    asked = {"career": version.career.key, "version": "1", "level": "production-technician"}
    made = people["A"].post("/groups/new/", {**asked, **names})
    group = Group.objects.get(owner__isnull=False)
    agreed = {"shown": "name", "name": NAME.format(secrets["B"]), "report": "newest"}
    joined = people["B"].post(f"/groups/join/{group.shown_code}/", agreed)
    assert (made.status, joined.status) == (302, 302), (made.status, joined.status)
    member = Membership.objects.get()
    one, own = f"/groups/{group.pk}", f"/groups/in/{member.pk}"
    return [
        "/groups/", "/groups/new/", f"{one}/", f"{one}/?page=1", f"{one}/export.xlsx",
        f"{one}/export.csv", f"{one}/invite/", f"{one}/settings/", f"{one}/delete/",
        f"{one}/members/{member.pk}/", f"{one}/members/{member.pk}/remove/", f"{own}/",
        f"{own}/leave/", f"/groups/join/{group.shown_code}/",
        *(f"/studio/{version.career.key}/reports{rest}" for rest in ("/", ".xlsx", ".csv")),
    ]  # fmt: skip


def _addresses(assessment: str) -> list[str]:
    """Return every address of the site, about that assessment where it is about one."""
    from tests.faults.inputs import addresses

    there: dict[str, list[Any]] = {
        "assessment_id": [assessment], "career": ["production-technician"], "group": ["machines"],
        "slug": ["production-technician"], "skill": ["equipment-setup"], "key": ["equipment-setup"],
        "kind": ["skills"], "level": ["production-technician"], "number": [1], "token": ["wrong"],
        "step": ["ghost"], "pk": [1], "link": [1], "second": [1], "kept_id": [1], "rest": ["x"],
        "code": ["ZZZ-ZZZ"], "membership": [0],
    }  # fmt: skip
    found = [path for path in addresses(there) if "logout" not in path]
    return [path for path in found if not path.startswith("/admin/") or path.count("/") < 4]


def _static(port: int) -> list[str]:
    page = Visitor(port).get("/").body.decode()
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', page)


def _private(reply: Reply, secrets: dict[str, str]) -> list[str]:
    """Return what a reply holds that only the person may get whom it was made for."""
    found = [secret for secret in secrets.values() if secret.encode() in reply.body]
    found += [
        f"-canary@ of {who}" for who in map(str.lower, secrets)
        if f"{who}-canary@".encode() in reply.body
    ]  # fmt: skip
    if b"csrfmiddlewaretoken" in reply.body:
        found.append("a form's token")
    if "set-cookie" in reply.headers:
        found.append("a cookie")
    return found


def try_it(outcome: Outcome, ground: Ground, *, plant: str) -> None:
    """Look at everything, one after the other."""
    use_here(ground)
    # So many wrong links from one address would else be answered 429, and the right ones with them.
    settings = {"TOKEN_MISSES": "1000000"}
    with serving(ground, plant=plant, settings=settings) as server:
        people, secrets, paths = _people(server.port)
        paths += _static(server.port)
        cache, foreign, wrong = SharedCache(), [], []
        sessions = {who: person.cookies.get("sessionid") for who, person in people.items()}
        statuses: Counter[int] = Counter()
        opened: Counter[str] = Counter()
        of_others: Counter[str] = Counter()
        for path in paths:
            people |= {who: Visitor(server.port) for who in NEWCOMERS}
            for who in LOOKING:
                reply, made_for = cache.get(who, people[who], path)
                statuses[reply.status] += 1
                opened[who] += path.startswith("/groups/") and reply.status == 200
                if made_for == who:
                    continue
                of_others[who] += 1
                direct = Visitor(server.port, dict(people[who].cookies)).get(path)
                if direct.status != reply.status:
                    wrong.append(f"{path}: {who} gets {reply.status} instead of {direct.status}")
                if private := _private(reply, secrets):
                    foreign.append(f"{path}: {who} gets {private} made for {made_for}")
    for who in ("A", "B", "C"):
        is_in = people[who].cookies.get("sessionid") == sessions[who]
        outcome.expect(is_in, f"{who} was signed out by looking, and saw too little")
    outcome.figures |= {
        "addresses": len(paths), "looks": sum(statuses.values()),
        "kept": sum(map(len, cache.kept.values())), "served from the cache": cache.served,
        "of them made for another": of_others.total(),
        "pages of groups opened": dict(opened),
        "private served to another": len(foreign), "wrong for who asked": len(wrong),
    }  # fmt: skip
    outcome.broken += foreign + wrong
    for who in ("B", "visitor", *NEWCOMERS):
        outcome.expect(of_others[who], f"the cache served {who} nothing: it shows nothing")
    outcome.expect(opened["A"] >= 20, f"the coach opened too little: {dict(opened)}")
    outcome.expect(opened["B"] > opened["C"], f"the member opened too little: {dict(opened)}")
    outcome.expect(not statuses[429], f"too many looks for this server: {dict(statuses)}")
    outcome.expect(statuses[200] > 50, f"too little was opened: {dict(statuses)}")


def main() -> None:
    """Run it by itself."""
    given = command_line("proxy").parse_args()
    outcome = Outcome("a caching proxy in front", given.database)
    with ground(given.database) as where:
        guarded(outcome, lambda: try_it(outcome, where, plant=given.plant))
    end(outcome)


if __name__ == "__main__":
    main()
