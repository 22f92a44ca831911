"""Every address of the site × every role × every method, from the URL configuration.

A new address fails here until it is listed with who may open it.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from accounts.models import User
from assessments.groups.models import Membership
from assessments.models import Assessment
from careers.drafts import keep_draft
from careers.models import Skill
from tests.conftest import NOW, sign_in, start
from tests.groups.people import make_group

pytestmark = pytest.mark.django_db
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
ROLES = ("visitor", "member", "viewer", "editor", "publisher", "administrator")

EVERYBODY = """
home careers:index careers:detail scoring privacy credits favicon livez readyz
api:openapi-json api:openapi-view api:careers api:career api:score api:plan api:api-root api_nowhere
assessments:start assessments:index assessments:return assessments:group_join
account_login account_logout account_inactive account_signup account_request_login_code
account_confirm_login_code account_email_verification_sent account_reset_password
account_confirm_password_reset_code account_complete_password_reset
account_password_reset_completed mfa_login_webauthn mfa_authenticate mfa_lost_remove
"""
OWNER = """
assessments:resume assessments:link assessments:claim assessments:data assessments:delete
assessments:rate assessments:save_rating assessments:finish assessments:again assessments:report
assessments:over_time assessments:report_json assessments:plan assessments:choose_step
assessments:plan_ics assessments:what_if assessments:report_pdf assessments:report_xlsx
assessments:report_csv assessments:sharing assessments:revoke_share
assessments:second_rating assessments:withdraw_second assessments:note_second
assessments:group_membership assessments:group_leave
"""
COACH = """
assessments:group assessments:group_invite assessments:group_settings assessments:group_renew
assessments:group_delete assessments:group_xlsx assessments:group_csv assessments:group_member
assessments:group_remove
"""
MEMBER = """
assessments:groups assessments:group_new
accounts:account accounts:data accounts:delete account_reauthenticate account_email
account_change_password account_set_password mfa_index mfa_reauthenticate mfa_activate_totp
mfa_deactivate_totp mfa_view_recovery_codes mfa_generate_recovery_codes
mfa_download_recovery_codes mfa_list_webauthn mfa_add_webauthn mfa_reauthenticate_webauthn
mfa_remove_webauthn mfa_edit_webauthn usersessions_list
"""
VIEWER = """
careers:studio careers:matrix careers:history careers:check careers:rows
careers:compare careers:versions careers:version careers:version_json careers:version_xlsx
careers:export_xlsx
assessments:effects assessments:preview
"""
EDITOR = """
careers:cell careers:about careers:row careers:restore_row careers:save_cells careers:new_row
careers:move_row
careers:retire_row
careers:merge careers:start_draft careers:restore_draft careers:import careers:import_draft
careers:confirm_import
"""
PUBLISHER = "careers:review"
ADMINISTRATOR = """
assessments:career_reports assessments:career_reports_xlsx assessments:career_reports_csv
"""
BY_LINK = """
assessments:shared assessments:verify assessments:shared_pdf assessments:shared_xlsx
assessments:shared_csv assessments:shared_json assessments:second assessments:second_rate
assessments:second_finish assessments:second_notes metrics
assessments:group_joining mfa_lost
"""
WHO = {
    "everybody": EVERYBODY, "owner": OWNER, "member": MEMBER, "viewer": VIEWER, "editor": EDITOR,
    "publisher": PUBLISHER, "administrator": ADMINISTRATOR, "who holds a token": BY_LINK,
    "coach": COACH,
}  # fmt: skip
OTHERWISE = {"careers:confirm_import": {"key": UUID(int=1)}}
"""Parameters whose name stands for something else elsewhere."""
OPENS = {name: who for who, names in WHO.items() for name in names.split()}


def routes(
    resolver: Any = None, prefix: str = "", outer: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return every named address of the site with its parameters, without Django's admin."""
    for pattern in (resolver or get_resolver()).url_patterns:
        parameters = (*outer, *pattern.pattern.converters)
        if isinstance(pattern, URLPattern):
            yield prefix + (pattern.name or str(pattern.pattern)), parameters
        elif pattern.namespace != "admin":
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from routes(pattern, prefix + inner, parameters)


@pytest.fixture
def clients(role_groups) -> dict[str, Client]:
    """A browser of each role; the staff have shown their second factor."""
    made = {"visitor": Client()}
    for role in ROLES[1:]:
        user = User.objects.create_user(f"{role}@example.org", is_staff=role != "member")
        if role != "member":
            user.groups.add(Group.objects.get(name=role.capitalize()))
        made[role] = Client()
        sign_in(made[role], user)
    return made


