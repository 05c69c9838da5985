"""What is kept of an import: its table and answers, never the file itself."""

from functools import cached_property

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from party76.shared.models import Versioned
from party76.spreadsheets.reading import Table, Workbook


class ColumnMapping(models.Model):
    """Columns as an office corrected them once, for its next list of this heading."""

    committee_code = models.CharField("mã đơn vị", max_length=40)
    kind = models.CharField("loại danh sách", max_length=40)
    fingerprint = models.CharField("dấu của tiêu đề", max_length=32)
    columns = models.JSONField("các cột", default=dict)
    updated_at = models.DateTimeField("cập nhật lúc", auto_now=True)

    class Meta:
        verbose_name = "cách nhận cột"
        verbose_name_plural = "cách nhận cột"
        constraints = [
            models.UniqueConstraint(
                fields=["committee_code", "kind", "fingerprint"],
                name="one_column_mapping_per_office_list_and_heading",
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.committee_code}"


class ImportState(models.TextChoices):
    PREVIEW = "preview", "Đang xem trước"
    CONFIRMED = "confirmed", "Đã xác nhận"
    CANCELLED = "cancelled", "Đã hủy"


class ImportRunQuerySet(models.QuerySet):
    def started_by(self, user):
        """Runs of this account; nobody else's list is anybody's business."""
        return self.filter(created_by_key=str(user.pk))

    def for_list(self):
        """Newest first, without the table and the bad rows."""
        return self.defer("payload", "bad_rows", "mapping", "choices").order_by("-pk")


class ImportRun(Versioned):
    """One list on its way in: uploaded, mapped, previewed, confirmed or cancelled."""

    kind = models.CharField("loại danh sách", max_length=40)
    committee_code = models.CharField("mã đơn vị", max_length=40)
    created_by_key = models.CharField("người nhập", max_length=40)
    created_by_name = models.CharField("tên tài khoản", max_length=150)
    created_at = models.DateTimeField("bắt đầu lúc", db_default=Now())
    file_name = models.CharField("tên tệp", max_length=255)
    sha256 = models.CharField("mã băm của tệp", max_length=64)
    payload = models.BinaryField("bảng đã đọc, nén")
    sheet = models.CharField("trang tính", max_length=255)
    # {"columns": {"0": key, …}, "first_row": row below the heading, from 0}
    mapping = models.JSONField("các cột", default=dict)
    # Answers to questions, such as {"encoding": "vni"}; their keys are the caller's.
    choices = models.JSONField("lựa chọn", default=dict)
    state = models.CharField(
        "trạng thái",
        max_length=10,
        choices=ImportState.choices,
        default=ImportState.PREVIEW,
    )
    finished_at = models.DateTimeField("kết thúc lúc", null=True, blank=True)
    # Confirmed ahead: its table is needed on that day, however old it is by then.
    kept_until = models.DateField("giữ đến hết ngày", null=True, blank=True)
    counts = models.JSONField("số dòng", default=dict)
    result = models.JSONField("kết quả", default=dict)
    # [{"number": 12, "outcome": "error", "messages": ["…"]}, …]
    bad_rows = models.JSONField("dòng chưa nhập", default=list)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = "lần nhập danh sách"
        verbose_name_plural = "các lần nhập danh sách"
        indexes = [
            models.Index(
                fields=["created_by_key", "kind", "-id"], name="runs_of_a_user"
            ),
            models.Index(fields=["created_at"], name="runs_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values),
                name="import_is_in_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(state=ImportState.PREVIEW, finished_at__isnull=True)
                | (~Q(state=ImportState.PREVIEW) & Q(finished_at__isnull=False)),
                name="import_is_finished_when_it_left_the_preview",
            ),
        ]

    def __str__(self):
        return self.file_name

    @property
    def is_open(self) -> bool:
        return self.state == ImportState.PREVIEW

    @cached_property
    def workbook(self) -> Workbook:
        return Workbook.load(bytes(self.payload))

    @property
    def encoding(self) -> str | None:
        """'tcvn3' or 'vni' when the user agreed to turn an old font into Unicode."""
        return self.choices.get("encoding") or None

    @property
    def table(self) -> Table:
        """The chosen sheet, its letters converted if that was chosen."""
        table = self.workbook.table(self.sheet)
        return table.converted(self.encoding) if self.encoding else table
