"""The daily mail: only to those who asked, once a day, and without a name."""

from datetime import date
from io import StringIO
from smtplib import SMTPException

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.urls import reverse

from members.models import Member, Registration, Role, User
from residence.models import Meeting
from tests.factories.members import make_member, make_user
from tests.factories.residence import make_meeting, make_notice
from tests.factories.rights import make_rights_world
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = "2026-06-01"


@pytest.fixture(autouse=True)
def mail_server(settings):
    settings.EMAIL_HOST = "mail.example"


@pytest.fixture
def world():
    """A letter waits at the ward, whose account asked for reminders."""
    world = make_world()
    ask(world.ward_user)
    make_letter(world)
    return world


def ask(*users):
    for user in users:
        User.objects.filter(pk=user.pk).update(
            email=f"{user.username}@example.vn", wants_reminders=True
        )


def make_letter(world):
    return Registration.objects.create(
        member=make_member(world.workplace, full_name="Phan Thị Bí Ẩn"),
        workplace=world.workplace,
        ward=world.ward,
        state=Registration.State.SENT,
        sent_on=date(2026, 1, 5),
    )


def run(**options) -> str:
    out = StringIO()
    call_command("send_reminders", on=DAY, stdout=out, stderr=out, **options)
    return out.getvalue()


def test_mail_when_something_waits_tells_kind_number_and_since_when(world):
    run()

    (sent,) = mail.outbox
    assert sent.to == ["phuong@example.vn"]
    assert "- 1 giấy giới thiệu chờ tiếp nhận, từ ngày 05/01/2026" in sent.body


def test_mail_tells_until_when_where_a_day_is_set(world):
    sent_on, due_on = date(2026, 5, 1), date(2026, 5, 20)
    make_notice(world.registration, state="sent", sent_on=sent_on, due_on=due_on)

    run()

    assert (
        "- 1 thông báo quá hạn, nơi công tác chưa trả lời, từ ngày 01/05/2026, "
        "hạn 20/05/2026 (đã quá hạn)"
    ) in mail.outbox[0].body


def test_mail_when_run_twice_is_sent_once_a_day(world):
    run()
    again = run()
    call_command("send_reminders", on="2026-06-02", stdout=StringIO())

    assert "Đã gửi 0 thư" in again
    assert len(mail.outbox) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"wants_reminders": False},
        {"email": ""},
        {"is_active": False},
    ],
    ids=str,
)
def test_mail_when_not_asked_for_is_not_sent(world, change):
    User.objects.filter(pk=world.ward_user.pk).update(**change)

    run()

    assert mail.outbox == []


def test_account_when_it_is_new_gets_no_mail():
    assert not make_user().wants_reminders


def test_mail_when_nothing_waits_is_not_sent():
    ask(make_user())

    run()

    assert mail.outbox == []


def test_mail_when_no_server_is_named_is_never_sent(world, settings):
    settings.EMAIL_HOST = ""

    said = run()

    assert mail.outbox == []
    assert "EMAIL_HOST" in said


def test_dry_run_tells_how_many_and_sends_nothing(world):
    ask(world.admin_user)

    said = run(dry_run=True)
    run()

    assert "Sẽ gửi 1 thư cho 2 tài khoản" in said
    assert len(mail.outbox) == 1


class Failing(EmailBackend):
    """A server that does not take the mails of one address."""

    def send_messages(self, messages):
        if any("phuong@example.vn" in message.to for message in messages):
            raise SMTPException
        return super().send_messages(messages)


def test_mail_when_one_fails_does_not_stop_the_others_and_is_tried_again(
    world, settings
):
    ask(world.cell_user)
    make_meeting(world.cell, held_on=date(2026, 5, 1), state=Meeting.State.OPEN)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.reports.test_reminders.Failing"

    with pytest.raises(SystemExit) as ended:
        run()
    first = [message.to for message in mail.outbox]
    settings.EMAIL_BACKEND = backend
    run()

    assert ended.value.code == 3
    assert first == [["chibo@example.vn"]]
    assert [message.to for message in mail.outbox[1:]] == [["phuong@example.vn"]]


def test_day_when_it_is_no_day_is_refused():
    with pytest.raises(CommandError, match="2026-11-05"):
        call_command("send_reminders", on="hôm nay")


def test_mails_when_everything_waits_name_no_member_and_no_account():
    world = make_rights_world()
    people = [getattr(world, name) for name in vars(world) if name.endswith("_user")]
    ask(*people)
    make_letter(world)
    member = Member.objects.get(pk=world.member.pk)
    Meeting.objects.update(
        title=f"Họp về đồng chí {member.full_name}",
        held_on=date(2026, 5, 1),
        state=Meeting.State.OPEN,
    )

    run()

    names = {
        *Member.objects.values_list("full_name", flat=True),
        *User.objects.values_list("full_name", flat=True),
    }
    told = [f"{message.subject}\n{message.body}" for message in mail.outbox]
    assert len(told) >= 5
    assert [name for name in names for text in told if name in text] == []
    for judgement in ("Tốt", "Khá", "Trung bình", "Chưa tốt"):
        assert not any(judgement in text for text in told)


def test_own_page_when_saved_keeps_the_address(client):
    user = make_user()
    client.force_login(user)

    answer = client.post(
        reverse("members:own_account"),
        {"email": "toi@example.vn", "wants_reminders": "on", "version": 1},
    )

    stored = User.objects.get(pk=user.pk)
    assert answer.status_code == 302
    assert (stored.email, stored.wants_reminders) == ("toi@example.vn", True)


def test_own_page_when_mail_is_wanted_without_an_address_says_so(client):
    client.force_login(make_user(Role.RESIDENCE_WARD, make_world().ward))

    answer = client.post(reverse("members:own_account"), {"wants_reminders": "on"})

    assert answer.status_code == 422
    assert "nhập thư điện tử" in answer.content.decode()


@pytest.mark.parametrize(("host", "says"), [("", True), ("mail.example", False)])
def test_own_page_when_no_server_is_named_says_so(client, settings, host, says):
    settings.EMAIL_HOST = host
    client.force_login(make_user())

    text = client.get(reverse("members:own_account")).content.decode()

    assert ("chưa khai báo máy chủ thư" in text) is says
