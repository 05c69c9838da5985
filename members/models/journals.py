"""What a great act wrote to one table, so that it can be put back."""

from django.db import models


class JournalRow(models.Model):
    table = models.CharField(max_length=80)  # app_label.modelname
    rows = models.PositiveIntegerField()
    payload = models.BinaryField()  # compressed JSON, see services.ledger

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.table}: {self.rows}"
