"""What every form of the house says where Django would draw dashes."""

from django import forms

from party76.shared.forms import NOT_CHOSEN, BaseForm


class ChoosingForm(BaseForm):
    ground = forms.ChoiceField(choices=[("", "---------"), ("study", "Học tập trung")])
    filter = forms.ChoiceField(choices=[("", "Tất cả"), ("study", "Học tập trung")])


class CountingForm(BaseForm):
    number = forms.IntegerField(min_value=0)


def test_number_when_too_small_is_asked_for_plainly():
    form = CountingForm({"number": "-1"})

    assert form.errors["number"] == ["Nhập số từ 0 trở lên."]


def test_empty_choice_when_django_names_it_asks_to_choose():
    form = ChoosingForm()

    assert form.fields["ground"].choices[0] == ("", NOT_CHOSEN)
    assert form.fields["filter"].choices[0] == ("", "Tất cả")
