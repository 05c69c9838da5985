"""Many letters at once: all or nothing, as many statements for many as for few."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Exemption, Member, Registration
from members.queries.letters import situations
from members.services.letter_batches import (
    LetterLine,
    note_ends,
    send_letters,
    write_letters,
)
from members.services.letters import draft_letter, introduce
from members.services.stay_batches import Line
from party76.audit.models import AuditEvent
from tests.factories.members import make_committee, make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
State = Registration.State


@pytest.fixture
def world():
    found = make_world()
    assert found.workplace_user.posts
    return found


def newcomers(world, number, **fields):
    return [make_member(world.workplace, **fields) for _ in range(number)]


def lines_of(members, ward, **fields):
    known = situations(members)
    return [
        LetterLine(member, known[member.pk].mark, ward, **fields) for member in members
    ]


def write(lines, world, *, is_sent=True, **fields):
    return write_letters(
        lines, is_sent=is_sent, on=DAY, by=world.workplace_user, **fields
    )


def refused(lines, world, **fields):
    with pytest.raises(ValidationError) as error:
        write(lines, world, **fields)
    return error.value.messages


def test_letters_when_written_as_drafts_are_seen_by_nobody_else(world):
    members = newcomers(world, 2)

    letters = write(lines_of(members, world.ward), world, is_sent=False, dated=DAY)

    stored = Registration.objects.filter(member__in=members).order_by("pk")
    assert list(stored) == letters
    assert set(stored.values_list("state", "ward", "workplace", "letter_date")) == {
        ("draft", world.ward.pk, world.workplace.pk, DAY)
    }
    visible = Registration.objects.visible_to(world.ward_user)
    assert not visible.filter(member__in=members).exists()


def test_letters_when_sent_are_recorded_as_one_by_one(world):
    members = newcomers(world, 2)

    letters = write(lines_of(members, world.ward), world)

    events = AuditEvent.objects.filter(object_type="registration").order_by("id")
    by_letter = {
        letter.pk: [
            (event.action, event.facts)
            for event in events
            if event.object_key == str(letter.pk)
        ]
        for letter in letters
    }
    assert by_letter == {
        letter.pk: [
            ("create", {"member": letter.member_id}),
            ("step", {"member": letter.member_id, "from": "draft", "to": "sent"}),
        ]
        for letter in letters
    }
    assert {letter.sent_on for letter in letters} == {DAY}


def test_letters_when_a_ward_has_asked_answer_its_request(world):
    (member,) = newcomers(world, 1)
    asked = make_registration(
        member, world.ward, state=State.LETTER_ASKED, received_on=DAY
    )

    write(lines_of([member], world.ward, number="7"), world)

    letter = Registration.objects.get(member=member)
    assert (letter.pk, letter.state, letter.letter_number) == (asked.pk, "sent", "7")


def test_letters_when_exempt_carry_the_exemption_each(world):
    members = newcomers(world, 2)
    lines = [
        *lines_of(
            members[:1],
            world.ward,
            exemption=Exemption(ground="study", valid_from=DAY),
        ),
        *lines_of(members[1:], world.ward),
    ]

    letters = write(lines, world)

    exemption = Exemption.objects.get()
    assert exemption.registration == letters[0]
    assert AuditEvent.objects.filter(
        object_type="exemption", object_key=str(exemption.pk), action="create"
    ).exists()


def obstacle_of(world, kind):
    """A member with one thing in the way, and the sentence about it."""
    member = make_member(world.workplace)
    ward, sentence = world.ward, ""
    if kind == "received":
        make_registration(member, ward)
        sentence = f"đang được {ward} theo dõi."
    if kind == "letter":
        introduce(member, ward=world.sister_ward, by=world.workplace_user)
        sentence = (
            f"đã có giấy giới thiệu về {world.sister_ward}, tình trạng “Đã gửi, chờ "
            "tiếp nhận”."
        )
    if kind == "dead":
        Member.objects.filter(pk=member.pk).update(status=Member.Status.DEAD)
        sentence = "Đồng chí này đã từ trần."
    if kind == "closed":
        ward = make_committee(world.city, valid_to=DAY, name="Đảng ủy phường Cũ")
        sentence = f"{ward} không tiếp nhận đảng viên giữ mối liên hệ."
    if kind == "no ward":
        ward = world.other_workplace
        sentence = f"{ward} không tiếp nhận đảng viên giữ mối liên hệ."
    if kind == "none":
        ward = None
        sentence = "chưa chọn đảng ủy nơi cư trú."
    return member, ward, sentence


@pytest.mark.parametrize(
    "kind", ["received", "letter", "dead", "closed", "no ward", "none"]
)
def test_letters_when_one_is_hindered_are_all_left_unwritten(world, kind):
    (clear,) = newcomers(world, 1)
    member, ward, sentence = obstacle_of(world, kind)
    lines = [*lines_of([clear], world.ward), *lines_of([member], ward)]
    before = Registration.objects.count()

    messages = refused(lines, world)

    assert messages == [f"Đồng chí {member.full_name}: {sentence}"]
    assert Registration.objects.count() == before


def test_letter_of_who_has_left_is_the_way_back_one_by_one_and_for_many(world):
    one, other = newcomers(world, 2, status=Member.Status.LEFT)

    introduce(one, ward=world.ward, by=world.workplace_user)
    write(lines_of([other], world.ward), world)

    letters = Registration.objects.filter(member__in=[one, other])
    assert list(letters.values_list("state", flat=True)) == ["sent", "sent"]


def test_letters_when_somebody_was_changed_meanwhile_tell_who(world):
    members = newcomers(world, 3)
    lines = lines_of(members, world.ward)
    Member.objects.filter(pk=members[0].pk).update(version=7)
    draft_letter(members[2], ward=world.ward, by=world.workplace_user)

    messages = refused(lines, world)

    changed = [message for message in messages if "vừa có người khác sửa" in message]
    assert [message.split(":")[0] for message in changed] == [
        f"Đồng chí {members[0].full_name}",
        f"Đồng chí {members[2].full_name}",
    ]
    assert Registration.objects.filter(member__in=members).count() == 1


def test_draft_when_the_ward_waits_for_the_letter_is_refused(world):
    (member,) = newcomers(world, 1)
    make_registration(member, world.ward, state=State.LETTER_ASKED, received_on=DAY)

    messages = refused(lines_of([member], world.ward), world, is_sent=False)

    assert messages == [
        (
            f"Đồng chí {member.full_name}: {world.ward} đã đề nghị giới thiệu, "
            "đồng chí gửi ngay, không lưu nháp."
        )
    ]


def test_member_when_received_elsewhere_may_be_introduced_anew(world):
    letters = write(lines_of([world.member], world.sister_ward), world)

    assert [letter.ward for letter in letters] == [world.sister_ward]


def test_letters_when_nobody_was_chosen_say_so(world):
    assert refused([], world) == ["Đồng chí chưa chọn ai."]


def statements_of(act):
    """How many statements an act takes; the posts of its user are known already."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        act()
    return len(asked)


