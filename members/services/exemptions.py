"""Miễn sinh hoạt nơi cư trú: dated periods with their legal ground (HD 33)."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from members.models import Exemption, Registration, User
from members.services.steps import held_state
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.versions import save_versioned

State = Registration.State
# The workplace names the ground in its letter, the ward may add to it later.
EXEMPTED = {State.DRAFT, State.SENT, State.LETTER_ASKED, State.RECEIVED}


@transaction.atomic
def add_exemption(exemption: Exemption, *, by: User) -> Exemption:
    """Store a period of exemption of a stay (HD 33-HD/BTCTW, 1.1), or of its letter.

    Raises ValidationError when the stay is over, another period overlaps, or a ground
    of its own is not written down.
    """
    registration = exemption.registration
    _check_runs(registration)
    check_exemption(exemption, registration.exemptions.all())
    exemption.save()
    record(
        Action.CREATE,
        exemption,
        by=by,
        committee_code=registration.place.code,
        facts={"registration": registration.pk, "member": registration.member_id},
    )
    return exemption


@transaction.atomic
def end_exemption(
    exemption: Exemption, *, on: date, version: int, by: User
) -> Exemption:
    """Let an exemption hold until before a day.

    Raises ValidationError when the stay is over, or for a day outside the exemption,
    and Conflict.
    """
    _check_runs(exemption.registration)
    if on <= exemption.valid_from:
        raise ValidationError(
            {"on": "Ngày kết thúc phải sau ngày bắt đầu miễn sinh hoạt."}
        )
    if exemption.valid_to and on > exemption.valid_to:
        raise ValidationError(
            {"on": f"Lần miễn này đã hết từ ngày {exemption.valid_to:%d/%m/%Y}."}
        )
    exemption.valid_to = on
    save_versioned(exemption, fields=["valid_to"], version=version)
    record(
        Action.UPDATE,
        exemption,
        by=by,
        committee_code=exemption.registration.place.code,
        facts={
            "registration": exemption.registration_id,
            "member": exemption.registration.member_id,
            "valid_to": on.isoformat(),
        },
    )
    return exemption


def check_exemption(exemption: Exemption, others: Iterable[Exemption]) -> None:
    """Raise ValidationError for a ground not written down, days in the wrong order, or
    one of the other periods of the stay in between."""
    if exemption.ground == Exemption.Ground.OTHER and not exemption.document:
        raise ValidationError({"document": "Đồng chí ghi rõ căn cứ, văn bản."})
    if exemption.valid_to and exemption.valid_to <= exemption.valid_from:
        raise ValidationError({"valid_to": "Ngày kết thúc phải sau ngày bắt đầu."})
    if any(_overlap(exemption, other) for other in others):
        raise ValidationError(
            "Đồng chí này đã có lần miễn sinh hoạt trùng thời gian. Đồng chí kết thúc "
            "lần miễn đó trước."
        )


def _check_runs(registration: Registration) -> None:
    if held_state(registration) not in EXEMPTED:
        raise ValidationError(
            "Giấy giới thiệu này không còn hiệu lực, không ghi miễn sinh hoạt được."
        )


def _overlap(one: Exemption, other: Exemption) -> bool:
    begins_before = other.valid_to is None or one.valid_from < other.valid_to
    return begins_before and (one.valid_to is None or other.valid_from < one.valid_to)
