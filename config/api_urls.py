"""Addresses of the programs' door, as ninja makes them."""

from .api import api

urlpatterns = api.urls[0]
