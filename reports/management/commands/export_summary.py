from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from members.models import Committee, User
from members.permissions import can_see_figures
from reports.exports import summary_file
from reports.forms.summaries import StructureForm
from reports.queries.summary import summary
from reports.queries.years import years_binding


class Command(BaseCommand):
    help = "Writes the yearly summary of a unit as an Excel file."

    def add_arguments(self, parser):
        parser.add_argument("--committee", required=True, help="code of the unit")
        parser.add_argument("--year", required=True, type=int)
        parser.add_argument("--output", required=True, type=Path)
        parser.add_argument(
            "--structure",
            help="day whose units the year is shown under, dd/mm/yyyy; "
            "the reference day unless told",
        )
        parser.add_argument(
            "--ground",
            help="earlier year on whose ground alone the units are counted",
        )
        parser.add_argument("--by", help="account on whose behalf; its rights are kept")

    def handle(self, *, committee, year, output, by, structure, ground, **options):
        unit = Committee.objects.filter(code=committee).first()
        if unit is None:
            raise CommandError(f"Không có đơn vị nào mang mã {committee}.")
        user = self._user(by, unit)
        found = summary(unit, **self._chosen(unit, year, structure, ground))
        try:
            output.write_bytes(summary_file(found, by=user))
        except OSError as error:
            raise CommandError(f"Không ghi được {output}: {error.strerror}.") from error
        self.stdout.write(f"Đã ghi {output}: {found.name}, năm {year}.")

    def _user(self, name: str | None, unit: Committee) -> User | None:
        if name is None:
            return None
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            raise CommandError(f"Không có tài khoản {name} đang hoạt động.")
        if not can_see_figures(user, unit):
            raise CommandError(f"Tài khoản {name} không được xem số liệu của {unit}.")
        return user

    def _chosen(
        self, unit: Committee, year: int, structure: str | None, ground: str | None
    ) -> dict[str, Any]:
        """Year, day of the structure and ground; CommandError for what cannot be."""
        years = years_binding(unit)
        found = next((one for one in years if one.year == year), None)
        if found is None:
            raise CommandError(f"{unit} chưa có năm nhận xét {year}.")
        form = StructureForm(
            {"co_cau": structure or "", "dia_ban": ground or ""},
            year=found,
            years=years,
            today=timezone.localdate(),
        )
        if not form.is_valid():
            raise CommandError(
                " ".join(error for errors in form.errors.values() for error in errors)
            )
        return {
            "year": found,
            "structure_day": form.cleaned_data["co_cau"],
            "ground_year": form.cleaned_data["dia_ban"],
        }
