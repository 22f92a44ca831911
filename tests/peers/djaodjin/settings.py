"""djaodjin-survey with accounts that are users, as its test site has it."""

from fair import *
from fair import INSTALLED_APPS as FAIR_APPS

INSTALLED_APPS = [*FAIR_APPS, "rest_framework", "survey"]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
