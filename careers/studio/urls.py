"""Addresses of the studio. Included by ``careers.urls``, so all names start ``careers:``."""

from django.urls import path

from .views import history, matrix

one = "<slug:career>"
urlpatterns = [
    path("", matrix.studio, name="studio"),
    # Bringing frameworks in: views/importing.py (import, import_draft), export_xlsx.
    # These stand before <career>/, so that no career's key hides them.
    path(f"{one}/", matrix.matrix, name="matrix"),
    path(f"{one}/history/", history.history, name="history"),
    path(f"{one}/history/restore/", history.restore_row, name="restore_row"),
    # Looking before publishing: views/review.py (publish, compare), versions.py (versions,
    # version), preview.py (preview).
]
