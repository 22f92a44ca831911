"""Who opens a link: a person, or a program that looks ahead for one."""

import re

from django.http import HttpRequest

BROWSERS = re.compile(r"(Mozilla|Opera|Lynx|E?Links|w3m)\b", re.IGNORECASE)
"""What every browser begins with; messengers and libraries name themselves instead."""
PROGRAMS = re.compile(
    r"bot\b|crawl|spider|slurp|preview|unfurl|embed|fetch|scan|monitor|headless"
    r"|facebookexternalhit|whatsapp|telegram|slack|discord|skype|linkedin|twitter|pinterest"
    r"|outlook|mimecast|barracuda|proofpoint|safelinks|google",
    re.IGNORECASE,
)
AHEAD = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")


def is_person(request: HttpRequest) -> bool:
    """Tell whether somebody reads the page: no HEAD, no prefetch, no link preview."""
    looks_ahead = any(
        word in request.headers.get(name, "").lower()
        for name in AHEAD
        for word in ("prefetch", "preview", "prerender")
    )
    program = request.headers.get("User-Agent", "")
    browses = BROWSERS.match(program) and not PROGRAMS.search(program)
    return request.method == "GET" and not looks_ahead and bool(browses)
