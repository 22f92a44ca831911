"""Lists of groups: those that somebody coaches, and those that somebody is in."""

from dataclasses import dataclass

from django.http import HttpRequest

from accounts.models import User
from careers.catalogue import framework
from careers.document import Level

from .access import my_memberships, with_version
from .models import Group, Membership

MOST = 100


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group in a list, with its level in words."""

    group: Group
    level: Level | None


@dataclass(frozen=True, slots=True)
class MembershipLine:
    """A group that somebody is in, and what is shown of them there."""

    member: Membership
    level: Level | None


def coached_by(user: User) -> list[GroupLine]:
    """Return the groups of a coach, newest first. One query."""
    rows = with_version(Group.objects.filter(owner=user))[:MOST]
    return [GroupLine(each, framework(each.version).level(each.level)) for each in rows]


def joined_by(request: HttpRequest) -> list[MembershipLine]:
    """Return the groups that this person or browser is in. One query."""
    return [
        MembershipLine(each, framework(each.group.version).level(each.group.level))
        for each in my_memberships(request)[:MOST]
    ]
