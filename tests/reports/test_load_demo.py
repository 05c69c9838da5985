import pytest
from django.core.management import CommandError, call_command

from members.models import Committee, User
from reports.demo.accounts import PASSWORD, accounts_in_words
from reports.demo.old_city import apportion
from tests.factories.members import make_committee, make_user

pytestmark = pytest.mark.django_db


def test_a_fresh_database_has_no_account():
    assert User.objects.count() == 0


def test_load_demo_without_demo_refuses_and_writes_nothing(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("load_demo")

    assert Committee.objects.count() == 0


def test_load_demo_where_somebody_has_an_account_refuses(settings):
    settings.DEMO = True
    make_user()

    with pytest.raises(CommandError, match="đã có dữ liệu"):
        call_command("load_demo")

    assert Committee.objects.count() == 0


def test_load_demo_where_a_unit_exists_refuses(settings):
    settings.DEMO = True
    make_committee()

    with pytest.raises(CommandError, match="đã có dữ liệu"):
        call_command("load_demo")

    assert Committee.objects.count() == 1


def test_accounts_in_words_name_the_password_and_every_role():
    words = accounts_in_words()

    assert PASSWORD in words
    for username in (
        "phuong.ninhkieu",
        "chibo.kv1",
        "coquan.soyte",
        "truong.chauvanliem",
        "btc",
        "kiemtra",
        "quantri",
    ):
        assert username in words


@pytest.mark.parametrize(
    ("whole", "wished", "expected"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (7, [0, 3.5, 3.5], [0, 4, 3]),
        (22_635, [615.5, 425.25], [13_386, 9_249]),
    ],
)
def test_apportion_gives_whole_numbers_of_exactly_that_sum(whole, wished, expected):
    parts = apportion(whole, wished)

    assert parts == expected
    assert sum(parts) == whole
