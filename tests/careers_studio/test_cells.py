"""Saving cells of the matrix: with a revision, and never over somebody else's change.

The tiny career, required rating, importance, and * for essential:

    skill    | junior | senior
    ---------+--------+-------
    cutting  | 1 w5 * | 3 w5 *
    gluing   | 2 w3   | 3 w3
    planning |   –    | 2 w2
"""

import json

import pytest
from django.test import Client

from careers.models import Career, Requirement
from tests.html_forms import filled

pytestmark = pytest.mark.django_db
CELLS = "/studio/box-maker/cells/"
CELL = "/studio/box-maker/cell/junior/gluing/"


def cell(level: str, skill: str, rating: int, importance: int = 3, **more) -> dict:
    """Return a cell as the matrix sends it; the first revision of an import is 1."""
    row = {"level": level, "skill": skill, "rating": rating, "importance": importance}
    return {**row, "essential": False, "revision": 1, **more}


def save(client: Client, *cells: dict):
    """Send cells as the matrix does."""
    return client.post(
        CELLS, {"cells": list(cells)}, content_type="application/json",
        headers={"accept": "application/json"},
    )  # fmt: skip


def stored(level: str = "junior", skill: str = "gluing") -> tuple[int, int, bool, int] | None:
    """Return what is stored: rating, importance, essential, revision."""
    rows = Requirement.objects.filter(level__key=level, skill__key=skill)
    return rows.values_list("rating", "importance", "essential", "revision").first()


def test_a_cell_is_saved_with_the_next_revision(emil, box_maker):
    """The reply holds what is stored now; the draft counts one edit more."""
    response = save(emil, cell("junior", "gluing", 3, 4, essential=True))
    assert response.status_code == 200
    assert response.json() == {
        "cells": [cell("junior", "gluing", 3, 4, essential=True, revision=2)],
        "stale": [],
    }
    assert stored() == (3, 4, True, 2)
    assert Career.objects.get().draft_revision == 2


def test_rating_0_takes_a_requirement_out(emil, box_maker):
    """A removed cell is revision 0, like one that never was."""
    response = save(emil, cell("junior", "gluing", 0, 0))
    assert response.json()["cells"] == [cell("junior", "gluing", 0, 0, revision=0)]
    assert stored() is None


def test_an_empty_cell_is_filled(emil, box_maker):
    """The new requirement comes last in the document."""
    save(emil, cell("junior", "planning", 1, 2, revision=0))
    assert stored("junior", "planning") == (1, 2, False, 2)
    assert Requirement.objects.last().skill.key == "planning"


def test_a_stale_cell_is_refused_with_what_is_stored(emil, paula, box_maker):
    """Two editors open the same cell; the second is told what the first saved."""
    save(emil, cell("junior", "gluing", 3))
    response = save(paula, cell("junior", "gluing", 4))
    assert response.status_code == 409
    assert response.json() == {"cells": [], "stale": [cell("junior", "gluing", 3, revision=2)]}
    assert stored() == (3, 3, False, 2)


def test_a_cell_removed_and_added_again_is_not_overwritten(emil, paula, box_maker):
    """The same cell, but nobody has seen this one: a form from before is stale."""
    save(emil, cell("junior", "gluing", 0, 0))
    save(emil, cell("junior", "gluing", 1, 1, revision=0))
    response = save(paula, cell("junior", "gluing", 4))
    assert response.status_code == 409
    assert response.json()["stale"] == [cell("junior", "gluing", 1, 1, revision=3)]
    assert stored() == (1, 1, False, 3)


def test_a_cell_removed_elsewhere_is_not_brought_back(emil, paula, box_maker):
    """A change of what is gone is a conflict too."""
    save(emil, cell("junior", "gluing", 0, 0))
    response = save(paula, cell("junior", "gluing", 4))
    assert response.status_code == 409
    assert response.json()["stale"] == [cell("junior", "gluing", 0, 0, revision=0)]
    assert stored() is None


def test_sending_what_is_stored_is_no_conflict_and_no_edit(emil, box_maker):
    """A repeated request is answered like the first."""
    response = save(emil, cell("junior", "gluing", 2, 3, revision=99))
    assert response.status_code == 200
    assert response.json()["cells"] == [cell("junior", "gluing", 2, 3, revision=1)]
    assert Career.objects.get().draft_revision == 1


def test_of_many_cells_the_fresh_ones_are_saved_and_the_stale_ones_told(emil, paula, box_maker):
    """A pasted range is not lost for one cell."""
    save(emil, cell("junior", "gluing", 3))
    response = save(paula, cell("junior", "gluing", 4), cell("senior", "gluing", 4))
    assert response.status_code == 409
    assert response.json() == {
        "cells": [cell("senior", "gluing", 4, revision=3)],
        "stale": [cell("junior", "gluing", 3, revision=2)],
    }


