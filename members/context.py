from dataclasses import dataclass

from django.urls import reverse

from members.models import Role
from members.permissions import can_read_audit

_RESIDENCE = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)
_MEMBERS = (*_RESIDENCE, *_ABOVE, Role.WORKPLACE)


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    active: bool


# Pages that belong under a heading whose address does not begin theirs.
_ALSO_UNDER = {
    "members:member_list": (
        "members:letter_list",
        "members:statement_list",
        "members:correction_list",
        "members:merge_list",
        "members:import_list",
    ),
    "residence:meeting_list": ("residence:opinion_list",),
    "reports:register_start": ("reports:contact_book_list",),
    "members:committee_tree": ("reports:reorganisation_list",),
}
# label, URL name, roles that see it
_ITEMS = [
    ("Việc cần làm", "reports:home", tuple(Role)),
    ("Đảng viên", "members:member_list", _MEMBERS),
    ("Kỳ họp", "residence:meeting_list", (*_RESIDENCE, *_ABOVE)),
    ("Thông báo", "residence:notice_list", _MEMBERS),
    ("Nhận xét", "evaluations:sheet_list", (*_RESIDENCE, *_ABOVE)),
    ("Nhận xét nơi cư trú", "reports:workplace_view", (Role.WORKPLACE,)),
    ("Tổng hợp", "reports:summary", (*_RESIDENCE, *_ABOVE)),
    ("Sổ sách", "reports:register_start", _MEMBERS),
    ("Tổ chức đảng", "members:committee_tree", tuple(Role)),
    ("Tài khoản", "members:user_list", (Role.ADMINISTRATOR,)),
]


def navigation(request):
    """The pages this user's posts lead to, and which of them is open."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav_items": []}
    items = [
        _item(request, label, name)
        for label, name, roles in _ITEMS
        if user.has_role(*roles)
    ]
    if can_read_audit(user):
        items.append(_item(request, "Nhật ký", "reports:audit_list"))
    return {"nav_items": items, "posts": user.posts}


def _item(request, label: str, name: str) -> NavItem:
    url = reverse(name)
    starts = tuple(reverse(one) for one in (name, *_ALSO_UNDER.get(name, ())))
    active = request.path == url if url == "/" else request.path.startswith(starts)
    return NavItem(label, url, active)
