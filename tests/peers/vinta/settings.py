"""vinta-django-questionnaires, as its documentation sets it up."""

from fair import *
from fair import INSTALLED_APPS as FAIR_APPS

INSTALLED_APPS = [*FAIR_APPS, "vinta_django_questionnaires"]
