"""What is sent here is refused by its size and form before anything is made of it."""

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client

from config import uploads

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let reading a body fail the test."""

    def read(*args: object, **kwargs: object) -> bytes:
        raise AssertionError("the body was read")

    monkeypatch.setattr(WSGIRequest, "read", read)
    monkeypatch.setattr("django.core.handlers.wsgi.LimitedStream.read", read)


@pytest.mark.parametrize(
    "path", ["/account/login/", "/studio/import/", "/shared/x/verify/", "/nowhere/", "/"]
)
def test_a_large_body_is_refused_unread(unread, path):
    """From a stranger on any page: 413 in plain words, and nothing of it in a cache."""
    body = b"x" * (uploads.MOST_BYTES + 1)
    reply = Client().post(path, body, content_type="multipart/form-data; boundary=b")
    assert reply.status_code == 413
    assert "Nothing was read or stored" in reply.text
    assert "no-store" in reply["Cache-Control"]


def test_a_body_of_an_absurd_length_is_refused(unread):
    """A length with five thousand digits is no number that anybody adds up."""
    length = "9" * 5_000
    reply = Client().post("/account/login/", b"", content_type=FORM, CONTENT_LENGTH=length)
    assert reply.status_code == 413


def test_who_may_import_sends_more(emil):
    """The form of the import page, which says itself what is too large."""
    body = b"--b\r\n" + b"x" * (uploads.MOST_BYTES + 1)
    form = "multipart/form-data; boundary=b"
    found = [emil.post(p, body, content_type=form) for p in ("/studio/import/", "/account/email/")]
    assert [reply.status_code for reply in found] == [400, 413]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"&".join(b"a%d=1" % n for n in range(5_002)), FORM),
        (
            b"".join(
                b'--b\r\nContent-Disposition: form-data; name="f%d"; filename="f"\r\n\r\nx\r\n' % n
                for n in range(3)
            )
            + b"--b--\r\n",
            "multipart/form-data; boundary=b",
        ),
        (b"--b\r\n" + b"X-Long: " + b"x" * 100_000, "multipart/form-data; boundary=b"),
        (b"login=x", "multipart/form-data"),
        (b"x=" + b"%" * 1000, "application/x-www-form-urlencoded; charset=no-such"),
        (b"--b\r\nContent-Disposition: form-data; name=\xff", "multipart/form-data; boundary=b"),
    ],
    ids=["fields", "files", "header of a part", "no boundary", "charset", "bytes"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/"])
def test_a_body_of_a_strange_form_is_no_error_of_ours(path, body, kind):
    """Too many fields or files, and parts that are none: refused or shown again, never 500."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=False)
    assert client.generic("POST", path, body, content_type=kind).status_code in (200, 400)
