"""What Django's admin passes on to the database unread: refused before it gets there."""

import logging
import re
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)
LISTS = re.compile(r"/admin/[^/]+/[^/]+/(?:add/)?$")
KEY = re.compile(r"[0-9]{1,18}|[0-9a-f]{32}|[0-9a-f-]{36}", re.ASCII)
"""Numbers of rows that fit in the database, and UUIDs."""
TOO_LONG_A_NUMBER = re.compile(r"[0-9]{19}")
ASKED = re.compile(r"/admin/(?:autocomplete/|[^/]+/[^/]+/)$")
ROW_OF_THE_LIST = re.compile(r"form-[0-9]+-id$")


class Readable:
    """Answer 400 to a page of the admin whose filters or chosen rows no database can hold."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse what is wrong with what was chosen, before the page sees it."""
        if LISTS.match(request.path_info) and request.user.is_staff:
            _read(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """Refuse what the database, or what prepares it, could not take of a filter.

        Lookups of the address go on unread: a year that no calendar has, a text with NUL.
        """
        is_list = request.GET and ASKED.match(request.path_info)
        if is_list and isinstance(error, ValueError | OverflowError | DataError):
            log.warning("A list of the admin was asked for what no database can hold")
            raise BadRequest("a filter holds what no database can") from error


def _read(request: HttpRequest) -> None:
    for name, values in request.GET.lists():
        if name != "q" and any("\x00" in value for value in values):
            # PostgreSQL holds no such text; Django's own search takes it out.
            raise BadRequest(f"{name[:40]} holds a sign that no text has")
        if name != "q" and any(TOO_LONG_A_NUMBER.search(value) for value in values):
            raise BadRequest(f"{name[:40]} holds a number that is too large")
    chosen = request.POST.getlist("_selected_action")
    chosen += [str(v) for name, v in request.POST.items() if v and ROW_OF_THE_LIST.match(name)]
    if not all(KEY.fullmatch(value) for value in chosen):
        raise BadRequest("a chosen row has no such number")