@pytest.fixture
def values(mara, box_maker) -> dict[str, Any]:
    """What stands in the addresses: things that are there."""
    assessment = start(mara, box_maker, "senior")
    mara.post(f"/assessments/{assessment.pk}/finish/")
    Skill.objects.filter(key="gluing").update(title="Gluing, unpublished")
    kept = keep_draft(box_maker.career, now=NOW)
    group = make_group(box_maker)
    member = Membership.objects.create(
        group=group, assessment=assessment, is_listed=True, name="Mara", joined_at=NOW
    )
    return {
        "assessment_id": assessment.pk, "career": "box-maker", "group": "hands", "key": "gluing",
        "kept_id": kept.pk if kept else 0, "kind": "skills", "level": "senior", "number": 1,
        "pk": 1, "link": 1, "group_id": group.pk, "membership": member.pk,
        "code": "ZZZ-ZZZ", "second": 1, "skill": "cutting", "slug": "box-maker",
        "step": "cut-scraps", "token": "wrong", "rest": "nope", "mailed": "wrong",
    }  # fmt: skip


def test_every_address_is_listed_with_who_may_open_it():
    """And nothing is listed that is not there."""
    assert {name for name, _parameters in routes()} == set(OPENS)


def address_of(name: str, parameters: tuple[str, ...], values: dict[str, Any]) -> str:
    """Return an address with what stands in it."""
    given = {part: values[part] for part in parameters}
    given |= OTHERWISE.get(name, {}) if parameters else {}
    return reverse(name, kwargs=given)


def refusal(who: str, role: str) -> set[int]:
    """Return the statuses with which a role must be refused; none where it may come in."""
    if who in ("owner", "who holds a token"):
        return {404, 405}
    if who == "coach" and role != "visitor":
        return {404, 405}
    if who in ("member", "coach") and role == "visitor":
        return {302, 405}
    if who not in ROLES or ROLES.index(role) >= ROLES.index(who):
        return set()
    return {302, 403, 405} if role == "visitor" else {404, 405}


@pytest.mark.parametrize("who", WHO)
def test_who_may_not_open_an_address_is_refused_by_every_method(clients, values, settings, who):
    """Before anything is read or written; nothing anywhere fails."""
    settings.TOKEN_MISSES = 10_000
    wrong = []
    before = Assessment.objects.values().get()
    member = Membership.objects.values().get()
    for name, parameters in routes():
        if OPENS.get(name) != who:
            continue
        address = address_of(name, parameters, values)
        for role, client in clients.items():
            expected = refusal(who, role)
            for method in METHODS if expected else ("get", "head", "options"):
                reply = getattr(client, method)(address)
                refused = reply.status_code in expected if expected else reply.status_code < 500
                login = reply.get("Location", "").startswith("/account/login/")
                if not refused or (reply.status_code == 302 and expected and not login):
                    wrong.append((name, role, method, reply.status_code, reply.get("Location")))
    assert wrong == []
    assert Assessment.objects.values().get() == before
    assert Membership.objects.values().get() == member


def test_the_admin_is_for_the_staff(clients):
    """Others are led to signing in, or told that it is not theirs."""
    found = {
        role: client.get("/admin/", follow=True).status_code for role, client in clients.items()
    }
    assert found == {
        "visitor": 200, "member": 403, "viewer": 200, "editor": 200, "publisher": 200,
        "administrator": 200,
    }  # fmt: skip


BY_ONE_FACTOR = """
privacy favicon livez readyz metrics api:openapi-json api:openapi-view api:careers api:career
api:score api:plan api:api-root api_nowhere account_logout account_reauthenticate mfa_index
mfa_activate_totp mfa_deactivate_totp mfa_view_recovery_codes mfa_generate_recovery_codes
mfa_download_recovery_codes mfa_list_webauthn mfa_add_webauthn mfa_reauthenticate
mfa_reauthenticate_webauthn mfa_remove_webauthn mfa_edit_webauthn mfa_authenticate
mfa_login_webauthn mfa_lost mfa_lost_remove
"""
"""What opens by a password alone where everyone shows two: the other factor, and what is nobody's.

The pages of factors ask themselves for the one that somebody has."""


def test_where_everyone_shows_two_factors_one_opens_nothing(values, settings):
    """By any method, on every address; each leads to setting up the other factor."""
    settings.SECOND_FACTOR = "everyone"
    client = Client()
    client.force_login(User.objects.create_user("member@example.org"))
    opened = set()
    for name, parameters in routes():
        address = address_of(name, parameters, values)
        for method in METHODS if name not in BY_ONE_FACTOR.split() else ("head",):
            reply = getattr(client, method)(address)
            if not reply.get("Location", "").startswith("/account/2fa/?next="):
                opened.add(name)
    assert opened == set(BY_ONE_FACTOR.split())
