"""What an office keeps of its reports."""

from django.db import models

from members.models import Committee, Role, User
from members.scopes import within
from party76.shared.models import Versioned


class DocumentTemplateQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Forms of the user's own units and those below."""
        paths = user.paths_of(
            Role.RESIDENCE_WARD, Role.WORKPLACE, Role.DEPARTMENT, Role.INSPECTOR
        )
        return self.filter(within("committee__path", paths))


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


class DocumentTemplate(models.Model):
    """A Word form that an office put in place of ours, from a day on."""

    class Kind(models.TextChoices):
        LETTER = "letter", "Giấy giới thiệu"
        REPLY = "reply", "Thông báo kết quả tiếp nhận"
        NOTICE = "notice", "Thông báo gửi nơi công tác"

    committee = models.ForeignKey(
        Committee, models.CASCADE, related_name="document_templates"
    )
    kind = models.CharField("loại văn bản", max_length=12, choices=Kind)
    valid_from = models.DateField("áp dụng từ ngày")
    file_name = models.CharField("tên tệp", max_length=120)
    content = models.BinaryField()  # empty: from that day ours again
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = DocumentTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "kind", "valid_from"],
                name="one_template_per_committee_kind_and_day",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, từ {self.valid_from:%d/%m/%Y}"

    @property
    def is_own(self) -> bool:
        """A form of the office; else it says that ours is used again."""
        return bool(self.file_name)
