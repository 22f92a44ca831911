"""import_onet: drafts or versions, again without change, all or nothing."""

import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from assessments.core.ladder import Level, Requirement
from assessments.core.readiness import readiness
from assessments.core.scale import Band
from careers import document, drafts
from careers.importers import onet, sources
from careers.importers.onet_release import WANTED, read_release
from careers.models import Career, KeptDraft, Skill, Version
from careers.models import Requirement as RequirementRow

from . import releases
from .shared import real


def run(*arguments, **options) -> list[str]:
    """Run import_onet without a progress bar and return the lines it wrote."""
    out = StringIO()
    call_command("import_onet", *arguments, stdout=out, verbosity=0, **options)
    return out.getvalue().splitlines()


@pytest.fixture
def release(tmp_path):
    """A made-up release in the layout from 30.3 on."""
    return releases.folder(tmp_path / "onet", releases.onet())


NOTES = [
    "1 requirements left out, because O*NET marks them as not relevant",
    "1 requirements rest on figures that O*NET marks as imprecise;"
    " the descriptions of their skills say so",
    "Level Scale Anchors.txt: has less than 3 anchors of Watching, Mathematics, Minding Ovens;"
    " is the file whole?",
    "1 occupations without ratings were skipped: 99-3333.00",
]


def test_an_import_is_a_draft_unless_it_is_to_be_published(db, release):
    """The notes come first."""
    assert run(release) == [
        *NOTES,
        "Careers: 2 added, 0 changed, 0 unchanged.",
        "Imported as drafts; --publish publishes them.",
    ]
    assert (Career.objects.count(), Version.objects.count()) == (2, 0)


def test_publishing_again_what_is_unchanged_publishes_and_writes_nothing(db, release):
    run(release, publish=True)
    rows = list(Skill.objects.values_list("pk", flat=True))
    assert run(release, publish=True)[-2:] == [
        "Careers: 0 added, 0 changed, 2 unchanged.",
        "Published: 0 new versions.",
    ]
    assert list(Skill.objects.values_list("pk", flat=True)) == rows
    assert KeptDraft.objects.count() == 0


def test_drafts_can_be_published_by_a_second_import(db, release):
    """The draft is the same, but no version is."""
    run(release)
    assert run(release, publish=True, note="From O*NET.")[-1] == "Published: 2 new versions."
    assert set(Version.objects.values_list("number", "note")) == {(1, "From O*NET.")}


def test_a_new_release_makes_a_new_version_of_every_career(db, release, tmp_path):
    """The old layout comes in over the new one; versions hold what the drafts hold."""
    run(release, publish=True)
    old = releases.folder(tmp_path / "old", releases.onet("old"))
    assert run(old, publish=True)[-2:] == [
        "Careers: 0 added, 2 changed, 0 unchanged.",
        "Published: 2 new versions.",
    ]
    for career in Career.objects.select_related("latest"):
        assert career.latest.number == 2
        assert career.published_revision == career.draft_revision == 2
        assert drafts.is_published(career)
        text = document.canonical(document.normal(drafts.compile_draft(career))).decode()
        assert career.latest.document == text
    assert KeptDraft.objects.count() == 0


def test_an_editors_work_on_a_draft_is_kept_when_it_is_replaced(db, release):
    """And the dry run says that it would be."""
    run(release, publish=True)
    RequirementRow.objects.filter(skill__key="minding-ovens").update(rating=4)
    assert run(release, dry_run=True)[len(NOTES) :] == [
        "Bakers of Bread (onet-99-2222-01): changed; its unpublished draft would be kept aside",
        "  changed requirement occupation × minding-ovens",
        "    rating: 4 → 3",
        "Careers: 0 added, 1 changed, 1 unchanged.",
        "A dry run: nothing was imported.",
    ]
    assert RequirementRow.objects.get(skill__key="minding-ovens").rating == 4
    run(release)
    assert RequirementRow.objects.get(skill__key="minding-ovens").rating == 3
    [kept] = KeptDraft.objects.all()
    assert (kept.career.key, kept.document["requirements"][1]["rating"]) == ("onet-99-2222-01", 4)


def test_a_fault_in_one_occupation_keeps_all_of_them_out(db, release):
    """Named by file, row and column."""
    path = release / "Knowledge.txt"
    path.write_bytes(path.read_bytes().replace(b"IM\t3.49", b"IM\t9.99"))
    with pytest.raises(CommandError) as refused:
        run(release, publish=True)
    assert str(refused.value) == (
        f"{release} was not imported:\n"
        "  Knowledge.txt, row 2, column Data Value: '9.99' is no value of the scale IM."
        " Write a number from 1 to 5, such as 3.25."
    )
    assert Career.objects.count() == 0


def test_a_text_that_no_document_may_hold_is_named_by_row_and_column(db, release):
    """A control character, and a title that is too long or blank."""
    path = release / "Occupation Data.txt"
    whole = path.read_bytes()
    for wrong, says in (
        (b"Bake\x1bbread", "row 3, column Description: has the control character U+001B."),
        (b"B" * 4001, "row 3, column Description: is longer than 4,000 characters."),
    ):
        path.write_bytes(whole.replace(b"Bake bread", wrong))
        with pytest.raises(CommandError) as refused:
            run(release, publish=True)
        assert str(refused.value).splitlines()[1].startswith(f"  Occupation Data.txt, {says}")
    for wrong, says in (
        (b"B" * 201, "is longer than 200 characters. Shorten it."),
        (b" ", "is blank. Write something."),
    ):
        path.write_bytes(whole.replace(b"Bakers of Bread", wrong))
        with pytest.raises(CommandError) as refused:
            run(release, publish=True)
        line = f"  Occupation Data.txt, row 3, column Title: {says}"
        assert str(refused.value).splitlines()[1] == line
    assert Career.objects.count() == 0


