"""Meetings with the members who live here, who came, and what was said."""

from django.db import models
from django.db.models import F, Q

from members.models import (
    Committee,
    Member,
    Registration,
    Role,
)
from members.models.registrations import at_residence
from members.scopes import within
from party76.shared.models import Versioned
from residence.periods import period_label


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Meetings held by the user's own residence units, below, or by their ward."""
        paths = user.paths_of(
            Role.RESIDENCE_WARD,
            Role.RESIDENCE_CELL,
            Role.DEPARTMENT,
            Role.INSPECTOR,
        )
        # A cell sees the ward's meeting through its own people's rows.
        own_rows = Attendance.objects.filter(within("cell__path", paths))
        return self.filter(
            within("committee__path", paths) | Q(pk__in=own_rows.values("meeting"))
        )


class Meeting(Versioned):
    """Kỳ họp: one meeting with the members who live here, in one or more sessions."""

    class Kind(models.TextChoices):
        PERIODIC = "periodic", "Sinh hoạt định kỳ"
        TOPICAL = "topical", "Sinh hoạt chuyên đề, đột xuất"

    class State(models.TextChoices):
        PLANNED = "planned", "Dự kiến"
        LISTED = "listed", "Đã lập danh sách"
        OPEN = "open", "Đang họp"
        CLOSED = "closed", "Đã kết thúc"
        NOT_HELD = "not_held", "Không tổ chức được"

    STEPS = {
        State.PLANNED: {State.LISTED, State.NOT_HELD},
        State.LISTED: {State.OPEN, State.NOT_HELD},
        State.OPEN: {State.CLOSED},
        State.CLOSED: set(),
        State.NOT_HELD: set(),
    }

    committee = models.ForeignKey(
        Committee,
        models.PROTECT,
        related_name="meetings",
        verbose_name="đơn vị tổ chức",
    )
    title = models.CharField("tên kỳ họp", max_length=200)
    kind = models.CharField("loại", max_length=10, choices=Kind, default=Kind.PERIODIC)
    held_on = models.DateField("ngày họp")
    starts_at = models.TimeField("giờ bắt đầu", null=True, blank=True)
    place = models.CharField("địa điểm", max_length=200, blank=True)
    # The half-year it counts for: several meetings may serve one period.
    period_from = models.DateField("tính cho kỳ, từ ngày")
    period_to = models.DateField("đến trước ngày")
    counts = models.BooleanField("tính vào tỷ lệ dự họp", default=True)
    chair = models.CharField("chủ trì", max_length=120, blank=True)
    agenda = models.TextField("nội dung, chương trình", blank=True)
    local_report = models.TextField("thông báo tình hình địa phương", blank=True)
    conclusions = models.TextField("kết luận", blank=True)
    not_held_reason = models.CharField(
        "lý do không tổ chức", max_length=300, blank=True
    )
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(period_to__gt=F("period_from")),
                name="meeting_period_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(state="not_held") | ~Q(not_held_reason=""),
                name="meeting_not_held_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["committee", "held_on"], name="meeting_by_unit_and_day"
            )
        ]

    def __str__(self):
        return f"{self.title} ({self.held_on:%d/%m/%Y})"

    @property
    def period_label(self) -> str:
        return period_label(self.period_from, self.period_to)


class Session(models.Model):
    """Buổi: one sitting of a meeting; coming to any of them counts once."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="sessions")
    held_on = models.DateField("ngày")
    starts_at = models.TimeField("giờ", null=True, blank=True)
    place = models.CharField("địa điểm", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "held_on", "starts_at"], name="one_session_per_time"
            )
        ]

    def __str__(self):
        return f"{self.held_on:%d/%m/%Y}"


class AttendanceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Rows of people placed in the user's units then; marks, not only totals."""
        paths = user.paths_of(
            Role.RESIDENCE_WARD,
            Role.RESIDENCE_CELL,
            Role.DEPARTMENT,
            Role.INSPECTOR,
        )
        return self.filter(at_residence(paths))

    def counted(self):
        """Rows that make the attendance of a member: due, closed, of a kind that counts."""
        return self.filter(
            is_due=True, meeting__state=Meeting.State.CLOSED, meeting__counts=True
        )


