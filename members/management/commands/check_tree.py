import sys

from django.core.management.base import BaseCommand, CommandError

from members.models import User
from members.queries.tree_check import check_tree
from members.queries.tree_snapshot import Finding
from members.services.tree_repair import repair_tree
from party76.shared.progress import Progress

FOUND = 3  # the exit code when something is wrong


class Command(BaseCommand):
    help = (
        "Kiểm tra cây tổ chức và nơi sinh hoạt của đảng viên trong mọi thời gian. "
        f"Kết thúc với mã {FOUND} khi còn điểm chưa đúng."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--repair",
            action="store_true",
            help="sửa những gì không cần người quyết định",
        )
        parser.add_argument(
            "--by", help="tên đăng nhập người thực hiện, để ghi nhật ký"
        )

    def handle(self, *, repair, by, **options):
        user = self._user(by)
        with Progress(100) as progress:

            def say(label: str, share: int) -> None:
                progress.done = share
                progress.say(label)

            if repair:
                done = repair_tree(by=user, say=say)
                mended, remaining = done.mended, done.remaining
            else:
                mended, remaining = [], check_tree(say)
            progress.label, progress.done = "Đã kiểm tra xong", 100
        self._tell(mended, remaining, repair=repair)
        if remaining:
            sys.exit(FOUND)

    def _user(self, name: str | None) -> User | None:
        if name is None:
            return None
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            raise CommandError(f"Không có tài khoản {name} đang hoạt động.")
        return user

    def _tell(
        self, mended: list[Finding], remaining: list[Finding], *, repair: bool
    ) -> None:
        for finding in mended:
            self.stdout.write(f"Đã sửa. {finding}: {finding.remedy}.")
        for finding in remaining:
            remedy = finding.remedy or "cần người có thẩm quyền quyết định"
            self.stdout.write(f"{finding}. Cách sửa: {remedy}.")
        if not mended and not remaining:
            self.stdout.write("Cây tổ chức và nơi sinh hoạt đều đúng.")
        elif not remaining:
            self.stdout.write(
                f"Đã sửa {len(mended)} điểm, không còn điểm nào chưa đúng."
            )
        elif repair:
            self.stdout.write(
                f"Đã sửa {len(mended)} điểm, còn {len(remaining)} điểm cần quyết định."
            )
        else:
            mendable = sum(bool(finding.mends) for finding in remaining)
            self.stdout.write(
                f"Có {len(remaining)} điểm chưa đúng, {mendable} điểm tự sửa được bằng "
                "--repair."
            )
