from django.core.exceptions import ValidationError
from django.dispatch import receiver

from evaluations.models import Evaluation
from residence.signals import reasons_changing


@receiver(reasons_changing)
def keep_evidence_of_proposed_sheets(sender, meeting, **kwargs):
    """Reasons of absence stand once a comment written on them has been proposed."""
    proposed = (
        Evaluation.objects.current()
        .filter(
            registration__in=meeting.attendances.values("registration"),
            rating_year__period_from__lte=meeting.held_on,
            rating_year__period_to__gt=meeting.held_on,
        )
        .exclude(state=Evaluation.State.DRAFT)
    )
    if proposed.exists():
        raise ValidationError(
            "Bảng nhận xét dựa trên kỳ họp này đã được đề xuất, "
            "lý do vắng không sửa được nữa."
        )
