"""Word forms of an office: what is taken, which one is in force, who may change them."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members.models import Kind as UnitKind
from party76.audit.models import AuditEvent
from reports.documents import word
from reports.documents.fields import FORM_FIELDS
from reports.documents.word import check_form, sample_paper, shipped_form
from reports.models import DocumentTemplate
from reports.queries.document_forms import FormsOfUnits, latest_of
from reports.services.document_forms import (
    CHANGED,
    mark_of,
    put_form,
    return_to_ours,
)
from tests.factories.members import make_committee
from tests.factories.reports import make_document_form
from tests.factories.world import make_world
from tests.reports.reading import text_of
from tests.reports.word import make_form, word_text

Kind = DocumentTemplate.Kind
TODAY = timezone.localdate()
TOMORROW = TODAY + timedelta(days=1)
FORM = make_form("Mẫu riêng: {{ ho_ten }}")


# What is taken


@pytest.mark.parametrize("kind", Kind)
def test_forms_of_the_system_can_be_filled_and_use_every_field_they_name(kind):
    check_form(shipped_form(kind), kind)

    text = word_text(sample_paper(shipped_form(kind), kind))

    assert "{" not in text
    assert "%" not in text
    assert "Nguyễn Văn Mẫu" in text


def test_letter_of_the_system_has_all_that_the_form_of_hd33_asks_for():
    text = word_text(sample_paper(shipped_form(Kind.LETTER), Kind.LETTER))

    for field in FORM_FIELDS[Kind.LETTER]:
        if field.name not in {"ma_qr", "so_the"}:
            assert str(field.sample) in text


def with_part(name: str, content: bytes, *, form: bytes = FORM) -> bytes:
    """The form with one more part, or another content of one."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(form)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return packed.getvalue()


EXTERNAL = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" Type="http://x/attachedTemplate" Target="http://evil/a.dotm" '
    b'TargetMode="External"/></Relationships>'
)
BOMB = b"<x>" + b"0" * (31 * 1024 * 1024) + b"</x>"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"Chao", "không phải văn bản Word"),
        (b"PK\x03\x04hong", "bị hỏng"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "kiểu cũ (.doc)"),
        (b"PK" + b"0" * word.MAX_BYTES, "lớn hơn 2 MB"),
        (with_part("word/vbaProject.bin", b"x"), "macro"),
        (with_part("word/embeddings/a.docx", b"x"), "tệp nhúng"),
        (with_part("word/_rels/document.xml.rels", EXTERNAL), "từ nơi khác"),
        (
            with_part("word/styles.xml", b"<!DOCTYPE x [<!ENTITY a 'a'>]><x/>"),
            "bị hỏng",
        ),
        (with_part("word/styles.xml", BOMB), "quá lớn"),
        (with_part("../../etc/passwd", b"x"), "bị hỏng"),
        (make_form("Không có gì"), "không có trường nào"),
        (make_form("{{ ho_ten }}", header="{{ don_vi }}"), "đầu trang, chân trang"),
        (make_form("{{ ho_ten }} {{ ten }} {{ lop }}"), "không biết: ten, lop."),
        (make_form("{{ ho_ten"), "viết chưa đúng, gần chỗ: “ho_ten”"),
        (make_form("{% if ho_ten %}{{ ho_ten }}"), "viết chưa đúng"),
        (make_form("{{ ho_ten.__class__ }}"), "không biết: ho_ten.__class__"),
        (make_form("{{ ho_ten.format(1) }}"), "dùng “( )”"),
        (make_form("{{ range(9999999) }}"), "dùng “( )”"),
        (make_form("{{ ho_ten|center(999999999) }}"), "dùng “|”"),
        (make_form("{{ ho_ten[0] }}"), "dùng “[ ]”"),
        (make_form("{{ 'a' * 999999999 }}"), "không được phép"),
        (make_form("{% include 'x' %}"), "dùng “include”"),
        (make_form("{% set a = ho_ten %}{{ a }}"), "dùng “set”"),
        (make_form("{% for a in ho_ten %}{{ a }}{% endfor %}"), "không biết: ho_ten"),
    ],
    ids=range(24),
)
def test_form_that_is_not_taken_says_why(content, sentence):
    with pytest.raises(ValidationError) as refused:
        check_form(content, Kind.LETTER)

    assert sentence in refused.value.messages[0]


