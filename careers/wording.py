"""Words and figures of a framework as a reader sees them."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .document import Fact, Level, Step

_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_CURRENCY = re.compile(r"^[A-Z]{3}$")
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "KRW": "₩", "CAD": "CA$", "AUD": "A$"}
_PERIODS = {
    "year": gettext_lazy("a year"),
    "hour": gettext_lazy("an hour"),
    "week": gettext_lazy("a week"),
    "month": gettext_lazy("a month"),
}
FACT_KINDS = {
    "median-pay": gettext_lazy("Median pay"),
    "median-pay-hourly": gettext_lazy("Median pay by the hour"),
    "top-pay": gettext_lazy("Top tenth, pay"),
    "top-pay-hourly": gettext_lazy("Top tenth, pay by the hour"),
    "pay-level-median": gettext_lazy("Median pay by level"),
    "pay-level-average": gettext_lazy("Average pay by level"),
    "pay-by-country": gettext_lazy("Pay by country"),
    "pay-specialisation": gettext_lazy("Pay of specialised trades"),
    "level-years": gettext_lazy("Years of experience by level"),
    "outlook": gettext_lazy("Jobs, ten years ahead"),
    "ai-resilience": gettext_lazy("Resilience to AI"),
    "ai-tasks": gettext_lazy("Tasks that AI can speed up"),
    "human-advantage": gettext_lazy("Human advantage"),
}
STEP_KINDS = {
    "course": gettext_lazy("Course"),
    "certification": gettext_lazy("Certification"),
    "apprenticeship": gettext_lazy("Apprenticeship"),
    "project": gettext_lazy("Project"),
    "on-the-job": gettext_lazy("On the job"),
    "self-study": gettext_lazy("Self-study"),
    "mentoring": gettext_lazy("Mentoring"),
}
CHECK_KINDS = {
    "experience": gettext_lazy("Experience"),
    "certificate": gettext_lazy("Certificates"),
    "education": gettext_lazy("Education"),
}


def fact_kind(kind: str) -> str:
    """Return a kind of fact in words; an editor's own kind is spelled out."""
    return str(FACT_KINDS.get(kind) or kind.replace("-", " ").capitalize())


def _grouped(number: str) -> str:
    whole, dot, decimals = number.lstrip("-").partition(".")
    sign = "−" if number.startswith("-") else ""
    return f"{sign}{int(whole):,}{dot}{decimals}"


def figure(fact: Fact) -> str:
    """Return a fact's value with its unit: "$47,430 a year", "−14%", "2 of 6"."""
    ends = fact.value.split("–")
    if not all(_NUMBER.match(end) for end in ends):
        return " ".join(part for part in (fact.value, fact.unit) if part)
    number = "–".join(_grouped(end) for end in ends)
    if fact.unit == "%":
        sign = "+" if fact.kind == "outlook" and not number.startswith("−") else ""
        return f"{sign}{number}%"
    unit, slash, period = fact.unit.partition("/")
    if slash and period in _PERIODS:
        amount = _money(number, unit) if _CURRENCY.match(unit) else f"{number} {unit}"
        return f"{amount} {_PERIODS[period]}"
    return f"{number} {fact.unit.replace('/', ' a ')}".strip()


def _money(number: str, currency: str) -> str:
    symbol = _SYMBOLS.get(currency)
    return f"{symbol}{number}" if symbol else f"{currency} {number}"


def short_money(fact: Fact) -> str:
    """Return a yearly pay in thousands, "$52k", or the whole figure where that fails."""
    currency, _slash, period = fact.unit.partition("/")
    if period == "year" and fact.value.isdigit() and int(fact.value) % 1000 == 0:
        return _money(f"{int(fact.value) // 1000}k", currency)
    return figure(fact)


def money(amount: str, currency: str) -> str:
    """Return decimal text as money: "free", "$780" or "$12.50"."""
    if amount == "0.00":
        return _("free")
    return _money(_grouped(amount.removesuffix(".00")), currency)


def step_cost(step: Step) -> str:
    """Return what a step costs."""
    return money(step.cost, step.currency)


def years(level: Level) -> str:
    """Return a level's usual years: "2–4 years", "10+ years", or nothing."""
    if level.years is None:
        return ""
    first, last = level.years
    span = f"{first}+" if last is None else f"{first}–{last}"
    return _("%(span)s years") % {"span": span}
