"""Dull makers of meetings, rows and opinions."""

from datetime import date

from residence.models import Attendance, Meeting, Opinion


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
