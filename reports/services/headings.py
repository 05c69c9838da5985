"""Heading and signature of a unit's papers, put in force from a day on."""

from dataclasses import asdict
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from members.models import Committee, User
from party76.audit.models import Action
from party76.audit.services import record
from reports.models import SignatureBlock
from reports.queries.signatures import Papers, block_of, latest_block

_CHANGED = (
    "Phần đầu và chữ ký của đơn vị vừa được người khác sửa. Đồng chí mở lại trang, xem nội "
    "dung đang dùng rồi quyết định có sửa nữa không."
)
_PAST = (
    "Nội dung mới áp dụng từ hôm nay trở đi: văn bản của ngày trước in lại vẫn theo nội dung "
    "cũ."
)


@transaction.atomic
def put_heading(
    unit: Committee, papers: Papers, *, valid_from: date, seen: str, by: User
) -> SignatureBlock:
    """Let the papers of a unit bear this from a day on; one a day, the last holds.

    seen is mark_of what the page showed. Raises ValidationError for a day gone by on
    which another already held, or when somebody else was faster.
    """
    # Two who change the heading of one unit at once wait for one another here.
    Committee.objects.select_for_update(no_key=True).only("pk").get(pk=unit.pk)
    if mark_of(latest_block(unit)) != seen:
        raise ValidationError(_CHANGED)
    if valid_from < timezone.localdate() and block_of(unit, on=valid_from):
        raise ValidationError({"valid_from": _PAST})
    stored = SignatureBlock.objects.filter(
        committee=unit, valid_from=valid_from
    ).first()
    block = stored or SignatureBlock(committee=unit, valid_from=valid_from)
    for name, value in asdict(papers).items():
        setattr(block, name, value)
    block.version += bool(stored)
    block.save()
    record(
        Action.UPDATE if stored else Action.CREATE,
        block,
        by=by,
        committee_code=unit.code,
        facts={"from": valid_from.isoformat()},
    )
    return block


def mark_of(block: SignatureBlock | None) -> str:
    """What tells one state of a unit's heading from the next."""
    return f"{block.pk}-{block.version}" if block else ""
