"""Words and figures of a framework as a reader sees them. No database."""

import json

import pytest

from careers import wording
from careers.document import SCHEMA_PATH, Fact, Level, Step
from careers.models import Step as StepRow


def fact(value: str, unit: str = "", kind: str = "other") -> Fact:
    return Fact("key", kind, value, unit, "", "", "", "", "", "")


def level(years) -> Level:
    return Level("key", "Title", "Title", 1, "", "", (), years, ())


def step(cost: str, currency: str = "USD") -> Step:
    return Step("key", "Title", "course", "", 1, cost, currency, (), (), (), "", "", "", True)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("47430", "USD/year", "$47,430 a year"),
        ("19.95", "USD/hour", "$19.95 an hour"),
        ("900", "USD/week", "$900 a week"),
        ("3950", "USD/month", "$3,950 a month"),
        ("40000–60000", "EUR/year", "€40,000–60,000 a year"),
        ("3500000–5500000", "JPY/year", "¥3,500,000–5,500,000 a year"),
        ("30000000–50000000", "KRW/year", "₩30,000,000–50,000,000 a year"),
        ("40000–65000", "CAD/year", "CA$40,000–65,000 a year"),
        ("60000–85000", "AUD/year", "A$60,000–85,000 a year"),
        ("21000", "GBP/year", "£21,000 a year"),
        ("120000–250000", "MXN/year", "MXN 120,000–250,000 a year"),
    ],
)
def test_pay_has_its_currency_before_and_its_period_behind(value, unit, shown):
    """A sign where everyone knows it, else the three letters."""
    assert wording.figure(fact(value, unit)) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("133000", "jobs/year", "133,000 jobs a year"),
        ("40", "hours/week", "40 hours a week"),
        ("12", "pieces/minute", "12 pieces a minute"),
        ("3–6", "months", "3–6 months"),
        ("2", "of 6", "2 of 6"),
        ("1234.5", "", "1,234.5"),
        ("-3", "points", "−3 points"),
        ("slower than average", "", "slower than average"),
        ("10 or more", "years", "10 or more years"),
        ("2–many", "years", "2–many years"),
    ],
)
def test_other_figures_have_their_unit_behind(value, unit, shown):
    """Numbers are grouped; words stay words."""
    assert wording.figure(fact(value, unit)) == shown


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("1", "outlook", "+1%"),
        ("-14", "outlook", "−14%"),
        ("2–4", "outlook", "+2–4%"),
        ("10", "ai-tasks", "10%"),
        ("-10", "ai-tasks", "−10%"),
    ],
)
def test_a_percentage_stands_at_its_number_and_an_outlook_shows_its_direction(value, kind, shown):
    """With a real minus sign; growth has a plus."""
    assert wording.figure(fact(value, "%", kind)) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("52000", "USD/year", "$52k"),
        ("120000", "MXN/year", "MXN 120k"),
        ("41500", "USD/year", "$41,500 a year"),
        ("19.95", "USD/hour", "$19.95 an hour"),
        ("2000", "USD/month", "$2,000 a month"),
        ("40000–60000", "EUR/year", "€40,000–60,000 a year"),
        ("rising slightly", "", "rising slightly"),
    ],
)
def test_short_pay_is_in_thousands_only_where_nothing_is_lost(value, unit, shown):
    """Not by rounding 41,500 to 42k."""
    assert wording.short_money(fact(value, unit)) == shown


@pytest.mark.parametrize(
    ("cost", "currency", "shown"),
    [
        ("0.00", "USD", "free"),
        ("780.00", "USD", "$780"),
        ("12.50", "USD", "$12.50"),
        ("0.50", "USD", "$0.50"),
        ("16500.00", "USD", "$16,500"),
        ("1234.05", "EUR", "€1,234.05"),
        ("80.00", "CHF", "CHF 80"),
        ("100.00", "GBP", "£100"),
    ],
)
def test_a_step_says_what_it_costs(cost, currency, shown):
    """Cents only where there are some."""
    assert wording.step_cost(step(cost, currency)) == shown


@pytest.mark.parametrize(
    ("years", "shown"),
    [(None, ""), ((0, 2), "0–2 years"), ((7, 10), "7–10 years"), ((10, None), "10+ years")],
)
def test_a_level_says_its_usual_years(years, shown):
    assert wording.years(level(years)) == shown


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("median-pay", "Median pay"),
        ("outlook", "Jobs, ten years ahead"),
        ("human-advantage", "Human advantage"),
        ("visa-time", "Visa time"),
        ("pay-for-night-shifts", "Pay for night shifts"),
    ],
)
def test_a_kind_of_fact_is_told_in_words(kind, shown):
    """A kind that an editor made up is spelled out from its key."""
    assert wording.fact_kind(kind) == shown


def test_every_kind_of_step_and_check_has_its_words():
    """The format, the draft and the pages know the same kinds."""
    lists = json.loads(SCHEMA_PATH.read_text())["properties"]
    steps = lists["steps"]["items"]["properties"]["kind"]["enum"]
    checks = lists["levels"]["items"]["properties"]["checks"]["items"]["properties"]["kind"]
    assert list(wording.STEP_KINDS) == steps == StepRow.Kind.values
    assert list(wording.CHECK_KINDS) == checks["enum"]
    assert [(kind, str(words)) for kind, words in wording.STEP_KINDS.items()] == [
        (kind, str(words)) for kind, words in StepRow.Kind.choices
    ]
