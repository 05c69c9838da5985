from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from evaluations.services.rulesets import create_standard_rule_sets
from members.models import Committee, User


class Command(BaseCommand):
    help = "Tạo Quy định 76-QĐ/TW và Quy định 213-QĐ/TW cho một đơn vị và cấp dưới."

    def add_arguments(self, parser):
        parser.add_argument("--committee", required=True, help="mã đơn vị")
        parser.add_argument("--by", required=True, help="tên đăng nhập người thực hiện")

    def handle(self, *, committee, by, **options):
        unit = Committee.objects.filter(code=committee).first()
        if unit is None:
            raise CommandError(f"Không có đơn vị mã {committee}.")
        user = User.objects.filter(username=by, is_active=True).first()
        if user is None:
            raise CommandError(f"Không có tài khoản {by}.")
        try:
            rule_sets = create_standard_rule_sets(unit, by=user)
        except ValidationError as error:
            raise CommandError(error.messages[0]) from error
        for rule_set in rule_sets:
            self.stdout.write(f"Đã tạo: {rule_set} ({unit})")
