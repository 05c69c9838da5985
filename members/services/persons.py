"""Writing what is kept on a person; each side only what it owns (design 3)."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from members.models import Member, User
from members.models.persons import DWELLING_FIELDS, IDENTITY_FIELDS
from members.queries.merged import standing_record
from members.services.tree_lock import hold_tree
from party76.audit.models import Action
from party76.audit.services import changes, record, values_of
from party76.shared.text import normalize_vi
from party76.shared.versions import save_versioned

_KEYS = ["sort_key", "search_key", "marked_key"]


@transaction.atomic
def add_member(member: Member, *, by: User) -> Member:
    """Store a new person of a workplace; returns it.

    Raises ValidationError for a card number in use, a closed workplace, or
    dates in the wrong order.
    """
    hold_tree(member.workplace)
    if member.workplace.is_closed:
        raise ValidationError(f"{member.workplace} đã kết thúc hoạt động.")
    _prepare(member)
    member.save()
    record(
        Action.CREATE,
        member,
        by=by,
        committee_code=member.workplace.code,
        personal=identity_of(member),
    )
    return member


@transaction.atomic
def edit_identity(member: Member, *, version: int, by: User) -> Member:
    """Write the identity that a form has put on the instance.

    Raises Conflict when somebody else saved first, ValidationError as add_member.
    """
    _prepare(member)
    return _save(member, IDENTITY_FIELDS, _KEYS, version=version, by=by)


@transaction.atomic
def edit_dwelling(member: Member, *, version: int, by: User) -> Member:
    """Write phone and address; raises Conflict when somebody else saved first."""
    return _save(member, DWELLING_FIELDS, [], version=version, by=by)


def identity_of(member: Member) -> dict[str, Any]:
    """The identity as plain values: the copy that a past side may go on reading."""
    values = {name: getattr(member, name) for name in IDENTITY_FIELDS}
    shown = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }
    return shown | {"workplace": member.workplace.name}


def check_not_in_future(day: date | None, what: str) -> None:
    """Raise ValidationError when what is said to have happened lies ahead."""
    if day is not None and day > timezone.localdate():
        raise ValidationError(f"{what} không được sau ngày hôm nay.")


def _prepare(member: Member) -> None:
    member.full_name = normalize_vi(member.full_name)
    member.card_number = (member.card_number or "").strip() or None
    member.set_keys()
    _take_card(member)
    if (
        member.admitted_on
        and member.official_on
        and member.official_on < member.admitted_on
    ):
        raise ValidationError(
            {"official_on": "Ngày chính thức không được trước ngày vào Đảng."}
        )


def _take_card(member: Member) -> None:
    """Raise ValidationError for a card that somebody else bears.

    The card of a record that was merged into this one is this person's own.
    """
    if not member.card_number:
        return
    others = Member.objects.exclude(pk=member.pk)
    bearer = others.filter(card_number=member.card_number).first()
    if bearer is None:
        return
    if (
        bearer.status == Member.Status.MERGED
        and standing_record(bearer.pk) == member.pk
    ):
        bearer.card_number = None
        save_versioned(bearer, fields=["card_number"], version=bearer.version)
        return
    raise ValidationError(
        {
            "card_number": f"Số thẻ {member.card_number} đã ghi cho một đồng chí khác. "
            "Đồng chí kiểm tra lại số thẻ."
        }
    )


def _save(
    member: Member, fields: list[str], keys: list[str], *, version: int, by: User
) -> Member:
    before = values_of(Member.objects.get(pk=member.pk), fields)
    save_versioned(member, fields=[*fields, *keys], version=version)
    changed = changes(member, before)
    record(
        Action.UPDATE,
        member,
        by=by,
        committee_code=member.workplace.code,
        facts={"fields": sorted(changed)},
        personal={"changes": changed},
    )
    return member
