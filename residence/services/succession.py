"""Notices that wait for an answer follow their units through a reorganisation."""

from collections import Counter, defaultdict

from django.core.exceptions import ValidationError
from django.db.models import Q

from members.services.ledger import Ledger
from members.services.reorganisations.people import Reform, Standing
from residence.models import Notice, NoticeItem

_RUNNING = [Notice.State.DRAFT, Notice.State.SENT, Notice.State.SEEN]


def move_notices(reform: Reform, ledger: Ledger) -> int:
    """Let the heirs of ward and workplace go on with what is not answered.

    What was answered stays as it was. Returns how many notices moved; raises
    ValidationError where a unit that ends leaves an unanswered one to nobody.
    """
    closed = sorted(reform.closed)
    waiting = Notice.objects.filter(state__in=_RUNNING)
    items = waiting_items(reform, ledger)
    standings = _standings(reform, items)
    named = Q(committee__in=closed) | Q(workplace__in=closed)
    for notice in ledger.hold(waiting.filter(named).order_by("pk")):
        stood = standings[notice.pk]
        notice.committee_id = _follow(
            reform, notice.committee_id, [one.ward_id for one in stood]
        )
        notice.workplace_id = _follow(
            reform, notice.workplace_id, [one.workplace_id for one in stood]
        )
    moved = ledger.write(Notice)
    ledger.write(NoticeItem)
    return moved


def waiting_items(reform: Reform, ledger: Ledger) -> list[NoticeItem]:
    """The lines of running notices whose units the decision touches, held."""
    units = sorted(reform.affected | reform.closed.keys())
    rows = NoticeItem.objects.filter(
        Q(cell__in=units)
        | Q(notice__committee__in=units)
        | Q(notice__workplace__in=units),
        notice__state__in=_RUNNING,
    )
    return ledger.hold(rows.select_related("notice", "registration").order_by("pk"))


def _standings(
    reform: Reform, items: list[NoticeItem]
) -> defaultdict[int, list[Standing]]:
    """{notice: where its people stand now}; their lines get the cell of that."""
    found: defaultdict[int, list[Standing]] = defaultdict(list)
    for item in items:
        stay = item.registration
        standing = reform.standing_where_there_is_one(
            stay.pk,
            item.member_id,
            item.notice.committee_id,
            item.cell_id,
            item.notice.workplace_id,
            day=reform.on,
        )
        if standing is not None:
            item.cell_id = standing.cell_id
            found[item.notice_id].append(standing)
    return found


def _follow(reform: Reform, unit: int, stood: list[int]) -> int:
    """The heir of a unit that ends; where it is divided, where most of its people went."""
    if unit not in reform.closed:
        return unit
    heir = reform.closed[unit]
    if heir is None and stood:
        heir = Counter(stood).most_common(1)[0][0]
    if heir is None:
        raise ValidationError(
            f"{reform.unit(unit)} còn thông báo chưa được trả lời nhưng chưa có đơn vị kế "
            "tục. Đồng chí cho biết đơn vị kế tục, hoặc đảng ủy nơi cư trú rút thông báo."
        )
    return heir