def test_a_change_in_the_admin_makes_an_open_matrix_stale(edda_client, emil, box_maker):
    """The admin counts as an editor."""
    row = Requirement.objects.get(level__key="junior", skill__key="gluing")
    address = f"/admin/careers/requirement/{row.pk}/change/"
    data = filled(edda_client.get(address).text, "requirement_form")
    assert edda_client.post(address, {**data, "rating": "4"}).status_code == 302
    assert save(emil, cell("junior", "gluing", 1)).status_code == 409
    assert stored() == (4, 3, False, 2)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("no json", "Send JSON such as", id="not JSON"),
        pytest.param("[]", "Send JSON such as", id="not an object"),
        pytest.param("[" * 100_000, "Send JSON such as", id="nested too deeply"),
        pytest.param('{"cells": [3]}', "Send JSON such as", id="no rows"),
        pytest.param('{"cells": []}', "Send 1 to 5000 cells.", id="nothing"),
        pytest.param(
            json.dumps({"cells": [cell("junior", "gluing", 5)]}),
            "cells[0].rating (junior × gluing): The required rating must be 0, 1, 2, 3 or 4.",
            id="a rating out of bounds",
        ),
        pytest.param(
            json.dumps({"cells": [cell("junior", "gluing", 2, 0)]}),
            "cells[0].importance (junior × gluing): Choose an importance, 1 to 5.",
            id="no importance",
        ),
        pytest.param(
            json.dumps({"cells": [cell("junior", "gluing", 2, revision=None)]}),
            "cells[0].revision (junior × gluing): The revision is missing:"
            " send the number the page was given.",
            id="no revision",
        ),
        pytest.param(
            json.dumps({"cells": [cell("junior", "glu\0ing", 2)]}),
            "junior × glu\0ing is not in this draft any more. Load the page again.",
            id="an unknown skill",
        ),
    ],
)
def test_bad_cells_are_refused_by_name_and_nothing_is_saved(emil, box_maker, body, expected):
    """The fine cell in front of a bad one is not saved either."""
    if body.startswith('{"cells": [{'):
        rows = json.loads(body)["cells"]
        body = json.dumps({"cells": [*rows, cell("senior", "planning", 4)]})
    response = emil.post(CELLS, body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["errors"][0].startswith(expected)
    assert Career.objects.get().draft_revision == 1


def test_who_may_only_look_changes_nothing(vera, box_maker):
    """A viewer's request finds nothing."""
    assert save(vera, cell("junior", "gluing", 4)).status_code == 404
    assert vera.post(CELL, {"rating": "4", "importance": "3", "revision": "1"}).status_code == 404
    assert stored() == (2, 3, False, 1)


def test_a_script_of_somebody_signed_out_is_told_so(stranger, box_maker):
    """No login page in the place of a reply."""
    response = save(stranger, cell("junior", "gluing", 4))
    assert (response.status_code, response.json()["reason"]) == (403, "signed_out")


class TestTheForm:
    """The same cell without JavaScript."""

    def test_it_shows_what_is_stored_beside_the_anchors(self, emil, box_maker):
        """The editor reads what the rating means before choosing it."""
        page = emil.get(CELL)
        assert page.context["choices"][2] == (2, "On my own", "Gluing: what 2 looks like.")
        assert 'name="rating" id="rating-2" value="2" checked' in page.text
        assert 'name="importance" id="importance-3" value="3" checked' in page.text
        assert '<input type="hidden" name="revision" value="1">' in page.text

    def test_it_saves_and_returns_to_the_cell(self, emil, box_maker):
        """The matrix opens at the cell that was changed."""
        data = {"rating": "4", "importance": "5", "essential": "on", "revision": "1"}
        response = emil.post(CELL, data)
        assert response.status_code == 302
        assert response["Location"] == "/studio/box-maker/#cell-junior--gluing"
        assert stored() == (4, 5, True, 2)

    def test_a_stale_form_comes_back_with_both_values(self, emil, paula, box_maker):
        """What was chosen is still marked; saving again replaces what is stored, knowingly."""
        save(emil, cell("junior", "gluing", 3, 1))
        data = {"rating": "4", "importance": "5", "revision": "1"}
        page = paula.post(CELL, data)
        assert page.status_code == 409
        assert "required 3, importance 1" in page.text
        assert 'name="rating" id="rating-4" value="4" checked' in page.text
        assert '<input type="hidden" name="revision" value="2">' in page.text
        assert stored() == (3, 1, False, 2)
        assert paula.post(CELL, {**data, "revision": "2"}).status_code == 302
        assert stored() == (4, 5, False, 3)

    def test_an_error_keeps_what_was_chosen(self, emil, box_maker):
        """The missing part is named."""
        page = emil.post(CELL, {"rating": "4", "revision": "1"})
        assert page.status_code == 400
        assert "Choose an importance, 1 to 5." in page.text
        assert 'name="rating" id="rating-4" value="4" checked' in page.text

    def test_an_unknown_cell_is_nothing(self, emil, box_maker):
        """Neither a level nor a skill of another draft."""
        assert emil.get("/studio/box-maker/cell/no-level/gluing/").status_code == 404
        assert emil.get("/studio/box-maker/cell/junior/no-skill/").status_code == 404

    def test_a_form_sent_signed_out_is_kept(self, stranger, box_maker):
        """It waits on the page until its author has signed in again."""
        page = stranger.post(CELL, {"rating": "4", "importance": "5", "revision": "1"})
        assert page.status_code == 403
        assert page.context["posted"] == [("rating", "4"), ("importance", "5"), ("revision", "1")]
