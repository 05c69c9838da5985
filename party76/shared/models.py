from django.db import models
from django.db.models.functions import Now


class Submission(models.Model):
    """One filled form, so that a second click or a retry is answered, not repeated."""

    key = models.UUIDField()
    user_key = models.CharField(max_length=40)
    body_hash = models.CharField(max_length=64)
    location = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user_key", "key"], name="one_answer_per_user_and_submission"
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="submission_by_day")]

    def __str__(self):
        return str(self.key)


class Versioned(models.Model):
    """A row that knows which edition of itself a form was filled from."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
