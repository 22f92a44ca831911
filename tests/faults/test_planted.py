"""The judges of the faults notice what is wrong; each module's own defects are ``--planted``."""

import io

import openpyxl
import pytest

from tests import frameworks

from . import cells, disk, proxy, publishing
from .__main__ import FAULTS, SOAK, Defect, Fault, finding, main, missing
from .outcome import Outcome
from .planted import PLANTS
from .visitor import Reply, Visitor

ASKED = '7 recvfrom(9<socket>, "POST /assessments/1/ratings/cutting/ HTTP/1.1'
SYNCED = "7 fdatasync(5</var/rung.sqlite3-wal>) = 0"
SAID = '7 sendto(9<socket>, "HTTP/1.1 200 OK'
OTHER = "8 fdatasync(5</var/rung.sqlite3-wal>) = 0"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([ASKED, SYNCED, SAID], [(True, True)]),
        ([ASKED, SAID, SYNCED], [(True, False)]),
        ([ASKED, OTHER, SAID], [(True, False)]),
        ([SYNCED, ASKED, SAID], [(True, False)]),
        (["7 recvfrom(9, <unfinished ...>", "7 <... recvfrom resumed>" + ASKED[11:], SYNCED, SAID],
         [(True, True)]),
        ([ASKED, SYNCED], []),
    ],
)  # fmt: skip
def test_only_a_sync_between_request_and_reply_of_one_process_counts(tmp_path, lines, found):
    """Before, afterwards, or by somebody else is not enough."""
    trace = tmp_path / "trace"
    trace.write_text("\n".join(lines))
    assert list(disk.replies(trace)) == found


def reply(status: int = 200, **headers: str) -> Reply:
    return Reply(status, {k.replace("_", "-"): v for k, v in headers.items()}, b"of A")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (reply(), True),
        (reply(404), True),
        (reply(302), False),
        (reply(302, cache_control="max-age=60"), True),
        (reply(cache_control="max-age=0"), False),
        (reply(cache_control="Private"), False),
        (reply(cache_control="no-store, max-age=60"), False),
        (reply(403, cache_control="public"), True),
    ],
)
def test_the_shared_cache_keeps_what_it_may(given, kept):
    """Also what says nothing."""
    assert proxy.may_be_kept(given) is kept


@pytest.mark.parametrize(("headers", "whose"), [({}, "A"), ({"vary": "Cookie"}, "B")])
def test_the_shared_cache_gives_a_page_that_says_nothing_of_cookies_to_anyone(
    monkeypatch, headers, whose
):
    """That is the mistake which it must show."""
    monkeypatch.setattr(Visitor, "get", lambda *_given, **_named: reply(**headers))
    cache = proxy.SharedCache()
    for who in ("A", "B"):
        _reply, made_for = cache.get(who, Visitor(1, {"sessionid": who}), "/")
    assert made_for == whose


@pytest.mark.parametrize("text", ["=1", " =1", "\t1", "＝1", "\u200b+1", "-x", "\ufeff@A"])
def test_a_live_cell_is_found_in_a_csv(text):
    """Numbers below nought are none."""
    content = f'a,b\r\nc,"{text}",-1.5\r\n'.encode()
    count, bad = cells.live_in_csv(content)
    assert (count, [each for each in bad if "parted" not in each]) == (5, [text])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("fine;=1+1", ['parted at a semicolon: =1+1",-1.5']),
        ("fine\t@A", ['parted at a tab: @A",-1.5']),
        ('fine;""=1+1', ['parted at a semicolon: =1+1",-1.5']),
        ("fine\n=1", ['parted at a semicolon: =1",-1.5', 'parted at a tab: =1",-1.5']),
        ("fine;-3.2;x", []),
        ("fine;'=1+1", []),
        ("fine,=1+1", []),
    ],
)
def test_a_live_cell_is_found_where_another_reader_begins_one(text, found):
    """Quotation marks within a cell enclose nothing for such a reader."""
    assert cells.live_in_csv(f'a,b\r\nc,"{text}",-1.5\r\n'.encode())[1] == found


