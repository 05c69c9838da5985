"""Parting what was made one: every row back to what it was, or the reason why not."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from members.models import (
    CorrectionRequest,
    DwellingCheck,
    Exemption,
    Member,
    MemberMerge,
    Placement,
    Registration,
    Succession,
)
from members.services.ledger import Journal, Values
from members.services.steps import RUNNING, can_run_again
from members.signals import stays_passed

State = Registration.State
_LETTERS = {State.DRAFT, State.SENT}
_LEFT = Member.Status.LEFT  # not received anywhere


def why_not_parted(merge: MemberMerge) -> list[str]:
    """Sentences on what stands on the merge by now; empty where it can be undone."""
    journal = Journal(merge.journal.all())
    return [
        *_changed_rows(journal.changed_since()),
        *_merged_on(merge),
        *_closed_since(merge),
        *_reorganised_since(journal),
        *_new_requests(merge, journal),
        *_stays_in_the_way(merge, journal),
    ]


def part_records(merge: MemberMerge) -> list[int]:
    """Put every row back, and let what came to the stays since go along with them.

    Returns the keys of the stays that went back. Raises ValidationError as
    why_not_parted says.
    """
    if reasons := why_not_parted(merge):
        raise ValidationError(reasons)
    journal = Journal(merge.journal.all())
    stays = _stays_to_go_back(merge, journal)
    # A card is borne once, and nobody has two received stays: these make room first.
    if "card_number" in _old_values(journal, Member).get(merge.kept_id, {}):
        Member.objects.filter(pk=merge.kept_id).update(card_number=None)
    Registration.objects.filter(pk__in=stays).update(member=merge.dropped_id)
    journal.put_back()
    stays_passed.send(sender=Member, stays=stays, to=merge.dropped_id)
    merge.journal.all().delete()
    return stays


def _old_values(journal: Journal, model: type[models.Model]) -> dict[Any, Values]:
    """{key: what the merge found in the columns that it changed}."""
    entry = journal.entries.get(model)
    return entry.changed if entry else {}


def _stays_to_go_back(merge: MemberMerge, journal: Journal) -> list[int]:
    changed = _old_values(journal, Registration)
    return [
        pk for pk, old in changed.items() if old.get("member_id") == merge.dropped_id
    ]


def _changed_rows(changed: dict[type[models.Model], list[Any]]) -> Iterator[str]:
    for model, keys in changed.items():
        if model is Registration:
            stays = Registration.objects.filter(pk__in=keys).select_related("ward")
            for stay in stays.order_by("pk"):
                yield (
                    f"Lần theo dõi tại {stay.ward} đã có thay đổi sau khi ghép "
                    f"({stay.get_state_display().lower()})."
                )
        elif model is Member:
            yield "Lý lịch, nơi công tác hoặc địa chỉ đã được sửa sau khi ghép."
        else:
            part = _PARTS.get(model, "danh sách điểm danh")
            yield f"Phần {part} đã có thay đổi sau khi ghép."


# What the rows of other tables are called here; the rest are rows of lists.
_PARTS: dict[type[models.Model], str] = {
    CorrectionRequest: "đề nghị đính chính",
    DwellingCheck: "xác minh cư trú",
    Exemption: "miễn sinh hoạt nơi cư trú",
    Placement: "quá trình sinh hoạt",
}


def _merged_on(merge: MemberMerge) -> Iterator[str]:
    later = MemberMerge.objects.filter(
        dropped=merge.kept_id, state=MemberMerge.State.DONE
    )
    if later.exists():
        yield (
            "Hồ sơ giữ lại đã được ghép tiếp vào một hồ sơ khác. Đồng chí tách lần ghép "
            "sau trước."
        )


def _closed_since(merge: MemberMerge) -> Iterator[str]:
    """Nobody is put back into a workplace that has ended meanwhile.

    Its name stays out: of the armed forces the ward knows the whole alone.
    """
    unit = merge.dropped.workplace
    if unit.valid_to is None or merge.closed_at is None:
        return
    day = timezone.localdate(merge.closed_at)
    decided = Succession.objects.filter(
        old=unit, reorganisation__done_at__gt=merge.closed_at
    )
    if unit.valid_to > day or decided.exists():
        yield (
            "Nơi công tác của hồ sơ ghép vào đã kết thúc hoạt động sau khi ghép, hồ sơ "
            "tách ra không còn nơi công tác."
        )


def _reorganised_since(journal: Journal) -> Iterator[str]:
    """What the merge ended runs on only in units that no decision closed or moved."""
    changed = _old_values(journal, Registration)
    keys = [pk for pk, old in changed.items() if old.get("state") in RUNNING]
    stays = Registration.objects.filter(pk__in=keys)
    for stay in stays.select_related("ward", "cell", "workplace").order_by("pk"):
        if not can_run_again(stay):
            yield (
                f"{stay.place} đã được sắp xếp lại sau khi ghép, lần theo dõi ở đó không "
                "tiếp tục được nữa."
            )


def _new_requests(merge: MemberMerge, journal: Journal) -> Iterator[str]:
    """Whose answer is it, once the two are apart?"""
    entry = journal.entries.get(CorrectionRequest)
    known = list(entry.digests) if entry else []
    waiting = CorrectionRequest.objects.filter(
        member=merge.kept_id, state=CorrectionRequest.State.OPEN
    ).exclude(pk__in=known)
    if merge.closed_at:
        waiting = waiting.filter(asked_at__gt=merge.closed_at)
    if waiting.exists():
        yield (
            "Sau khi ghép có đề nghị đính chính chưa trả lời. Đồng chí trả lời đề nghị đó "
            "trước."
        )


def _stays_in_the_way(merge: MemberMerge, journal: Journal) -> Iterator[str]:
    """Letters and receipts written since, beside those that would run again."""
    changed = _old_values(journal, Registration)
    stays = Registration.objects.filter(
        member__in=[merge.kept_id, merge.dropped_id]
    ).select_related("ward")
    received: Counter[int] = Counter()
    letters: Counter[int] = Counter()
    places: Counter[tuple[int, int]] = Counter()
    for stay in stays:
        old = changed.get(stay.pk, {})
        member = old.get("member_id", stay.member_id)
        state = old.get("state", stay.state)
        received[member] += state == State.RECEIVED
        letters[member] += state in _LETTERS
        places[member, stay.ward_id] += state in {*_LETTERS, State.LETTER_ASKED}
    people = _old_values(journal, Member)
    left = [key for key, old in people.items() if old.get("status") == _LEFT]
    if max(received.values(), default=0) > 1 or any(received[key] for key in left):
        yield (
            "Sau khi ghép đồng chí này đã được một nơi cư trú khác tiếp nhận. Nơi đó kết "
            "thúc theo dõi trước khi tách."
        )
    if max([*letters.values(), *places.values()], default=0) > 1:
        yield (
            "Sau khi ghép đồng chí này đã có giấy giới thiệu hoặc đề nghị giới thiệu mới. "
            "Đồng chí rút hoặc trả lại trước khi tách."
        )
