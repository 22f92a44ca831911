"""Addresses of the response API: its front end is a client in TypeScript."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("vinta_django_questionnaires.urls")),
]
