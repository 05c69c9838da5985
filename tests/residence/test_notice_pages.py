"""The pages on which notices are drafted, sent, opened and answered."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Kind, Member, Role
from party76.audit.models import AuditEvent
from residence.models import Notice
from residence.permissions import reads_sealed
from tests.factories.members import (
    make_committee,
    make_member,
    make_registration,
    make_user,
)
from tests.factories.residence import (
    make_attendance,
    make_book,
    make_meeting,
    make_notice,
)
from tests.reports.reading import text_of

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
TOMORROW = TODAY + timedelta(days=1)
LIST = reverse("residence:notice_list")
START = reverse("residence:notice_start")
SEND = reverse("residence:notices_send")


def page(name, notice):
    return reverse(f"residence:{name}", args=[notice.pk])


@pytest.fixture
def ward(client, world):
    client.force_login(world.ward_user)
    return client


@pytest.fixture
def workplace(client_class, world):
    found = client_class()
    found.force_login(world.workplace_user)
    return found


@pytest.fixture
def twice_absent(world):
    """The member and a colleague missed both meetings of the present half-year."""
    half = (date(TODAY.year, 1, 1), date(TODAY.year + 1, 1, 1))
    colleague = make_registration(
        make_member(world.workplace, full_name="Phạm Văn Bền"), world.ward
    )
    for month in (1, 2):
        meeting = make_meeting(
            world.ward,
            state="closed",
            held_on=date(TODAY.year, month, 5),
            period_from=half[0],
            period_to=half[1],
        )
        for number, stay in enumerate((world.registration, colleague), 1):
            make_attendance(meeting, stay, number=number, status="absent")
    return [world.registration, colleague]


def start(**fields):
    return {"loai": "absence", "ky": str(TODAY.year), "lap": "1", **fields}


# Drafting


def test_start_lists_who_was_absent_twice_by_workplace_all_ticked(ward, twice_absent):
    response = ward.get(START, {"loai": "absence", "ky": TODAY.year})

    text = text_of(response)
    assert "2 đồng chí của 1 nơi công tác" in text
    assert "Dự 0/2 kỳ họp năm" in text
    assert response.context["ticked"] == {stay.pk for stay in twice_absent}


def test_start_proposes_an_answer_within_thirty_days(ward):
    content = ward.get(START).context["content"]

    assert content["due_on"].value() == TODAY + timedelta(days=30)


def test_start_when_sent_drafts_one_notice_and_leads_to_it(ward, twice_absent):
    keys = [stay.pk for stay in twice_absent]

    response = ward.post(
        START, start(chon=keys, text="Đề nghị", due_on=f"{TOMORROW:%d/%m/%Y}")
    )

    notice = Notice.objects.get()
    assert response.url == page("notice_detail", notice)
    assert (notice.kind, notice.text, notice.due_on) == (
        "absence",
        "Đề nghị",
        TOMORROW,
    )
    assert notice.items.count() == 2


def test_start_for_several_workplaces_leads_to_the_drafts(ward, world, neighbour):
    keys = [world.registration.pk, neighbour.pk]

    response = ward.post(START, start(loai="duty", chon=keys, don_vi=world.cell.pk))

    assert response.url == f"{LIST}?phan=dang-soan"
    assert Notice.objects.count() == 2


def test_start_when_something_is_in_the_way_keeps_ticks_and_text(ward, twice_absent):
    one, other = twice_absent
    make_notice(other)

    response = ward.post(START, start(chon=[one.pk, other.pk], text="Đã gõ dở"))

    text = text_of(response)
    assert response.status_code == 422
    assert "Đồng chí Phạm Văn Bền: đã có tên trong thông báo cùng loại" in text
    assert "Đã gõ dở" in text
    assert response.context["ticked"] == {one.pk, other.pk}
    assert Notice.objects.count() == 1


def test_start_by_name_goes_by_post_and_finds_without_marks(ward, world, neighbour):
    response = ward.post(START, {"loai": "duty", "q": "le thi hoa"})

    text = text_of(response)
    assert ("Lê Thị Hòa" in text, "Trần Văn An" in text) == (True, False)


def test_start_for_a_matter_without_records_asks_whom_first(ward):
    text = text_of(ward.get(START, {"loai": "duty"}))

    assert "Đồng chí tìm theo họ tên, chọn một chi bộ" in text


def test_start_from_a_members_file_is_about_him_alone(ward, world, neighbour):
    response = ward.get(START, {"loai": "other", "dong_chi": neighbour.pk})

    assert "1 đồng chí của 1 nơi công tác" in text_of(response)
    assert response.context["ticked"] == {neighbour.pk}


def test_start_about_one_member_stays_with_him_under_another_kind(ward, neighbour):
    response = ward.get(START, {"loai": "absence", "dong_chi": neighbour.pk})

    others = [url for _, url, kind in response.context["kinds"] if kind != "absence"]
    found = [ward.get(url).context["ticked"] for url in others]
    assert found == [{neighbour.pk}] * 4


def test_start_from_the_list_of_books_finds_whose_book_waits(ward, world):
    make_book(world.registration, year=TODAY.year, issued_on=TODAY)

    text = text_of(ward.get(START, {"loai": "book", "nam": TODAY.year}))

    assert f"Sổ liên hệ năm {TODAY.year}, cấp từ ngày" in text


@pytest.mark.parametrize("count", [1, 20])
def test_start_takes_as_many_statements_for_many_as_for_one(
    ward, world, count, django_assert_num_queries
):
    for _ in range(count):
        stay = make_registration(make_member(world.workplace), world.ward)
        make_book(stay, year=TODAY.year, issued_on=TODAY)
    url = f"{START}?loai=book"

    # Login 2, units 4, stays, facts, notices, forces, paper, the record.
    with django_assert_num_queries(13):
        ward.get(url)


# The list


def test_list_of_what_waits_has_the_nearest_day_first_and_no_day_last(ward, world):
    days = [None, TODAY + timedelta(days=9), TODAY - timedelta(days=2), TOMORROW]
    for day in days:
        make_notice(world.registration, state="sent", due_on=day)

    rows = ward.get(LIST).context["page"].rows

    assert [row.due_on for row in rows] == [days[2], days[3], days[1], None]


@pytest.mark.parametrize(
    ("shelf", "expected"),
    [
        ("", {"draft", "sent", "late", "seen"}),
        ("dang-soan", {"draft"}),
        ("chua-tra-loi", {"sent", "late", "seen"}),
        ("qua-han", {"late"}),
        ("da-tra-loi", {"answered"}),
        ("da-rut", {"withdrawn"}),
        ("tat-ca", {"draft", "sent", "late", "seen", "answered", "withdrawn"}),
        ("khong-co", {"draft", "sent", "late", "seen"}),
    ],
)
def test_list_shows_the_part_that_was_chosen(ward, world, shelf, expected):
    for state in ("draft", "sent", "seen", "withdrawn"):
        make_notice(world.registration, state=state, number=state)
    make_notice(
        world.registration, state="answered", number="answered", answered_on=TODAY
    )
    make_notice(
        world.registration,
        state="sent",
        number="late",
        due_on=TODAY - timedelta(days=1),
    )

    rows = ward.get(LIST, {"phan": shelf}).context["page"].rows

    assert {row.number for row in rows} == expected


def test_list_by_kind_and_by_a_part_of_the_workplaces_name(ward, world, neighbour):
    make_notice(world.registration, number="1")
    make_notice(neighbour, number="2")
    make_notice(neighbour, number="3", kind="book")

    def numbers(**chosen):
        rows = ward.get(LIST, chosen).context["page"].rows
        return {row.number for row in rows}

    assert numbers(loai="book") == {"3"}
    assert numbers(noi="chau van") == {"2", "3"}


def test_list_leaves_out_what_asks_on_nobody_alive(ward, world):
    make_notice(world.registration, state="sent")
    Member.objects.filter(pk=world.member.pk).update(status="dead")

    assert ward.get(LIST).context["page"].rows == []


def test_list_of_a_cell_counts_its_own_people_alone(client, world, neighbour):
    make_notice(world.registration, neighbour, state="sent")
    client.force_login(world.cell_user)

    [row] = client.get(LIST).context["page"].rows

    assert row.n_people == 1


def test_list_says_what_to_do_where_there_is_nothing(ward, workplace):
    assert "Thông báo được lập cho từng nơi công tác" in text_of(ward.get(LIST))
    assert "Khi nơi cư trú gửi thông báo" in text_of(workplace.get(LIST))


@pytest.mark.parametrize("count", [1, 15])
@pytest.mark.parametrize("shelf", ["", "tat-ca"])
def test_list_takes_as_many_statements_for_many_as_for_one(
    ward, world, shelf, count, django_assert_num_queries
):
    for _ in range(count):
        make_notice(world.registration, state="sent")

    # Login 2, wards, page, armed forces, record, counts, posts of the navigation.
    with django_assert_num_queries(8):
        ward.get(LIST, {"phan": shelf})


def test_list_goes_on_page_by_page_in_both_orders(ward, world):
    for number in range(60):
        make_notice(world.registration, state="sent", number=str(number))

    for shelf in ("dang-cho", "tat-ca"):
        first = ward.get(LIST, {"phan": shelf}).context["page"]
        second = ward.get(LIST, {"phan": shelf, "after": first.next}).context["page"]

        numbers = {row.number for row in [*first.rows, *second.rows]}
        assert (len(first.rows), len(second.rows), len(numbers)) == (50, 10, 60)


# Sending


def test_send_asks_first_and_then_sends_all_that_were_ticked(ward, world, neighbour):
    notices = [make_notice(world.registration), make_notice(neighbour)]
    ticks = [f"{one.pk}:{one.version}" for one in notices]

    asked = ward.post(SEND, {"chon": ticks})
    states = set(Notice.objects.values_list("state", flat=True))
    sent = ward.post(SEND, {"chon": ticks, "on": f"{TODAY:%d/%m/%Y}", "gui": "1"})

    assert "Gửi 2 thông báo về 2 đồng chí" in text_of(asked)
    assert states == {"draft"}
    assert sent.url == f"{LIST}?phan=chua-tra-loi"
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}


def test_send_twice_at_once_is_one_success_and_one_sentence(ward, world):
    notice = make_notice(world.registration)
    body = {"chon": [f"{notice.pk}:1"], "on": f"{TODAY:%d/%m/%Y}", "gui": "1"}
    ward.post(SEND, body)

    second = ward.post(SEND, body)

    assert second.status_code == 422
    assert "vừa có người khác sửa hoặc xử lý" in text_of(second)


def test_send_of_anothers_draft_finds_nothing(client, world):
    notice = make_notice(world.registration)
    client.force_login(world.sister_user)

    response = client.post(SEND, {"chon": [f"{notice.pk}:1"], "gui": "1"})

    assert response.url == f"{LIST}?phan=dang-soan"
    assert Notice.objects.get().state == "draft"


# The workplace


def test_workplace_sees_the_cover_until_it_opens_the_notice(workplace, world):
    notice = make_notice(world.registration, state="sent")

    cover = text_of(workplace.get(page("notice_detail", notice)))
    still_sent = Notice.objects.get().state
    workplace.post(page("notice_open", notice))
    opened = text_of(workplace.get(page("notice_detail", notice)))

    assert ("Lê Thị Hòa" in cover, still_sent) == (False, "sent")
    assert ("Lê Thị Hòa" in opened, Notice.objects.get().state) == (True, "seen")


def test_workplace_cannot_print_what_it_has_not_opened(workplace, world):
    notice = make_notice(world.registration, state="sent")

    response = workplace.get(reverse("reports:notice_print", args=[notice.pk]))

    assert response.url == page("notice_detail", notice)


def test_ward_that_is_the_workplace_too_reads_its_own_notice_at_once(world):
    notice = make_notice(world.registration, state="sent")
    both = make_user(Role.RESIDENCE_WARD, world.ward)
    both.assignments.create(
        committee=world.workplace, role=Role.WORKPLACE, valid_from=date(2020, 1, 1)
    )

    assert reads_sealed(world.workplace_user, notice)
    assert not reads_sealed(both, notice)


def test_answer_with_one_measure_for_all_not_chosen_keeps_what_was_chosen(
    workplace, world
):
    second = make_registration(make_member(world.workplace), world.ward)
    notice = make_notice(world.registration, second, state="seen")
    _, two = notice.items.order_by("pk")

    workplace.post(
        page("notice_answer", notice),
        {f"m{two.pk}": "justified", "common": "reminded", "version": 1},
    )

    assert list(notice.items.order_by("pk").values_list("measure", flat=True)) == [
        "reminded",
        "justified",
    ]
    assert Notice.objects.get().state == "answered"


def test_answer_that_lacks_something_keeps_what_was_typed(workplace, world):
    second = make_registration(make_member(world.workplace), world.ward)
    notice = make_notice(world.registration, second, state="seen")
    one, two = notice.items.order_by("pk")

    response = workplace.post(
        page("notice_answer", notice),
        {
            f"m{one.pk}": "other",
            f"t{two.pk}": "Đi công tác xa",
            "answer": "Chi bộ đã họp",
            "version": 1,
        },
    )

    text = response.content.decode()
    assert response.status_code == 422
    assert ("Đi công tác xa" in text, "Chi bộ đã họp" in text) == (True, True)
    assert [row.is_missing for row in response.context["grid"].rows] == [True, True]
    assert Notice.objects.get().state == "seen"


def test_answer_on_an_old_page_after_another_answered_is_told(workplace, world):
    notice = make_notice(
        world.registration, state="answered", answered_on=date(2026, 6, 9)
    )

    response = workplace.post(
        page("notice_answer", notice), {"version": 1}, follow=True
    )

    assert "không có gì phải trả lời" in text_of(response)


def test_answer_of_a_workplace_on_paper_is_typed_in_with_its_day(ward, world):
    stay = make_registration(make_member(world.outside_workplace), world.ward)
    notice = make_notice(stay, state="sent")
    item = notice.items.get()

    ward.post(
        page("notice_answer", notice),
        {f"m{item.pk}": "reminded", "answered_on": "20/06/2026", "version": 1},
    )

    notice.refresh_from_db()
    assert (notice.answered_in_system, notice.answered_on) == (False, date(2026, 6, 20))
    text = text_of(ward.get(page("notice_detail", notice)))
    assert "trả lời trên giấy, nơi cư trú ghi lại" in text


# The writer's page


def test_detail_offers_a_text_without_names_to_the_ward_alone(ward, workplace, world):
    notice = make_notice(
        world.registration, state="seen", number="12-TB/ĐU", due_on=date(2026, 12, 20)
    )

    text = ward.get(page("notice_detail", notice)).context["message_text"]
    others = workplace.get(page("notice_detail", notice)).context["message_text"]

    assert text.startswith(
        "Đảng ủy phường Ninh Kiều có thông báo số 12-TB/ĐU ngày 02/06/2026 về 1 đồng "
        "chí của Sở Y tế, đề nghị trả lời chậm nhất ngày 20/12/2026."
    )
    assert (world.member.full_name in text, "vắng" in text.lower()) == (False, False)
    assert others == ""


def test_detail_of_the_armed_forces_tells_the_ward_no_unit_below(ward, world):
    unit = world.outside_workplace
    below = type(unit).objects.create(
        parent=unit,
        kind="grassroots",
        name="Lữ đoàn 1",
        code="LD1",
        sector="armed_forces",
        path=f"{unit.path}0001",
        valid_from=date(2000, 1, 1),
    )
    notice = make_notice(make_registration(make_member(below), world.ward))

    text = text_of(ward.get(page("notice_detail", notice)))

    assert ("Lữ đoàn 1" in text, "Đảng bộ Quân khu 9" in text) == (False, True)


def test_edit_saves_text_and_strikes_out_and_adds_people(ward, world):
    second = make_registration(make_member(world.workplace), world.ward)
    third = make_registration(make_member(world.workplace), world.ward)
    notice = make_notice(world.registration, second)
    item = notice.items.get(registration=second)

    ward.post(
        page("notice_edit", notice),
        {"text": "Mới", "remove": [item.pk], "add": [third.pk], "version": 1},
    )

    notice.refresh_from_db()
    assert notice.text == "Mới"
    assert {one.registration for one in notice.items.all()} == {
        world.registration,
        third,
    }


def test_edit_refused_keeps_what_was_typed(ward, world):
    notice = make_notice(world.registration)
    item = notice.items.get()

    response = ward.post(
        page("notice_edit", notice),
        {
            "text": "Gõ dở",
            f"note{item.pk}": "Ghi dở",
            "remove": [item.pk],
            "version": 1,
        },
    )

    page_text = response.content.decode()
    assert response.status_code == 422
    assert ("Gõ dở" in page_text, "Ghi dở" in page_text) == (True, True)


def test_edit_on_an_old_page_is_told_of_the_other_hand(ward, world):
    notice = make_notice(world.registration)
    ward.post(page("notice_edit", notice), {"text": "Một", "version": 1})

    response = ward.post(page("notice_edit", notice), {"text": "Hai", "version": 1})

    assert response.status_code == 409
    assert Notice.objects.get().text == "Một"


def test_number_may_be_written_after_sending(ward, world):
    notice = make_notice(world.registration, state="sent")

    ward.post(
        page("notice_number", notice),
        {"number": "12-TB/ĐU", "dated_on": "02/06/2026", "version": 1},
    )

    notice.refresh_from_db()
    assert (notice.number, notice.dated_on) == ("12-TB/ĐU", date(2026, 6, 2))


def test_withdrawn_notice_is_gone_for_the_workplace(ward, workplace, world):
    notice = make_notice(world.registration, state="sent")

    ward.post(page("notice_withdraw", notice), {"version": 1})

    assert workplace.get(page("notice_detail", notice)).status_code == 404
    assert Notice.objects.get().state == "withdrawn"


@pytest.mark.parametrize("count", [1, 25])
def test_detail_takes_as_many_statements_for_many_people_as_for_one(
    ward, world, count, django_assert_num_queries
):
    stays = [
        make_registration(make_member(world.workplace), world.ward, cell=world.cell)
        for _ in range(count)
    ]
    notice = make_notice(*stays, state="sent")

    # Login 2, posts, notice, lines, on paper, record, armed forces twice.
    with django_assert_num_queries(9):
        ward.get(page("notice_detail", notice))


def test_looking_at_a_notice_stands_in_the_record_without_names(ward, world):
    notice = make_notice(world.registration, state="sent")

    ward.get(page("notice_detail", notice))

    event = AuditEvent.objects.get(action="view", object_type="notice")
    assert world.member.full_name not in str(event.facts)


def test_units_to_choose_when_a_cell_was_made_late_stand_by_name(ward, world):
    make_committee(world.ward, kind=Kind.CELL, name="Chi bộ B", receives_members=True)
    make_committee(world.ward, kind=Kind.CELL, name="Chi bộ A", receives_members=True)

    choices = (
        ward.get(START, {"loai": "duty"}).context["form"].fields["don_vi"].queryset
    )

    names = [unit.name for unit in choices]
    assert names[0] == world.ward.name
    assert names[1:3] == ["Chi bộ A", "Chi bộ B"]
