"""This year's contact books and notices of phường Ninh Kiều, in all their states."""

from collections.abc import Collection
from datetime import date, timedelta

from django.utils import timezone

from members.models import Registration
from party76.audit.models import Action
from party76.audit.services import record
from reports.demo.both_sides import Sides
from residence.models import ContactBook, Measure, Notice, NoticeItem
from residence.services.books import (
    Selection,
    collect_books,
    hand_back_books,
    issue_books,
)
from residence.services.notice_drafts import Content, draft_notices
from residence.services.notices import (
    Reply,
    answer_notice,
    see_notice,
    send_notices,
    withdraw_notice,
)

_K = Notice.Kind
_ABSENT = "Đề nghị cấp ủy nơi công tác nhắc nhở đồng chí tham gia sinh hoạt nơi cư trú."
_BOOK = "Đề nghị đồng chí đến văn phòng đảng ủy phường nhận sổ liên hệ."
_PRAISE = "Đề nghị biểu dương đồng chí đã tích cực tham gia công tác ở khu dân cư."
_DUTY = "Đồng chí chưa tham gia tổng vệ sinh và chưa đóng góp các quỹ ở khu vực."
_OTHER = "Đề nghị cấp ủy cho biết thời gian đồng chí đi công tác dài ngày."


def absent_ones(sides: Sides) -> frozenset[int]:
    """Stays that missed all meetings: of Sở Y tế, of the school, of a place on paper."""
    rows = Registration.objects.filter(
        ward=sides.ward,
        cell__isnull=False,
        state=Registration.State.RECEIVED,
        received_on__lt=date(sides.day.year, 1, 1),
        workplace__uses_system=False,
        exemptions=None,
    ).exclude(workplace__sector="armed_forces")
    on_paper = rows.order_by("pk").values_list("pk", flat=True)[:1]
    return frozenset([*sides.of_health[5:7], *sides.of_school[6:8], *on_paper])


def keep_books(sides: Sides) -> None:
    """Nearly everybody's book is issued; most came for it, a few gave it back."""
    elapsed = (sides.day - date(sides.day.year, 1, 1)).days
    issued, collected, handed_back = (
        date(sides.day.year, 1, 1) + timedelta(days=int(elapsed * share))
        for share in (0.1, 0.2, 0.97)
    )
    stays = Registration.objects.filter(
        ward=sides.ward,
        cell__isnull=False,
        state=Registration.State.RECEIVED,
        received_on__lte=issued,
    ).exclude(pk__in=Registration.objects.exempt_on(issued).values("pk"))
    keys = list(stays.order_by("pk").values_list("pk", flat=True))
    by, year = sides.by_ward, sides.day.year
    issue_books(
        Selection(sides.ward, year, dict.fromkeys(keys, 0)),
        first_number="001/NK",
        on=issued,
        by=by,
    )
    waiting = {*keys[::23], *sides.of_health[8:10]}
    came = _selection(sides, [key for key in keys if key not in waiting])
    collect_books(came, on=collected, by=by)
    back = _selection(sides, list(came.versions)[::7])
    hand_back_books(back, on=handed_back, by=by)


def _selection(sides: Sides, keys: Collection[int]) -> Selection:
    books = ContactBook.objects.filter(registration__in=keys, year=sides.day.year)
    versions = dict(books.values_list("registration", "version"))
    return Selection(sides.ward, sides.day.year, versions)


def write_notices(sides: Sides, absent: Collection[int]) -> None:
    """One or more of each state, most of them to Sở Y tế."""
    _tell_of_absences(sides, absent)
    _tell_of_books(sides)
    _praise(sides)
    (seen,) = _draft(sides, _K.DUTY, _DUTY, sides.of_health[7:8], since=20, due=10)
    _send(sides, [seen], since=18)
    _see(sides, seen, days=15)
    _draft(sides, _K.DUTY, _DUTY, sides.of_school[8:9], since=2, due=21)
    (given_up,) = _draft(sides, _K.OTHER, _OTHER, sides.of_health[4:5], since=9, due=14)
    _send(sides, [given_up], since=8)
    given_up.refresh_from_db()
    withdraw_notice(given_up, version=given_up.version, by=sides.by_ward)


