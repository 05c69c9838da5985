"""A member's stays at residence committees: letter, receipt, places, exemptions."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from members.models.accounts import Role
from members.models.committees import Committee, Sector
from members.scopes import within
from party76.shared.models import Versioned


class EndReason(models.TextChoices):
    MOVED_AWAY = "moved_away", "Chuyển nơi cư trú"
    CHANGED_WORK = "changed_work", "Chuyển công tác khỏi diện theo dõi"
    RETIRED = "retired", "Nghỉ hưu, chuyển sinh hoạt chính thức về nơi cư trú"
    DIED = "died", "Từ trần"
    EXPELLED = "expelled", "Khai trừ"
    STRUCK_OFF = "struck_off", "Xóa tên"
    LEFT_PARTY = "left_party", "Xin ra khỏi Đảng"
    NOT_DWELLING = "not_dwelling", "Không còn cư trú, không liên lạc được"
    OTHER = "other", "Lý do khác"


def at_residence(paths, prefix: str = "") -> Q:
    """The condition that ward or cell lies in one of the scopes."""
    paths = list(paths)
    return within(f"{prefix}ward__path", paths) | within(f"{prefix}cell__path", paths)


class RegistrationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Stays of which the user's units are, or were, one of the two sides.

        The role decides the side: a ward's workplace account does not see who
        lives in the ward. Letters not yet sent are their writer's alone.
        """
        residence = user.paths_of(Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)
        workplace = user.paths_of(Role.WORKPLACE)
        above = user.paths_of(Role.DEPARTMENT, Role.INSPECTOR)
        at_work = within("workplace__path", [*workplace, *above])
        places = Placement.objects.filter(
            at_residence([*residence, *above])
            | within("workplace__path", [*workplace, *above])
        )
        unsent = Q(state__in=[self.model.State.DRAFT, self.model.State.WITHDRAWN])
        mine = (
            (at_residence([*residence, *above]) & ~unsent)
            | at_work
            | Q(pk__in=places.values("registration"))
        )
        return self.filter(pk__in=self.model.objects.filter(mine).values("pk"))

    def received_on_day(self, day: date):
        """Received by then and not ended by then (design 4.3)."""
        return self.filter(received_on__lte=day).exclude(ended_on__lte=day)

    def for_rights(self):
        """With the units, now and before, that rights are asked about."""
        return self.select_related("ward", "cell", "workplace").prefetch_related(
            "placements__ward", "placements__cell", "placements__workplace"
        )

    def living_there(self):
        """Received, or known to live there while the letter is asked for."""
        states = [self.model.State.RECEIVED, self.model.State.LETTER_ASKED]
        return self.filter(state__in=states)

    def exempt_on(self, day: date):
        """Stays with an exemption in force on that day (HD 33, kind 1.1)."""
        return self.filter(
            pk__in=Exemption.objects.in_force_on(day).values("registration")
        )


class Registration(Versioned):
    """One stay of a member at one residence committee, as both sides see it."""

    class State(models.TextChoices):
        DRAFT = "draft", "Đang soạn giấy giới thiệu"
        SENT = "sent", "Đã gửi, chờ tiếp nhận"
        LETTER_ASKED = "letter_asked", "Đang cư trú, đã đề nghị giới thiệu"
        RECEIVED = "received", "Đã tiếp nhận"
        RETURNED = "returned", "Trả lại"
        WITHDRAWN = "withdrawn", "Đã rút"
        ENDED = "ended", "Đã kết thúc"

    STEPS = {
        State.DRAFT: {State.SENT, State.WITHDRAWN},
        State.SENT: {State.RECEIVED, State.RETURNED, State.WITHDRAWN},
        State.LETTER_ASKED: {State.SENT, State.RECEIVED, State.RETURNED},
        State.RECEIVED: {State.ENDED},
        State.RETURNED: set(),
        State.WITHDRAWN: set(),
        State.ENDED: set(),
    }

    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="registrations"
    )
    # The three below copy today's placement once received.
    workplace = models.ForeignKey(
        Committee,
        models.PROTECT,
        related_name="registrations_sent",
        verbose_name="nơi công tác",
    )
    ward = models.ForeignKey(
        Committee,
        models.PROTECT,
        related_name="registrations_at_ward",
        verbose_name="đảng ủy nơi cư trú",
    )
    cell = models.ForeignKey(
        Committee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="registrations_at_cell",
        verbose_name="chi bộ nơi cư trú",
    )
    state = models.CharField(
        "tình trạng", max_length=20, choices=State, default=State.DRAFT
    )
    letter_number = models.CharField("số giấy giới thiệu", max_length=40, blank=True)
    letter_date = models.DateField("ngày giấy giới thiệu", null=True, blank=True)
    is_letter_unknown = models.BooleanField(
        "không rõ số, ngày giấy giới thiệu", default=False
    )
    # A ward that met the member without a letter asked for it on this day.
    asked_on = models.DateField("ngày đề nghị giới thiệu", null=True, blank=True)
    sent_on = models.DateField("ngày gửi", null=True, blank=True)
    received_on = models.DateField("ngày tiếp nhận", null=True, blank=True)
    receipt_number = models.CharField("số tiếp nhận", max_length=40, blank=True)
    return_reason = models.CharField("lý do trả lại", max_length=300, blank=True)
    ended_on = models.DateField("ngày kết thúc", null=True, blank=True)
    end_reason = models.CharField(
        "lý do kết thúc", max_length=20, choices=EndReason, blank=True
    )
    end_number = models.CharField("số văn bản", max_length=40, blank=True)
    # What the old cell says of the time here, for whoever comments at the year's end.
    closing_comment = models.TextField(
        "nhận xét ngắn khi chuyển đi", max_length=1000, blank=True
    )
    moved_to = models.ForeignKey(
        Committee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="nơi cư trú mới",
    )
    # The day on which the workplace took note of the end, or of the return.
    end_noted_on = models.DateField("nơi công tác đã nhận biết", null=True, blank=True)
    # Identity as it was when the stay ended: what a past residence may still read.
    identity_at_end = models.JSONField(null=True, editable=False)
    note = models.CharField("ghi chú", max_length=500, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state="received"),
                name="one_received_registration_per_member",
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=["draft", "sent"]),
                name="one_running_letter_per_member",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["received", "ended"])
                | Q(received_on__isnull=False),
                name="received_registration_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_on__isnull=False) & ~Q(end_reason="")
                | ~Q(state="ended") & Q(ended_on=None),
                name="ended_registration_has_day_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None)
                | Q(received_on=None)
                | Q(ended_on__gte=F("received_on")),
                name="registration_ends_not_before_receipt",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ward", "cell", "state"], name="registration_by_place"
            ),
            models.Index(
                fields=["workplace", "state"], name="registration_by_workplace"
            ),
        ]

    def __str__(self):
        return f"{self.member} – {self.ward}"

    @property
    def place(self) -> Committee:
        """The cell, or the ward where no cell has been named yet."""
        return self.cell or self.ward

    @property
    def is_received(self) -> bool:
        return self.state == self.State.RECEIVED


