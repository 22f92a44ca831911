"""Addresses: the shipped ones, below an account."""

from django.urls import include, path

urlpatterns = [
    path("<slug:organization>/assess/", include("survey.urls.views.samples")),
    path("api/<slug:organization>/", include("survey.urls.api.accounts")),
]
