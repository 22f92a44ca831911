"""Defects that can be planted, and the server with one of them: ``RUNG_PLANT=name``.

Each is a mistake that somebody could make. A fault's module must notice it, or it shows nothing.
"""

import os
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

PLANTS: dict[str, Callable[[], None]] = {}


def plant(install: Callable[[], None]) -> Callable[[], None]:
    """List a defect under its name."""
    PLANTS[install.__name__.replace("_", "-")] = install
    return install


def _said_saved(given: dict[str, Any]) -> Any:
    """Return what the action returns, as if it had saved."""
    from assessments.actions import Saved

    skill, seen = given["skill"], given["answer"].revision
    return Saved({skill: seen + 1}, {}, frozenset({skill}))


@plant
def reply_before_commit() -> None:
    """Answers are stored in the background, after "saved" was said."""
    from assessments import actions

    real = actions.save_rating
    work: queue.Queue[dict[str, Any]] = queue.Queue()

    def write() -> None:
        while True:
            given = work.get()
            time.sleep(0.05)
            real(**given)

    def save(**given: Any) -> Any:
        if not writers:
            writers.append(threading.Thread(target=write, daemon=True))
            writers[0].start()
        work.put(given)
        return _said_saved(given)

    writers: list[threading.Thread] = []
    actions.save_rating = save


@plant
def dies_saving() -> None:
    """The worker ends where it should save, and acknowledges nothing."""
    from assessments import actions

    def save(**_given: Any) -> Any:
        os._exit(1)

    actions.save_rating = save


@plant
def quick_commit() -> None:
    """PostgreSQL says that a commit is done before its log is on the disk."""
    from django.conf import settings

    options = settings.DATABASES["default"].setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c synchronous_commit=off"