def test_form_with_a_list_in_its_own_list_is_not_taken():
    inner = "{% for e in danh_sach %}{{ e.ho_ten }}{% endfor %}"
    form = make_form(f"{{% for d in danh_sach %}}{inner}{{% endfor %}}")

    with pytest.raises(ValidationError, match="không biết: danh_sach"):
        check_form(form, Kind.REPLY)


def test_form_may_ask_whether_a_field_is_filled_and_repeat_its_list():
    form = make_form(
        "{% if can_cu and not so_dong_chi %}A{% else %}B{% endif %}",
        "{% for d in danh_sach %}{{ d.tt }}. {{ d.ho_ten }}; {% endfor %}",
    )

    text = word_text(sample_paper(form, Kind.REPLY))

    assert text.splitlines() == ["B", "1. Nguyễn Văn Mẫu; 2. Nguyễn Văn Mẫu; "]


def test_form_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(word, "CHECK_SECONDS", 0.01)

    with pytest.raises(ValidationError, match="trong thời gian cho phép"):
        check_form(FORM, Kind.LETTER)


# Which one is in force


@pytest.fixture
def world(db):
    return make_world()


def in_force(unit, kind=Kind.LETTER, *, on=TODAY):
    return FormsOfUnits(kind, [unit]).of(unit, on=on)


@pytest.mark.django_db
def test_form_nearest_upwards_and_latest_in_force_wins(world):
    cell = make_committee(world.workplace, kind=UnitKind.CELL)
    by = world.department_user
    of_city = make_document_form(world.city, Kind.LETTER, by=by)
    early = make_document_form(
        world.workplace, Kind.LETTER, by=by, valid_from=date(2020, 1, 1)
    )
    late = make_document_form(
        world.workplace, Kind.LETTER, by=by, valid_from=date(2025, 1, 1)
    )
    make_document_form(world.workplace, Kind.LETTER, by=by, valid_from=TOMORROW)
    make_document_form(cell, Kind.REPLY, by=by)

    assert in_force(cell) == late
    assert in_force(cell, on=date(2024, 12, 31)) == early
    assert in_force(cell, on=date(2019, 12, 31)) == of_city
    assert in_force(world.other_workplace) == of_city
    assert in_force(cell, on=date(1999, 12, 31)) is None


@pytest.mark.django_db
def test_form_of_a_unit_back_to_ours_wins_over_that_of_the_city(world):
    by = world.department_user
    make_document_form(world.city, Kind.LETTER, by=by)

    return_to_ours(world.workplace, Kind.LETTER, valid_from=TODAY, seen="", by=by)

    assert in_force(world.workplace) is None
    assert in_force(world.other_workplace) is not None


def put(world, *, seen="", valid_from=TODAY, by=None):
    return put_form(
        world.workplace,
        Kind.LETTER,
        valid_from=valid_from,
        file_name="Mẫu.docx",
        content=FORM,
        seen=seen,
        by=by or world.workplace_user,
    )


@pytest.mark.django_db
def test_form_put_in_place_by_two_at_once_is_one_success_and_one_sentence(world):
    put(world)

    with pytest.raises(ValidationError, match=CHANGED[:20]):
        put(world, by=world.department_user)

    assert DocumentTemplate.objects.get().uploaded_by == world.workplace_user


@pytest.mark.django_db
def test_form_of_the_same_day_is_replaced_by_whoever_saw_it(world):
    put(world)
    seen = mark_of(latest_of(world.workplace, Kind.LETTER))

    put(world, seen=seen, by=world.department_user)

    assert DocumentTemplate.objects.get().uploaded_by == world.department_user


@pytest.mark.django_db
def test_form_for_a_day_gone_by_is_refused(world):
    with pytest.raises(ValidationError) as refused:
        put(world, valid_from=TODAY - timedelta(days=1))

    assert "từ hôm nay trở đi" in refused.value.message_dict["valid_from"][0]


@pytest.mark.django_db
def test_putting_a_form_in_place_is_put_on_record_without_its_content(world):
    put(world)

    event = AuditEvent.objects.get()
    assert (event.object_type, event.facts) == (
        "documenttemplate",
        {"kind": "letter", "from": TODAY.isoformat(), "bytes": len(FORM)},
    )


# Pages


def address(name, unit, kind="giay-gioi-thieu"):
    return reverse(f"reports:{name}", args=[unit.pk, kind])


