"""What readers of reports choose and type in."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from evaluations.models import RatingYear
from members.models import Committee, Role, User
from members.scopes import within
from party76.audit.models import Action, AuditEvent
from party76.shared.forms import DateField
from reports.queries.events import OBJECT_LABELS, overseen_users
from reports.queries.regrouping import why_not
from reports.queries.workplace import wards_of
from reports.queries.workplace_stages import (
    STAGE_LABELS,
    Narrowing,
    Notices,
    Result,
    Stage,
)


class UnitYearForm(forms.Form):
    """Which unit and which year; the choices are what the reader may see."""

    don_vi = forms.TypedChoiceField(label="Đơn vị", coerce=int)
    nam = forms.TypedChoiceField(label="Năm", coerce=int)

    def __init__(
        self, *args, units: list[tuple[int, str]], years: list[RatingYear], **kw
    ):
        super().__init__(*args, **kw)
        self.fields["don_vi"].choices = units
        self.fields["nam"].choices = [(year.year, f"Năm {year.year}") for year in years]


TODAY = "hom-nay"  # the units as they are now
OTHER_DAY = "khac"  # the units of a day that is typed beside


class StructureChoiceForm(UnitYearForm):
    """The same, and under whose units the year is shown."""

    co_cau = forms.ChoiceField(label="Theo cơ cấu", required=False)
    ngay = DateField(label="Cơ cấu của ngày", required=False)
    dia_ban = forms.ChoiceField(label="Địa bàn", required=False)

    def __init__(
        self,
        *args,
        year: RatingYear,
        ground: RatingYear | None,
        today: date,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.fields["co_cau"].choices = [
            ("", f"ngày chốt {year.reference_day:%d/%m/%Y}"),
            (TODAY, "hiện nay"),
            (OTHER_DAY, "ngày khác"),
        ]
        if today <= year.reference_day:
            del self.fields["co_cau"]
        if self.initial.get("co_cau") != OTHER_DAY:
            del self.fields["ngay"]
        if ground is None:
            del self.fields["dia_ban"]
        else:
            self.fields["dia_ban"].choices = [
                ("", "toàn bộ"),
                (str(ground.year), f"các đơn vị có từ năm {ground.year}"),
            ]


class StructureForm(forms.Form):
    """Under whose units a year is read, and on the ground of which earlier year."""

    co_cau = forms.CharField(required=False)
    dia_ban = forms.IntegerField(
        required=False,
        error_messages={
            "invalid": "Địa bàn được gọi bằng một năm nhận xét, ví dụ 2013."
        },
    )

    def __init__(
        self, *args, year: RatingYear, years: list[RatingYear], today: date, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.year, self.years, self.today = year, years, today

    def clean_co_cau(self) -> date | None:
        """The day, or None for the units of the reference day."""
        value, then = self.cleaned_data["co_cau"], self.year.reference_day
        if not value:
            return None
        if value == TODAY:
            return self.today if self.today > then else None
        if value == OTHER_DAY:
            raise forms.ValidationError(
                "Đồng chí nhập ngày ở ô “Cơ cấu của ngày” rồi bấm Xem."
            )
        day = DateField().clean(value)
        if refusal := why_not(then, day, today=self.today):
            raise forms.ValidationError(refusal)
        return None if day == then else day

    def clean_dia_ban(self) -> RatingYear | None:
        """The earlier rating year whose units are meant."""
        wanted = self.cleaned_data["dia_ban"]
        if wanted is None:
            return None
        for year in self.years:
            if year.year == wanted and year.reference_day < self.year.reference_day:
                return year
        raise forms.ValidationError(
            f"Không có năm nhận xét {wanted} trước năm {self.year.year} để so địa bàn."
        )


class _CountField(forms.IntegerField):
    """A count as people type it: 22365 or 22.365."""

    widget = forms.TextInput

    def to_python(self, value):
        if isinstance(value, str):
            value = value.replace(".", "").replace(" ", "")
        return super().to_python(value)


class PrintedTotalForm(forms.Form):
    """A total as some paper printed it, to be set beside the counted one."""

    so_in = _CountField(
        label="Số in trong báo cáo giấy",
        min_value=0,
        max_value=100_000_000,
        help_text="Số được nhận xét hoặc được tiếp nhận, ví dụ 22.365. "
        "Hệ thống chỉ so sánh, không ghi lại.",
        error_messages={
            "required": "Đồng chí nhập số cần so sánh.",
            "invalid": "Đồng chí nhập một số nguyên, ví dụ 22.365.",
            "min_value": "Số không được âm.",
            "max_value": "Số quá lớn.",
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.fields["so_in"].widget.attrs["inputmode"] = "numeric"


class WorkplaceFilterForm(forms.Form):
    """Which of the workplace's members a list shows; no name among the choices."""

    nam = forms.TypedChoiceField(
        label="Năm nhận xét", required=False, coerce=int, empty_value=None
    )
    don_vi = forms.ModelChoiceField(
        Committee.objects.none(),
        label="Nơi công tác",
        required=False,
        empty_label="Tất cả",
    )
    noi_cu_tru = forms.ModelChoiceField(
        Committee.objects.none(),
        label="Nơi cư trú",
        required=False,
        empty_label="Tất cả",
    )
    tinh_trang = forms.ChoiceField(
        label="Giới thiệu",
        required=False,
        choices=[("", "Tất cả")]
        + [(stage.value, label) for stage, label in STAGE_LABELS.items()],
    )
    ket_qua = forms.ChoiceField(
        label="Nhận xét",
        required=False,
        choices=[
            ("", "Tất cả"),
            (Result.RETURNED.value, "Đã trả về"),
            (Result.WAITING.value, "Chưa trả về"),
        ],
    )
    dien = forms.ChoiceField(
        label="Diện",
        required=False,
        choices=[
            ("", "Tất cả"),
            ("thuoc-dien", "Thuộc diện sinh hoạt"),
            ("mien", "Miễn sinh hoạt nơi cư trú"),
        ],
    )
    thong_bao = forms.ChoiceField(
        label="Thông báo",
        required=False,
        choices=[
            ("", "Tất cả"),
            (Notices.ANY.value, "Có thông báo"),
            (Notices.UNANSWERED.value, "Có thông báo chưa trả lời"),
        ],
    )

    def __init__(self, *args, user: User, years: list[RatingYear], **kwargs):
        super().__init__(*args, **kwargs)
        self.years = {year.year: year for year in years}
        self.fields["nam"].choices = [(year, f"Năm {year}") for year in self.years]
        own = Committee.objects.filter(within("path", user.paths_of(Role.WORKPLACE)))
        self.fields["don_vi"].queryset = own.order_by("path")
        self.fields["noi_cu_tru"].queryset = wards_of(user)
        self.is_valid()

    @property
    def year(self) -> RatingYear | None:
        """The chosen rating year, or the latest; None where there is none yet."""
        latest = next(iter(self.years), None)
        return self.years.get(self.cleaned_data.get("nam") or latest)

    @property
    def chosen(self) -> Narrowing:
        data = self.cleaned_data
        stage, result = data.get("tinh_trang"), data.get("ket_qua")
        category, notices = data.get("dien"), data.get("thong_bao")
        return Narrowing(
            workplace=data.get("don_vi"),
            ward=data.get("noi_cu_tru"),
            stage=Stage(stage) if stage else None,
            is_exempt=category == "mien" if category else None,
            result=Result(result) if result else None,
            notices=Notices(notices) if notices else None,
        )

    @property
    def about(self) -> list[tuple[str, str]]:
        """The year and the workplace that were chosen: what the counts are of."""
        return [pair for pair in self.chosen_pairs() if pair[0] in {"nam", "don_vi"}]

    def chosen_pairs(self) -> list[tuple[str, str]]:
        """What was chosen, to be carried to the next page and the file."""
        return [(name, self.data[name]) for name in self.fields if self.data.get(name)]


