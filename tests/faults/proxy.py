"""A caching proxy in front: nothing of one person is served to another.

The cache here keeps whatever RFC 9111 lets a shared cache keep, and as long as it may, also what
says nothing of keeping. Three people look at every address through it.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .ground import Ground, ground, serving, use_here
from .outcome import Outcome, command_line, end, guarded
from .visitor import Reply, Visitor

HEURISTIC = {200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501}
"""Statuses that may be kept where nothing is said of it (RFC 9110, 15.1)."""
CANARY = "canary-of-{}"


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
    """Return three browsers, what must be seen by nobody else, and the addresses of A and B."""
    from django.test import Client
    from django.utils import timezone

    from accounts.models import User
    from assessments import actions
    from assessments.models import Assessment
    from assessments.sharing import actions as sharing
    from careers.models import Version
    from tests.conftest import sign_in

    version = Version.objects.get(career__key="production-technician", number=1)
    people, secrets, paths = {"visitor": Visitor(port)}, {}, []
    now = timezone.now()
    for who in ("A", "B"):
        user = User.objects.create_user(f"{who.lower()}-canary@example.org", is_staff=who == "A")
        user.is_superuser = who == "A"
        user.save()
        client = Client()
        sign_in(client, user)
        people[who] = Visitor(port, {"sessionid": client.cookies["sessionid"].value})
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
    return people, secrets, list(dict.fromkeys(paths))


def _addresses(assessment: str) -> list[str]:
    """Return every address of the site, about that assessment where it is about one."""
    from tests.faults.inputs import addresses

    there: dict[str, list[Any]] = {
        "assessment_id": [assessment], "career": ["production-technician"], "group": ["machines"],
        "slug": ["production-technician"], "skill": ["equipment-setup"], "key": ["equipment-setup"],
        "kind": ["skills"], "level": ["production-technician"], "number": [1], "token": ["wrong"],
        "step": ["ghost"], "pk": [1], "link": [1], "second": [1], "kept_id": [1], "rest": ["x"],
    }  # fmt: skip
    found = [path for path in addresses(there) if "logout" not in path]
    return [path for path in found if not path.startswith("/admin/") or path.count("/") < 4]


def _static(port: int) -> list[str]:
    page = Visitor(port).get("/").body.decode()
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', page)


def try_it(outcome: Outcome, ground: Ground, *, plant: str) -> None:
    """Look at everything as A, then as B, as a visitor, and as A again."""
    use_here(ground)
    with serving(ground, plant=plant) as server:
        people, secrets, paths = _people(server.port)
        paths += _static(server.port)
        cache, foreign, wrong = SharedCache(), [], []
        statuses: Counter[int] = Counter()
        for path in paths:
            for who in ("A", "B", "visitor", "A"):
                reply, made_for = cache.get(who, people[who], path)
                statuses[reply.status] += 1
                if made_for == who:
                    continue
                private = [s for s in secrets.values() if s.encode() in reply.body]
                private += [
                    f"-canary@ of {other}" for other in ("a", "b")
                    if f"{other}-canary@".encode() in reply.body
                ]  # fmt: skip
                if b"csrfmiddlewaretoken" in reply.body:
                    private.append("a form's token")
                if "set-cookie" in reply.headers:
                    private.append("a cookie")
                direct = Visitor(server.port, dict(people[who].cookies)).get(path)
                if direct.status != reply.status:
                    wrong.append(f"{path}: {who} gets {reply.status} instead of {direct.status}")
                if private:
                    foreign.append(f"{path}: {who} gets {private} of {made_for}")
    outcome.figures |= {
        "addresses": len(paths), "looks": sum(statuses.values()),
        "kept": sum(map(len, cache.kept.values())), "served from the cache": cache.served,
        "private served to another": len(foreign), "wrong for who asked": len(wrong),
    }  # fmt: skip
    outcome.broken += foreign + wrong
    outcome.expect(cache.served > 0, "the cache served nothing: it shows nothing")
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
