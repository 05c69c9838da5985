"""Every shared component on one page; drawn for tests, never served by the system."""

import datetime as dt
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template.backends.django import DjangoTemplates
from django.test import RequestFactory

from party76.shared.forms import BaseForm, DateField


class MemberForm(BaseForm):
    full_name = forms.CharField(
        label="Họ và tên", help_text="Ghi như trong thẻ đảng viên."
    )
    birth_date = DateField(label="Ngày sinh")
    cell = forms.ChoiceField(
        label="Chi bộ tiếp nhận",
        choices=[("", "chọn chi bộ"), ("1", "Chi bộ Khu vực 1")],
    )
    gender = forms.ChoiceField(
        label="Giới tính",
        choices=[("male", "Nam"), ("female", "Nữ")],
        widget=forms.RadioSelect,
        required=False,
    )
    note = forms.CharField(
        label="Ghi chú", widget=forms.Textarea({"rows": 2}), required=False
    )
    upload = forms.FileField(label="Danh sách", required=False)
    on_paper = forms.BooleanField(label="Nhập thay theo bản giấy đã ký", required=False)


class FilterForm(forms.Form):
    cell = forms.ChoiceField(
        label="Chi bộ", choices=[("", "tất cả"), ("1", "Khu vực 1")], required=False
    )
    state = forms.ChoiceField(
        label="Tình trạng", choices=[("", "tất cả"), ("1", "Đã nhận")], required=False
    )


class Post(SimpleNamespace):
    def get_role_display(self):
        return self.role


class Person:
    is_authenticated = True
    must_change_password = True

    def __str__(self):
        return "Nguyễn Thị Hồng Ngọc"


NAVIGATION = [
    SimpleNamespace(label=label, url=f"/{number}/", active=number == 1)
    for number, label in enumerate(
        [
            "Việc cần làm",
            "Đảng viên",
            "Kỳ họp",
            "Nhận xét",
            "Tổng hợp",
            "Tổ chức đảng",
            "Tài khoản",
            "Nhật ký",
        ]
    )
]

TIERS = [
    ("Quận Ninh Kiều", 6412, 6480, 6278, "96.88", 202),
    ("Quận Bình Thủy", 2954, 2990, 2897, "96.89", 93),
    ("Huyện Phong Điền", 1208, 1222, 1184, "96.89", 38),
]

CONTEXT = {
    "demo": True,
    "system_version": "0.1.0",
    "request_id": "8f3a61c09d27",
    "nav_items": NAVIGATION,
    "posts": [
        Post(role="Đảng ủy nơi cư trú", committee="Đảng bộ phường Ninh Kiều"),
        Post(
            role="Cấp ủy nơi công tác",
            committee="Chi bộ Văn phòng Ủy ban nhân dân phường",
        ),
    ],
    "messages": [
        Message(constants.SUCCESS, "Đã lưu điểm danh của 62 đồng chí."),
        Message(constants.WARNING, "Còn 3 đồng chí chưa điểm danh."),
    ],
    "rows": [
        SimpleNamespace(
            label="Điện thoại", theirs="0913 456 789", yours="0913 456 798"
        ),
        SimpleNamespace(label="Địa chỉ", theirs="", yours="12/4 đường 30 Tháng 4"),
    ],
    "hidden": [("full_name", "Trần Văn A")],
    "new_version": 4,
    "action": "/dang-vien/1/sua/",
    "back_url": "/dang-vien/1/sua/",
    "trail": [
        ("Đảng bộ thành phố Cần Thơ", "/to-chuc/1/"),
        ("Phường Ninh Kiều", "/to-chuc/2/"),
    ],
    "states": ["success", "warning", "danger", "info", "neutral"],
    "steps": ["Chọn tệp", "Nhận cột", "Xem trước", "Xác nhận"],
    "consequences": [
        "nhận 62 đồng chí vào Đảng bộ phường Ninh Kiều;",
        "báo cho 15 cấp ủy nơi công tác.",
    ],
    "day": dt.date(2026, 11, 5),
    "units": TIERS,
    "thing": SimpleNamespace(version=3),
    "next": "",
}


def draw(name: str, **extra) -> str:
    """A page of the system, or of this folder, without database and views."""
    engine = DjangoTemplates(
        {
            "NAME": "gallery",
            "DIRS": [
                settings.BASE_DIR / "templates",
                settings.BASE_DIR / "tests" / "gallery",
            ],
            "APP_DIRS": True,
            "OPTIONS": {
                "builtins": settings.TEMPLATES[0]["OPTIONS"]["builtins"],
                "context_processors": ["django.template.context_processors.request"],
            },
        }
    )
    request = RequestFactory().get("/")
    bad = MemberForm({"full_name": "", "birth_date": "31/02/1960"})
    context = {
        **CONTEXT,
        "user": Person(),
        "form": MemberForm(),
        "bad_form": bad,
        "filter_form": FilterForm(auto_id="filter_%s"),
        **extra,
    }
    return engine.get_template(name).render(context, request)
