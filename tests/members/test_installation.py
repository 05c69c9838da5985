import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from members.models import Committee, Kind, Role, User
from members.services.installation import found_installation
from party76.audit.models import AuditEvent
from tests.factories.members import make_user

pytestmark = pytest.mark.django_db


def found(**changes):
    values = {
        "unit_name": "Đảng ủy phường Thử",
        "kind": Kind.WARD,
        "username": "quantri",
        "password": "mat-khau-mot-lan",
        "on": date(2026, 11, 23),
    }
    return found_installation(**values | changes)


def test_founding_when_empty_makes_one_unit_and_its_administrator():
    administrator = User.objects.get(pk=found().pk)

    unit = Committee.objects.get()
    assert (unit.name, unit.receives_members) == ("Đảng ủy phường Thử", True)
    assert administrator.paths_of(Role.ADMINISTRATOR) == [unit.path]
    assert administrator.must_change_password
    assert administrator.check_password("mat-khau-mot-lan")


def test_founding_when_the_unit_is_a_city_receives_nobody_itself():
    found(kind=Kind.CITY)

    assert not Committee.objects.get().receives_members


def test_founding_is_recorded_without_the_password():
    administrator = found()

    event = AuditEvent.objects.get(object_type="user", object_key=str(administrator.pk))
    assert event.actor_name == "quantri"
    assert "mat-khau" not in str(event.facts)


def test_founding_when_an_account_exists_is_refused():
    make_user()

    with pytest.raises(ValidationError):
        found()

    assert Committee.objects.count() == 0
    assert User.objects.count() == 1


def test_command_prints_a_password_that_works_once(capsys):
    call_command("create_first_admin", unit="Thành ủy Thử")

    password = re.search(r"một lần: (\S+)", capsys.readouterr().out)[1]
    assert User.objects.get(username="quantri").check_password(password)


def test_command_when_an_account_exists_says_so(capsys):
    make_user()

    with pytest.raises(CommandError, match="đã có tài khoản"):
        call_command("create_first_admin")
