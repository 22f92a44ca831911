"""Addresses of the careers, and of the studio where they are edited."""

from django.urls import include, path

from accounts.later import LaterViews

from .studio import urls as studio

views = LaterViews("careers.views")
app_name = "careers"
urlpatterns = [
    path("careers/", views.index, name="index"),
    path("careers/<slug:slug>/", views.detail, name="detail"),
    path("studio/", include(studio.urlpatterns)),
]
