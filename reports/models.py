"""What an office keeps of its reports."""

from django.db import models

from members.models import Committee
from party76.shared.models import Versioned


class SignatureBlock(Versioned):
    """Heading and signature of a committee's papers, as data from a day on."""

    committee = models.ForeignKey(
        Committee, models.CASCADE, related_name="signature_blocks"
    )
    valid_from = models.DateField("áp dụng từ ngày")
    superior = models.CharField("cấp trên (dòng trên bên trái)", max_length=120)
    issuer = models.CharField("cơ quan ban hành (dòng dưới)", max_length=120)
    place = models.CharField("địa danh", max_length=60)
    on_behalf = models.CharField("thay mặt (T/M …)", max_length=120)
    title = models.CharField("chức danh người ký", max_length=80)
    signer = models.CharField("họ tên người ký", max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "valid_from"],
                name="one_signature_block_per_committee_and_day",
            )
        ]

    def __str__(self):
        return f"{self.on_behalf}, {self.title}"
