"""What an editor uploads: told apart by content, whatever the file is called."""

import io
import zipfile
from collections.abc import Collection

from careers import document as documents
from careers.document import DocumentError, Json

from . import case, esco, onet, workbook
from .onet_release import OCCUPATIONS, WANTED
from .reading import InputError, Reading, fault_at, refuse
from .sources import read_archive

MAX_BYTES = 30_000_000
MOST_CAREERS = 20
"""Occupations of a release that one upload brings in; the commands take them all."""


def read(
    name: str,
    data: bytes,
    occupations: Collection[str] = (),
    base: Json | None = None,
    draft_of: case.DraftOf = case.no_draft,
) -> Reading:
    """Return what an uploaded file holds. Raises InputError.

    ``occupations`` are those chosen of an O*NET or ESCO release; ``base`` is the draft from
    which a workbook takes the sheets that it lacks, ``draft_of`` finds that of a CASE package.
    """
    if len(data) > MAX_BYTES:
        raise refuse(name, f"is larger than {MAX_BYTES:,} bytes")
    start = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return case.read(name, data, draft_of) if b'"CFDocument"' in data else _rung(name, data)
    if data.startswith(b"PK") and _is_workbook(name, data):
        return workbook.read(name, data, base)
    files = read_archive(name, data, (*WANTED, *esco.wanted()))
    if len(occupations) > MOST_CAREERS:
        raise refuse(name, f"more than {MOST_CAREERS} occupations are chosen", "Choose fewer.")
    remedy = f"Write up to {MOST_CAREERS} codes; the commands import_onet, import_esco take all."
    if OCCUPATIONS in files or esco.wanted()[0] in files:
        if not occupations:
            raise refuse(name, "no occupation of this release is chosen", remedy)
        if OCCUPATIONS in files:
            return onet.read(name, files, occupations)
        return esco.read(name, files, occupations)
    remedy = "Give Rung JSON, a workbook, an O*NET or ESCO release, or a CASE package."
    raise refuse(name, "holds nothing that can be imported", remedy)


def _rung(name: str, data: bytes) -> Reading:
    try:
        return Reading((documents.loads(data),))
    except DocumentError as error:
        faults = [fault_at(name, each.where, each.message) for each in error.problems]
        raise InputError(faults) from error


def _is_workbook(name: str, data: bytes) -> bool:
    """Tell a workbook, .xlsx or CSV files of its sheets, from a release in a ZIP."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {each.rpartition("/")[2] for each in archive.namelist()}
    except (zipfile.BadZipFile, EOFError, ValueError, OSError) as error:
        raise refuse(name, "is broken or was not written to its end", "Send it again.") from error
    return not names & {OCCUPATIONS, esco.wanted()[0]}