def _tell_of_absences(sides: Sides, absent: Collection[int]) -> None:
    """Overdue at Sở Y tế, seen by the school, answered on paper by a third one."""
    notices = _draft(sides, _K.ABSENCE, _ABSENT, absent, since=40, due=-10)
    _send(sides, notices, since=38)
    for notice in notices:
        if notice.workplace_id == sides.school.pk:
            _see(sides, notice, days=30)
        elif notice.workplace_id != sides.health.pk:
            reply = _reply(
                notice, Measure.DISCUSSED, "Chi bộ đã góp ý ngày họp vừa qua."
            )
            _answer(sides, notice, reply, days=14, in_system=False)


def _tell_of_books(sides: Sides) -> None:
    """Sent these days; the workplace has not opened it yet."""
    notices = _draft(sides, _K.BOOK, _BOOK, sides.of_health[8:10], since=5, due=15)
    _send(sides, notices, since=3)


def _praise(sides: Sides) -> None:
    """Answered by the workplace in the system."""
    people = sides.of_health[10:12]
    (notice,) = _draft(sides, _K.COMMENDATION, _PRAISE, people, since=33, due=5)
    _send(sides, [notice], since=31)
    _see(sides, notice, days=29)
    reply = _reply(notice, Measure.PRAISED, "Đảng ủy Sở đã biểu dương tại hội nghị.")
    _answer(sides, notice, reply, days=24, in_system=True)


def _draft(
    sides: Sides,
    kind: str,
    text: str,
    stays: Collection[int],
    *,
    since: int,
    due: int,
) -> list[Notice]:
    """Drafts of so many days ago, to be answered so many days from today."""
    new_year = date(sides.day.year, 1, 1)
    on = sides.days_ago(since)
    content = Content(
        kind=kind,
        period=(new_year, date(sides.day.year + 1, 1, 1)),
        text=text,
        due_on=max(sides.day + timedelta(days=due), on),
    )
    return draft_notices(sides.ward, content, stays, on=on, by=sides.by_ward)


def _send(sides: Sides, notices: list[Notice], *, since: int) -> None:
    """What goes through the system goes today; here some of it went earlier."""
    on = sides.days_ago(since)
    versions = {notice.pk: notice.version for notice in notices}
    due = {notice.pk: notice.due_on for notice in notices}
    for number, notice in enumerate(notices, 1):
        notice.number, notice.dated_on = f"{since + number}-TB/ĐU", on
        notice.due_on = max(notice.due_on or sides.day, timezone.localdate())
    Notice.objects.bulk_update(notices, ["number", "dated_on", "due_on"])
    for notice in send_notices(versions, on=on, by=sides.by_ward):
        notice.sent_on, notice.due_on = on, due[notice.pk]
        notice.save(update_fields=["sent_on", "due_on"])
    record(Action.UPDATE, "notice", by=sides.by_ward, count=len(notices))


def _see(sides: Sides, notice: Notice, *, days: int) -> None:
    by = sides.by_school if notice.workplace_id == sides.school.pk else sides.by_health
    see_notice(notice, by=by)
    Notice.objects.filter(pk=notice.pk).update(seen_on=sides.days_ago(days))


def _reply(notice: Notice, measure: str, text: str) -> Reply:
    keys = NoticeItem.objects.filter(notice=notice).values_list("pk", flat=True)
    return Reply(dict.fromkeys(keys, (measure, "")), text)


def _answer(
    sides: Sides, notice: Notice, reply: Reply, *, days: int, in_system: bool
) -> None:
    notice.refresh_from_db()
    answer_notice(
        notice,
        reply,
        on=sides.days_ago(days),
        in_system=in_system,
        version=notice.version,
        by=sides.by_health if in_system else sides.by_ward,
    )
