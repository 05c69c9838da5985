import pytest
from django.core.exceptions import ValidationError

from party76.shared.numbering import FirstNumberField, running_numbers


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("1", ["1", "2", "3"]),
        ("098", ["098", "099", "100"]),
        ("15-GGT/ĐU", ["15-GGT/ĐU", "16-GGT/ĐU", "17-GGT/ĐU"]),
        ("01/2026", ["01/2026", "02/2026", "03/2026"]),
        ("NK-9", ["NK-9", "NK-10", "NK-11"]),
        ("  ", ["", "", ""]),
    ],
)
def test_running_numbers_rise_in_the_first_run_of_digits(first, expected):
    assert running_numbers(first, 3) == expected


def test_first_number_without_digits_is_refused_before_anything_is_done():
    field = FirstNumberField(label="Số đầu tiên", max_length=20)

    assert field.clean("") == ""
    with pytest.raises(ValidationError, match="phải có chữ số"):
        field.clean("không số")
