"""A plan as a calendar file (RFC 5545): one all-day event per step."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from .plan_page import PlanPage


def calendar(page: PlanPage, *, now: datetime) -> bytes:
    """Return the steps that have dates, as events that end on the day after their last."""
    from icalendar import Calendar, Event  # a tenth of a start, for what few ask

    result = Calendar()
    result.add("prodid", "-//Rung//Training plan//EN")
    result.add("version", "2.0")
    result.add("x-wr-calname", _("Plan: %(level)s") % {"level": page.level.title})
    for row in page.rows:
        if row.starts_on is None or row.ends_on is None:
            continue
        event = Event()
        event.add("uid", f"{row.text.key}.{page.assessment.pk}@rung")
        event.add("dtstamp", now)
        event.add("dtstart", row.starts_on)
        event.add("dtend", row.ends_on + timedelta(days=1))
        event.add("summary", row.text.title)
        hours = _("%(hours)s hours") % {"hours": row.hours}
        event.add("description", "\n".join(part for part in (hours, row.text.description) if part))
        event.add("transp", "TRANSPARENT")
        result.add_component(event)
    content: bytes = result.to_ical()
    return content
