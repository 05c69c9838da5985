import secrets

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from members.models import Kind
from members.services.installation import found_installation


class Command(BaseCommand):
    help = "Creates the topmost unit and its administrator in an empty installation."

    def add_arguments(self, parser):
        parser.add_argument(
            "--unit", default="Đảng ủy", help="name of the topmost unit"
        )
        parser.add_argument("--kind", default=Kind.CITY, choices=Kind.values)
        parser.add_argument("--username", default="quantri")

    def handle(self, *, unit, kind, username, **options):
        password = secrets.token_urlsafe(12)
        try:
            found_installation(
                unit_name=unit,
                kind=kind,
                username=username,
                password=password,
                on=timezone.localdate(),
            )
        except ValidationError as error:
            raise CommandError(error.messages[0]) from error
        self.stdout.write(
            f"Tài khoản quản trị: {username}\n"
            f"Mật khẩu dùng một lần: {password}\n"
            "Mật khẩu chỉ hiện một lần này và phải đổi khi đăng nhập."
        )
