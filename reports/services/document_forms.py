"""An office puts its own Word form in place of ours, or goes back to ours."""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from members.models import Committee, User
from party76.audit.models import Action
from party76.audit.services import record
from reports.documents.word import check_form
from reports.models import DocumentTemplate
from reports.queries.document_forms import latest_of

CHANGED = (
    "Mẫu của đơn vị vừa được người khác thay. Đồng chí mở lại trang, xem mẫu đang dùng rồi "
    "quyết định có thay nữa không."
)


@transaction.atomic
def put_form(
    unit: Committee,
    kind: str,
    *,
    valid_from: date,
    file_name: str,
    content: bytes,
    seen: str,
    by: User,
) -> DocumentTemplate:
    """Let a unit and all below it use this form from a day on; one a day, the last holds.

    seen is mark_of what the page showed. Raises ValidationError for a form that cannot
    be filled, a day gone by, or when somebody else was faster.
    """
    check_form(content, kind)
    return _store(
        unit,
        kind,
        valid_from,
        {"file_name": file_name, "content": content},
        seen=seen,
        by=by,
    )


@transaction.atomic
def return_to_ours(
    unit: Committee, kind: str, *, valid_from: date, seen: str, by: User
) -> DocumentTemplate:
    """Let a unit use the system's own form again from a day on; raises as put_form."""
    nothing = {"file_name": "", "content": b""}
    return _store(unit, kind, valid_from, nothing, seen=seen, by=by)


def mark_of(template: DocumentTemplate | None) -> str:
    """What tells one state of a unit's form from the next."""
    return f"{template.pk}-{template.uploaded_at.timestamp()}" if template else ""


def _store(
    unit: Committee,
    kind: str,
    valid_from: date,
    values: Mapping[str, object],
    *,
    seen: str,
    by: User,
) -> DocumentTemplate:
    if valid_from < timezone.localdate():
        raise ValidationError(
            {"valid_from": "Mẫu mới áp dụng từ hôm nay trở đi: giấy đã in giữ mẫu cũ."}
        )
    # Two who put in a form at once wait for one another here.
    held = Committee.objects.select_for_update(no_key=True).only("pk")
    if mark_of(latest_of(held.get(pk=unit.pk), kind)) != seen:
        raise ValidationError(CHANGED)
    template, _ = DocumentTemplate.objects.update_or_create(
        committee=unit,
        kind=kind,
        valid_from=valid_from,
        defaults={**values, "uploaded_by": by, "uploaded_at": timezone.now()},
    )
    record(
        Action.CREATE,
        template,
        by=by,
        committee_code=unit.code,
        facts={
            "kind": kind,
            "from": valid_from.isoformat(),
            "bytes": len(bytes(template.content)),
        },
    )
    return template
