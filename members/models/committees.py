"""The tree of party organisations in time."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from members.scopes import scope_of, within
from party76.shared.models import Versioned
from party76.shared.text import fold, text_sort_key


class Kind(models.TextChoices):
    CITY = "city", "Thành ủy, tỉnh ủy"
    DISTRICT = "district", "Quận ủy, huyện ủy, thị ủy"
    DIRECT = "direct", "Đảng ủy trực thuộc"
    WARD = "ward", "Đảng ủy xã, phường, thị trấn, đặc khu"
    GRASSROOTS = "grassroots", "Đảng ủy cơ sở"
    DIVISION = "division", "Đảng ủy bộ phận"
    GRASSROOTS_CELL = "grassroots_cell", "Chi bộ cơ sở"
    CELL = "cell", "Chi bộ"


class Sector(models.TextChoices):
    AGENCY = "agency", "Cơ quan"
    ENTERPRISE = "enterprise", "Doanh nghiệp"
    SERVICE = "service", "Đơn vị sự nghiệp"
    ARMED_FORCES = "armed_forces", "Lực lượng vũ trang"
    COMMUNE = "commune", "Xã, phường, thị trấn"
    OTHER = "other", "Khác"


class CommitteeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Units at or below one where the user holds a post now."""
        return self.filter(within("path", (scope.path for scope in user.scopes)))

    def directory(self):
        """Names and codes of every unit: open to any account, counts never are."""
        return self.only(
            "id", "code", "name", "short_name", "kind", "valid_to", "parent_id"
        ).order_by("sort_key", "id")

    def below(self, path: str):
        """The unit at this path and all below it."""
        return self.filter(within("path", [path]))

    def open_on(self, day: date):
        """Units that exist on that day."""
        return self.filter(valid_from__lte=day).exclude(valid_to__lte=day)

    def matching(self, text: str):
        """Units whose name or code holds the text, marks or not."""
        return self.filter(Q(search_key__contains=fold(text)) | Q(code=text.strip()))

    def residences(self):
        """Units that receive members: wards and communes."""
        return self.filter(kind=Kind.WARD)


class Committee(Versioned):
    """A party organisation. Its columns copy the period that holds today."""

    # Ours and never reused; the statistics office reuses its codes (see periods).
    code = models.CharField("mã đơn vị", max_length=40, unique=True)
    name = models.CharField("tên đơn vị", max_length=200)
    short_name = models.CharField("tên gọi tắt", max_length=80, blank=True)
    kind = models.CharField("loại tổ chức", max_length=20, choices=Kind)
    sector = models.CharField("khối", max_length=20, choices=Sector)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="trực thuộc",
    )
    # Where it stands today: digits only, because collations disagree on separators.
    # A closed unit stands below its heir: whoever follows it reads its history.
    path = models.CharField(max_length=100, unique=True, editable=False)
    sort_key = models.CharField(max_length=700, editable=False)
    search_key = models.CharField(max_length=300, editable=False)
    outside_city = models.BooleanField("ngoài Đảng bộ thành phố", default=False)
    uses_system = models.BooleanField("dùng hệ thống này", default=True)
    receives_members = models.BooleanField(
        "tiếp nhận đảng viên giữ mối liên hệ", default=False
    )
    # Met in an import and not yet given its place by the organisation department.
    is_unplaced = models.BooleanField("chưa xếp vào cây tổ chức", default=False)
    valid_from = models.DateField("hoạt động từ ngày", null=True, blank=True)
    valid_to = models.DateField("kết thúc hoạt động từ ngày", null=True, blank=True)
    # The unit that goes on in place of a closed one, always the last of a chain.
    heir = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="predecessors",
        verbose_name="đơn vị kế tục",
    )

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None)
                | Q(valid_from=None)
                | Q(valid_to__gt=F("valid_from")),
                name="committee_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="committee_is_not_its_own_parent",
            ),
            models.CheckConstraint(
                condition=Q(heir=None) | Q(valid_to__isnull=False) & ~Q(heir=F("id")),
                name="only_a_closed_committee_has_an_heir",
            ),
        ]
        indexes = [models.Index(fields=["sort_key", "id"], name="committee_by_name")]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.set_keys()
        super().save(*args, **kwargs)

    def set_keys(self) -> None:
        """The name in the spellings to sort and search by; before bulk writes too."""
        self.sort_key = text_sort_key(self.name)
        self.search_key = fold(f"{self.name} {self.short_name}")

    @property
    def scope(self):
        """The range of paths of this unit and all below it."""
        return scope_of(self.path)

    @property
    def is_closed(self) -> bool:
        return self.valid_to is not None

    @property
    def scope_parent_id(self) -> int | None:
        """The unit below which this one stands in today's scopes."""
        return self.heir_id or self.parent_id

    @property
    def is_cell(self) -> bool:
        return self.kind in {Kind.CELL, Kind.GRASSROOTS_CELL}

    @property
    def label(self) -> str:
        return self.short_name or self.name


class CommitteePeriod(models.Model):
    """What a unit was called and where it stood, from a day until before another."""

    committee = models.ForeignKey(Committee, models.CASCADE, related_name="periods")
    code = models.CharField(max_length=40)
    statistics_code = models.CharField("mã thống kê", max_length=10, blank=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=20, choices=Kind)
    sector = models.CharField(max_length=20, choices=Sector)
    parent = models.ForeignKey(
        Committee, models.PROTECT, null=True, related_name="child_periods"
    )
    outside_city = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="committee_period_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["committee", "valid_from"],
                name="one_committee_period_per_first_day",
            ),
            models.UniqueConstraint(
                fields=["committee"],
                condition=Q(valid_to=None),
                name="one_open_period_per_committee",
            ),
        ]
        indexes = [
            models.Index(fields=["valid_from", "valid_to"], name="period_by_day")
        ]

    def __str__(self):
        return f"{self.name} ({self.valid_from:%d/%m/%Y}–)"
