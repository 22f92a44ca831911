"""What machines are told of health: which part is missing, and nothing else."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from config import caches, reading, ready

NOWHERE = "redis://127.0.0.1:1/0"


def test_it_is_not_ready_while_migrations_are_not_applied(mara, box_maker):
    """The new code waits until its tables are there; rows of later code do not matter."""
    MigrationRecorder.Migration.objects.create(app="careers", name="9999_of_later_code")
    assert mara.get("/readyz").content == b"ok\n"
    MigrationRecorder.Migration.objects.filter(app="assessments").order_by("-pk").first().delete()
    reply = mara.get("/readyz")
    assert (reply.status_code, reply.content) == (503, b"migrations are not applied\n")


def test_it_is_ready_without_its_cache_and_says_so(mara, box_maker, settings):
    """Each process counts attempts for itself meanwhile: no page goes down with the cache."""
    settings.CACHES = {"default": caches.guarded(reading.cache(NOWHERE))}
    reply = mara.get("/readyz")
    assert (reply.status_code, reply.content) == (200, b"ok\ncache unavailable\n")


def test_everything_that_is_missing_is_told_at_once(mara, db, settings):
    """One line each."""
    settings.CACHES = {"default": caches.guarded(reading.cache(NOWHERE))}
    reply = mara.get("/readyz")
    assert (reply.status_code, reply.content) == (
        503,
        b"no career is published\ncache unavailable\n",
    )


@pytest.mark.parametrize("host", ["10.0.0.7:8000", "elsewhere.example", "_"])
def test_machines_ask_by_any_address(mara, box_maker, host):
    """A balancer knows a number; all other pages refuse a host that is not ours."""
    found = {
        path: mara.get(path, headers={"host": host}).status_code
        for path in ("/livez", "/readyz", "/metrics", "/")
    }
    assert found == {"/livez": 200, "/readyz": 200, "/metrics": 404, "/": 400}


def test_health_is_told_where_every_host_is_allowed(mara, box_maker, settings):
    """As somebody may have it on their own machine."""
    settings.ALLOWED_HOSTS = ["*"]
    found = [mara.get(path, headers={"host": "10.0.0.7:8000"}) for path in ("/livez", "/readyz")]
    assert [reply.status_code for reply in found] == [200, 200]


def test_health_is_told_without_https(mara, box_maker, settings):
    """It is asked from within; people are led to HTTPS."""
    settings.SECURE_SSL_REDIRECT = True
    found = [Client().get(path).status_code for path in ("/livez", "/readyz", "/metrics", "/")]
    assert found == [200, 200, 404, 301]


def test_the_migrations_that_are_looked_for_are_those_of_the_code(db):
    """So a database that was migrated is ready, and no other."""
    call_command("migrate", verbosity=0)
    assert ready.migrations() <= set(MigrationRecorder(connection).applied_migrations())
    assert ("assessments", "0001_initial") in ready.migrations()
