"""Finishing at the same moment makes one report; what was cut off and repeated counts once."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from .ground import Ground, ground, serving
from .outcome import Outcome, command_line, end, guarded
from .visitor import Reply, Visitor

LEVEL = "production-technician"
REPEATS = 5


def _finish_at_once(port: int, owner: Visitor, assessment: str, times: int) -> list[Reply]:
    """Return the replies to finishing that many times, begun at the same moment."""
    ready = threading.Barrier(times)

    def click(_number: int) -> Reply:
        visitor = Visitor(port, dict(owner.cookies))
        ready.wait()
        return visitor.post(f"/assessments/{assessment}/finish/")

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(click, range(times)))


def _reports(ground: Ground) -> dict[str, tuple[str, str, str]]:
    rows = ground.rows(
        "SELECT r.assessment_id, r.sha256, r.reply, a.finished_at FROM assessments_report r"
        " JOIN assessments_assessment a ON a.id = r.assessment_id"
    )
    return {str(key).replace("-", ""): (sha, reply, str(at)) for key, sha, reply, at in rows}


def many_at_once(
    outcome: Outcome, ground: Ground, port: int, assessments: int, parallel: int
) -> None:
    """Finish each assessment that many times at once, and once more later."""
    skills = [row["key"] for row in Visitor(port).document()["skills"]]
    for number in range(assessments):
        owner = Visitor(port)
        assessment = owner.start(LEVEL)
        for skill in skills[: number % 4]:
            owner.save(assessment, skill, str(number % 5), "", 0)
        replies = _finish_at_once(port, owner, assessment, parallel)
        page = f"/assessments/{assessment}/report/"
        led = {(reply.status, reply.headers.get("location")) for reply in replies}
        outcome.expect(led == {(302, page)}, f"{assessment}: {led}")
        first = _reports(ground).get(assessment.replace("-", ""))
        owner.post(f"/assessments/{assessment}/finish/")
        again = _reports(ground).get(assessment.replace("-", ""))
        outcome.expect(first and first == again, f"{assessment}: finishing again changed it")
        seen = owner.get(f"/assessments/{assessment}/report.json").json()
        frozen = json.loads(first[1]) if first else {}
        outcome.expect(
            {name: seen.get(name) for name in frozen} == frozen, f"{assessment}: other figures"
        )
    found = len(_reports(ground))
    outcome.figures |= {"assessments": assessments, "finishes each": parallel, "reports": found}
    outcome.expect(found == assessments, f"{found} reports")


def _settled(port: int) -> None:
    """Wait until the server has dealt with what was sent before: both workers answer again."""
    for _ in range(6):
        Visitor(port).get("/livez")
        time.sleep(0.02)


def cut_and_repeated(outcome: Outcome, ground: Ground, port: int) -> None:
    """Send starting, saving and finishing five times without waiting, then once properly."""
    skill = Visitor(port).document()["skills"][0]["key"]
    owner = Visitor(port)
    first = owner.start(LEVEL)  # gives the browser its cookies
    owner.save(first, skill, "1", "", 0)
    count = "SELECT count(*) FROM assessments_assessment"
    before = ground.rows(count)[0][0]
    starting = owner.wire("/careers/production-technician/start/", {"level": LEVEL})
    for _ in range(REPEATS):
        owner.send_and_leave(starting)
    assessment = owner.start(LEVEL)
    _settled(port)
    started = ground.rows(count)[0][0] - before
    saving = owner.saving(assessment, skill, "3", "once", 0)
    for _ in range(REPEATS):
        owner.send_and_leave(saving)
    saved = owner.send(saving)
    _settled(port)
    finishing = owner.wire(f"/assessments/{assessment}/finish/", {})
    reports = len(_reports(ground))
    for _ in range(REPEATS):
        owner.send_and_leave(finishing)
    owner.send(finishing)
    _settled(port)
    made = len(_reports(ground)) - reports
    revision = saved.json().get("revision") if saved.status == 200 else saved.status
    outcome.figures |= {
        "sent, cut and repeated": REPEATS,
        "starts counted": started, "saves counted": revision, "finishes counted": made,
    }  # fmt: skip
    outcome.expect((started, revision, made) == (1, 1, 1), "what was repeated counts once")


def try_it(
    outcome: Outcome, ground: Ground, *, assessments: int, parallel: int, plant: str
) -> None:
    """Both, on one server."""
    with serving(ground, plant=plant) as server:
        many_at_once(outcome, ground, server.port, assessments, parallel)
        cut_and_repeated(outcome, ground, server.port)


def main() -> None:
    """Run it by itself."""
    parser = command_line("finishes", assessments=50, parallel=20)
    given = parser.parse_args()
    outcome = Outcome("finishing at the same moment", given.database)
    with ground(given.database) as where:
        guarded(
            outcome,
            lambda: try_it(
                outcome, where, assessments=given.assessments, parallel=given.parallel,
                plant=given.plant,
            ),
        )  # fmt: skip
    end(outcome)


if __name__ == "__main__":
    main()
