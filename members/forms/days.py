"""The day whose structure is looked at: `?ngay=31/12/2013` on any page of units."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils import timezone

from party76.shared.forms import DateField

_LONGEST = 20


class DayForm(forms.Form):
    ngay = DateField(label="Xem cơ cấu của ngày", required=False)


@dataclass(frozen=True)
class AskedDay:
    """What an address asks for; the day is empty for today, and for what is no day."""

    day: date | None
    typed: str
    error: str = ""

    @property
    def is_to_come(self) -> bool:
        return self.day is not None and self.day > timezone.localdate()

    @classmethod
    def read(cls, parameters) -> "AskedDay":
        typed = parameters.get("ngay", "").strip()[:_LONGEST]
        form = DayForm({"ngay": typed})
        if not form.is_valid():
            error = (
                f"Ngày “{typed}” không đúng. Đồng chí nhập theo dạng ngày/tháng/năm, "
                "ví dụ 31/12/2013. Dưới đây là cơ cấu hiện nay."
            )
            return cls(None, typed, error)
        day = form.cleaned_data["ngay"]
        return cls(None if day == timezone.localdate() else day, typed)
