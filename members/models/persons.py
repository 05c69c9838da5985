"""Members: identity belongs to the workplace, dwelling to the residence."""

from django.db import models
from django.db.models import F, Q

from members.models.accounts import Role
from members.models.committees import Committee
from members.models.registrations import Registration
from members.scopes import within
from party76.shared.models import Versioned
from party76.shared.text import fold, has_marks, marked_key, sort_key

# The workplace owns the first, the residence the second (design 3).
IDENTITY_FIELDS = [
    "full_name",
    "gender",
    "birth_date",
    "birth_precision",
    "card_number",
    "admitted_on",
    "official_on",
    "position",
]
DWELLING_FIELDS = ["phone", "address"]


def field_label(name: str) -> str:
    """What a field of a member is called on screen."""
    field = Member._meta.get_field(name)
    label = str(getattr(field, "verbose_name", name))
    return label[:1].upper() + label[1:]


class Household(models.Model):
    """Members of one family under one roof, formed from who stood in for whom."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="households")
    note = models.CharField(max_length=200, blank=True)

    def __str__(self):
        return f"Hộ {self.pk}"


class MemberQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Own workers, and members with a stay that the user may see.

        A record merged into another is seen by nobody: the other stands for it.
        """
        at_work = within(
            "workplace__path",
            user.paths_of(Role.WORKPLACE, Role.DEPARTMENT, Role.INSPECTOR),
        )
        stays = Registration.objects.visible_to(user)
        seen = self.filter(at_work | Q(pk__in=stays.values("member")))
        return seen.exclude(status=self.model.Status.MERGED)

    def search(self, text: str):
        """By name, with or without marks; marks that were typed come first."""
        found = self.filter(search_key__contains=fold(text))
        if has_marks(text):
            exact = Q(marked_key__contains=marked_key(text))
            return found.annotate(
                is_exact=models.ExpressionWrapper(
                    exact, output_field=models.BooleanField()
                )
            )
        return found.annotate(is_exact=models.Value(value=True))

    def in_order(self):
        """Vietnamese order: given name, then family and middle name."""
        return self.order_by("sort_key", "id")


class Member(Versioned):
    """A person. Never matched by name alone; nothing is kept beyond what is needed."""

    class Gender(models.TextChoices):
        MALE = "male", "Nam"
        FEMALE = "female", "Nữ"

    class DatePrecision(models.TextChoices):
        DAY = "day", "ngày, tháng, năm"
        MONTH = "month", "tháng và năm"
        YEAR = "year", "năm"

    class Status(models.TextChoices):
        ACTIVE = "active", "Đang sinh hoạt"
        LEFT = "left", "Đã ra khỏi diện theo dõi"
        DEAD = "dead", "Đã từ trần"
        MERGED = "merged", "Đã ghép vào hồ sơ khác"

    full_name = models.CharField("họ và tên", max_length=80)
    sort_key = models.CharField(max_length=255, editable=False)
    search_key = models.CharField(max_length=100, editable=False)
    marked_key = models.CharField(max_length=100, editable=False)
    gender = models.CharField("giới tính", max_length=10, choices=Gender, blank=True)
    birth_date = models.DateField("ngày sinh", null=True, blank=True)
    birth_precision = models.CharField(
        "biết ngày sinh đến", max_length=5, choices=DatePrecision, default="day"
    )
    # NULL, not empty: empty never equals empty.
    card_number = models.CharField(
        "số thẻ đảng viên", max_length=20, null=True, blank=True, unique=True
    )
    admitted_on = models.DateField("ngày vào Đảng", null=True, blank=True)
    official_on = models.DateField("ngày chính thức", null=True, blank=True)
    position = models.CharField("chức vụ, nghề nghiệp", max_length=120, blank=True)
    workplace = models.ForeignKey(
        Committee,
        models.PROTECT,
        related_name="working_members",
        verbose_name="nơi công tác",
    )
    phone = models.CharField("điện thoại", max_length=20, blank=True)
    address = models.CharField("địa chỉ nơi cư trú", max_length=200, blank=True)
    household = models.ForeignKey(
        Household, models.SET_NULL, null=True, blank=True, related_name="members"
    )
    status = models.CharField(
        "tình trạng", max_length=10, choices=Status, default=Status.ACTIVE
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(official_on=None)
                | Q(admitted_on=None)
                | Q(official_on__gte=F("admitted_on")),
                name="member_is_official_not_before_admission",
            ),
            models.CheckConstraint(
                condition=~Q(card_number=""), name="card_number_is_given_or_null"
            ),
        ]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="member_by_name"),
            models.Index(fields=["search_key"], name="member_by_search_key"),
        ]

    def __str__(self):
        return self.full_name

    def save(self, *args, **kwargs):
        self.set_keys()
        super().save(*args, **kwargs)

    def set_keys(self) -> None:
        """The name in the spellings to sort and search by; before bulk writes too."""
        self.sort_key = sort_key(self.full_name)
        self.search_key = fold(self.full_name)
        self.marked_key = marked_key(self.full_name)

    @property
    def birth_text(self) -> str:
        """07/10/1994, 10/1994 or 1994, as much as is known."""
        if not self.birth_date:
            return ""
        patterns = {"day": "%d/%m/%Y", "month": "%m/%Y", "year": "%Y"}
        return self.birth_date.strftime(patterns[self.birth_precision])

    @property
    def is_dead(self) -> bool:
        return self.status == self.Status.DEAD


class CorrectionRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Requests that the user's side asked or has to answer, and those below.

        The role decides the side: a ward's residence account does not read what a
        school of the ward, as a workplace, has to answer.
        """
        residence, workplace = _paths_of_sides(user)
        above = user.paths_of(Role.DEPARTMENT, Role.INSPECTOR)
        by, of = "asked_by_committee__path", "asked_of_committee__path"
        return self.filter(
            _OF_DWELLING & (within(of, residence) | within(by, workplace))
            | ~_OF_DWELLING & (within(of, workplace) | within(by, residence))
            | within(by, above)
            | within(of, above)
        )

    def to_answer_by(self, user):
        """Open requests whose answer is due from one of the user's units."""
        residence, workplace = _paths_of_sides(user)
        of = "asked_of_committee__path"
        return self.filter(
            _OF_DWELLING & within(of, residence)
            | ~_OF_DWELLING & within(of, workplace),
            state="open",
        )


_OF_DWELLING = Q(field__in=DWELLING_FIELDS)


def _paths_of_sides(user) -> tuple[list[str], list[str]]:
    return (
        user.paths_of(Role.RESIDENCE_WARD, Role.RESIDENCE_CELL),
        user.paths_of(Role.WORKPLACE),
    )


class CorrectionRequest(Versioned):
    """Đề nghị đính chính: one side asks the other, who owns the field, to mend it."""

    class State(models.TextChoices):
        OPEN = "open", "Chờ trả lời"
        ACCEPTED = "accepted", "Đã sửa"
        REFUSED = "refused", "Không sửa"

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="correction_requests"
    )
    field = models.CharField("mục cần đính chính", max_length=40)
    old_value = models.CharField("đang ghi", max_length=200, blank=True)
    new_value = models.CharField("đề nghị ghi", max_length=200)
    reason = models.CharField("căn cứ", max_length=300)
    asked_by_committee = models.ForeignKey(
        Committee, models.PROTECT, related_name="corrections_asked"
    )
    asked_of_committee = models.ForeignKey(
        Committee, models.PROTECT, related_name="corrections_to_answer"
    )
    asked_by = models.ForeignKey("members.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.CharField("trả lời", max_length=300, blank=True)
    answered_by = models.ForeignKey(
        "members.User", models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    objects = CorrectionRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open") | Q(answered_at__isnull=False),
                name="answered_correction_has_a_time",
            )
        ]

    def __str__(self):
        return f"Đính chính {self.field} ({self.get_state_display()})"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_about_dwelling(self) -> bool:
        return self.field in DWELLING_FIELDS

    @property
    def field_label(self) -> str:
        return field_label(self.field)
