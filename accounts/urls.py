"""Addresses of a person's own account, beside those of allauth."""

from django.urls import path

from .later import LaterViews

views = LaterViews("accounts.views")
app_name = "accounts"
urlpatterns = [
    path("", views.account, name="account"),
    path("data/", views.data, name="data"),
    path("delete/", views.delete, name="delete"),
]
