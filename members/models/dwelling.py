"""Không còn cư trú, không liên lạc được: the cell says, the ward verifies."""

from django.db import models
from django.db.models import Q

from members.models.accounts import Role, User
from members.models.registrations import EndReason, Registration, at_residence
from party76.shared.models import Versioned


class DwellingCheckQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Reports on people of the user's residence units, and those above."""
        paths = user.paths_of(
            Role.RESIDENCE_WARD, Role.RESIDENCE_CELL, Role.DEPARTMENT, Role.INSPECTOR
        )
        return self.filter(at_residence(paths, "registration__"))

    def open(self):
        """Reports that the ward has not answered yet."""
        return self.filter(state=self.model.State.REPORTED)


class DwellingCheck(Versioned):
    """A cell's report that somebody no longer lives here, and what the ward found."""

    class State(models.TextChoices):
        REPORTED = "reported", "Chờ đảng ủy xác minh"
        CONFIRMED = "confirmed", "Đã xác minh: không còn cư trú"
        DISMISSED = "dismissed", "Đã xác minh: vẫn cư trú"

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="dwelling_checks"
    )
    reason = models.CharField("chi bộ phản ánh", max_length=300)
    reported_on = models.DateField("ngày phản ánh")
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    state = models.CharField(
        "tình trạng", max_length=10, choices=State, default=State.REPORTED
    )
    answer = models.CharField("kết quả xác minh", max_length=300, blank=True)
    answered_on = models.DateField("ngày xác minh", null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = DwellingCheckQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(state="reported"),
                name="one_open_dwelling_check_per_registration",
            ),
            models.CheckConstraint(
                condition=Q(state="reported")
                | Q(answered_on__isnull=False, answered_by__isnull=False),
                name="answered_dwelling_check_says_when_and_by_whom",
            ),
        ]

    def __str__(self):
        return f"{self.registration_id}: {self.get_state_display()}"

    @property
    def state_text(self) -> str:
        """The state in words; where the stay ended for another reason, nobody had found
        out whether it was so."""
        reason = self.registration.end_reason
        if self.state == self.State.CONFIRMED and reason != EndReason.NOT_DWELLING:
            return "Không cần xác minh nữa"
        return str(self.get_state_display())

    @property
    def is_open(self) -> bool:
        return self.state == self.State.REPORTED