class Attendance(Versioned):
    """One per meeting and registration, made for everyone due when the list is fixed."""

    class Status(models.TextChoices):
        NOT_MARKED = "not_marked", "Chưa điểm danh"
        PRESENT = "present", "Có mặt"
        EXCUSED = "excused", "Vắng có lý do"
        ABSENT = "absent", "Vắng không lý do"
        REPRESENTED = "represented", "Cử người dự thay, không tính có mặt"

    class Source(models.TextChoices):
        HAND = "hand", "Điểm danh trực tiếp"
        NUMBER = "number", "Theo số trên danh sách"
        SCAN = "scan", "Quét mã"
        IMPORT = "import", "Nhập từ tệp"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances")
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="attendances"
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="attendances")
    number = models.PositiveSmallIntegerField("số thứ tự")
    # As they were that day: a later move changes nothing here.
    ward = models.ForeignKey(Committee, models.PROTECT, related_name="+")
    cell = models.ForeignKey(Committee, models.PROTECT, null=True, related_name="+")
    workplace = models.ForeignKey(Committee, models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=Status, default=Status.NOT_MARKED)
    is_late = models.BooleanField("đến muộn", default=False)
    is_due = models.BooleanField(default=True)  # False: exempt, came all the same
    session = models.ForeignKey(Session, models.SET_NULL, null=True, blank=True)
    reason = models.CharField("lý do", max_length=200, blank=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.HAND)
    represented_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="stands_in_for"
    )
    represented_by_name = models.CharField("người dự thay", max_length=120, blank=True)
    representative_relation = models.CharField("quan hệ", max_length=60, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "registration"],
                name="one_attendance_per_meeting_and_registration",
            ),
            models.UniqueConstraint(
                fields=["meeting", "number"], name="one_number_per_sheet"
            ),
            models.CheckConstraint(
                condition=Q(is_late=False) | Q(status="present"),
                name="only_the_present_are_late",
            ),
            models.CheckConstraint(
                condition=Q(status="represented")
                | Q(
                    represented_by=None,
                    represented_by_name="",
                    representative_relation="",
                ),
                name="only_the_represented_have_a_representative",
            ),
            models.CheckConstraint(
                condition=Q(represented_by=None) | ~Q(represented_by=F("id")),
                name="nobody_stands_in_for_himself",
            ),
        ]
        indexes = [
            models.Index(
                fields=["registration", "meeting"], name="attendance_by_person"
            )
        ]

    def __str__(self):
        return f"{self.number}. {self.get_status_display()}"


class AdvanceExcuse(models.Model):
    """Leave asked for before the meeting; it stays through every bulk mark."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="excuses")
    registration = models.ForeignKey(Registration, models.PROTECT, related_name="+")
    reason = models.CharField("lý do", max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "registration"], name="one_excuse_per_meeting"
            )
        ]

    def __str__(self):
        return self.reason


class OpinionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Opinions given to the user's residence units or below."""
        paths = user.paths_of(
            Role.RESIDENCE_WARD,
            Role.RESIDENCE_CELL,
            Role.DEPARTMENT,
            Role.INSPECTOR,
        )
        return self.filter(
            within("committee__path", paths) | within("cell__path", paths)
        )


class Opinion(Versioned):
    """What a member said, the answer given, and whether it is settled."""

    class State(models.TextChoices):
        OPEN = "open", "Chưa giải quyết"
        IN_PROGRESS = "in_progress", "Đang giải quyết"
        SETTLED = "settled", "Đã giải quyết"

    committee = models.ForeignKey(
        Committee, models.PROTECT, related_name="opinions", verbose_name="đơn vị"
    )
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="opinions"
    )
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="opinions", verbose_name="đồng chí"
    )
    cell = models.ForeignKey(Committee, models.PROTECT, null=True, related_name="+")
    given_on = models.DateField("ngày nêu")
    subject = models.CharField("về việc", max_length=200)
    text = models.TextField("nội dung", max_length=2000)
    answer = models.TextField("trả lời", blank=True, max_length=2000)
    state = models.CharField(
        "tình trạng", max_length=12, choices=State, default=State.OPEN
    )

    objects = OpinionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="settled") | ~Q(answer=""),
                name="settled_opinion_has_an_answer",
            )
        ]
        indexes = [
            models.Index(fields=["registration"], name="opinion_by_person"),
        ]

    def __str__(self):
        return self.subject
