"""Counting queries as the budget does: without transactions, session and user."""

from django.test.utils import CaptureQueriesContext

FREE = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
LOADING = ('FROM "django_session"', 'FROM "accounts_user"')


def counted(context: CaptureQueriesContext) -> list[str]:
    """Return the statements that count."""
    statements = [query["sql"] for query in context.captured_queries]
    return [
        sql
        for sql in statements
        if not sql.startswith(FREE) and not any(table in sql for table in LOADING)
    ]
