"""The tabs that join the pages of coming and going."""

from dataclasses import dataclass

from django.urls import reverse

from members.models import Role

_WARD, _CELL, _WORK = Role.RESIDENCE_WARD, Role.RESIDENCE_CELL, Role.WORKPLACE
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)
# label, URL name, roles that see it
_TABS = [
    ("Chờ tiếp nhận", "members:letter_inbox", (_WARD,)),
    ("Giới thiệu về chi bộ", "members:stay_pick", (_WARD,)),
    ("Mới về chi bộ", "members:newcomer_list", (_WARD, _CELL)),
    ("Chưa có giấy", "members:asked_list", (_WARD, _CELL)),
    ("Không còn cư trú", "members:dwelling_list", (_WARD, _CELL)),
    ("Giấy giới thiệu", "members:letter_list", (_WORK,)),
    ("Chuyển tập thể", "members:member_pick", (_WORK,)),
    (
        "Miễn sinh hoạt nơi cư trú",
        "members:exemption_list",
        (_WARD, _CELL, _WORK, *_ABOVE),
    ),
    ("Thống kê năm", "members:statement_list", (_WORK, *_ABOVE)),
    ("Tuổi nghỉ hưu", "members:retirement_list", (_WARD, _CELL, _WORK)),
]


@dataclass(frozen=True)
class StayTab:
    label: str
    url: str
    active: bool


def stay_tabs(request, here: str) -> list[StayTab]:
    """The pages of coming and going that this user may open."""
    return [
        StayTab(label, reverse(name), active=name == here)
        for label, name, roles in _TABS
        if request.user.has_role(*roles)
    ]
