"""What waits for a ward or a cell where members live."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from evaluations.queries import Progress, waiting_sheets
from members.models import (
    Committee,
    CorrectionRequest,
    Kind,
    Role,
    User,
)
from members.scopes import STEP, contains, within
from reports.queries.todos.todo import Subject, Todo, half_year, link
from residence.models import Meeting, Opinion
from residence.queries import meetings_to_run

_RESIDENCE = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)


def residence_todos(user: User, on: date) -> Iterator[Todo]:
    """Meetings, opinions, sheets: seven statements at most."""
    if not user.has_role(*_RESIDENCE):
        return
    yield from _meetings(user, on)
    yield from _unplanned(user, on)
    yield from _opinions(user)
    yield from _sheets(user, on)


def correction_todos(user: User) -> Iterator[Todo]:
    """Corrections that the user's units, of either side, have to answer."""
    if not user.has_role(*_RESIDENCE, Role.WORKPLACE):
        return
    asked = CorrectionRequest.objects.to_answer_by(user).aggregate(
        n=Count("pk"), since=Min("asked_at")
    )
    if asked["n"]:
        yield Todo(
            "đề nghị đính chính chờ trả lời",
            link("members:correction_list"),
            "Trả lời",
            Subject.RECORDS,
            count=asked["n"],
            since=timezone.localdate(asked["since"]),
        )


_STEPS = {
    Meeting.State.PLANNED: ("lập danh sách", "residence:meeting_detail"),
    Meeting.State.LISTED: ("điểm danh", "residence:meeting_attendance"),
    Meeting.State.OPEN: ("điểm danh, kết thúc", "residence:meeting_attendance"),
}


def _meetings(user: User, on: date) -> Iterator[Todo]:
    for meeting in meetings_to_run(user, on):
        step, page = _STEPS[Meeting.State(meeting.state)]
        yield Todo(
            f"{meeting.committee}: {meeting.title}, họp ngày "
            f"{meeting.held_on:%d/%m/%Y} – {step}",
            link(page, meeting.pk),
            "Điểm danh" if "điểm danh" in step else "Lập danh sách",
            Subject.MEETINGS,
            due=meeting.held_on,
            due_words="",  # the text tells it
            is_late=meeting.held_on < on,
            is_today=meeting.held_on == on,
            plain=f"kỳ họp ngày {meeting.held_on:%d/%m/%Y} – {step}",
        )


def _unplanned(user: User, on: date) -> Iterator[Todo]:
    """Units that receive members and have no meeting in this half-year."""
    first, end, name = half_year(on)
    paths = user.paths_of(*_RESIDENCE)
    above = [path[:size] for path in paths for size in range(STEP, len(path), STEP)]
    own = within("committee__path", paths) | Q(committee__path__in=above)
    planned = (
        Meeting.objects.filter(own, period_from__lt=end, period_to__gt=first)
        .exclude(state=Meeting.State.NOT_HELD)
        .values_list("committee__path", flat=True)
        .distinct()
    )
    held = set(planned)
    lacking = [unit for unit in _receiving(paths) if not _has_meeting(unit.path, held)]
    if not lacking:
        return
    one = len(lacking) == 1
    yield Todo(
        f"{lacking[0].name} chưa có kỳ họp nào của {name}"
        if one
        else f"chi bộ chưa có kỳ họp nào của {name}",
        link("residence:meeting_add", **({"don_vi": lacking[0].pk} if one else {})),
        "Dự kiến kỳ họp",
        Subject.MEETINGS,
        count=None if one else len(lacking),
        due=end - timedelta(days=1),
    )


def _receiving(paths: list[str]) -> list[Committee]:
    """The cells that receive members; a ward itself where it has none."""
    units = list(
        Committee.objects.filter(
            within("path", paths), receives_members=True, valid_to=None
        ).order_by("path")
    )
    cells = [unit for unit in units if unit.kind != Kind.WARD]
    alone = [
        unit
        for unit in units
        if unit.kind == Kind.WARD
        and not any(contains(unit.path, cell.path) for cell in cells)
    ]
    return [*cells, *alone]


def _has_meeting(path: str, held: set[str]) -> bool:
    """A meeting of the unit, of its ward, or of a unit below."""
    return any(contains(other, path) or contains(path, other) for other in held)


def _opinions(user: User) -> Iterator[Todo]:
    paths = user.paths_of(*_RESIDENCE)
    opinions = Opinion.objects.filter(
        within("committee__path", paths) | within("cell__path", paths),
        ~Q(state=Opinion.State.SETTLED),
    ).aggregate(n=Count("pk"), since=Min("given_on"))
    if opinions["n"]:
        yield Todo(
            "ý kiến của đảng viên chưa giải quyết xong",
            link("residence:opinion_list"),
            "Trả lời",
            Subject.MEETINGS,
            count=opinions["n"],
            since=opinions["since"],
        )


def _sheets(user: User, on: date) -> Iterator[Todo]:
    sheets = waiting_sheets(user, on=on)
    yield from _stage(
        sheets,
        ("undecided", "drafted"),
        "đồng chí chưa có nhận xét để đề xuất",
        "Nhận xét",
        lambda sheet: sheet.rating_year.propose_by,
        on,
    )
    if not user.has_role(Role.RESIDENCE_WARD):
        return
    yield from _stage(
        sheets,
        ("proposed",),
        "đồng chí được chi ủy đề xuất, chờ đảng ủy xác nhận",
        "Xác nhận",
        lambda sheet: sheet.rating_year.confirm_by,
        on,
    )
    yield from _stage(
        sheets,
        ("confirmed",),
        "nhận xét đã xác nhận, chờ trả về nơi công tác",
        "Trả kết quả",
        lambda sheet: sheet.rating_year.return_by,
        on,
    )


def _stage(
    sheets: Iterable[Progress],
    columns: tuple[str, ...],
    text: str,
    action: str,
    due,
    on,
) -> Iterator[Todo]:
    """One line for all sheets with rows at a stage, leading to the only one."""
    found = [
        (sheet, sum(getattr(sheet, column) for column in columns)) for sheet in sheets
    ]
    found = [(sheet, n) for sheet, n in found if n]
    if not found:
        return
    days = [day for sheet, _ in found if (day := due(sheet))]
    day = min(days, default=None)
    only = found[0][0].sheet if len(found) == 1 else None
    yield Todo(
        f"{text} ({len(found)} bảng nhận xét)",
        link("evaluations:sheet_detail", only.pk)
        if only
        else link("evaluations:sheet_list"),
        action,
        Subject.YEAR,
        count=sum(n for _, n in found),
        due=day,
        is_late=day is not None and day < on,
    )
