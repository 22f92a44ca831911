"""``demo``: fill an empty database with a coach and a class, and say where to look."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from careers.models import Career

from ...groups.models import Group
from .. import demonstration


class Command(BaseCommand):
    """Fill a scratch database with made-up people."""

    help = "Fill an empty scratch database with a coach, a class of 31 and two versions."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--address``, where it will be served."""
        parser.add_argument("--address", default="http://localhost:8000")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill it once, then say who signs in and where the group is."""
        group = Group.objects.filter(owner__email=demonstration.COACH).first()
        if group is None:
            if User.objects.exists() or Career.objects.exists():
                raise CommandError("This database is in use. The demo fills an empty one only.")
            self.stdout.write("Filling a scratch database; solving the plans takes half a minute …")
            with transaction.atomic():
                group = demonstration.fill(now=timezone.now())
        base = options["address"].rstrip("/")
        self.stdout.write(
            f"\nThe group:  {base}/groups/{group.pk}/\n"
            f"Sign in as  {demonstration.COACH}\n"
            f"Password    {demonstration.PASSWORD}\n"
            f"Join code   {group.shown_code}, at {base}/groups/join/\n"
            f"The studio  {base}/studio/ and all reports of the career beside it\n"
        )