class PlacementQuerySet(models.QuerySet):
    def on(self, day: date):
        """Where everybody stood on that day."""
        return self.filter(valid_from__lte=day).filter(
            Q(valid_to=None) | Q(valid_to__gt=day)
        )


class Placement(models.Model):
    """Where a stay belonged from a day until before another, and why that changed."""

    class Cause(models.TextChoices):
        RECEIVED = "received", "Tiếp nhận"
        CELL_CHANGED = "cell_changed", "Chuyển chi bộ"
        WORKPLACE_CHANGED = "workplace_changed", "Chuyển nơi công tác"
        REORGANISATION = "reorganisation", "Sắp xếp tổ chức"

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="placements"
    )
    ward = models.ForeignKey(Committee, models.PROTECT, related_name="+")
    cell = models.ForeignKey(Committee, models.PROTECT, null=True, related_name="+")
    workplace = models.ForeignKey(Committee, models.PROTECT, related_name="+")
    # As the workplace was counted then; a change of it makes a new placement.
    sector = models.CharField(max_length=20, choices=Sector)
    outside_city = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    cause = models.CharField(max_length=20, choices=Cause)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="placement_ends_not_before_it_begins",
            ),
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(valid_to=None),
                name="one_open_placement_per_registration",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ward", "cell", "valid_from", "valid_to", "outside_city"],
                name="placement_by_place_and_day",
            ),
            models.Index(fields=["workplace"], name="placement_by_workplace"),
        ]

    def __str__(self):
        return f"{self.registration_id}: {self.valid_from:%d/%m/%Y}"

    @property
    def place(self) -> Committee:
        return self.cell or self.ward


class ExemptionQuerySet(models.QuerySet):
    def in_force_on(self, day: date):
        return self.filter(valid_from__lte=day).exclude(valid_to__lte=day)


class Exemption(Versioned):
    """Miễn sinh hoạt nơi cư trú (HD 33-HD/BTCTW, loại 1.1), for a time."""

    class Ground(models.TextChoices):
        BARRACKS = "barracks", "Quân đội, công an ở doanh trại, nhà công vụ"
        FAR_AWAY = "far_away", "Công tác xa, lưu động; luân chuyển, biệt phái"
        STUDY = "study", "Học tập trung 12 tháng trong năm, học sinh, sinh viên xa nhà"
        OTHER = "other", "Căn cứ khác (ghi rõ)"

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="exemptions"
    )
    ground = models.CharField("căn cứ", max_length=20, choices=Ground)
    document = models.CharField("văn bản", max_length=200, blank=True)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True, blank=True)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="exemption_ends_after_it_begins",
            )
        ]

    def __str__(self):
        return self.get_ground_display()


class WorkplaceYearStatement(Versioned):
    """What a workplace states each year; kind 1.2 is a number here, never a name."""

    committee = models.ForeignKey(
        Committee, models.PROTECT, related_name="year_statements"
    )
    year = models.PositiveSmallIntegerField("năm")
    total_members = models.PositiveIntegerField("tổng số đảng viên")
    subject = models.PositiveIntegerField("thuộc đối tượng giới thiệu")
    exempt_from_introduction = models.PositiveIntegerField("miễn giới thiệu", default=0)
    not_introduced = models.PositiveIntegerField("chưa giới thiệu", default=0)
    not_introduced_reason = models.CharField("lý do", max_length=300, blank=True)
    is_approximate = models.BooleanField("số gần đúng", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "year"],
                name="one_statement_per_workplace_and_year",
            )
        ]

    def __str__(self):
        return f"{self.committee} {self.year}"
