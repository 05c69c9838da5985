"""Thông báo of the residence to a workplace on some of its people, and the answer."""

from django.db import models
from django.db.models import F, Q

from members.models import Committee, Member, Registration, Role, User
from members.scopes import within
from party76.shared.models import Versioned


class Measure(models.TextChoices):
    """What the workplace did about one person."""

    REMINDED = "reminded", "Đã nhắc nhở"
    EXPLAINED = "explained", "Đã yêu cầu giải trình"
    DISCUSSED = "discussed", "Đã đưa ra chi bộ góp ý, kiểm điểm"
    JUSTIFIED = "justified", "Có lý do chính đáng"
    PRAISED = "praised", "Đã biểu dương, ghi nhận"
    OTHER = "other", "Hình thức khác (ghi rõ)"


def told_to_workplaces(paths: list[str]) -> Q:
    """Lines of notices to these units, or on their people in one to a unit above them."""
    below = Q(registration__workplace__path__startswith=F("notice__workplace__path"))
    return within("notice__workplace__path", paths) | (
        within("registration__workplace__path", paths) & below
    )


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The residence's own, the workplace's once sent, and those above.

        A cell reads the notices that name somebody of its own; so does a unit below the
        addressee, which in the armed forces is the topmost one.
        """
        ward = user.paths_of(Role.RESIDENCE_WARD)
        cell = user.paths_of(Role.RESIDENCE_CELL)
        above = user.paths_of(Role.DEPARTMENT, Role.INSPECTOR)
        workplace = user.paths_of(Role.WORKPLACE)
        named = NoticeItem.objects.filter(
            within("cell__path", cell) | told_to_workplaces(workplace)
        )
        sent = ~Q(state__in=[self.model.State.DRAFT, self.model.State.WITHDRAWN])
        others = (
            within("committee__path", above)
            | within("workplace__path", [*workplace, *above])
            | Q(pk__in=named.values("notice"))
        )
        return self.filter(within("committee__path", ward) | (sent & others))

    def unanswered(self):
        """Sent, and the workplace has not said what it did."""
        return self.filter(state__in=[self.model.State.SENT, self.model.State.SEEN])


class Notice(Versioned):
    """One notice: from a ward to one workplace, on one or many of its people."""

    class Kind(models.TextChoices):
        ABSENCE = "absence", "Vắng sinh hoạt nơi cư trú"
        BOOK = "book", "Chưa đến nhận sổ liên hệ"
        DUTY = "duty", "Chưa thực hiện tốt nghĩa vụ công dân nơi cư trú"
        COMMENDATION = "commendation", "Đề nghị biểu dương"
        OTHER = "other", "Nội dung khác"

    class State(models.TextChoices):
        DRAFT = "draft", "Đang soạn"
        SENT = "sent", "Đã gửi"
        SEEN = "seen", "Nơi công tác đã xem"
        ANSWERED = "answered", "Đã trả lời"
        WITHDRAWN = "withdrawn", "Đã rút"

    STEPS = {
        State.DRAFT: {State.SENT, State.WITHDRAWN},
        State.SENT: {State.SEEN, State.ANSWERED, State.WITHDRAWN},
        State.SEEN: {State.ANSWERED},
        State.ANSWERED: set(),
        State.WITHDRAWN: set(),
    }

    committee = models.ForeignKey(
        Committee,
        models.PROTECT,
        related_name="notices_written",
        verbose_name="đảng ủy nơi cư trú",
    )
    workplace = models.ForeignKey(
        Committee,
        models.PROTECT,
        related_name="notices_received",
        verbose_name="nơi công tác",
    )
    kind = models.CharField("loại thông báo", max_length=12, choices=Kind)
    text = models.TextField("nội dung, đề nghị", blank=True, max_length=2000)
    number = models.CharField("số thông báo", max_length=40, blank=True)
    dated_on = models.DateField("ngày thông báo", null=True, blank=True)
    due_on = models.DateField("đề nghị trả lời chậm nhất ngày", null=True, blank=True)
    state = models.CharField(
        "tình trạng", max_length=10, choices=State, default=State.DRAFT
    )
    created_on = models.DateField("ngày soạn")
    sent_on = models.DateField("ngày gửi", null=True, blank=True)
    seen_on = models.DateField("ngày xem", null=True, blank=True)
    answered_on = models.DateField("ngày trả lời", null=True, blank=True)
    answer = models.TextField("trả lời chung", blank=True, max_length=2000)
    # False: the ward typed in what came back on paper.
    answered_in_system = models.BooleanField(default=True)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(sent_on__isnull=False),
                name="sent_notice_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_on__isnull=False),
                name="answered_notice_has_its_day",
            ),
        ]
        indexes = [
            models.Index(fields=["committee", "state"], name="notice_by_ward"),
            models.Index(fields=["workplace", "state"], name="notice_by_workplace"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} – {self.workplace}"

    @property
    def is_waiting(self) -> bool:
        return self.state in {self.State.SENT, self.State.SEEN}


class NoticeItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The lines of the notices a user may read; a cell, and a unit below the
        addressee, only those of its own.
        """
        notices = Notice.objects.visible_to(user)
        whole = [
            *user.paths_of(Role.RESIDENCE_WARD, Role.DEPARTMENT, Role.INSPECTOR),
        ]
        above = user.paths_of(Role.DEPARTMENT, Role.INSPECTOR)
        cell = user.paths_of(Role.RESIDENCE_CELL)
        return self.filter(notice__in=notices).filter(
            within("notice__committee__path", whole)
            | within("notice__workplace__path", above)
            | told_to_workplaces(user.paths_of(Role.WORKPLACE))
            | within("cell__path", cell)
        )


class NoticeItem(models.Model):
    """One person of a notice: the facts as they were sent, and the measure taken."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="items")
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="notice_items"
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="notice_items")
    # As it was then: a later move changes nothing here.
    cell = models.ForeignKey(Committee, models.PROTECT, null=True, related_name="+")
    facts = models.JSONField("sự việc", default=list)  # sentences from the records
    note = models.CharField("ghi thêm", max_length=300, blank=True)
    measure = models.CharField(
        "hình thức xử lý", max_length=10, choices=Measure, blank=True
    )
    measure_text = models.CharField("nói rõ", max_length=300, blank=True)

    objects = NoticeItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "registration"],
                name="one_line_per_notice_and_registration",
            )
        ]
        indexes = [models.Index(fields=["registration"], name="notice_item_by_person")]

    def __str__(self):
        return f"{self.notice_id}: {self.registration_id}"