class AuditFilterForm(forms.Form):
    """Which events the record shows; account by key, never by name."""

    tu_ngay = DateField(label="Từ ngày", required=False)
    den_ngay = DateField(label="Đến hết ngày", required=False)
    viec = forms.ChoiceField(
        label="Việc", required=False, choices=[("", "Tất cả"), *Action.choices]
    )
    doi_tuong = forms.ChoiceField(
        label="Đối tượng",
        required=False,
        choices=[("", "Tất cả"), *OBJECT_LABELS.items()],
    )
    tai_khoan = forms.ModelChoiceField(
        User.objects.none(), label="Tài khoản", required=False, empty_label="Tất cả"
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["tai_khoan"].queryset = overseen_users(user)

    def narrow(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """The events that fit; a choice that makes no sense is left out."""
        self.is_valid()
        chosen = self.cleaned_data
        if day := chosen.get("tu_ngay"):
            events = events.filter(at__gte=_beginning_of(day))
        if day := chosen.get("den_ngay"):
            events = events.filter(at__lt=_beginning_of(day + timedelta(days=1)))
        if action := chosen.get("viec"):
            events = events.filter(action=action)
        if kind := chosen.get("doi_tuong"):
            events = events.filter(object_type=kind)
        if account := chosen.get("tai_khoan"):
            events = events.filter(actor_key=str(account.pk))
        return events

    def chosen_pairs(self) -> list[tuple[str, str]]:
        """What was chosen, to be carried from page to page."""
        return [(name, self.data[name]) for name in self.fields if self.data.get(name)]


def _beginning_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
