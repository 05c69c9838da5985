import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from members.models import Role
from party76.audit.models import Action, AuditEvent
from tests.factories.members import make_user
from tests.factories.reports import make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    found = make_city()
    found.stay(tier=1)
    return found


def export(path, **options):
    call_command("export_summary", output=path, **options)


def test_command_writes_the_file_and_records_who(place, tmp_path, capsys):
    user = make_user(Role.DEPARTMENT, place.city, username="btc")

    export(tmp_path / "a.xlsx", committee="TU", year=2013, by="btc")

    sheet = load_workbook(tmp_path / "a.xlsx").active
    event = AuditEvent.objects.get(action=Action.EXPORT)
    assert sheet["B12"].value == "Tổng cộng"
    assert sheet["C12"].value == 1
    assert event.actor_key == str(user.pk)
    assert "Thành ủy Cần Thơ, năm 2013" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"committee": "XX", "year": 2013}, "Không có đơn vị nào mang mã XX"),
        ({"committee": "TU", "year": 2012}, "chưa có năm nhận xét 2012"),
        ({"committee": "TU", "year": 2013, "by": "ai"}, "Không có tài khoản ai"),
        ({"committee": "TU", "year": 2013, "by": "cq"}, "không được xem số liệu"),
    ],
)
def test_command_refuses_in_a_sentence(place, tmp_path, options, sentence):
    make_user(Role.WORKPLACE, place.workplace, username="cq")

    with pytest.raises(CommandError, match=sentence):
        export(tmp_path / "a.xlsx", **options)

    assert not (tmp_path / "a.xlsx").exists()


def test_command_says_when_the_file_cannot_be_written(place, tmp_path):
    with pytest.raises(CommandError, match="Không ghi được"):
        export(tmp_path / "none" / "a.xlsx", committee="TU", year=2013)
