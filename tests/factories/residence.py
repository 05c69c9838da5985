"""Dull makers of meetings, rows, opinions, notices and books."""

from datetime import date

from residence.models import (
    Attendance,
    ContactBook,
    Meeting,
    Notice,
    NoticeItem,
    Opinion,
)


def make_meeting(committee, **fields):
    """A planned meeting in the first half of 2026, unless said otherwise."""
    fields.setdefault("title", "Sinh hoạt định kỳ")
    fields.setdefault("held_on", date(2026, 5, 20))
    fields.setdefault("period_from", date(2026, 1, 1))
    fields.setdefault("period_to", date(2026, 7, 1))
    return Meeting.objects.create(committee=committee, **fields)


def make_attendance(meeting, registration, *, number=1, **fields):
    return Attendance.objects.create(
        meeting=meeting,
        registration=registration,
        member=registration.member,
        number=number,
        ward=fields.pop("ward", registration.ward),
        cell=fields.pop("cell", registration.cell),
        workplace=fields.pop("workplace", registration.workplace),
        **fields,
    )


def make_opinion(registration, *, committee=None, **fields):
    fields.setdefault("given_on", date(2026, 5, 20))
    fields.setdefault("subject", "Thoát nước hẻm 12")
    fields.setdefault("text", "Đề nghị nạo vét cống thoát nước hẻm 12.")
    return Opinion.objects.create(
        registration=registration,
        committee=committee or registration.place,
        cell=fields.pop("cell", registration.cell),
        **fields,
    )


def make_notice(*registrations, **fields):
    """A draft on absence, of the ward of these stays to their workplace."""
    first = registrations[0]
    fields.setdefault("kind", Notice.Kind.ABSENCE)
    fields.setdefault("created_on", date(2026, 6, 1))
    if fields.get("state", "draft") not in {"draft", "withdrawn"}:
        fields.setdefault("sent_on", date(2026, 6, 2))
    notice = Notice.objects.create(
        committee=fields.pop("committee", first.ward),
        workplace=fields.pop("workplace", first.workplace),
        **fields,
    )
    for stay in registrations:
        NoticeItem.objects.create(
            notice=notice,
            registration=stay,
            member=stay.member,
            cell=stay.cell,
            facts=["Dự 0/1 kỳ họp 6 tháng đầu năm 2026"],
        )
    return notice


def make_book(registration, **fields):
    """A book of 2026, issued and not collected."""
    fields.setdefault("year", 2026)
    fields.setdefault("issued_on", date(2026, 1, 10))
    return ContactBook.objects.create(registration=registration, **fields)
