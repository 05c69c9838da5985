from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from members.exports import member_workbook
from members.models import Committee, User
from members.permissions import can_list_members
from members.queries.persons import Chosen, Listed, members_of_unit
from party76.audit.models import Action
from party76.audit.services import record


class Command(BaseCommand):
    help = "Writes the members of a unit, as the named account sees them, to Excel."

    def add_arguments(self, parser):
        parser.add_argument("--committee", required=True, help="code of the unit")
        parser.add_argument("--output", required=True, type=Path)
        parser.add_argument("--by", required=True, help="user name of the account")
        parser.add_argument(
            "--state",
            default=Listed.CURRENT.value,
            choices=[value.value for value in Listed],
        )

    def handle(self, *, committee, output, by, state, **options):
        user = User.objects.filter(username=by, is_active=True).first()
        if user is None or not can_list_members(user):
            message = f"Tài khoản {by} không có hoặc không được xem đảng viên."
            raise CommandError(message)
        unit = Committee.objects.visible_to(user).filter(code=committee).first()
        if unit is None:
            message = f"Đơn vị {committee} không có trong phạm vi của tài khoản {by}."
            raise CommandError(message)
        day = timezone.localdate()
        members = members_of_unit(user, unit, Chosen(listed=Listed(state)), day=day)
        _, number = member_workbook(members, by=user, day=day, output=output)
        record(
            Action.EXPORT,
            "member",
            by=user,
            committee_code=unit.code,
            count=number,
            facts={"filters": {"trang_thai": state}, "command": True},
        )
        self.stdout.write(f"{output}: {number} đảng viên")
