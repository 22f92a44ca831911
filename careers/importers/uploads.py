"""What an editor uploads: told apart by content, whatever the file is called."""

import re
from collections.abc import Collection

from careers import document as documents
from careers.document import DocumentError, Json

from . import case, esco, onet, workbook
from .lengths import too_many
from .onet_release import READ_ME, WANTED
from .reading import InputError, Reading, fault_at, load_json, refuse
from .sources import ARCHIVES, read_archive
from .tables import wide_encoding
from .xlsx import refuse_compound
from .zips import open_zip, told_when_broken

MAX_BYTES = 30_000_000
MOST_CAREERS = 20
"""Occupations of a release that one upload brings in; the commands take them all."""
RELEASES = {*WANTED, *esco.wanted()} - {READ_ME}
"""Files that tell a release, also one that lacks some of them."""
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*+[{\[]")
_GIVE = "Give Rung JSON, a workbook, an O*NET or ESCO release, or a CASE package."


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
    if _JSON.match(data):
        is_case = b'"CFDocument"' in data or b'"CFItems"' in data
        return case.read(name, data, draft_of) if is_case else _rung(name, data)
    if data.startswith(b"PK") and _is_workbook(name, data):
        return workbook.read(name, data, base)
    refuse_compound(name, data)
    if encoding := wide_encoding(data):
        raise refuse(name, f"is {encoding}, not UTF-8", "Save the file as UTF-8.")
    if not data.startswith(ARCHIVES):
        remedy = "Put the sheets of a workbook, as CSV files, into a .zip."
        raise refuse(name, "is neither JSON nor an archive", f"{_GIVE} {remedy}")
    files = read_archive(name, data, (*WANTED, *esco.wanted()))
    if len(occupations) > MOST_CAREERS:
        raise refuse(name, f"more than {MOST_CAREERS} occupations are chosen", "Choose fewer.")
    remedy = f"Write up to {MOST_CAREERS} codes; the commands import_onet, import_esco take all."
    if files.keys() & RELEASES:
        if not occupations:
            raise refuse(name, "no occupation of this release is chosen", remedy)
        if files.keys() & set(esco.wanted()):
            return esco.read(name, files, occupations)
        return onet.read(name, files, occupations)
    raise refuse(name, "holds nothing that can be imported", _GIVE)


def _rung(name: str, data: bytes) -> Reading:
    if len(data) > documents.MAX_BYTES:
        raise refuse(name, f"the file is larger than {documents.MAX_BYTES:,} bytes")
    found = load_json(name, data)
    try:
        if problems := too_many(found):
            raise DocumentError(problems)
        return Reading((documents.normal(found),))
    except DocumentError as error:
        faults = [fault_at(name, each.where, each.message) for each in error.problems]
        raise InputError(faults) from error


def _is_workbook(name: str, data: bytes) -> bool:
    """Tell a workbook, .xlsx or CSV files of its sheets, from a release in a ZIP."""
    broken = told_when_broken(name, "is broken or was not written to its end", "Send it again.")
    with broken, open_zip(name, data) as archive:
        names = {each.rpartition("/")[2].casefold() for each in archive.namelist()}
    return not names & {each.casefold() for each in RELEASES}
