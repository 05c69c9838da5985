from django.db import models
from django.db.models.functions import Now


class Action(models.TextChoices):
    CREATE = "create", "Thêm mới"
    UPDATE = "update", "Sửa"
    DELETE = "delete", "Xóa"
    STEP = "step", "Chuyển bước"
    IMPORT = "import", "Nhập từ tệp"
    VIEW = "view", "Xem"
    LIST = "list", "Xem danh sách"
    EXPORT = "export", "Xuất tệp"
    LOGIN = "login", "Đăng nhập"
    LOGIN_FAILED = "login_failed", "Đăng nhập không thành"
    LOGOUT = "logout", "Đăng xuất"
    REFUSED = "refused", "Bị từ chối"


class AuditEvent(models.Model):
    """Who did or saw what, and when. Rows are only ever added (by trigger)."""

    at = models.DateTimeField(db_default=Now())
    action = models.CharField(max_length=20, choices=Action)
    # Text keys on purpose: the record outlives whatever it speaks of.
    actor_key = models.CharField(max_length=40, blank=True)
    actor_name = models.CharField(max_length=150, blank=True)
    acting_as = models.CharField(max_length=200, blank=True)
    object_type = models.CharField(max_length=40, blank=True)
    object_key = models.CharField(max_length=40, blank=True)
    committee_code = models.CharField(max_length=40, blank=True)
    count = models.PositiveIntegerField(null=True)
    facts = models.JSONField(default=dict)  # nothing personal
    request_id = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=45, blank=True)
    detail_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["object_type", "object_key"], name="audit_event_by_object"
            ),
            models.Index(fields=["actor_key", "at"], name="audit_event_by_actor"),
        ]

    def __str__(self):
        return f"{self.get_action_display()} {self.object_type} {self.object_key}"


class AuditDetail(models.Model):
    """The personal part of an event, which the law may want erased.

    The event keeps only its salted hash, so erasing breaks no seal.
    """

    event = models.OneToOneField(
        AuditEvent, models.PROTECT, primary_key=True, related_name="detail"
    )
    salt = models.CharField(max_length=32)
    payload = models.JSONField(null=True)

    def __str__(self):
        return f"detail of {self.event_id}"
