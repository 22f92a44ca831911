"""Addresses of the studio. Included by ``careers.urls``, so all names start ``careers:``."""

from django.urls import path, register_converter

from accounts.later import LaterViews

from .kinds import KindConverter

cells, history, importing, matrix, merge, review, rows, versions = (
    LaterViews(f"careers.studio.views.{name}")
    for name in (
        "cells", "history", "importing", "matrix", "merge", "review", "rows", "versions"
    )
)  # fmt: skip

register_converter(KindConverter, "kind")
one = "<slug:career>"
urlpatterns = [
    path("", matrix.studio, name="studio"),
    # Before <career>/, so that no career's key hides them.
    path("import/", importing.import_, name="import"),
    path("import/<uuid:key>/", importing.confirm_import, name="confirm_import"),
    path(f"{one}/", matrix.matrix, name="matrix"),
    path(f"{one}/history/", history.history, name="history"),
    path(f"{one}/history/restore/", history.restore_row, name="restore_row"),
    path(f"{one}/import/", importing.import_, name="import_draft"),
    path(f"{one}/export.xlsx", importing.export_xlsx, name="export_xlsx"),
    path(f"{one}/check/", matrix.check, name="check"),
    path(f"{one}/about/", rows.about, name="about"),
    path(f"{one}/cells/", cells.save_cells, name="save_cells"),
    path(f"{one}/cell/<slug:level>/<slug:skill>/", cells.cell, name="cell"),
    path(f"{one}/<kind:kind>/", rows.rows, name="rows"),
    path(f"{one}/<kind:kind>/new/", rows.new_row, name="new_row"),
    path(f"{one}/<kind:kind>/<slug:key>/", rows.row, name="row"),
    path(f"{one}/<kind:kind>/<slug:key>/move/", rows.move_row, name="move_row"),
    path(f"{one}/<kind:kind>/<slug:key>/retire/", rows.retire_row, name="retire_row"),
    path(f"{one}/skills/<slug:key>/merge/", merge.merge, name="merge"),
    path(f"{one}/review/", review.review, name="review"),
    path(f"{one}/compare/", versions.compare, name="compare"),
    path(f"{one}/versions/", versions.versions, name="versions"),
    path(f"{one}/versions/<int:number>/", versions.version, name="version"),
    path(f"{one}/versions/<int:number>.json", versions.version_json, name="version_json"),
    path(f"{one}/versions/<int:number>.xlsx", versions.version_xlsx, name="version_xlsx"),
    path(f"{one}/versions/<int:number>/draft/", versions.start_draft, name="start_draft"),
    path(f"{one}/kept/<int:kept_id>/", versions.restore_draft, name="restore_draft"),
    # <career>/effects/ and <career>/preview/ are pages of assessments.
]
