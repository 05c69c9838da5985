"""What stands above and below the papers of a unit: by whom changed, from which day on."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from party76.audit.models import AuditEvent
from reports.models import SignatureBlock
from reports.queries.signatures import Papers, latest_block, papers_of
from reports.services.headings import mark_of, put_heading
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
PAPERS = Papers(
    superior="THÀNH ỦY CẦN THƠ",
    issuer="ĐẢNG ỦY PHƯỜNG NINH KIỀU",
    place="Ninh Kiều",
    on_behalf="T/M ĐẢNG ỦY",
    title="PHÓ BÍ THƯ",
    signer="",
)
FIELDS = {name: getattr(PAPERS, name) for name in Papers.__annotations__}


@pytest.fixture
def world():
    return make_world()


def put(world, *, on=TODAY, seen=None, **changes) -> SignatureBlock:
    papers = Papers(**{**FIELDS, **changes})
    mark = mark_of(latest_block(world.ward)) if seen is None else seen
    return put_heading(world.ward, papers, valid_from=on, seen=mark, by=world.ward_user)


def test_heading_when_put_in_force_stands_on_papers_from_that_day(world):
    put(world, on=TODAY - timedelta(days=400))
    put(world, signer="Trần Văn An")

    assert papers_of(world.ward, on=TODAY - timedelta(days=1)) == PAPERS
    assert papers_of(world.ward, on=TODAY).signer == "Trần Văn An"
    assert papers_of(world.ward, on=TODAY - timedelta(days=401)).title == ""


def test_heading_when_changed_twice_on_one_day_keeps_the_last(world):
    put(world)
    put(world, title="BÍ THƯ")

    block = SignatureBlock.objects.get(committee=world.ward)
    actions = AuditEvent.objects.filter(object_type="signatureblock")
    assert (block.title, block.version) == ("BÍ THƯ", 2)
    assert list(actions.order_by("pk").values_list("action", flat=True)) == [
        "create",
        "update",
    ]


def test_heading_of_a_day_that_has_one_is_not_changed_afterwards(world):
    put(world, on=TODAY - timedelta(days=400))

    with pytest.raises(ValidationError, match="từ hôm nay trở đi"):
        put(world, on=TODAY - timedelta(days=1), title="BÍ THƯ")


def test_heading_when_somebody_else_was_faster_is_refused(world):
    put(world)

    with pytest.raises(ValidationError, match="vừa được người khác sửa"):
        put(world, seen="", title="BÍ THƯ")


def test_page_begins_with_what_is_printed_and_saves_it(world, client):
    client.force_login(world.ward_user)
    url = reverse("reports:heading_change", args=[world.ward.pk])

    page = client.get(url)
    given = {"valid_from": f"{TODAY:%d/%m/%Y}", "seen": ""}
    response = client.post(url, {**FIELDS, **given}, follow=True)

    assert page.context["form"].initial["issuer"] == "ĐẢNG ỦY PHƯỜNG NINH KIỀU"
    assert "Đã lưu phần đầu và chữ ký" in response.text
    assert "PHÓ BÍ THƯ" in response.text
    assert papers_of(world.ward, on=TODAY) == PAPERS


def test_page_when_a_field_is_missing_keeps_what_was_typed(world, client):
    client.force_login(world.ward_user)
    url = reverse("reports:heading_change", args=[world.ward.pk])

    response = client.post(url, {**FIELDS, "title": "", "valid_from": "1/1/2026"})

    assert response.status_code == 422
    assert "Ninh Kiều" in response.text
    assert not SignatureBlock.objects.exists()
