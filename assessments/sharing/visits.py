"""Who opens a link: a person, or a program that looks ahead for one."""

import re

from django.http import HttpRequest

PREVIEWS = re.compile(
    r"bot\b|crawl|spider|slurp|preview|unfurl|embed|inspection|scan|monitor"
    r"|facebookexternalhit|iframely|mastodon|misskey|pleroma|signal|slack|viber|whatsapp"
    r"|apis-google|outlook|mimecast|barracuda|proofpoint|safelinks",
    re.IGNORECASE,
)
"""What makes link previews and looks for harm: nobody reads what these open. Whatever else
fetches a report is counted, a script too: its owner should know that it was read."""
AHEAD = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")


def is_person(request: HttpRequest) -> bool:
    """Tell whether somebody reads the page: no HEAD, no prefetch, no link preview."""
    looks_ahead = any(
        word in request.headers.get(name, "").lower()
        for name in AHEAD
        for word in ("prefetch", "preview", "prerender")
    )
    previews = PREVIEWS.search(request.headers.get("User-Agent", ""))
    return request.method == "GET" and not looks_ahead and not previews
