"""The shape of the API's error replies: problem details (RFC 9457) that name the field."""

from ninja import Schema


class FieldError(Schema):
    """One field that is wrong, and what to do."""

    field: str
    message: str


class Problem(Schema):
    """Problem details."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError]
