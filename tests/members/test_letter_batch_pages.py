"""The two pages for many letters at once: who is chosen, and a line for each."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members.models import Member, Registration
from members.services.letters import draft_letter
from tests.factories.members import make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}
State = Registration.State


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def workplace(world, client):
    client.force_login(world.workplace_user)
    return client


def newcomers(world, number, **fields):
    return [make_member(world.workplace, **fields) for _ in range(number)]


def statements_of(act):
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


# The page on which members are chosen


def choose(client, **data):
    url = reverse("members:letter_batch")
    page = client.post(url, data) if data else client.get(url)
    return page, [member for member, _, _ in page.context["rows"]]


def test_choice_when_opened_shows_who_is_not_introduced(world, workplace):
    new, returned, asked, drafted = newcomers(world, 4)
    make_registration(returned, world.ward, state=State.RETURNED, return_reason="Sai")
    make_registration(asked, world.ward, state=State.LETTER_ASKED)
    draft_letter(drafted, ward=world.ward, by=world.workplace_user)
    make_member(world.other_workplace)
    make_member(world.workplace, status=Member.Status.LEFT)

    page, found = choose(workplace)
    _, everybody = choose(workplace, ds="tat-ca")

    assert found == [new, returned, asked]
    assert {member.pk for member in everybody} == {
        world.member.pk,
        new.pk,
        returned.pk,
        asked.pk,
        drafted.pk,
    }
    words = [words for _, words, _ in page.context["rows"]]
    assert words == [
        "Chưa được giới thiệu",
        f"{world.ward.name} trả lại giấy: Sai",
        f"{world.ward.name} đề nghị giới thiệu",
    ]


def test_choice_when_searching_keeps_who_was_ticked(world, workplace):
    first = make_member(world.workplace, full_name="Trần Văn An")
    second = make_member(world.workplace, full_name="Lý Thị Bé")

    page, found = choose(workplace, q="ly thi be", nguoi=[str(first.pk)])

    assert found == [second]
    assert page.context["kept"] == [first.pk]
    assert f'<input type="hidden" name="nguoi" value="{first.pk}">' in (
        page.content.decode()
    )


def test_choice_when_all_are_ticked_without_a_script_ticks_all(world, workplace):
    newcomers(world, 3)

    all_ticked, _ = choose(workplace, viec="chon-het")
    none_ticked, _ = choose(
        workplace,
        viec="bo-chon",
        nguoi=[str(member.pk) for member, _, _ in all_ticked.context["rows"]],
    )

    assert [ticked for _, _, ticked in all_ticked.context["rows"]] == [True] * 3
    assert [ticked for _, _, ticked in none_ticked.context["rows"]] == [False] * 3


@pytest.mark.parametrize("number", [1, 12])
def test_choice_when_there_are_more_members_asks_no_more(
    world, workplace, number, django_assert_num_queries
):
    for member in newcomers(world, number):
        make_registration(member, world.ward, ended_on=DAY)

    with django_assert_num_queries(12):
        choose(workplace)


# The page with a line a member


def begin(client, members):
    keys = [str(member.pk) for member in members]
    page = client.post(reverse("members:letter_batch_lines"), {"nguoi": keys})
    return page.context["board"].lines


def posted(lines, act, *, ticked=None, **more):
    """What the page of these lines sends."""
    ticked = lines if ticked is None else ticked
    data = {
        **KEY,
        "viec": act,
        "chung-how": "",
        "how": "gui",
        "dong": [f"{line.key}:{line.mark}" for line in lines],
        "nguoi": [line.key for line in ticked],
    }
    for line in lines:
        data[f"ward-{line.key}"] = str(line.ward.pk) if line.ward else ""
        data[f"ward-{line.key}_typed"] = line.ward.name if line.ward else ""
    return data | more


def send(client, lines, act, **more):
    return client.post(
        reverse("members:letter_batch_lines"), posted(lines, act, **more)
    )


def test_lines_when_begun_propose_the_ward_that_is_known(world, workplace):
    world.ward.name = "Đảng ủy phường Ninh Kiều"
    asked, moved, addressed, unknown = newcomers(world, 4)
    make_registration(asked, world.sister_ward, state=State.LETTER_ASKED)
    make_registration(moved, world.ward, ended_on=DAY, moved_to=world.past_ward)
    Member.objects.filter(pk=addressed.pk).update(
        address="12 Lý Tự Trọng, phường Ninh Kiều"
    )

    lines = begin(workplace, [asked, moved, addressed, unknown])

    assert [(line.ward, line.why) for line in lines] == [
        (world.sister_ward, "nơi cư trú đề nghị giới thiệu"),
        (world.past_ward, f"nơi mới, theo {world.ward.name}"),
        (world.ward, "theo địa chỉ"),
        (None, ""),
    ]


def test_lines_when_filled_give_ward_exemption_and_numbers_to_who_is_ticked(
    world, workplace
):
    lines = begin(workplace, newcomers(world, 3))

    page = send(
        workplace,
        lines,
        "dien",
        ticked=lines[:2],
        **{
            "chung-ward_typed": "ninh kieu",
            "chung-ground": "study",
            "chung-document": "Quyết định 5",
            "chung-valid_from": "01/06/2026",
            "chung-first_number": "09-GGT",
        },
    )

    filled = page.context["board"].lines
    assert [(line.ward, line.number, line.ground) for line in filled] == [
        (world.ward, "09-GGT", "study"),
        (world.ward, "10-GGT", "study"),
        (None, "", ""),
    ]
    assert filled[0].since == "01/06/2026"


def test_lines_when_checked_say_who_is_hindered_and_write_nothing(world, workplace):
    clear, hindered, unnamed = newcomers(world, 3)
    make_registration(hindered, world.ward)
    lines = begin(workplace, [clear, hindered, unnamed])
    for line in lines[:2]:
        line.ward = world.ward

    page = send(workplace, lines, "ghi")

    board = page.context["board"]
    assert page.status_code == 422
    assert {line.member: line.sentences for line in board.lines} == {
        clear: [],
        hindered: [f"đang được {world.ward} theo dõi."],
        unnamed: ["chưa chọn đảng ủy nơi cư trú."],
    }
    assert not Registration.objects.filter(member=clear).exists()


def test_lines_when_hindered_ones_are_left_out_are_clear_and_written(world, workplace):
    clear, hindered = newcomers(world, 2)
    make_registration(hindered, world.ward)
    lines = begin(workplace, [clear, hindered])
    for line in lines:
        line.ward = world.ward

    page = send(workplace, lines, "bo-vuong")
    board = page.context["board"]
    answer = send(workplace, board.lines, "ghi", ticked=board.ticked)

    assert (board.is_clear, [line.member for line in board.ticked]) == (True, [clear])
    assert answer.url == f"{reverse('members:letter_list')}?muc=cho-tiep-nhan"
    letter = Registration.objects.get(member=clear)
    assert (letter.state, letter.ward, letter.sent_on) == (
        "sent",
        world.ward,
        timezone.localdate(),
    )


def test_lines_when_written_as_drafts_keep_number_date_and_exemption(world, workplace):
    lines = begin(workplace, newcomers(world, 1))
    (line,) = lines
    line.ward = world.ward

    send(
        workplace,
        lines,
        "ghi",
        how="nhap",
        dated="31/05/2026",
        **{
            f"number-{line.key}": "15-GGT/ĐU",
            f"ground-{line.key}": "far_away",
            f"until-{line.key}": "01/06/2027",
        },
    )

    letter = Registration.objects.get(member=line.member)
    exemption = letter.exemptions.get()
    assert (letter.state, letter.letter_number) == ("draft", "15-GGT/ĐU")
    assert letter.letter_date == date(2026, 5, 31)
    assert (exemption.ground, exemption.valid_from, exemption.valid_to) == (
        "far_away",
        date(2026, 5, 31),
        date(2027, 6, 1),
    )


def test_lines_when_typed_without_a_script_find_wards_by_old_names_too(
    world, workplace
):
    period = world.sister_ward.periods.get()
    period.valid_to, period.name = DAY, "Đảng ủy phường An Nghiệp"
    period.save()
    first, second, third = begin(workplace, newcomers(world, 3))

    page = send(
        workplace,
        [first, second, third],
        "kiem-tra",
        **{
            f"ward-{first.key}_typed": "phường an nghiệp",
            f"ward-{second.key}_typed": "phường",
            f"ward-{third.key}_typed": "không có",
        },
    )

    board = page.context["board"]
    assert [line.ward for line in board.lines] == [world.sister_ward, None, None]
    assert [line.sentences for line in board.lines] == [
        [],
        ["có nhiều đơn vị gần với tên “phường”, đồng chí chọn một đơn vị."],
        ["không tìm thấy đảng ủy xã, phường nào có tên “không có”."],
    ]
    assert {one.unit for one in board.lines[1].choices} == {
        world.ward,
        world.sister_ward,
        world.past_ward,
    }


def test_line_when_one_of_several_wards_is_ticked_takes_it(world, workplace):
    (line,) = begin(workplace, newcomers(world, 1))

    page = send(
        workplace,
        [line],
        "kiem-tra",
        **{
            f"ward-{line.key}_typed": "phường",
            f"ward-{line.key}_picked": str(world.past_ward.pk),
        },
    )

    assert [line.ward for line in page.context["board"].lines] == [world.past_ward]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"ground": "other"}, "miễn sinh hoạt: Đồng chí ghi rõ căn cứ, văn bản."),
        (
            {"document": "QĐ 1"},
            "miễn sinh hoạt: đồng chí chọn căn cứ, hoặc xóa văn bản và ngày.",
        ),
        (
            {"ground": "study", "since": "31/02/2026"},
            "Ngày không đúng. Đồng chí nhập theo dạng ngày/tháng/năm, ví dụ 05/11/2026.",
        ),
    ],
)
def test_line_when_its_exemption_is_wrong_keeps_what_was_typed(
    world, workplace, fields, sentence
):
    (line,) = begin(workplace, newcomers(world, 1))
    line.ward = world.ward
    typed = {f"{name}-{line.key}": value for name, value in fields.items()}

    page = send(workplace, [line], "ghi", **typed)

    (shown,) = page.context["board"].lines
    assert shown.sentences == [sentence]
    assert {name: getattr(shown, name) for name in fields} == fields


def test_lines_when_somebody_moved_to_another_workplace_stop_and_say_so(
    world, workplace
):
    staying, gone = newcomers(world, 2)
    lines = begin(workplace, [staying, gone])
    for line in lines:
        line.ward = world.ward
    Member.objects.filter(pk=gone.pk).update(workplace=world.other_workplace)

    page = send(workplace, lines, "ghi")

    assert "1 đồng chí không còn thuộc nơi công tác này" in page.content.decode()
    assert not Registration.objects.filter(member=staying).exists()


def test_lines_of_another_workplace_are_not_there(world, workplace):
    stranger = make_member(world.other_workplace)

    answer = workplace.post(
        reverse("members:letter_batch_lines"), {"nguoi": [str(stranger.pk)]}
    )

    assert answer.url == reverse("members:letter_batch")


def test_lines_when_sent_twice_are_written_once(world, workplace):
    lines = begin(workplace, newcomers(world, 2))
    for line in lines:
        line.ward = world.ward
    data = posted(lines, "ghi")

    for _ in range(2):
        workplace.post(reverse("members:letter_batch_lines"), data)

    assert Registration.objects.filter(state="sent").count() == 2


def test_lines_when_opened_by_address_lead_to_the_choice(workplace):
    answer = workplace.get(reverse("members:letter_batch_lines"))

    assert answer.url == reverse("members:letter_batch")


@pytest.mark.parametrize("name", ["letter_batch", "letter_batch_lines"])
@pytest.mark.parametrize("who", ["ward_user", "department_user", "admin_user"])
def test_pages_of_many_letters_are_the_workplaces(world, client, name, who):
    client.force_login(getattr(world, who))

    assert client.get(reverse(f"members:{name}")).status_code == 403


@pytest.mark.parametrize("act", ["", "kiem-tra", "ghi"])
def test_lines_when_there_are_more_ask_no_more(world, workplace, act):
    counts = []
    for number in (2, 14):
        members = newcomers(world, number, address="phường Ninh Kiều")
        lines = begin(workplace, members)
        if act:
            data = posted(lines, act)
            for line in lines[::2]:
                # Without a script: only the name comes.
                data[f"ward-{line.key}"] = ""
            data["submission_key"] = f"8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9{number:03}"
        else:
            data = {"nguoi": [str(member.pk) for member in members]}
        counts.append(
            statements_of(
                lambda data=data: workplace.post(
                    reverse("members:letter_batch_lines"), data
                )
            )
        )

    assert counts[0] == counts[1]


def test_five_hundred_when_introduced_at_once_are_all_sent(world, workplace):
    members = [
        Member(
            full_name=f"Nguyễn Văn {number}",
            workplace=world.workplace,
            address="phường Ninh Kiều",
        )
        for number in range(500)
    ]
    for member in members:
        member.set_keys()
    Member.objects.bulk_create(members)
    lines = begin(workplace, members)

    answer = send(workplace, lines, "ghi")

    assert len(lines) == 500
    assert answer.status_code == 302
    assert Registration.objects.filter(state="sent", ward=world.ward).count() == 500