def test_a_live_cell_is_found_in_a_workbook():
    """A formula, and a text that would become one when it is edited."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    for place, (value, kind, is_marked) in enumerate(
        [("=1+1", "f", False), ("=2", "s", False), ("=3", "s", True), ("four", "s", False)], start=1
    ):
        cell = sheet.cell(row=place, column=1, value="x")
        cell.value, cell.data_type, cell.quotePrefix = value, kind, is_marked
    book.save(file)
    count, bad = cells.live_in_xlsx(file.getvalue())
    assert (count, sum("=1+1" in text for text in bad), sum("=2" in text for text in bad)) == (
        4, 1, 1,
    )  # fmt: skip
    assert not [text for text in bad if "=3" in text or "four" in text]


def test_the_own_reading_of_a_report_is_that_of_the_words():
    """Cutting 1 of 3, gluing not sure, planning met: 5/3 and 2 of 10, at best 3 more."""
    ratings = {"cutting": 1, "planning": 4}
    assert publishing.own_reading(frameworks.tiny(), "senior", ratings) == (36.6, 66.6)


def test_a_broken_promise_is_in_the_line():
    """And the line says so."""
    outcome = Outcome("a fault", "sqlite", {"tried": 1000})
    outcome.expect(1 == 1, "kept")
    assert outcome.line() == "a fault · sqlite · held · tried 1,000"
    outcome.expect([], "not kept")
    assert outcome.line() == "a fault · sqlite · BROKEN (1) · tried 1,000"


def test_every_fault_names_a_defect_that_can_be_planted():
    """So that each was seen to notice something."""
    named = {defect.name for fault in (*FAULTS, SOAK) for defect in fault.plants}
    assert named == set(PLANTS)
    assert not [fault.module for fault in (*FAULTS, SOAK) if not fault.plants]


@pytest.mark.parametrize("only", ["nosuch", "kills,nosuch", "kills,,saves", "kills, saves"])
def test_a_name_that_is_no_module_fails(monkeypatch, capsys, only):
    """Nothing is run: to run nothing, or less than was asked for, would look like success."""
    monkeypatch.setattr("sys.argv", ["faults", "--short", "--only", only])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "no such module" in capsys.readouterr().err


def test_a_module_that_is_not_there_fails(monkeypatch):
    """Whether it is asked for or not."""
    assert missing("") == missing("kills,soak") == []
    faults = "tests.faults.__main__.FAULTS"
    monkeypatch.setattr(faults, (*FAULTS, Fault("gone")))
    assert missing("") == missing("kills") == ["gone"]


def test_a_module_that_fails_for_another_reason_has_not_found_the_defect():
    """Only what it had to say counts."""
    defect = Defect("slow-saves", r"p95 is \d+ ms")
    assert finding(defect, "  broken: p95 is 900 ms\n") == "p95 is 900 ms"
    assert not finding(defect, "Traceback\n  broken: ImportError: no module named x\n")


@pytest.mark.parametrize(("ci", "broken"), [("1", 1), ("true", 1), ("", 0), ("0", 0)])
def test_what_cannot_be_tried_fails_in_ci_only(monkeypatch, ci, broken):
    """Elsewhere the line tells it."""
    monkeypatch.setenv("CI", ci)
    outcome = Outcome("a fault", "sqlite")
    outcome.not_tried("disk full", "nothing may be mounted")
    assert len(outcome.broken) == broken
    assert "disk full not tried: nothing may be mounted" in outcome.line()


@pytest.mark.parametrize(("told", "broken", "late"), [("", 1, 0), ("1", 0, 1)])
def test_a_missed_time_is_only_told_in_the_short_form(monkeypatch, told, broken, late):
    """CI's machine may be busy; what was promised of data still fails."""
    monkeypatch.setenv("RUNG_FAULTS_TIMES_TOLD", told)
    outcome = Outcome("a fault", "sqlite")
    outcome.expect_in_time(1 > 2, "up again only after 4 s")
    assert (len(outcome.broken), len(outcome.late)) == (broken, late)
    assert ("LATE: up again" in outcome.line()) is bool(late)
    outcome.expect(1 > 2, "lost")
    assert "lost" in outcome.broken
