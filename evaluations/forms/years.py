"""Opening and closing a rating year, and choosing what a list shows."""

from datetime import date, timedelta

from crispy_forms.layout import Div, Layout
from django import forms

from evaluations.models import RatingYear, RuleSet, Sheet
from members.models import Committee, Role
from party76.shared.forms import BaseForm, DateField


class YearForm(BaseForm):
    """A rating year; the last day is typed as people say it, the day itself."""

    submit_label = "Mở đợt nhận xét"
    layout = Layout(
        "committee",
        "rule_set",
        "year",
        Div(
            Div("period_from", css_class="col-sm-6"),
            Div("last_day", css_class="col-sm-6"),
            css_class="row",
        ),
        "reference_day",
        Div(
            Div("propose_by", css_class="col-sm-4"),
            Div("confirm_by", css_class="col-sm-4"),
            Div("return_by", css_class="col-sm-4"),
            css_class="row",
        ),
        "uses_contact_book",
    )

    committee = forms.ModelChoiceField(Committee.objects.none(), label="Đơn vị")
    rule_set = forms.ModelChoiceField(RuleSet.objects.none(), label="Áp dụng quy định")
    year = forms.IntegerField(label="Năm", min_value=1990, max_value=2100)
    period_from = DateField(label="Kỳ nhận xét từ ngày")
    last_day = DateField(label="Đến hết ngày")
    reference_day = DateField(
        label="Ngày chốt danh sách",
        help_text="Ai đang được tiếp nhận ở đâu vào ngày này thì nơi đó nhận xét.",
    )
    propose_by = DateField(label="Hạn chi ủy đề xuất", required=False)
    confirm_by = DateField(label="Hạn đảng ủy xác nhận", required=False)
    return_by = DateField(label="Hạn trả về nơi công tác", required=False)
    uses_contact_book = forms.BooleanField(
        label="Dùng sổ liên hệ", required=False, initial=True
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        units = department_units(user)
        self.fields["committee"].queryset = units
        self.fields["committee"].initial = units.first()
        self.fields["rule_set"].queryset = RuleSet.objects.visible_to(user)

    def clean(self):
        super().clean()
        first, last = (self.cleaned_data.get(n) for n in ("period_from", "last_day"))
        if first and last and last < first:
            self.add_error("last_day", "Ngày cuối kỳ phải sau ngày đầu kỳ.")

    def period(self) -> tuple[date, date]:
        """First day, and the day after the last."""
        last_day = self.cleaned_data["last_day"]
        return self.cleaned_data["period_from"], last_day + timedelta(days=1)


class YearChoice(forms.ModelChoiceField):
    """A rating year by its number and the unit that opened it."""

    def label_from_instance(self, year):
        return f"{year.year} – {year.committee.label}"


class SheetFilter(forms.Form):
    """Which year, and for those above which ward, a list of sheets shows."""

    year_id = YearChoice(
        RatingYear.objects.none(),
        label="Đợt nhận xét",
        required=False,
        empty_label=None,
    )
    ward = forms.ModelChoiceField(
        Committee.objects.none(),
        label="Đảng ủy nơi cư trú",
        required=False,
        empty_label="Tất cả",
    )

    def __init__(self, data, *, user):
        super().__init__(data)
        self.user = user
        self.sheets = Sheet.objects.visible_to(user)
        years = RatingYear.objects.filter(
            pk__in=self.sheets.values("rating_year")
        ).select_related("committee")
        self.fields["year_id"].queryset = years
        if user.has_role(Role.DEPARTMENT, Role.INSPECTOR):
            wards = Committee.objects.filter(pk__in=self.sheets.values("ward"))
            self.fields["ward"].queryset = wards.order_by("sort_key", "pk")
        else:
            del self.fields["ward"]
        self.is_valid()
        self.year = self.cleaned_data.get("year_id") or years.first()

    def chosen_pairs(self) -> list[tuple[str, str]]:
        """What is chosen, to be carried from page to page."""
        names = [name for name in ("year_id", "ward") if name in self.fields]
        return [(name, self.data[name]) for name in names if self.data.get(name)]

    def page(self, size: int):
        """(sheets in order of the tree, key before them or None, key after or None)."""
        if self.year is None:
            return self.sheets.none(), None, None
        sheets = self.sheets.filter(rating_year=self.year)
        if ward := self.cleaned_data.get("ward"):
            sheets = sheets.filter(ward=ward)
        keys = list(sheets.for_list().values_list("pk", flat=True))
        start = self._start(keys, size)
        shown = keys[start : start + size]
        previous = shown[0] if start > 0 else None
        following = shown[-1] if start + size < len(keys) else None
        return self.sheets.for_list().filter(pk__in=shown), previous, following

    def _start(self, keys: list[int], size: int) -> int:
        places = {str(key): place for place, key in enumerate(keys)}
        if (after := places.get(self.data.get("after", ""))) is not None:
            return after + 1
        if (before := places.get(self.data.get("before", ""))) is not None:
            return max(0, before - size)
        return 0


def department_units(user):
    """Units where the user is the organisation department himself."""
    return Committee.objects.filter(
        path__in=user.paths_of(Role.DEPARTMENT), valid_to=None
    ).order_by("path")
