"""The four roles of the staff, as Django groups: what each may do.

Each may do what the one before may. Migrations call ``make``; administrators put people in.
"""

from collections.abc import Iterator
from typing import Any

ROWS = (
    "level", "skillgroup", "skill", "requirement", "step", "stepafter", "steprequires",
    "stepgives", "fact", "guidesection", "source",
)  # fmt: skip
READ_ONLY = ("version", "keptdraft")
ALL = ("view", "add", "change", "delete")

Permission = tuple[str, str, str]
"""App label, model name, code name."""


def _may(app: str, actions: tuple[str, ...], *models: str) -> Iterator[Permission]:
    for model in models:
        for action in actions:
            yield app, model, f"{action}_{model}"


VIEWER = tuple(_may("careers", ("view",), "career", *ROWS, *READ_ONLY))
EDITOR = (*VIEWER, *_may("careers", ("add", "change", "delete"), "career", *ROWS))
PUBLISHER = (*EDITOR, ("careers", "career", "publish_career"))
ADMINISTRATOR = (
    *PUBLISHER,
    *_may("accounts", ALL, "user"),
    *_may("auth", ALL, "group"),
    *_may("account", ("view",), "emailaddress"),
    *_may("mfa", ("view",), "authenticator"),
    ("assessments", "group", "see_all_reports"),
)
ROLES: dict[str, tuple[Permission, ...]] = {
    "Viewer": VIEWER,
    "Editor": EDITOR,
    "Publisher": PUBLISHER,
    "Administrator": ADMINISTRATOR,
}


def make(apps: Any, alias: str) -> None:
    """Make the groups and give them what they may do; take nothing away, so it can run again.

    Permissions that Django only makes after the last migration are made here; it leaves those
    that exist alone.
    """
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for name, wanted in ROLES.items():
        group, _created = groups.get_or_create(name=name)
        group.permissions.add(*(_permission(apps, alias, *each) for each in wanted))


def _permission(apps: Any, alias: str, app: str, model: str, codename: str) -> Any:
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    kind, _created = kinds.get_or_create(app_label=app, model=model)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    name = f"Can {codename.replace('_', ' ')}"
    permission, _created = permissions.get_or_create(
        content_type=kind, codename=codename, defaults={"name": name}
    )
    return permission
