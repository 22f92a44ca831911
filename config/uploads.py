"""Uploads: refused by their stated length, before a byte of them is read."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MAX_REQUEST_BYTES = 40_000_000
"""A little more than any page takes, so that a form can say what is too large."""


class CappedUpload(FileUploadHandler):
    """Stands before Django's own handlers and keeps no file."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803 (Django's name)
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Refuse a request that says it is too large."""
        if content_length > MAX_REQUEST_BYTES:
            raise RequestDataTooBig("The request is larger than any page takes.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the data on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Keep nothing."""