def test_chosen_occupations_come_from_an_archive_too(db, tmp_path):
    """Several after one option, or the option several times."""
    path = tmp_path / "onet.tar.xz"
    path.write_bytes(releases.tar_of(releases.onet()))
    assert run(path, "--occupation", releases.JUGGLER, "--publish") == [
        NOTES[1],
        "Level Scale Anchors.txt: has less than 3 anchors of Watching, Mathematics;"
        " is the file whole?",
        "Careers: 1 added, 0 changed, 0 unchanged.",
        "Published: 1 new versions.",
    ]
    path.write_bytes(releases.zip_of(releases.onet()))
    codes = ("--occupation", releases.JUGGLER, "--occupation", releases.BAKER)
    assert run(path, *codes)[-2] == "Careers: 1 added, 0 changed, 1 unchanged."


def test_the_progress_bar_is_drawn_on_a_terminal_alone(db, release, monkeypatch):
    """On standard error, so that what is printed, and what a log keeps, is text."""

    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    out = StringIO()
    for screen, is_drawn in ((Terminal(), True), (StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", screen)
        call_command("import_onet", release, stdout=out)
        assert ("careers" in screen.getvalue()) == is_drawn
    monkeypatch.setattr(sys, "stderr", silent := Terminal())
    call_command("import_onet", release, stdout=out, verbosity=0)
    assert silent.getvalue() == ""
    assert "\r" not in out.getvalue()


def test_careers_are_found_by_title_other_title_and_code(db, mara, release):
    """On the page of the careers, without opening a document."""
    run(release, publish=True)
    for query in ("juggler", "AIR artist", "99-1111.00", "keeper ball"):
        page = mara.get("/careers/", {"q": query}).content.decode()
        assert page.count('href="/careers/onet-99-1111-00/"') == 1, query
        assert "onet-99-2222-01" not in page
    page = mara.get("/careers/onet-99-1111-00/").content.decode()
    for says in ("USDOL/ETA has not approved", "not on the skills of the trade itself"):
        assert says in page
    assert "worked out from O*NET’s figures" in page
    assert "editors’ judgement" not in page


# The real releases.


WHOLE = """
import json, os, re, sys, time
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
from careers import catalogue
call_command("migrate", verbosity=0)
seconds = []
for _ in range(2):
    started = time.process_time()
    call_command("import_onet", sys.argv[1], publish=True, verbosity=0)
    seconds.append(time.process_time() - started)
# What getrusage says of a process counts the one that it was forked from, too.
most = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
print(json.dumps({
    "seconds": seconds,
    "megabytes": int(most[1]) // 1024,
    "by code": [each.title for each in catalogue.search("51-4121.00")],
    "by name": [each.title for each in catalogue.search("acetylene burner")[:1]],
}))
"""


@pytest.mark.parametrize("number", ["30.1", "30.3"])
def test_a_real_release_is_imported_whole_and_published(tmp_path, number):
    """All 894 rated occupations within a minute and 600 MB, again within half a minute.

    By a process of its own with SQLite on disk, as the command runs; of the processor's
    time, so that a busy machine does not fail it.
    """
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    finished = subprocess.run(
        [sys.executable, "-c", WHOLE, real(f"onet-{number}.tar.xz")],
        env={**environment, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    *lines, figures = finished.stdout.splitlines()
    assert lines[:5] == [
        "1 requirements left out, because O*NET marks them as not relevant",
        "56 requirements rest on figures that O*NET marks as imprecise;"
        " the descriptions of their skills say so",
        "122 occupations without ratings were skipped:"
        " 11-1031.00, 11-2032.00, 11-9039.00, 11-9179.00, 11-9199.00 …",
        "Careers: 894 added, 0 changed, 0 unchanged.",
        "Published: 894 new versions.",
    ]
    assert lines[-2:] == [
        "Careers: 0 added, 0 changed, 894 unchanged.",
        "Published: 0 new versions.",
    ]
    found = json.loads(figures)
    welders = ["Welders, Cutters, Solderers, and Brazers"]
    assert (found["by code"], found["by name"]) == (welders, welders)
    first, again = found["seconds"]
    assert (first < 60, again < 30, found["megabytes"] < 600) == (True, True, True), found


def test_the_mapping_tells_occupations_apart_as_measured():
    """How many occupations typical people would be Ready for (FORMATS.md, last table).

    Typical rates themself in every skill and knowledge area at the occupation's level.
    """
    path = real("onet-30.3.tar.xz")
    files = sources.read_path(path, WANTED)
    frameworks = [document.parse(each) for each in onet.read(path.name, files).documents]
    release = read_release(path.name, sources.read_path(path, WANTED))
    sizes = sorted(len(each.requirements) for each in frameworks)
    assert sizes[len(sizes) // 2] == 34

    def ready(code: str) -> int:
        mine = {
            element: next((r for r, below in onet.RATING_BELOW if rated.level < below), 4)
            for element, rated in release.occupations[code].ratings.items()
            if not rated.not_relevant
        }
        return sum(_is_ready(framework, mine) for framework in frameworks)

    codes = ("51-1011.00", "51-4121.00", "17-3024.00")
    assert [ready(code) for code in codes] == [81, 56, 104]


def _is_ready(framework: document.Framework, mine: dict[str, int]) -> bool:
    skills = framework.skills()
    ratings = {key: mine.get(skill.codes["onet-element"]) for key, skill in skills.items()}
    requirements = tuple(
        Requirement(each.skill, each.rating, each.importance, each.essential)
        for each in framework.requirements
    )
    found = readiness(Level(framework.levels[0].key, requirements), ratings)
    return found.band == Band.READY