def upload(client, unit, content, **fields):
    file = SimpleUploadedFile("Mẫu của Sở.docx", content)
    body = {"file": file, "valid_from": f"{TODAY:%d/%m/%Y}", **fields}
    return client.post(address("template_add", unit), body, follow=True)


@pytest.mark.django_db
def test_office_puts_its_form_in_place_and_finds_it_in_force(client, world):
    client.force_login(world.workplace_user)

    done = text_of(upload(client, world.workplace, FORM))
    present = client.get(address("template_present", world.workplace))
    sample = client.get(address("template_sample", world.workplace))
    kept = client.get(
        reverse("reports:template_download", args=[DocumentTemplate.objects.get().pk])
    )

    assert "Sở Y tế dùng mẫu mới cho Giấy giới thiệu." in done
    assert "Mẫu của Sở.docx" in done
    assert (present.content, kept.content) == (FORM, FORM)
    assert "Mẫu riêng: Nguyễn Văn Mẫu" in word_text(sample.content)


@pytest.mark.django_db
def test_office_is_told_what_is_wrong_with_its_form(client, world):
    client.force_login(world.workplace_user)

    response = upload(client, world.workplace, make_form("{{ ten_goi }}"))

    assert response.status_code == 422
    assert "không biết: ten_goi." in text_of(response)
    assert DocumentTemplate.objects.count() == 0


@pytest.mark.django_db
def test_office_goes_back_to_ours(client, world):
    make_document_form(world.workplace, Kind.LETTER, by=world.workplace_user)
    client.force_login(world.workplace_user)
    page = client.get(address("template_return", world.workplace))
    seen = page.context["form"]["seen"].value()

    client.post(
        address("template_return", world.workplace),
        {"valid_from": f"{TODAY:%d/%m/%Y}", "seen": seen},
    )

    present = client.get(address("template_present", world.workplace))
    assert present.content == shipped_form(Kind.LETTER)
    assert DocumentTemplate.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("user", "kinds"),
    [
        ("workplace_user", ["letter"]),
        ("ward_user", ["reply", "notice"]),
        ("department_user", ["letter", "reply", "notice"]),
        ("inspector_user", []),
    ],
)
def test_page_offers_each_its_own_kinds_of_paper(client, world, user, kinds):
    client.force_login(getattr(world, user))

    units = client.get(reverse("reports:template_list")).context["units"]

    offered = [one.kind for unit in units for one in unit.kinds if one.can_change]
    assert offered == kinds


@pytest.mark.django_db
def test_department_finds_the_forms_of_a_unit_below(client, world):
    client.force_login(world.department_user)

    here = client.get(
        reverse("reports:template_list"), {"don_vi_typed": "Sở Y tế", "don_vi": ""}
    )

    assert [one.unit for one in here.context["units"]] == [world.workplace]


@pytest.mark.django_db
def test_form_of_another_office_is_not_there(client, world):
    template = make_document_form(
        world.other_workplace, Kind.LETTER, by=world.department_user
    )
    client.force_login(world.workplace_user)

    download = client.get(reverse("reports:template_download", args=[template.pk]))
    listed = client.get(reverse("reports:template_list")).context["page"].rows

    assert (download.status_code, listed) == (404, [])


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["giay-gioi-thieu", "tra-loi", "thong-bao"])
def test_page_of_fields_names_every_one_with_an_example(client, world, slug):
    client.force_login(world.ward_user)

    page = client.get(reverse("reports:template_fields", args=[slug]))
    ours = client.get(reverse("reports:template_ours", args=[slug]))

    kind = {"giay-gioi-thieu": "letter", "tra-loi": "reply", "thong-bao": "notice"}[
        slug
    ]
    text = text_of(page)
    for field in FORM_FIELDS[Kind(kind)]:
        assert field.about in text
    assert ours.content == shipped_form(kind)


@pytest.mark.django_db
def test_number_of_queries_does_not_grow_with_the_forms_put_in_place(client, world):
    client.force_login(world.department_user)

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("reports:template_list"))
        return len(queries)

    make_document_form(world.workplace, Kind.LETTER, by=world.workplace_user)
    one = count()
    for unit in (world.ward, world.sister_ward, world.other_workplace):
        make_document_form(unit, Kind.REPLY, by=world.department_user)

    assert count() == one
