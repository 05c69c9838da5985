from django.core.validators import RegexValidator

# One number or more; no words, for it is made into a link that can be tapped.
check_phone = RegexValidator(
    r"^(?=(?:\D*\d){6})[\d\s+().,;/-]+$",
    "Số điện thoại chỉ có chữ số, ít nhất 6 số, ví dụ 0913 456 789.",
)