def mixed_lines(world, number):
    """Plain, asked for, and exempt members."""
    plain, asked, exempt = (newcomers(world, number) for _ in range(3))
    for member in asked:
        make_registration(member, world.ward, state=State.LETTER_ASKED, received_on=DAY)
    lines = lines_of([*plain, *asked], world.ward)
    return lines + [
        LetterLine(
            line.member,
            line.mark,
            line.ward,
            exemption=Exemption(ground="study", valid_from=DAY),
        )
        for line in lines_of(exempt, world.ward)
    ]


def test_letters_when_many_take_as_many_statements_as_few(world):
    few, many = mixed_lines(world, 1), mixed_lines(world, 6)

    counts = [
        statements_of(lambda lines=lines: write(lines, world)) for lines in (few, many)
    ]

    assert counts[0] == counts[1]


def test_drafts_when_many_are_sent_in_as_many_statements_as_few(world):
    groups = [
        [
            Line(draft.pk, draft.version, number="5")
            for draft in write(
                lines_of(newcomers(world, number), world.ward), world, is_sent=False
            )
        ]
        for number in (2, 15)
    ]

    counts = [
        statements_of(
            lambda lines=lines: send_letters(lines, on=DAY, by=world.workplace_user)
        )
        for lines in groups
    ]

    assert counts[0] == counts[1]


def test_ends_when_many_are_noted_in_as_many_statements_as_few(world):
    groups = [
        {
            make_registration(member, world.ward, ended_on=DAY).pk: 1
            for member in newcomers(world, number)
        }
        for number in (2, 15)
    ]

    counts = [
        statements_of(
            lambda group=group: note_ends(group, on=DAY, by=world.workplace_user)
        )
        for group in groups
    ]

    assert counts[0] == counts[1]


def test_draft_when_its_ward_received_meanwhile_is_not_sent(world):
    (member,) = newcomers(world, 1)
    draft = draft_letter(member, ward=world.ward, by=world.workplace_user)
    make_registration(member, world.ward)

    with pytest.raises(ValidationError) as error:
        send_letters([Line(draft.pk, 1)], on=DAY, by=world.workplace_user)

    assert error.value.messages == [
        (
            f"Đồng chí {member.full_name}: {world.ward} đã tiếp nhận đồng chí này. "
            "Đồng chí rút giấy đang soạn."
        )
    ]


def test_progress_when_letters_are_written_is_told(world):
    told = []

    write(
        lines_of(newcomers(world, 1), world.ward),
        world,
        tell=lambda text, share: told.append((text, share)),
    )

    assert told == [
        ("Đang kiểm tra", 10),
        ("Đang ghi giấy giới thiệu", 40),
        ("Đang ghi miễn sinh hoạt", 80),
        ("Xong", 100),
    ]
