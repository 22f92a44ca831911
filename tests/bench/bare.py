"""Addresses of a bare Django project: its admin, and one page from a template."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def home(request: HttpRequest) -> HttpResponse:
    """Render one line."""
    return render(request, "bare.html")


urlpatterns = [path("", home), path("admin/", admin.site.urls)]
