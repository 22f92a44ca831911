"""Addresses of the career pages."""

from django.urls import path

from . import views

app_name = "careers"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:slug>/", views.detail, name="detail"),
]
