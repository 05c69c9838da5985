"""Every step of a notice from the draft to the answer, and who reads it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from members.models import EndReason, Member, Registration, Role, Sector
from members.services.stays import end_registration
from members.services.workplaces import change_workplace
from party76.audit.models import Action, AuditEvent
from party76.shared.versions import Conflict
from residence.models import Attendance, Measure, Notice, NoticeItem
from residence.queries.notices import notices_of, waiting_notices
from residence.services.notice_drafts import Content, People, edit_draft
from residence.services.notices import (
    Reply,
    answer_notice,
    see_notice,
    send_notices,
    withdraw_notice,
    write_number,
)
from tests.factories.members import (
    make_committee,
    make_member,
    make_registration,
    make_user,
)
from tests.factories.residence import (
    make_notice,
)
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
YEAR = (date(2026, 1, 1), date(2027, 1, 1))
FIRST, SECOND = date(2026, 5, 20), date(2026, 10, 20)
S, State, Kind = Attendance.Status, Notice.State, Notice.Kind
ABSENCE = Content(kind=Kind.ABSENCE, period=YEAR)


def reply_to(notice, measure=Measure.REMINDED, text=""):
    items = notice.items.all()
    return Reply(measures={item.pk: (measure, "") for item in items}, text=text)


def answer(notice, *, by, reply=None, in_system=True, **more):
    more.setdefault("version", notice.version)
    more.setdefault("on", TODAY)
    return answer_notice(
        notice, reply or reply_to(notice), in_system=in_system, by=by, **more
    )


def send(*notices, by, on=TODAY):
    return send_notices({one.pk: one.version for one in notices}, on=on, by=by)


# Sending


def test_send_gives_the_day_the_sender_and_the_state(world):
    notice = make_notice(world.registration)

    send(notice, by=world.ward_user)

    notice.refresh_from_db()
    assert (notice.state, notice.sent_on, notice.sent_by, notice.version) == (
        State.SENT,
        TODAY,
        world.ward_user,
        2,
    )


def test_send_to_a_workplace_on_paper_bears_the_day_typed_the_other_today(world):
    outside = make_registration(make_member(world.outside_workplace), world.ward)
    paper, other = make_notice(outside), make_notice(world.registration)
    last_week = TODAY - timedelta(days=7)

    send(paper, other, by=world.ward_user, on=last_week)

    assert [Notice.objects.get(pk=one.pk).sent_on for one in (paper, other)] == [
        last_week,
        TODAY,
    ]


def test_send_when_a_person_moved_away_meanwhile_sends_none_and_says_who(
    world, neighbour
):
    notices = [make_notice(world.registration), make_notice(neighbour)]
    end_registration(
        neighbour,
        on=date(2026, 6, 1),
        reason=EndReason.MOVED_AWAY,
        version=neighbour.version,
        by=world.ward_user,
    )

    with pytest.raises(ValidationError) as refused:
        send(*notices, by=world.ward_user)

    assert "Trần Văn An" in refused.value.messages[0]
    assert set(Notice.objects.values_list("state", flat=True)) == {State.DRAFT}


@pytest.mark.parametrize("kind", [Kind.DUTY, Kind.OTHER])
def test_send_of_a_matter_no_record_knows_needs_its_text(world, kind):
    notice = make_notice(world.registration, kind=kind)

    with pytest.raises(ValidationError, match="chưa ghi nội dung"):
        send(notice, by=world.ward_user)


def test_send_after_the_due_day_is_refused(world):
    notice = make_notice(world.registration, due_on=TODAY - timedelta(days=1))

    with pytest.raises(ValidationError, match="trước ngày gửi"):
        send(notice, by=world.ward_user)


def test_send_through_the_system_is_held_to_today_whatever_day_the_paper_bears(world):
    """Two drafts of one act: the one on paper went out in time, the other would not."""
    day = TODAY - timedelta(days=6)
    due = TODAY - timedelta(days=2)
    world.other_workplace.uses_system = False
    world.other_workplace.save()
    there = make_registration(make_member(world.other_workplace), world.ward)
    on_paper = make_notice(there, due_on=due)
    in_system = make_notice(world.registration, due_on=due)

    with pytest.raises(ValidationError) as refused:
        send(on_paper, in_system, on=day, by=world.ward_user)
    [sent] = send(on_paper, on=day, by=world.ward_user)

    sentence = f"hạn trả lời {due:%d/%m/%Y} trước ngày gửi {TODAY:%d/%m/%Y}."
    assert refused.value.messages == [f"Thông báo gửi {world.workplace}: {sentence}"]
    assert (sent.pk, sent.sent_on) == (on_paper.pk, day)


def test_send_of_a_draft_somebody_edited_meanwhile_is_refused(world):
    notice = make_notice(world.registration)
    Notice.objects.update(version=5)

    with pytest.raises(ValidationError, match="vừa có người khác sửa"):
        send(notice, by=world.ward_user)


@pytest.mark.parametrize("count", [1, 40])
def test_send_takes_as_many_statements_for_many_as_for_one(
    world, django_assert_num_queries, count
):
    notices = [
        make_notice(make_registration(make_member(world.workplace), world.ward))
        for _ in range(count)
    ]
    _ = world.ward_user.posts

    with django_assert_num_queries(7):
        send(*notices, by=world.ward_user)


# Seen


def test_seen_is_noted_once_however_often_it_is_opened(world):
    notice = make_notice(world.registration, state="sent")

    noted = [see_notice(notice, by=world.workplace_user) for _ in range(3)]

    notice.refresh_from_db()
    assert noted == [True, False, False]
    assert (notice.state, notice.seen_on) == (State.SEEN, TODAY)
    assert AuditEvent.objects.filter(action=Action.STEP).count() == 1


# Answering


def test_answer_keeps_the_measure_of_each_person(world):
    second = make_registration(make_member(world.workplace), world.ward)
    notice = make_notice(world.registration, second, state="seen")
    one, two = notice.items.order_by("pk")
    reply = Reply(
        measures={
            one.pk: (Measure.REMINDED, ""),
            two.pk: (Measure.OTHER, " Phê bình trước chi bộ "),
        },
        text="Chi bộ đã họp.",
    )

    answer(notice, reply=reply, by=world.workplace_user)

    notice.refresh_from_db()
    assert list(notice.items.order_by("pk").values_list("measure", "measure_text")) == [
        ("reminded", ""),
        ("other", "Phê bình trước chi bộ"),
    ]
    assert (
        notice.state,
        notice.answered_on,
        notice.answered_by,
        notice.answered_in_system,
        notice.answer,
    ) == (State.ANSWERED, TODAY, world.workplace_user, True, "Chi bộ đã họp.")


def test_answer_from_paper_says_that_the_ward_typed_it_in(world):
    notice = make_notice(world.registration, state="sent")
    day = date(2026, 6, 20)

    answer(notice, in_system=False, on=day, by=world.ward_user)

    notice.refresh_from_db()
    assert (notice.answered_in_system, notice.answered_on, notice.seen_on) == (
        False,
        day,
        None,
    )


def test_answer_without_a_measure_for_everybody_is_refused_for_all(world, neighbour):
    notice = make_notice(world.registration, neighbour, state="seen")
    item = notice.items.get(registration=world.registration)

    with pytest.raises(ValidationError) as refused:
        answer(
            notice,
            reply=Reply(measures={item.pk: (Measure.REMINDED, "")}),
            by=world.workplace_user,
        )

    assert refused.value.messages == [
        "Đồng chí Trần Văn An: chưa chọn hình thức xử lý."
    ]
    assert set(notice.items.values_list("measure", flat=True)) == {""}


def test_answer_with_a_measure_of_its_own_spells_it_out(world):
    notice = make_notice(world.registration, state="seen")

    with pytest.raises(ValidationError, match="ghi rõ là gì"):
        answer(notice, reply=reply_to(notice, Measure.OTHER), by=world.workplace_user)


def test_answer_before_the_sending_is_refused(world):
    notice = make_notice(world.registration, state="sent")

    with pytest.raises(ValidationError, match="trước ngày gửi 02/06/2026"):
        answer(notice, on=date(2026, 6, 1), by=world.ward_user)


def test_answer_asks_nothing_on_who_died_meanwhile(world, neighbour):
    notice = make_notice(world.registration, neighbour, state="seen")
    Member.objects.filter(pk=neighbour.member_id).update(status="dead")
    item = notice.items.get(registration=world.registration)

    answer(
        notice,
        reply=Reply(measures={item.pk: (Measure.REMINDED, "")}),
        by=world.workplace_user,
    )

    assert set(notice.items.values_list("member__full_name", "measure")) == {
        ("Lê Thị Hòa", "reminded"),
        ("Trần Văn An", ""),
    }


# Editing, numbering, withdrawing


def test_edit_writes_text_notes_and_people(world):
    second = make_registration(make_member(world.workplace), world.ward)
    third = make_registration(make_member(world.workplace), world.ward)
    notice = make_notice(world.registration, second)
    first, other = notice.items.order_by("pk")
    notice.text = "Đề nghị nhắc nhở."

    edit_draft(
        notice,
        People(
            notes={first.pk: " Vắng hai lần "}, removed=[other.pk], added=[third.pk]
        ),
        period=YEAR,
        version=notice.version,
        by=world.ward_user,
    )

    notice.refresh_from_db()
    assert notice.text == "Đề nghị nhắc nhở."
    assert list(notice.items.order_by("pk").values_list("registration", "note")) == [
        (world.registration.pk, "Vắng hai lần"),
        (third.pk, ""),
    ]


def test_edit_that_would_leave_nobody_is_refused_and_changes_nothing(world):
    notice = make_notice(world.registration)
    item = notice.items.get()
    notice.text = "Mới"

    with pytest.raises(ValidationError, match="ít nhất một đồng chí"):
        edit_draft(
            notice,
            People(removed=[item.pk]),
            period=YEAR,
            version=1,
            by=world.ward_user,
        )

    notice.refresh_from_db()
    assert (notice.text, notice.items.count()) == ("", 1)


def test_edit_of_a_sent_notice_is_refused_but_its_number_may_be_written(world):
    notice = make_notice(world.registration, state="sent")
    notice.number, notice.dated_on = "12-TB/ĐU", date(2026, 6, 2)

    with pytest.raises(ValidationError, match="không sửa nội dung được"):
        edit_draft(notice, People(), period=YEAR, version=1, by=world.ward_user)
    write_number(notice, version=1, by=world.ward_user)

    notice.refresh_from_db()
    assert (notice.number, notice.dated_on) == ("12-TB/ĐU", date(2026, 6, 2))


def test_withdrawn_after_the_workplace_has_opened_it_is_refused(world):
    notice = make_notice(world.registration, state="seen")

    with pytest.raises(ValidationError, match="không chuyển sang “Đã rút”"):
        withdraw_notice(notice, version=1, by=world.ward_user)


# Two people at once: one success and one sentence

VERBS = ["edit", "send", "withdraw", "see", "answer", "number"]


def act(verb, notice, world):
    """Let somebody take a step on the notice as he last saw it."""
    by = world.ward_user
    version = notice.version
    if verb == "edit":
        notice.text = "Sửa"
        edit_draft(notice, People(), period=YEAR, version=version, by=by)
    elif verb == "send":
        send(notice, by=by)
    elif verb == "withdraw":
        withdraw_notice(notice, version=version, by=by)
    elif verb == "number":
        notice.number = "1"
        write_number(notice, version=version, by=by)
    elif verb == "see":
        see_notice(notice, by=world.workplace_user)
    else:
        answer(notice, by=world.workplace_user)


@pytest.mark.parametrize(
    ("state", "one", "other"),
    [
        ("draft", "send", "send"),
        ("draft", "send", "withdraw"),
        ("draft", "edit", "send"),
        ("draft", "edit", "edit"),
        ("sent", "answer", "answer"),
        ("sent", "see", "withdraw"),
        ("sent", "withdraw", "answer"),
        ("seen", "answer", "answer"),
        ("seen", "number", "answer"),
    ],
)
def test_two_at_once_are_one_success_and_one_sentence(world, state, one, other):
    notice = make_notice(world.registration, state=state)
    first = Notice.objects.get(pk=notice.pk)
    second = Notice.objects.get(pk=notice.pk)
    act(one, first, world)
    before = Notice.objects.filter(pk=notice.pk).values().get()

    with pytest.raises((ValidationError, Conflict)):
        act(other, second, world)

    assert Notice.objects.filter(pk=notice.pk).values().get() == before


class AnyOrderTest(TestCase):
    """Steps in any order go only where the table allows, and each is recorded."""

    @given(st.lists(st.sampled_from(VERBS), max_size=6))
    def test_steps_in_any_order_keep_to_the_table(self, verbs):
        world = make_world()
        notice = make_notice(world.registration)
        for verb in verbs:
            self.step(verb, notice, world)

    def step(self, verb, notice, world):
        stored = Notice.objects.get(pk=notice.pk)
        before = Notice.objects.filter(pk=notice.pk).values().get()
        events = AuditEvent.objects.count()
        try:
            act(verb, stored, world)
        except ValidationError:
            assert Notice.objects.filter(pk=notice.pk).values().get() == before
            return
        after = Notice.objects.filter(pk=notice.pk).values().get()
        allowed = {before["state"], *Notice.STEPS[State(before["state"])]}
        assert after["state"] in allowed
        changed = after != before
        assert AuditEvent.objects.count() == events + changed


# Death, leaving, another workplace


def test_notice_not_sent_yet_forgets_who_went_to_another_workplace(world):
    second = make_registration(make_member(world.workplace), world.ward)
    notice = make_notice(world.registration, second)

    change_workplace(
        world.member,
        workplace=world.other_workplace,
        on=TODAY,
        version=world.member.version,
        by=world.workplace_user,
    )

    assert [item.registration for item in notice.items.all()] == [second]


# What may be read


def readers(notice, world):
    people = [
        "ward_user",
        "cell_user",
        "sister_cell_user",
        "sister_user",
        "workplace_user",
        "other_workplace_user",
        "department_user",
        "inspector_user",
        "admin_user",
    ]
    return {
        name
        for name in people
        if Notice.objects.visible_to(getattr(world, name)).filter(pk=notice.pk)
    }


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_notice_not_sent_is_its_writers_alone(world, state):
    notice = make_notice(world.registration, state=state)

    assert readers(notice, world) == {"ward_user"}


@pytest.mark.parametrize("state", ["sent", "seen"])
def test_notice_sent_is_read_by_both_sides_the_cell_and_those_above(world, state):
    notice = make_notice(world.registration, state=state)

    assert readers(notice, world) == {
        "ward_user",
        "cell_user",
        "workplace_user",
        "department_user",
        "inspector_user",
    }


def test_cell_reads_only_the_lines_on_its_own_people(world, neighbour):
    notice = make_notice(world.registration, neighbour, state="sent")

    seen = {
        user.username: set(
            NoticeItem.objects.visible_to(user).values_list("registration", flat=True)
        )
        for user in (world.cell_user, world.sister_cell_user, world.workplace_user)
    }

    assert notice.items.count() == 2
    assert seen == {
        "chibo": {world.registration.pk},
        "chiboban": {neighbour.pk},
        "coquan": {world.registration.pk, neighbour.pk},
    }


def test_notices_of_a_member_stay_with_the_stay_after_he_moved(world):
    notice = make_notice(world.registration, state="sent")
    end_registration(
        world.registration,
        on=date(2026, 6, 10),
        reason=EndReason.MOVED_AWAY,
        version=world.registration.version,
        by=world.ward_user,
    )
    stay = Registration.objects.get(pk=world.registration.pk)

    of_ward = notices_of([stay], world.ward_user)
    of_sister = notices_of([stay], world.sister_user)

    assert [item.notice for item in of_ward] == [notice]
    assert of_sister == []


def test_notices_of_a_member_are_read_in_two_statements(
    world, django_assert_num_queries
):
    for state in ("sent", "seen", "draft"):
        make_notice(world.registration, state=state)
    _ = world.ward_user.scopes

    with django_assert_num_queries(2):
        items = notices_of([world.registration], world.ward_user)

    assert len(items) == 3


def test_ward_types_an_answer_only_for_a_workplace_on_paper(world, client):
    make_user(Role.RESIDENCE_WARD, world.ward)
    in_system = make_notice(world.registration, state="sent")
    outside = make_registration(make_member(world.outside_workplace), world.ward)
    on_paper = make_notice(outside, state="sent")
    client.force_login(world.ward_user)

    codes = [
        client.get(f"/thong-bao/{one.pk}/tra-loi/").status_code
        for one in (in_system, on_paper)
    ]

    assert codes == [403, 200]


def test_notice_to_the_whole_is_read_by_the_sub_unit_whose_people_it_names(world):
    """Of the armed forces the whole is told, yet the people are a part's, which has an
    account of its own."""
    whole = world.outside_workplace
    parts = [
        make_committee(whole, name=name, sector=Sector.ARMED_FORCES)
        for name in ("Lữ đoàn 1", "Lữ đoàn 2")
    ]
    stays = [make_registration(make_member(part), world.ward) for part in parts]
    users = [make_user(Role.WORKPLACE, part) for part in parts]
    sent = make_notice(*stays, workplace=whole, state="sent")
    other = make_notice(stays[1], workplace=whole, state="sent")
    make_notice(stays[0], workplace=whole)  # a draft is the ward's alone

    read = [set(Notice.objects.visible_to(user)) for user in users]
    lines = [
        {item.registration for item in NoticeItem.objects.visible_to(user)}
        for user in users
    ]
    waiting = [
        waiting_notices(user, role=Role.WORKPLACE, on=TODAY)["above"].number
        for user in users
    ]

    assert read == [{sent}, {sent, other}]
    assert lines == [{stays[0]}, {stays[1]}]
    assert waiting == [1, 2]


def test_notice_when_the_member_has_gone_over_is_not_the_new_workplaces(world):
    notice = make_notice(world.registration, state="sent")
    change_workplace(
        world.member,
        workplace=world.other_workplace,
        on=date(2026, 6, 1),
        version=1,
        by=world.workplace_user,
    )

    read = Notice.objects.visible_to(world.other_workplace_user)

    assert (set(read), set(Notice.objects.visible_to(world.workplace_user))) == (
        set(),
        {notice},
    )