@plant
def quick_disk() -> None:
    """SQLite leaves it to the system when an answer reaches the disk."""
    from django.conf import settings

    options = settings.DATABASES["default"]["OPTIONS"]
    options["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"


@plant
def last_write_wins() -> None:
    """The revision that the person saw is not compared."""
    from dataclasses import replace

    from assessments import actions
    from assessments.models import Rating

    real = actions._save

    def save(assessment: Any, answers: Any, now: Any) -> Any:
        stored = dict(Rating.objects.filter(assessment=assessment).values_list("skill", "revision"))
        blind = {key: replace(each, revision=stored.get(key, 0)) for key, each in answers.items()}
        return real(assessment, blind, now)

    actions._save = save


@plant
def finish_again() -> None:
    """Whether it is finished already is looked up first, and written afterwards."""
    import hashlib

    import rfc8785

    from assessments import actions, reports
    from assessments.models import Assessment, Report

    def finish(*, assessment: Any, now: Any) -> Any:
        Assessment.objects.filter(pk=assessment.pk).update(
            finished_at=now, updated_at=max(now, assessment.created_at)
        )
        reply = rfc8785.dumps({**reports.reply(assessment), "finished": now.isoformat()})
        found, _created = Report.objects.update_or_create(
            assessment=assessment,
            defaults={"reply": reply.decode(), "sha256": hashlib.sha256(reply).hexdigest()},
        )
        return found

    actions.finish = finish


@plant
def saves_count_twice() -> None:
    """What is stored already is stored again, under another revision."""
    from assessments import actions
    from assessments.models import Rating

    real = actions.save_rating

    def save(**given: Any) -> Any:
        saved, skill = real(**given), given["skill"]
        saved.revisions[skill] += 1
        Rating.objects.filter(assessment=given["assessment"], skill=skill).update(
            revision=saved.revisions[skill]
        )
        return saved

    actions.save_rating = save


@plant
def newest_version() -> None:
    """A report is computed from the career's newest version."""
    from assessments import reports
    from careers.models import Version

    real = reports.reply

    def reply(assessment: Any, *more: Any, **named: Any) -> Any:
        career = assessment.version.career_id
        assessment.version = Version.objects.filter(career=career).latest("number")
        return real(assessment, *more, **named)

    reports.reply = reply


@plant
def false_saved() -> None:
    """An error of the database is swallowed, and "saved" is said."""
    from django.db import Error

    from assessments import actions

    real = actions.save_rating

    def save(**given: Any) -> Any:
        try:
            return real(**given)
        except Error:
            return _said_saved(given)

    actions.save_rating = save


@plant
def cache_must_answer() -> None:
    """The shared cache fails where it is used."""
    from config.caches import Guard

    Guard._attempt = (  # type: ignore[method-assign]  # as the defect has it
        lambda self, shared, _name, *args, **named: shared(self, *args, **named)
    )


@plant
def slow_saves() -> None:
    """Every tenth answer takes a second."""
    from assessments import actions

    real, count = actions.save_rating, [0]

    def save(**given: Any) -> Any:
        count[0] += 1
        if count[0] % 10 == 0:
            time.sleep(1)
        return real(**given)

    actions.save_rating = save


@plant
def leak() -> None:
    """Every answer leaves 20 KB behind in the process."""
    from assessments import actions

    real, kept = actions.save_rating, []

    def save(**given: Any) -> Any:
        kept.append(os.urandom(20_000))
        return real(**given)

    actions.save_rating = save


@plant
def sleeps_once() -> None:
    """The first answer waits for something, twelve seconds, and uses no processor."""
    from assessments import actions

    real, count = actions.save_rating, [0]

    def save(**given: Any) -> Any:
        count[0] += 1
        if count[0] == 1:
            time.sleep(12)
        return real(**given)

    actions.save_rating = save


@plant
def fails_after_commit() -> None:
    """What a deletion leaves until its commit fails, and the request with it."""
    from django.db import transaction

    from accounts import erasing

    def fail() -> None:
        raise RuntimeError("the log is not emptied")

    erasing.after_commit = lambda: transaction.on_commit(fail)


@plant
def trusting_numbers() -> None:
    """A posted revision is taken for a number that the database can hold."""
    from assessments.forms import RatingForm

    real = RatingForm.is_valid

    def is_valid(self: Any) -> bool:
        int(self.data.get("revision", "0"))
        return bool(real(self))

    RatingForm.is_valid = is_valid  # type: ignore[method-assign]  # as the defect has it


@plant
def formulas_live() -> None:
    """Cells are written as they were typed."""
    from assessments import exports

    def put(cell: Any, value: Any) -> None:
        cell.value = value

    exports.disarmed = lambda text: text
    exports.looks_like_formula = lambda _text: False
    exports._put = put


@plant
def formulas_parted() -> None:
    """A cell of CSV is disarmed at its beginning only, not where other readers begin one."""
    from assessments import exports
    from careers.sheets import looks_like_formula

    exports.disarmed = lambda text: f"'{text}" if looks_like_formula(text) else text


@plant
def public_reports() -> None:
    """Reports may be kept by any cache, whoever asks: said last, after every middleware."""
    from django.core.handlers.base import BaseHandler

    real = BaseHandler.get_response

    def public(self: Any, request: Any) -> Any:
        reply = real(self, request)
        if request.path.startswith("/assessments/") and request.path.endswith("/report/"):
            reply["Cache-Control"] = "public, max-age=600"
            del reply["Vary"]
        return reply

    BaseHandler.get_response = public  # type: ignore[method-assign]  # as the defect has it


@plant
def tokens_kept() -> None:
    """A page with the token of somebody's form does not say that it is private."""
    from django.core.handlers.base import BaseHandler

    real = BaseHandler.get_response

    def silent(self: Any, request: Any) -> Any:
        reply = real(self, request)
        if reply.get("Cache-Control", "").startswith("private"):
            del reply["Cache-Control"]
        return reply

    BaseHandler.get_response = silent  # type: ignore[method-assign]  # as the defect has it


@plant
def figures_rewritten() -> None:
    """A migration computes stored reports anew, with a slip."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    real = MigrationExecutor.migrate

    def migrate(self: Any, targets: Any, *args: Any, **named: Any) -> Any:
        state = real(self, targets, *args, **named)
        with connection.cursor() as cursor:
            if "assessments_report" in connection.introspection.table_names(cursor):
                cursor.execute(
                    "UPDATE assessments_report SET reply = replace(reply, '\"low\":1', '\"low\":2')"
                )
        return state

    MigrationExecutor.migrate = migrate  # type: ignore[method-assign]  # as the defect has it


@plant
def ready_sooner() -> None:
    """Ready begins at 79 percent, for reports of old too."""
    from assessments.core import readiness

    readiness.READY_AT = 79


@plant
def importer_raises() -> None:
    """What a reader stumbles on goes through as it is, not as a message."""
    from careers.importers import uploads
    from careers.importers.reading import InputError

    real = uploads.read

    def read(*given: Any) -> Any:
        try:
            return real(*given)
        except InputError as error:
            raise KeyError(str(error)) from error

    uploads.read = read


def apply(name: str) -> None:
    """Plant a defect in this process. Django must be set up."""
    if name:
        PLANTS[name]()


if "RUNG_PLANT" in os.environ and "gunicorn" in os.environ.get("SERVER_SOFTWARE", ""):
    from config.wsgi import application  # noqa: F401 (what gunicorn serves)

    apply(os.environ["RUNG_PLANT"])
