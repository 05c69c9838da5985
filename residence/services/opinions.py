"""What members said, and the way until it is settled."""

from django.core.exceptions import ValidationError
from django.db import transaction

from members.models import User
from party76.audit.models import Action
from party76.audit.services import changes, record, values_of
from party76.shared.versions import save_versioned
from residence.models import Meeting, Opinion

ANSWER_FIELDS = ["answer", "state"]
EDITABLE_FIELDS = ["given_on", "subject", "text", *ANSWER_FIELDS]


@transaction.atomic
def add_opinion(opinion: Opinion, *, by: User) -> Opinion:
    """Store what a member said, at a meeting under way or between meetings."""
    if opinion.meeting and opinion.meeting.state != Meeting.State.OPEN:
        raise ValidationError(
            "Kỳ họp không ở bước đang họp; đồng chí ghi ý kiến này vào mục "
            "ý kiến giữa hai kỳ họp."
        )
    _require_answer(opinion)
    opinion.save()
    record(
        Action.CREATE,
        opinion,
        by=by,
        committee_code=opinion.committee.code,
        personal={"subject": opinion.subject, "text": opinion.text},
    )
    return opinion


@transaction.atomic
def edit_opinion(opinion: Opinion, *, version: int, by: User) -> Opinion:
    """Answer, follow or correct an opinion; Conflict when somebody saved first.

    What was said at a meeting that is closed stays; its answer still moves on.
    """
    _require_answer(opinion)
    stored = Opinion.objects.select_related("meeting").get(pk=opinion.pk)
    fields = editable_fields(stored)
    before = values_of(stored, fields)
    save_versioned(opinion, fields=fields, version=version)
    record(
        Action.UPDATE,
        opinion,
        by=by,
        committee_code=opinion.committee.code,
        personal={"changes": changes(opinion, before)},
    )
    return opinion


def editable_fields(opinion: Opinion) -> list[str]:
    """What may still change: all of it, or the answer once the meeting is closed."""
    closed = opinion.meeting and opinion.meeting.state == Meeting.State.CLOSED
    return ANSWER_FIELDS if closed else EDITABLE_FIELDS


def _require_answer(opinion: Opinion) -> None:
    if opinion.state == Opinion.State.SETTLED and not opinion.answer.strip():
        raise ValidationError("Ý kiến đã giải quyết phải ghi nội dung trả lời.")
