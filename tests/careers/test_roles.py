"""The four roles: what each may do, and that the admin keeps to it."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.models import User
from careers import roles
from careers.models import Requirement, Skill, Version
from tests.conftest import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("role_groups")]
SKILL = "/admin/careers/skill/"


def member(role: str) -> Client:
    """Return the browser of somebody on the staff who has that role."""
    user = User.objects.create_user(f"{role.lower()}@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    sign_in(client, user)
    return client


def granted(role: str) -> set[str]:
    """Return the code names of what a role may do."""
    group = Group.objects.get(name=role)
    return set(group.permissions.values_list("codename", flat=True))


def test_each_role_may_do_what_the_one_before_may_and_more():
    """Viewers look, editors change drafts, publishers publish, administrators look after people."""
    viewer, editor, publisher, administrator = (granted(name) for name in roles.ROLES)
    assert {name.partition("_")[0] for name in viewer} == {"view"}
    assert {name.partition("_")[0] for name in editor - viewer} == {"add", "change", "delete"}
    assert editor > viewer
    assert publisher - editor == {"publish_career"}
    assert publisher > editor
    assert {name.partition("_")[2] for name in administrator - publisher} == {
        "user", "group", "emailaddress", "authenticator", "all_reports",
    }  # fmt: skip


def test_nobody_may_change_a_version_or_a_kept_draft():
    """They are read, whatever the role."""
    found = set().union(*(granted(name) for name in roles.ROLES))
    assert {name for name in found if name.endswith(("_version", "_keptdraft"))} == {
        "view_version", "view_keptdraft",
    }  # fmt: skip


def test_making_the_roles_again_changes_nothing():
    """What an administrator took or gave stays; no permission is made twice."""
    before = (Group.objects.count(), Permission.objects.count())
    extra = Permission.objects.get(codename="add_version")
    Group.objects.get(name="Viewer").permissions.add(extra)
    roles.make(apps, "default")
    assert (Group.objects.count(), Permission.objects.count()) == before
    assert "add_version" in granted("Viewer")


def test_roles_are_made_before_django_has_made_its_permissions():
    """As in the first migration of an empty database."""
    Group.objects.all().delete()
    Permission.objects.all().delete()
    roles.make(apps, "default")
    assert granted("Publisher") - granted("Editor") == {"publish_career"}


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("Viewer", (200, 403, 403, 404)),
        ("Editor", (200, 200, 200, 404)),
        ("Publisher", (200, 200, 200, 200)),
        ("Administrator", (200, 200, 200, 200)),
    ],
)
def test_the_admin_keeps_to_the_roles(box_maker: Version, role, statuses):
    """Reading a list, adding a row, deleting one, and the page that publishes."""
    client = member(role)
    row = Skill.objects.get(key="gluing")
    addresses = (
        SKILL, f"{SKILL}add/", f"{SKILL}{row.pk}/delete/",
        "/studio/box-maker/review/",
    )  # fmt: skip
    assert tuple(client.get(address).status_code for address in addresses) == statuses


@pytest.mark.parametrize(("role", "shown"), [("Editor", 0), ("Publisher", 1)])
def test_only_publishers_are_offered_to_publish(box_maker: Version, role, shown):
    """The career's form has the link for those who may follow it."""
    page = member(role).get(f"/admin/careers/career/{box_maker.career_id}/change/").text
    assert page.count("/studio/box-maker/review/") == shown


def test_an_editor_cannot_publish(box_maker: Version):
    """Not by posting to the page either."""
    Requirement.objects.filter(skill__key="gluing").update(importance=1)
    address = "/studio/box-maker/review/"
    assert member("Editor").post(address, {"note": "Mine", "draft": ""}).status_code == 404
    assert Version.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "status"), [("Viewer", 403), ("Publisher", 403), ("Administrator", 200)]
)
def test_only_administrators_see_accounts(role, status):
    """Who has an account is nobody else's business."""
    client = member(role)
    assert client.get("/admin/accounts/user/").status_code == status
    assert client.get("/admin/auth/group/").status_code == status


def test_an_administrator_cannot_make_anybody_a_superuser(edda):
    """The fields are read only to them, and a superuser's account is out of their hands."""
    client = member("Administrator")
    plain = User.objects.create_user("mara@example.org")
    page = client.get(f"/admin/accounts/user/{plain.pk}/change/")
    fields = set(page.context["adminform"].form.fields)
    assert {"is_superuser", "user_permissions"} & fields == set()
    assert {"is_staff", "groups"} <= fields
    assert (
        client.post(f"/admin/accounts/user/{edda.pk}/delete/", {"post": "yes"}).status_code == 403
    )
    assert client.post(f"/admin/accounts/user/{edda.pk}/password/", {}).status_code == 403


def test_a_viewer_cannot_restore_a_kept_draft(box_maker: Version):
    """The action is not offered, and posting it does nothing."""
    from careers.drafts import keep_draft
    from careers.models import KeptDraft
    from tests.conftest import NOW

    Skill.objects.filter(key="gluing").update(title="Gluing, unpublished")
    kept = keep_draft(box_maker.career, now=NOW)
    Skill.objects.filter(key="gluing").update(title="Later")
    data = {"action": "restore", "_selected_action": [kept.pk]}
    member("Viewer").post("/admin/careers/keptdraft/", data)
    assert Skill.objects.get(key="gluing").title == "Later"
    assert KeptDraft.objects.count() == 1
