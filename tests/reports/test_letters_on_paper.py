"""Giấy giới thiệu and the ward's answer: printed, as Word, one or many; the code on it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations.models import RuleSet
from members.models import Exemption, Kind, Member, Registration, Role, Sector
from members.services.letters import ask_for_letter, return_letter
from party76.audit.models import Action, AuditEvent
from reports.documents.qr import code_image
from reports.models import SignatureBlock
from reports.views import documents
from tests.factories.members import (
    make_committee,
    make_exemption,
    make_member,
    make_post,
    make_registration,
    make_user,
)
from tests.factories.reports import make_document_form
from tests.factories.residence import make_notice
from tests.factories.world import make_world
from tests.reports.reading import text_of
from tests.reports.word import make_form, pictures, sections, word_text

pytestmark = pytest.mark.django_db

State = Registration.State
GAP = "\u00a0"


@pytest.fixture
def world():
    return make_world()


def make_letter(world, *, state=State.SENT, member=None, ward=None, **fields):
    member = member or make_member(world.workplace, full_name="Trần Văn Sách")
    if state != State.DRAFT:
        fields.setdefault("sent_on", date(2026, 1, 5))
    return Registration.objects.create(
        member=member,
        workplace=member.workplace,
        ward=ward or world.ward,
        state=state,
        **fields,
    )


def printed(client, user, letter) -> str:
    client.force_login(user)
    return text_of(client.get(reverse("reports:letter_print", args=[letter.pk])))


def as_word(client, user, letter) -> bytes:
    client.force_login(user)
    return client.get(reverse("reports:letter_word", args=[letter.pk])).content


# One letter


def test_letter_when_nothing_is_written_in_leaves_number_day_and_receipt_open(
    client, world
):
    letter = make_letter(world, state=State.DRAFT)

    text = printed(client, world.workplace_user, letter)

    assert (
        f"Số{GAP * 8}-GGT/ĐU"
        in client.get(
            reverse("reports:letter_print", args=[letter.pk])
        ).content.decode()
    )
    assert text.count("ngày tháng năm") == 2
    assert "Giới thiệu về chi bộ ………………" in text


def test_letter_names_both_committees_the_person_and_what_is_asked(client, world):
    member = make_member(
        world.workplace,
        full_name="Trần Văn Sách",
        gender="male",
        birth_date=date(1980, 10, 7),
        admitted_on=date(2005, 2, 3),
        official_on=date(2006, 2, 3),
        address="Số 12, khu vực 1",
        position="Trưởng phòng",
    )
    letter = make_letter(
        world, member=member, letter_number="05-GGT/ĐU", letter_date=date(2026, 2, 5)
    )

    text = printed(client, world.workplace_user, letter)

    for words in (
        "SỞ Y TẾ",
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "Số 05-GGT/ĐU",
        "ngày 05 tháng 02 năm 2026",
        "GIẤY GIỚI THIỆU",
        "Kính gửi: Đảng ủy phường Ninh Kiều",
        "<strong>Trần Văn Sách</strong>. Giới tính: Nam.",
        "Ngày sinh: 07/10/1980.",
        "Ngày vào Đảng: 03/02/2005. Ngày chính thức: 03/02/2006.",
        "Hiện sinh hoạt đảng tại: Sở Y tế.",
        "Số 12, khu vực 1, phường Ninh Kiều.",
        "ĐẢNG ỦY (CHI ỦY) NƠI CƯ TRÚ",
    ):
        assert words in text
    assert "miễn sinh hoạt" not in text
    assert "Trưởng phòng" not in text


def test_letter_without_an_address_names_the_place_not_its_committee(client, world):
    letter = make_letter(world, member=make_member(world.workplace, address=""))

    on_paper = printed(client, world.workplace_user, letter)
    in_word = word_text(as_word(client, world.workplace_user, letter))

    assert "Nơi cư trú: phường Ninh Kiều." in on_paper
    assert "Nơi cư trú: phường Ninh Kiều." in in_word


def test_letter_of_a_later_month_has_no_zero_before_it(client, world):
    letter = make_letter(world, letter_number="9", letter_date=date(2026, 3, 15))

    assert "ngày 15 tháng 3 năm 2026" in printed(client, world.workplace_user, letter)


def test_letter_received_fills_in_the_block_of_the_residence(client, world):
    member = make_member(world.workplace)
    stay = make_registration(
        member,
        world.ward,
        cell=world.cell,
        sent_on=date(2026, 1, 5),
        received_on=date(2026, 1, 12),
        receipt_number="17",
    )

    text = printed(client, world.ward_user, stay)

    assert "Đã tiếp nhận ngày 12 tháng 01 năm 2026" in text
    assert "Số tiếp nhận: 17" in text
    assert "Giới thiệu về Chi bộ Khu vực 1" in text


def test_letter_of_an_exempt_member_says_so_with_its_ground(client, world):
    letter = make_letter(world)
    Exemption.objects.create(
        registration=letter,
        ground=Exemption.Ground.STUDY,
        document="QĐ số 5",
        valid_from=date(2026, 1, 1),
    )

    text = printed(client, world.workplace_user, letter)

    assert (
        "Thuộc đối tượng giới thiệu nhưng được miễn sinh hoạt nơi cư trú: Học tập trung "
        "12 tháng trong năm, học sinh, sinh viên xa nhà (QĐ số 5)." in text
    )


def test_letter_is_silent_on_an_exemption_that_came_years_later(client, world):
    stay = world.registration
    stay.sent_on = date(2012, 1, 1)
    stay.save()
    make_exemption(stay, valid_from=date(2020, 1, 1))

    text = printed(client, world.workplace_user, stay)

    assert "Lê Thị Hòa" in text
    assert "miễn sinh hoạt" not in text


def test_letter_has_heading_signature_and_rules_in_force_on_its_day(client, world):
    for day, signer in ((date(2020, 1, 1), "Lê Cũ"), (date(2026, 6, 1), "Lê Mới")):
        SignatureBlock.objects.create(
            committee=world.workplace,
            valid_from=day,
            superior="ĐẢNG BỘ THÀNH PHỐ",
            issuer="ĐẢNG ỦY SỞ Y TẾ",
            place="Cần Thơ",
            on_behalf="T/M ĐẢNG ỦY",
            title="BÍ THƯ",
            signer=signer,
        )
    for code, day in (("76", date(2000, 6, 15)), ("213", date(2020, 1, 2))):
        RuleSet.objects.create(
            committee=world.city, code=code, name=f"Quy định {code}", valid_from=day
        )
    letter = make_letter(world, letter_date=date(2021, 5, 1))
    old = make_letter(
        world, member=make_member(world.workplace), letter_date=date(2013, 5, 1)
    )

    text = printed(client, world.workplace_user, letter)
    old_text = printed(client, world.workplace_user, old)

    assert "Lê Cũ" in text
    assert "Lê Mới" not in text
    assert "Căn cứ Quy định 213;" in text
    assert "Căn cứ Quy định 76;" in old_text


def test_letter_of_a_cell_is_signed_by_the_body_above_it(client, world):
    cell = make_committee(world.workplace, kind=Kind.CELL, name="Chi bộ Văn phòng")
    letter = make_letter(world, member=make_member(cell))

    text = printed(client, world.workplace_user, letter)

    assert "T/M SỞ Y TẾ" in text
    assert "Hiện sinh hoạt đảng tại: Chi bộ Văn phòng." in text


def test_letter_of_the_armed_forces_names_the_whole_alone(client, world):
    squad = make_committee(
        world.outside_workplace,
        kind=Kind.CELL,
        name="Chi bộ Tiểu đoàn 2",
        sector=Sector.ARMED_FORCES,
    )
    letter = make_letter(world, member=make_member(squad, position="Tiểu đoàn trưởng"))

    page = printed(client, world.ward_user, letter)
    word = word_text(as_word(client, world.ward_user, letter))

    for text in (page, word):
        assert "Đảng bộ Quân khu 9" in text
        assert "Tiểu đoàn" not in text


def test_letter_stays_that_of_its_writer_after_a_change_of_work(client, world):
    stay = world.registration
    stay.sent_on = date(2012, 1, 1)
    stay.save()
    first = stay.placements.get()
    first.workplace = world.other_workplace
    first.save()

    text = printed(client, world.workplace_user, stay)

    assert "Hiện sinh hoạt đảng tại: Trường THPT Châu Văn Liêm." in text


def test_letter_of_a_stay_that_ended_reads_as_the_person_was_then(client, world):
    member = make_member(world.workplace, full_name="Tên Mới", address="Nơi ở mới")
    stay = make_registration(
        member,
        world.sister_ward,
        sent_on=date(2012, 1, 1),
        ended_on=date(2020, 1, 1),
        identity_at_end={"full_name": "Tên Cũ", "birth_date": "1980-10-07"},
    )

    text = printed(client, world.sister_user, stay)

    assert "Tên Cũ" in text
    assert "Tên Mới" not in text
    assert "Nơi ở mới" not in text


def returned_letter_of_the_renamed(world):
    """The ward gave it back; afterwards the name was put right."""
    letter = make_letter(world)
    letter = return_letter(
        letter, reason="Không cư trú", version=letter.version, by=world.ward_user
    )
    Member.objects.filter(pk=letter.member_id).update(full_name="Tên Mới")
    return letter


@pytest.mark.parametrize("page", ["letter_print", "reply_print", "paper_pick"])
def test_letter_when_returned_reads_to_the_ward_as_the_person_was_then(
    client, world, page
):
    letter = returned_letter_of_the_renamed(world)
    # A post elsewhere makes nobody stand above this letter.
    make_post(world.ward_user, Role.DEPARTMENT, world.sister_ward)
    url, only_returned = reverse("reports:paper_pick"), {"tinh_trang": "returned"}
    if page != "paper_pick":
        url = reverse(f"reports:{page}", args=[letter.pk])

    client.force_login(world.ward_user)
    ward = client.get(url, only_returned).content.decode()
    client.force_login(world.department_user)
    above = client.get(url, only_returned).content.decode()

    assert ("Trần Văn Sách" in ward, "Tên Mới" in ward) == (True, False)
    assert ("Trần Văn Sách" in above, "Tên Mới" in above) == (False, True)


def test_printing_is_put_on_record(client, world):
    letter = make_letter(world)

    printed(client, world.workplace_user, letter)
    as_word(client, world.workplace_user, letter)

    events = AuditEvent.objects.filter(action=Action.EXPORT).order_by("pk")
    assert [(event.object_key, event.facts["as"]) for event in events] == [
        (str(letter.pk), "print"),
        (str(letter.pk), "word"),
    ]


# Who may


@pytest.mark.parametrize(
    ("user", "state", "status"),
    [
        ("workplace_user", State.DRAFT, 200),
        ("ward_user", State.DRAFT, 404),
        ("department_user", State.DRAFT, 403),
        ("inspector_user", State.DRAFT, 403),
        ("other_workplace_user", State.SENT, 404),
        ("sister_user", State.SENT, 404),
        ("ward_user", State.SENT, 200),
        ("inspector_user", State.SENT, 200),
        ("workplace_user", State.WITHDRAWN, 403),
        ("ward_user", State.WITHDRAWN, 404),
    ],
)
@pytest.mark.parametrize("page", ["letter_print", "letter_word"])
def test_letter_goes_to_its_two_sides_and_those_above(
    client, world, user, state, status, page
):
    letter = make_letter(world, state=state)
    client.force_login(getattr(world, user))

    response = client.get(reverse(f"reports:{page}", args=[letter.pk]))

    assert response.status_code == status


@pytest.mark.parametrize(
    ("page", "stay", "who", "status"),
    [
        ("letter_print", "typed", "ward_user", 403),
        ("letter_print", "typed", "workplace_user", 403),
        ("reply_print", "typed", "ward_user", 200),
        ("letter_word", "asked", "ward_user", 403),
        ("letter_print", "asked", "workplace_user", 403),
        ("reply_print", "asked", "ward_user", 403),
        ("reply_word", "asked", "department_user", 403),
    ],
)
def test_letter_that_was_never_written_is_no_paper(
    client, world, page, stay, who, status
):
    """Typed in from paper; or asked for by the ward, which took its request back."""
    asked = ask_for_letter(
        make_member(world.workplace),
        ward=world.ward,
        cell=None,
        on=date(2026, 1, 5),
        by=world.ward_user,
    )
    asked = return_letter(
        asked, reason="Nhầm người", version=asked.version, by=world.ward_user
    )
    stays = {"typed": world.registration, "asked": asked}
    client.force_login(getattr(world, who))

    response = client.get(reverse(f"reports:{page}", args=[stays[stay].pk]))

    assert response.status_code == status


@pytest.mark.parametrize(
    ("who", "kind", "number"),
    [
        ("ward_user", "giay", 0),
        ("workplace_user", "giay", 0),
        ("ward_user", "tra-loi", 1),
    ],
)
def test_pick_offers_no_letter_that_was_never_written(client, world, who, kind, number):
    make_letter(world, state=State.RETURNED, sent_on=None, asked_on=date(2026, 1, 5))
    client.force_login(getattr(world, who))

    page = client.get(
        reverse("reports:paper_pick"), {"loai": kind, "tinh_trang": "tat-ca"}
    )

    assert page.context["total"] == number


# The code


def test_code_holds_the_address_of_the_record_and_nothing_of_the_person(client, world):
    letter = make_letter(world)

    page = printed(client, world.workplace_user, letter)

    address = f"http://testserver/giay/{letter.pk}/"
    assert f'src="{code_image(address)}"' in page


def test_code_of_a_draft_is_printed_with_the_word_to_send_it_first(client, world):
    draft = make_letter(world, state=State.DRAFT)
    member = make_member(world.workplace, full_name="Lê Văn Gửi")
    sent = make_letter(world, member=member)
    words = "bấm “Gửi giấy giới thiệu” trước khi chuyển giấy"

    told = {
        one: words in printed(client, world.workplace_user, one)
        for one in (draft, sent)
    }

    assert told == {draft: True, sent: False}


def test_code_without_login_shows_nothing(client, world):
    letter = make_letter(world)

    response = client.get(f"/giay/{letter.pk}/", follow=True)
    unknown = client.get("/giay/999999/", follow=True)

    assert response.redirect_chain == [(f"/dang-nhap/?next=/giay/{letter.pk}/", 302)]
    assert "Trần Văn Sách" not in text_of(response)
    assert unknown.redirect_chain == [("/dang-nhap/?next=/giay/999999/", 302)]


@pytest.mark.parametrize(
    ("user", "leads_to"),
    [
        ("ward_user", "members:registration_receive"),
        ("workplace_user", "reports:member_file"),
        ("department_user", "reports:member_file"),
        ("sister_user", None),
        ("other_workplace_user", None),
        ("admin_user", None),
    ],
)
def test_code_leads_whoever_may_see_it_to_what_comes_next(
    client, world, user, leads_to
):
    letter = make_letter(world)
    client.force_login(getattr(world, user))

    response = client.get(reverse("reports:letter_open", args=[letter.pk]))

    if leads_to is None:
        assert response.status_code == 404
        return
    key = letter.pk if "receive" in leads_to else letter.member_id
    assert response["Location"] == reverse(leads_to, args=[key])


def test_code_of_a_draft_opens_nothing_for_the_ward(client, world):
    letter = make_letter(world, state=State.DRAFT)
    client.force_login(world.ward_user)

    response = client.get(reverse("reports:letter_open", args=[letter.pk]))

    assert response.status_code == 404


# Word


def test_word_letter_reads_as_the_printed_one(client, world):
    letter = make_letter(world, letter_number="05-GGT/ĐU")

    content = as_word(client, world.workplace_user, letter)

    text = word_text(content)
    for words in (
        "GIẤY GIỚI THIỆU",
        "Số 05-GGT/ĐU",
        "Kính gửi: Đảng ủy phường Ninh Kiều",
        "Họ và tên: Trần Văn Sách.",
        f"Đã tiếp nhận ngày{GAP * 5}tháng{GAP * 5}năm",
        "Giới thiệu về chi bộ ………………",
    ):
        assert words in text
    assert "miễn sinh hoạt" not in text
    assert "{" not in text
    assert pictures(content) == 1


def test_word_letter_leaves_names_as_they_are(client, world):
    name = '<b>Trần</b> & "Sách" {{ so_the }} {% if x %}'
    letter = make_letter(world, member=make_member(world.workplace, full_name=name))

    text = word_text(as_word(client, world.workplace_user, letter))

    assert f"Họ và tên: {name}." in text


def test_word_letter_is_made_with_the_form_of_the_office(client, world):
    form = make_form("Mẫu riêng: {{ ho_ten }}, {{ don_vi }}")
    make_document_form(world.workplace, "letter", by=world.workplace_user, content=form)
    own = make_letter(world)
    other = make_letter(world, member=make_member(world.other_workplace))

    text = word_text(as_word(client, world.workplace_user, own))
    other_text = word_text(as_word(client, world.other_workplace_user, other))

    assert "Mẫu riêng: Trần Văn Sách, Sở Y tế" in text
    assert "Mẫu riêng" not in other_text


def test_word_letter_whose_form_cannot_be_filled_says_so(client, world):
    broken = make_form("{{ khong_co }}")
    make_document_form(
        world.workplace, "letter", by=world.workplace_user, content=broken
    )
    letter = make_letter(world)
    client.force_login(world.workplace_user)

    response = client.get(reverse("reports:letter_word", args=[letter.pk]), follow=True)

    assert "Mẫu có trường mà hệ thống không biết: khong_co." in text_of(response)


# Many at once


def many(client, page, query="", **body):
    return client.post(reverse(f"reports:{page}") + query, body)


def test_many_letters_stand_each_on_a_page_of_its_own(client, world):
    letters = [
        make_letter(world, member=make_member(world.workplace)) for _ in range(3)
    ]
    client.force_login(world.workplace_user)

    page = many(client, "letters_print", chon=[one.pk for one in letters])
    word = many(client, "letters_word", chon=[one.pk for one in letters])

    assert page.content.decode().count('<article class="paper letter">') == 3
    assert sections(word.content) == 3
    assert [one.member.full_name in word_text(word.content) for one in letters] == [
        True
    ] * 3
    assert pictures(word.content) == 3


def test_many_letters_leave_out_what_is_not_the_users_own(client, world):
    own = make_letter(world)
    other = make_letter(
        world, member=make_member(world.other_workplace, full_name="Vũ Văn Lạ")
    )
    client.force_login(world.workplace_user)

    text = text_of(many(client, "letters_print", chon=[own.pk, other.pk]))

    assert ("Trần Văn Sách" in text, "Vũ Văn Lạ" in text) == (True, False)


def test_all_letters_of_one_ward_are_printed_by_its_filter(client, world):
    here = make_member(world.workplace, full_name="Người Ninh Kiều")
    there = make_member(world.workplace, full_name="Người Cái Khế")
    make_letter(world, member=here)
    make_letter(world, member=there, ward=world.sister_ward)
    client.force_login(world.workplace_user)

    text = text_of(
        many(
            client,
            "letters_print",
            f"?noi_cu_tru={world.sister_ward.pk}",
            tat_ca="1",
        )
    )

    assert ("Người Ninh Kiều" in text, "Người Cái Khế" in text) == (False, True)


def test_letters_of_offices_with_forms_of_their_own_come_in_one_archive(client, world):
    make_document_form(
        world.workplace,
        "letter",
        by=world.workplace_user,
        content=make_form("Riêng: {{ ho_ten }}"),
    )
    letters = [
        make_letter(world, member=make_member(unit))
        for unit in (world.workplace, world.other_workplace)
    ]
    client.force_login(world.department_user)

    response = many(client, "letters_word", chon=[one.pk for one in letters])

    assert response["Content-Type"] == "application/zip"


def test_more_letters_than_fit_are_refused_in_a_sentence(client, world, monkeypatch):
    monkeypatch.setattr(documents, "MOST_AT_ONCE", 1)
    for _ in range(2):
        make_letter(world, member=make_member(world.workplace))
    client.force_login(world.workplace_user)

    response = client.post(
        reverse("reports:letters_print"), {"tat_ca": "1"}, follow=True
    )

    assert "Có 2 giấy; mỗi lần in nhiều nhất 1." in text_of(response)


def test_no_letter_ticked_is_told(client, world):
    client.force_login(world.workplace_user)

    response = client.post(reverse("reports:letters_print"), follow=True)

    assert "Đồng chí đánh dấu ít nhất một người để in." in text_of(response)


def test_pick_shows_first_what_is_on_its_way_and_finds_names_by_post(client, world):
    make_letter(world)
    make_letter(world, member=make_member(world.workplace, full_name="Vũ Văn Khác"))
    client.force_login(world.workplace_user)

    def names(response):
        return [one.shown_name for one in response.context["page"].rows]

    url = reverse("reports:paper_pick")
    assert names(client.get(url)) == ["Vũ Văn Khác", "Trần Văn Sách"]
    assert names(client.post(url, {"q": "sach"})) == ["Trần Văn Sách"]
    assert names(client.get(url, {"q": "sach"})) == ["Vũ Văn Khác", "Trần Văn Sách"]
    # She was typed in from paper: no letter of hers was written here.
    assert names(client.get(url, {"tinh_trang": "tat-ca"})) == [
        "Vũ Văn Khác",
        "Trần Văn Sách",
    ]


@pytest.mark.parametrize("page", ["paper_pick", "letters_print", "letters_word"])
def test_number_of_queries_does_not_grow_with_the_letters(client, world, page):
    client.force_login(world.department_user)

    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            if page == "paper_pick":
                response = client.get(reverse("reports:paper_pick"))
            else:
                response = many(client, page, tat_ca="1")
        assert response.status_code == 200
        return len(queries)

    def add():
        cell = make_committee(world.workplace, kind=Kind.CELL)
        ward = make_committee(world.city, receives_members=True)
        letter = make_letter(world, member=make_member(cell), ward=ward)
        make_exemption(letter, valid_from=date(2026, 1, 1))

    add()
    one = count()
    for _ in range(3):
        add()

    assert count() == one


# What the ward answers


def reply(client, world, page="replies_print", **body):
    client.force_login(world.ward_user)
    return many(client, page, **(body or {"tat_ca": "1"}))


def test_reply_tells_each_workplace_who_was_received_and_who_returned(client, world):
    make_letter(
        world,
        state=State.RETURNED,
        return_reason="Không cư trú tại phường",
        letter_number="7-GGT/ĐU",
    )
    make_registration(
        make_member(world.other_workplace, full_name="Vũ Văn Khác"), world.ward
    )

    response = reply(client, world)

    text = text_of(response)
    assert response.content.decode().count("<article") == 2
    assert "Kính gửi: Sở Y tế" in text
    assert "Kính gửi: Trường THPT Châu Văn Liêm" in text
    assert "Trả lại. Lý do: Không cư trú tại phường" in text
    assert "Đã tiếp nhận ngày 01/01/2012" in text
    assert "7-GGT/ĐU" in text


def test_reply_in_word_has_the_same_lines(client, world):
    make_letter(world, state=State.RETURNED, return_reason="Không cư trú <ở> đây")

    text = word_text(reply(client, world, "replies_word").content)

    assert "Kính gửi: Sở Y tế" in text
    assert "Đảng ủy phường Ninh Kiều thông báo kết quả tiếp nhận 2 đồng chí" in text
    assert "Trả lại. Lý do: Không cư trú <ở> đây" in text
    assert "Đã tiếp nhận ngày 01/01/2012" in text
    assert f"Số{GAP * 8}-TB/ĐU" in text


def test_reply_about_one_person_is_printed_from_his_file(client, world):
    client.force_login(world.ward_user)
    page = reverse("reports:reply_print", args=[world.registration.pk])

    file = client.get(reverse("reports:member_file", args=[world.member.pk]))
    text = text_of(client.get(page))

    assert f'href="{page}"' in file.content.decode()
    assert "Lê Thị Hòa" in text
    assert "thông báo kết quả tiếp nhận 1 đồng chí" in text


def test_reply_waits_for_an_answer_to_be_told(client, world):
    letter = make_letter(world)
    client.force_login(world.ward_user)

    response = client.get(reverse("reports:reply_print", args=[letter.pk]))

    assert response.status_code == 403


# Notices


def test_notice_in_word_has_its_people_and_their_facts(client, world):
    notice = make_notice(world.registration, text="Đề nghị <nhắc> nhở.")
    client.force_login(world.ward_user)

    response = client.get(reverse("reports:notice_word", args=[notice.pk]))

    text = word_text(response.content)
    assert "Về việc đảng viên vắng sinh hoạt nơi cư trú" in text
    assert "cư trú, Đảng ủy phường Ninh Kiều thông báo về 1 đồng chí" in text
    assert "Lê Thị Hòa" in text
    assert "Dự 0/1 kỳ họp 6 tháng đầu năm 2026." in text
    assert "Đề nghị <nhắc> nhở." in text


def test_notice_that_the_workplace_has_not_opened_is_no_word_file_yet(client, world):
    notice = make_notice(world.registration, state="sent")
    client.force_login(world.workplace_user)

    response = client.get(reverse("reports:notice_word", args=[notice.pk]))

    assert response["Location"] == reverse("residence:notice_detail", args=[notice.pk])


def test_links_lead_from_list_and_file_to_the_paper(client, world):
    letter = make_letter(world)
    client.force_login(world.workplace_user)

    file = client.get(reverse("reports:member_file", args=[letter.member_id]))
    letters = client.get(reverse("members:letter_list"))

    assert reverse("reports:letter_print", args=[letter.pk]) in text_of(file)
    assert reverse("reports:paper_pick") in text_of(letters)


def test_cell_reads_no_letter_though_it_has_the_member(client, world):
    user = make_user(Role.RESIDENCE_CELL, world.cell)
    client.force_login(user)

    response = client.get(reverse("reports:letter_print", args=[world.registration.pk]))

    assert response.status_code == 403
