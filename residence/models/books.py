"""Sổ liên hệ: issued by the ward, collected by the member, handed back each year."""

from django.db import models
from django.db.models import F, Q

from members.models import Registration, Role
from members.models.registrations import at_residence
from party76.shared.models import Versioned


class ContactBookQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Books of the stays in the user's residence units, and those above."""
        paths = user.paths_of(
            Role.RESIDENCE_WARD, Role.RESIDENCE_CELL, Role.DEPARTMENT, Role.INSPECTOR
        )
        return self.filter(at_residence(paths, "registration__"))

    def waiting(self):
        """Issued, and nobody has come for them."""
        return self.filter(collected_on=None)


class ContactBook(Versioned):
    """The contact book of one stay for one year."""

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="contact_books"
    )
    year = models.PositiveSmallIntegerField("năm")
    number = models.CharField("số sổ", max_length=20, blank=True)
    issued_on = models.DateField("ngày cấp")
    collected_on = models.DateField("ngày nhận sổ", null=True, blank=True)
    handed_back_on = models.DateField("ngày nộp lại", null=True, blank=True)
    note = models.CharField("ghi chú", max_length=200, blank=True)

    objects = ContactBookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "year"],
                name="one_contact_book_per_registration_and_year",
            ),
            models.CheckConstraint(
                condition=Q(collected_on=None) | Q(collected_on__gte=F("issued_on")),
                name="contact_book_is_collected_after_it_is_issued",
            ),
            models.CheckConstraint(
                condition=Q(handed_back_on=None)
                | Q(collected_on__isnull=False, handed_back_on__gte=F("collected_on")),
                name="contact_book_is_handed_back_after_it_was_collected",
            ),
        ]
        indexes = [models.Index(fields=["year"], name="contact_book_by_year")]

    def __str__(self):
        return f"Sổ liên hệ năm {self.year}"
