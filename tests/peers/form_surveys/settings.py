"""django-form-surveys, as its documentation sets it up."""

from fair import *
from fair import INSTALLED_APPS as FAIR_APPS
from fair import TEMPLATES

INSTALLED_APPS = [*FAIR_APPS, "djf_surveys", "tinymce"]
TEMPLATES[0]["OPTIONS"]["context_processors"] += ["djf_surveys.context_processors.surveys_context"]
