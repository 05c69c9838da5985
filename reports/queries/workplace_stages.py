"""How far the introduction of a workplace's members has come, and what lists narrow by."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from members.models import Committee, Registration

State = Registration.State


class Stage(StrEnum):
    """How far the introduction of a member has come."""

    RECEIVED = "da-tiep-nhan"
    SENT = "da-gui"
    LETTER_ASKED = "duoc-de-nghi"
    DRAFT = "dang-soan"
    RETURNED = "bi-tra-lai"
    NONE = "chua-gioi-thieu"


STAGE_LABELS = {
    Stage.RECEIVED: "Đã tiếp nhận",
    Stage.SENT: "Đã gửi, chờ tiếp nhận",
    Stage.LETTER_ASKED: "Nơi cư trú đề nghị giới thiệu",
    Stage.DRAFT: "Đang soạn giấy giới thiệu",
    Stage.RETURNED: "Giấy giới thiệu bị trả lại",
    Stage.NONE: "Chưa giới thiệu hoặc đã kết thúc",
}
STAGE_OF = {
    State.RECEIVED: Stage.RECEIVED,
    State.SENT: Stage.SENT,
    State.LETTER_ASKED: Stage.LETTER_ASKED,
    State.DRAFT: Stage.DRAFT,
    State.RETURNED: Stage.RETURNED,
}
STAGE_KINDS = {
    Stage.RECEIVED: "success",
    Stage.SENT: "warning",
    Stage.LETTER_ASKED: "warning",
    Stage.DRAFT: "info",
    Stage.RETURNED: "danger",
    Stage.NONE: "neutral",
}


class Result(StrEnum):
    """What came back of the year; the exempt are settled without a comment."""

    RETURNED = "da-tra"
    EXEMPT = "mien"
    WAITING = "chua-tra"


class Notices(StrEnum):
    ANY = "co-thong-bao"
    UNANSWERED = "chua-tra-loi"


@dataclass(frozen=True)
class Narrowing:
    """What the list is narrowed to; None where nothing is chosen."""

    workplace: Committee | None = None
    ward: Committee | None = None
    stage: Stage | None = None
    is_exempt: bool | None = None
    result: Result | None = None
    notices: Notices | None = None


def at_stage(stage: Stage) -> Q:
    """The condition on members annotated by own_members."""
    states = [state for state, found in STAGE_OF.items() if found is stage]
    if states:
        return Q(stage_state__in=states)
    return Q(stage_state=None) | Q(stage_state=State.ENDED)
