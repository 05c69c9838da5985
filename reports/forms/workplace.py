from django import forms

from evaluations.models import RatingYear
from members.models import Committee, Role, User
from members.scopes import within
from reports.queries.workplace import (
    STAGE_LABELS,
    Narrowing,
    Notices,
    Result,
    Stage,
    wards_of,
)


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
            (Result.EXEMPT.value, "Được miễn, không nhận xét"),
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
