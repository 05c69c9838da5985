"""A notice as it goes out on paper."""

from datetime import date

import pytest
from django.urls import reverse

from evaluations.models import RuleSet
from party76.audit.models import AuditEvent
from reports.models import SignatureBlock
from tests.factories.members import make_member, make_registration
from tests.factories.residence import make_notice
from tests.factories.world import make_world
from tests.reports.reading import text_of
from tests.reports.word import word_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def paper(client, notice, user):
    client.force_login(user)
    return text_of(client.get(reverse("reports:notice_print", args=[notice.pk])))


def test_paper_of_a_draft_leaves_number_and_day_open(client, world):
    notice = make_notice(world.registration, text="Đề nghị nhắc nhở.")

    text = paper(client, notice, world.ward_user)

    assert "ĐẢNG ỦY PHƯỜNG NINH KIỀU" in text
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in text
    assert "-TB/ĐU" in text
    assert "Về việc đảng viên vắng sinh hoạt nơi cư trú" in text
    assert "Lê Thị Hòa" in text
    assert "Dự 0/1 kỳ họp 6 tháng đầu năm 2026." in text
    assert "Đề nghị nhắc nhở." in text
    assert "2026 của Đảng ủy" not in text


def test_paper_bears_number_day_and_due_day_once_written_in(client, world):
    notice = make_notice(
        world.registration,
        state="sent",
        number="12-TB/ĐU",
        dated_on=date(2026, 6, 2),
        due_on=date(2026, 6, 20),
    )

    text = paper(client, notice, world.ward_user)

    assert "Số 12-TB/ĐU" in text
    assert "ngày 02 tháng 6 năm 2026" in text
    assert "Đề nghị trả lời chậm nhất ngày 20/06/2026." in text


@pytest.mark.parametrize("way", ["notice_print", "notice_word"])
def test_paper_names_the_rules_in_force_for_the_ward_and_its_sign(client, world, way):
    RuleSet.objects.create(
        committee=world.city, name="Quy định số 999-QĐ/TU", valid_from=date(2020, 1, 1)
    )
    notice = make_notice(world.registration, state="sent")
    client.force_login(world.ward_user)

    answer = client.get(reverse(f"reports:{way}", args=[notice.pk]))

    text = text_of(answer) if way == "notice_print" else word_text(answer.content)
    assert "Quy định số 999-QĐ/TU" in text
    assert "-TB/ĐU" in text


def test_paper_has_the_signature_block_in_force_on_its_day(client, world):
    for day, signer in ((date(2020, 1, 1), "Trần Cũ"), (date(2026, 6, 1), "Lê Mới")):
        SignatureBlock.objects.create(
            committee=world.ward,
            valid_from=day,
            superior="ĐẢNG BỘ THÀNH PHỐ CẦN THƠ",
            issuer="ĐẢNG ỦY PHƯỜNG NINH KIỀU",
            place="Ninh Kiều",
            on_behalf="T/M BAN THƯỜNG VỤ",
            title="PHÓ BÍ THƯ",
            signer=signer,
        )
    notice = make_notice(
        world.registration, state="sent", dated_on=date(2026, 5, 30), number="1"
    )

    text = paper(client, notice, world.ward_user)

    assert "T/M BAN THƯỜNG VỤ" in text
    assert ("Trần Cũ" in text, "Lê Mới" in text) == (True, False)


def test_paper_and_word_name_the_rules_in_force_on_its_day(client, world):
    for day, name in ((date(2020, 1, 1), "Quy định 213"), (date(2026, 6, 1), "Mới")):
        RuleSet.objects.create(
            committee=world.city, code=name, name=name, valid_from=day
        )
    notice = make_notice(world.registration, state="sent", dated_on=date(2026, 5, 30))

    printed = paper(client, notice, world.ward_user)
    word = client.get(reverse("reports:notice_word", args=[notice.pk]))

    told = "Thực hiện Quy định 213, Đảng ủy phường Ninh Kiều thông báo về"
    assert told in printed
    assert told in word_text(word.content)


def test_paper_without_rules_written_down_names_none(client, world):
    notice = make_notice(world.registration, state="sent")

    printed = paper(client, notice, world.ward_user)
    word = client.get(reverse("reports:notice_word", args=[notice.pk]))

    sentence = "Thực hiện quy định về đảng viên đang công tác giữ mối liên hệ"
    assert sentence in printed
    assert sentence in word_text(word.content)


def test_paper_has_a_slip_to_answer_on_with_room_for_the_measure(client, world):
    notice = make_notice(world.registration, state="sent")

    text = paper(client, notice, world.ward_user)

    assert "TRẢ LỜI THÔNG BÁO" in text
    assert "Đã nhắc nhở" not in text


def test_paper_of_an_answered_notice_shows_the_measures(client, world):
    notice = make_notice(
        world.registration,
        state="answered",
        answered_on=date(2026, 6, 9),
        answer="Chi bộ đã họp.",
    )
    notice.items.update(measure="reminded")

    text = paper(client, notice, world.workplace_user)

    assert "Đã nhắc nhở" in text
    assert "Chi bộ đã họp." in text


def test_paper_for_a_cell_names_its_own_people_alone(client, world):
    other = make_registration(
        make_member(world.workplace, full_name="Trần Văn An"),
        world.ward,
        cell=world.sister_cell,
    )
    notice = make_notice(world.registration, other, state="sent")

    text = paper(client, notice, world.cell_user)

    assert ("Lê Thị Hòa" in text, "Trần Văn An" in text) == (True, False)


def test_paper_names_who_has_no_cell_yet(client, world):
    stay = make_registration(
        make_member(world.workplace, full_name="Ngô Mới"), world.ward
    )

    text = paper(client, make_notice(stay), world.ward_user)

    assert "Ngô Mới" in text


def test_printing_is_noted_with_the_number_of_people(client, world):
    notice = make_notice(world.registration, state="sent")

    paper(client, notice, world.ward_user)

    event = AuditEvent.objects.get(action="export")
    assert (event.object_type, event.object_key, event.count) == (
        "notice",
        str(notice.pk),
        1,
    )
