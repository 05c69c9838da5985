"""What each stage is called, whose it is, and which rows wait for it."""

from collections.abc import Callable
from dataclasses import dataclass

from evaluations.models import Evaluation, Sheet
from evaluations.permissions import can_confirm_sheet, can_edit_sheet, can_lock_sheet
from evaluations.queries import Progress
from evaluations.services import steps
from members.models import User

_STATE = Evaluation.State


@dataclass(frozen=True)
class Stage:
    """A stage as the pages offer it; slug is its part of the address."""

    slug: str
    title: str
    button: str
    told: str
    from_states: tuple[str, ...]
    allows: Callable[[User, Sheet], bool]
    waiting: Callable[[Progress], int]
    service: Callable
    consequences: tuple[str, ...]
    all_chosen: bool = True
    wants_reason: bool = False
    wants_consultation: bool = False


STAGES = {
    stage.slug: stage
    for stage in (
        Stage(
            slug="de-xuat",
            title="Chi ủy đề xuất",
            button="Đề xuất",
            told="Đã đề xuất",
            from_states=(_STATE.DRAFT,),
            allows=can_edit_sheet,
            waiting=lambda progress: progress.drafted,
            service=steps.propose_evaluations,
            consequences=(
                "Chuyển nhận xét của những đồng chí được chọn cho đảng ủy xác nhận.",
                "Các dòng đó không sửa trên bảng được nữa, trừ khi đảng ủy trả lại.",
            ),
            wants_consultation=True,
        ),
        Stage(
            slug="xac-nhan",
            title="Đảng ủy xác nhận",
            button="Xác nhận",
            told="Đã xác nhận",
            from_states=(_STATE.PROPOSED,),
            allows=can_confirm_sheet,
            waiting=lambda progress: progress.proposed,
            service=steps.confirm_evaluations,
            consequences=(
                "Xác nhận nhận xét do chi ủy đề xuất của những đồng chí được chọn.",
                "Người xác nhận phải khác người đã đề xuất.",
            ),
        ),
        Stage(
            slug="tra-lai",
            title="Trả lại chi ủy",
            button="Trả lại chi ủy",
            told="Đã trả lại chi ủy",
            from_states=(_STATE.PROPOSED, _STATE.CONFIRMED),
            allows=can_confirm_sheet,
            waiting=lambda progress: progress.proposed + progress.confirmed,
            service=steps.send_back_evaluations,
            consequences=(
                "Đưa những dòng được chọn về lại chi ủy để nhận xét lại.",
                "Lý do và nhận xét đã đề xuất vẫn được giữ trong quá trình xử lý.",
            ),
            all_chosen=False,
            wants_reason=True,
        ),
        Stage(
            slug="tra-ve-noi-cong-tac",
            title="Trả về nơi công tác",
            button="Trả về nơi công tác",
            told="Đã trả về nơi công tác",
            from_states=(_STATE.CONFIRMED,),
            allows=can_confirm_sheet,
            waiting=lambda progress: progress.confirmed,
            service=steps.return_evaluations,
            consequences=(
                "Cấp ủy nơi công tác đọc được nhận xét của những đồng chí được chọn.",
                "Sau đó kết quả chỉ thay đổi được bằng bản đính chính.",
            ),
        ),
        Stage(
            slug="khoa",
            title="Khóa kết quả",
            button="Khóa",
            told="Đã khóa",
            from_states=(_STATE.RETURNED,),
            allows=can_lock_sheet,
            waiting=lambda progress: progress.returned - progress.locked,
            service=steps.lock_evaluations,
            consequences=(
                "Khóa kết quả của những đồng chí được chọn trước khi khóa cả đợt.",
                "Sau đó kết quả chỉ thay đổi được bằng bản đính chính.",
            ),
        ),
    )
}


@dataclass(frozen=True)
class Offer:
    """A stage that somebody may take now, with the number of rows that wait."""

    stage: Stage
    count: int


def stages_open_to(user: User, sheet: Sheet, progress: Progress) -> list[Offer]:
    """The stages of the sheet that the user may take and that have rows waiting."""
    return [
        Offer(stage, count)
        for stage in STAGES.values()
        if (count := stage.waiting(progress)) and stage.allows(user, sheet)
    ]
