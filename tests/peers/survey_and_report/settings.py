"""django-survey-and-report, as its documentation sets it up."""

from fair import *
from fair import INSTALLED_APPS as FAIR_APPS

INSTALLED_APPS = [*FAIR_APPS, "survey"]
CHOICES_SEPARATOR = ","
