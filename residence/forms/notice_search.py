"""Whom a notice could be about: the choices differ from kind to kind."""

from datetime import date

from django import forms
from django.db.models import Q
from django.db.models.functions import Length

from members.models import Committee, Kind, Role
from members.scopes import within
from residence.models import Meeting, Notice
from residence.periods import half_year
from residence.queries.candidates import Criterion, Search, meetings_of
from residence.queries.notice_facts import period_words, recent_period

RECENT = "gan-day"
_YEARS_BACK = 3
_OF_KIND = {
    Notice.Kind.ABSENCE: ["don_vi", "ky", "tieu_chi", "hop", "duoi"],
    Notice.Kind.BOOK: ["don_vi", "nam"],
    Notice.Kind.COMMENDATION: ["don_vi", "ky"],
    Notice.Kind.DUTY: ["don_vi"],
    Notice.Kind.OTHER: ["don_vi"],
}
_ALWAYS = ["loai", "dong_chi"]
STANDARD_TEXTS = {
    Notice.Kind.ABSENCE: "Đề nghị cấp ủy nơi công tác nhắc nhở, có hình thức phù hợp để "
    "các đồng chí nêu trên dự đủ các kỳ họp ở nơi cư trú, và cho biết kết quả.",
    Notice.Kind.BOOK: "Đề nghị cấp ủy nơi công tác nhắc các đồng chí nêu trên đến nhận "
    "sổ liên hệ.",
    Notice.Kind.COMMENDATION: "Đề nghị cấp ủy nơi công tác ghi nhận, biểu dương các đồng "
    "chí nêu trên vì đã thực hiện tốt nhiệm vụ của đảng viên ở nơi cư trú.",
}


class NoticeSearchForm(forms.Form):
    """What is looked for; names of people come by POST and stand beside it."""

    loai = forms.ChoiceField(choices=Notice.Kind.choices, widget=forms.HiddenInput)
    dong_chi = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    don_vi = forms.ModelChoiceField(
        label="Đơn vị",
        required=False,
        queryset=Committee.objects.none(),
        empty_label=None,
    )
    ky = forms.ChoiceField(label="Thời gian", required=False)
    nam = forms.TypedChoiceField(
        label="Sổ liên hệ năm", required=False, coerce=int, empty_value=None
    )
    tieu_chi = forms.ChoiceField(
        label="Ai được nêu tên",
        required=False,
        choices=[
            (Criterion.TWICE.value, "Vắng không lý do 2 kỳ liền"),
            (Criterion.AT_MEETING.value, "Vắng không lý do kỳ họp đã chọn"),
            (Criterion.BELOW.value, "Dự ít hơn số kỳ ghi bên cạnh"),
        ],
    )
    hop = forms.ModelChoiceField(
        label="Kỳ họp", required=False, queryset=None, empty_label="– chọn –"
    )
    duoi = forms.IntegerField(
        label="Ít hơn (kỳ)", required=False, min_value=1, max_value=99
    )

    def __init__(self, data, *, user, on: date, **kwargs):
        data = data.copy()
        kind = data.get("loai", "")
        if kind not in Notice.Kind.values:
            data["loai"] = kind = Notice.Kind.ABSENCE
        super().__init__(data, **kwargs)
        self.kind = Notice.Kind(kind)
        self._periods = _periods(on)
        self._fill_choices(user, on)
        for name in set(self.fields) - {*_ALWAYS, *_OF_KIND[self.kind]}:
            del self.fields[name]
        self.full_clean()

    @property
    def unit(self) -> Committee | None:
        """The unit chosen, else the first ward; None for a user without one."""
        return self.cleaned_data.get("don_vi") or self.fields["don_vi"].queryset.first()

    def search(self, text: str = "") -> Search | None:
        """What the form asks for; None while it does not say enough."""
        data, unit = self.cleaned_data, self.unit
        if unit is None or not self._says_enough(text):
            return None
        return Search(
            kind=self.kind,
            unit=unit,
            period=self._period(),
            criterion=Criterion(data.get("tieu_chi") or Criterion.TWICE),
            meeting=data.get("hop"),
            below=data.get("duoi") or 1,
            person=data.get("dong_chi"),
            text=text,
        )

    def pairs(self) -> list[tuple[str, str]]:
        """What was chosen, to go along with the ticks."""
        return [(n, self.data[n]) for n in self.fields if self.data.get(n)]

    def _says_enough(self, text: str) -> bool:
        data = self.cleaned_data
        if data.get("dong_chi") or self.kind == Notice.Kind.BOOK:
            return True
        if self.kind == Notice.Kind.ABSENCE:
            at_meeting = data.get("tieu_chi") == Criterion.AT_MEETING
            return bool(data.get("hop")) or not at_meeting
        # Nothing in the records says who: a whole ward would only be in the way.
        return bool(text) or self.unit.kind != Kind.WARD

    def _period(self):
        if self.kind == Notice.Kind.BOOK:
            year = self.cleaned_data.get("nam") or self._this_year
            return date(year, 1, 1), date(year + 1, 1, 1)
        chosen = self.cleaned_data.get("ky") or RECENT
        first, end = self._periods.get(chosen, self._periods[RECENT])
        meeting = self.cleaned_data.get("hop")
        if meeting and self.cleaned_data.get("tieu_chi") == Criterion.AT_MEETING:
            # The facts must tell of the very meeting that was chosen.
            first, end = min(first, meeting.period_from), max(end, meeting.period_to)
        return first, end

    def _fill_choices(self, user, on: date) -> None:
        self._this_year = on.year
        paths = user.paths_of(Role.RESIDENCE_WARD)
        self.fields["don_vi"].queryset = Committee.objects.filter(
            Q(kind=Kind.WARD) | Q(receives_members=True),
            within("path", paths),
            valid_to=None,
        ).order_by(Length("path"), "sort_key", "pk")
        self.fields["ky"].choices = [
            (key, period_words(period)) for key, period in self._periods.items()
        ]
        years = range(on.year, on.year - _YEARS_BACK, -1)
        self.fields["nam"].choices = [(year, year) for year in years]
        unit = self._unit_named()
        lately = date(on.year - _YEARS_BACK, 1, 1), date(on.year + 1, 1, 1)
        self.fields["hop"].queryset = (
            meetings_of(unit, lately) if unit else Meeting.objects.none()
        )

    def _unit_named(self) -> Committee | None:
        units = self.fields["don_vi"].queryset
        key = self.data.get("don_vi", "")
        named = units.filter(pk=key).first() if key.isdecimal() else None
        return named or units.first()


def _periods(on: date) -> dict[str, tuple[date, date]]:
    """{value: period}: the last two half-years, then half-years and years."""
    found = {RECENT: recent_period(on)}
    half = half_year(on)
    for _ in range(2 * _YEARS_BACK):
        found[f"{half[0]:%Y-%m}"] = half
        half = recent_period(half[0])[0], half[0]
    for year in range(on.year, on.year - _YEARS_BACK, -1):
        found[f"{year}"] = (date(year, 1, 1), date(year + 1, 1, 1))
    return found
