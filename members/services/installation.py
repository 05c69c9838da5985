"""The first unit and the first account of an empty installation."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from members.models import Committee, Kind, Role, RoleAssignment, Sector, User
from members.services.committees import create_committee
from party76.audit.models import Action
from party76.audit.services import record


@transaction.atomic
def found_installation(
    *, unit_name: str, kind: str, username: str, password: str, on: date
) -> User:
    """Create the topmost unit and its administrator, whose password must be changed.

    Raises ValidationError when there is an account already.
    """
    if User.objects.exists():
        raise ValidationError("Hệ thống đã có tài khoản, không tạo quản trị đầu tiên.")
    administrator = User.objects.create_user(
        username, password, full_name="Quản trị hệ thống", must_change_password=True
    )
    unit = _topmost_unit(unit_name, kind)
    create_committee(unit, valid_from=on, by=administrator)
    RoleAssignment.objects.create(
        user=administrator, committee=unit, role=Role.ADMINISTRATOR, valid_from=on
    )
    record(Action.CREATE, administrator, by=administrator, committee_code=unit.code)
    return administrator


def _topmost_unit(name: str, kind: str) -> Committee:
    is_ward = kind == Kind.WARD
    return Committee(
        code="1",
        name=name,
        kind=kind,
        sector=Sector.COMMUNE if is_ward else Sector.OTHER,
        receives_members=is_ward,
    )
