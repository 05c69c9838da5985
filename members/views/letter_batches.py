"""Introducing many members at once: choose them, say where each lives, write all or none."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from members.forms.letter_batches import (
    ChooseForm,
    DefaultsForm,
    EndingForm,
    EnteredLine,
    begun_lines,
    fill_lines,
    marks_in,
    read_lines,
    tell_situations,
    written_lines,
)
from members.models import Member, Role
from members.queries.letters import (
    Situation,
    Tab,
    members_of,
    members_to_introduce,
    proposals,
    situations,
)
from members.queries.merge_hints import doubts_of
from members.scopes import within
from members.services.letter_batches import NO_WARD, obstacles_to, write_letters
from members.views.batches import MOST_AT_ONCE, batch_key
from members.views.letter_lists import address_of, keep_sent
from members.views.stay_tabs import stay_tabs
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor, page_of
from party76.shared.running import forget_running, note_running


@dataclass
class Board:
    """The page with a line a member, and what was found when it was looked through."""

    lines: list[EnteredLine]
    defaults: DefaultsForm
    ending: EndingForm
    gone: int = 0  # members who work elsewhere by now
    is_checked: bool = False
    errors: list[str] = field(default_factory=list)

    @property
    def ticked(self) -> list[EnteredLine]:
        return [line for line in self.lines if line.is_ticked]

    @property
    def blocked(self) -> list[EnteredLine]:
        return [line for line in self.ticked if line.sentences]

    @property
    def is_clear(self) -> bool:
        """Looked through, with somebody ticked and nothing in the way of anybody."""
        return (
            self.is_checked
            and bool(self.ticked)
            and not (self.blocked or self.errors or self.gone)
        )

    @property
    def is_sent(self) -> bool:
        return self.ending["how"].value() == "gui"


@require_http_methods(["GET", "POST"])
def letter_batch(request):
    """Members to tick; who was ticked stays so while one searches and turns pages."""
    if not request.user.has_role(Role.WORKPLACE):
        raise PermissionDenied
    # The home page names the list that it counted; a name never stands in an address.
    asked = request.POST or {"ds": request.GET.get("ds", "")}
    form = ChooseForm(asked, by=request.user)
    members, text = _found(request.user, form)
    page = page_of(
        members.select_related("workplace"),
        Cursor.read(request.POST),
        by="sort_key",
        size=MOST_AT_ONCE,
    )
    ticked = _ticked_now(request, page.rows)
    known = situations(page.rows)
    doubts = doubts_of(request.user, [member.pk for member in page.rows])
    for member in page.rows:
        member.doubt = doubts.get(member.pk)
    shown = {member.pk for member in page.rows}
    total = members.count()
    record(
        Action.LIST,
        "member",
        by=request.user,
        count=total,
        personal={"name": text} if text else None,
    )
    context = {
        "form": form,
        "page": page,
        "rows": [(one, known[one.pk].words, one.pk in ticked) for one in page.rows],
        "kept": sorted(ticked - shown),
        "total": total,
        "text": text,
        "most": MOST_AT_ONCE,
        "tabs": stay_tabs(request, "members:letter_list"),
    }
    return render(request, "members/letter_batch.html", context)


@require_http_methods(["GET", "POST"])
def letter_batch_lines(request):
    """A line a member with the ward proposed; checked as a whole, then written."""
    if not request.user.has_role(Role.WORKPLACE):
        raise PermissionDenied
    is_first = "dong" not in request.POST
    keys = _keys(request.POST.getlist("nguoi") if is_first else marks_in(request.POST))
    members = list(members_of(request.user, keys)[:MOST_AT_ONCE])
    if not members:
        if request.method == "POST":
            messages.info(
                request, "Đồng chí chưa chọn ai. Đồng chí đánh dấu rồi làm lại."
            )
        return redirect("members:letter_batch")
    known = situations(members)
    if is_first:
        lines = begun_lines(members, known, proposals(members, known))
        return _show(request, Board(lines, DefaultsForm(), EndingForm()), known)
    board = Board(
        read_lines(request.POST, members, known),
        DefaultsForm(request.POST if request.POST.get("viec") == "dien" else None),
        EndingForm(request.POST),
        gone=len(keys) - len(members),
    )
    return _act(request, board, known)


def _act(request, board: Board, known: dict[int, Situation]):
    """Fill in, check, leave out who is blocked, or write; then the page again."""
    act = request.POST.get("viec", "")
    if act == "dien":
        if board.defaults.is_valid():
            fill_lines(board.lines, board.defaults.cleaned_data)
            board.defaults = DefaultsForm()
        return _show(request, board, known)
    if not board.ending.is_valid():
        return _show(request, board, known)
    _check(board, known)
    if act == "bo-vuong":
        for line in board.blocked:
            line.is_ticked, line.sentences = False, []
    if act == "ghi" and board.is_clear and _write(request, board):
        return redirect(address_of(Tab.SENT if board.is_sent else Tab.DRAFT))
    return _show(request, board, known)


def _check(board: Board, known: dict[int, Situation]) -> None:
    """Find what stands in the way of whom; nothing is asked of the database."""
    dated = board.ending.cleaned_data["dated"]
    lines, wrong = written_lines(board.lines, dated)
    found = obstacles_to(lines, known, is_sent=board.is_sent)
    board.is_checked = True
    for line in board.ticked:
        told = found.get(line.member.pk, [])
        if line.sentences:
            # What was typed says more than that no ward was chosen.
            told = [sentence for sentence in told if sentence != NO_WARD]
        line.sentences = [*line.sentences, *wrong.get(line.member.pk, []), *told]


def _write(request, board: Board) -> bool:
    key = batch_key(request.user)
    ending = board.ending.cleaned_data
    lines, _ = written_lines(board.lines, ending["dated"])
    try:
        done = write_letters(
            lines,
            is_sent=board.is_sent,
            dated=ending["dated"],
            on=timezone.localdate(),
            by=request.user,
            tell=lambda text, share: note_running(key, text, share),
        )
    except ValidationError as error:
        board.errors = error.messages
        return False
    finally:
        forget_running(key)
    if board.is_sent:
        keep_sent(request, done)
    word = "gửi" if board.is_sent else "lưu nháp"
    messages.success(request, f"Đã {word} {len(done)} giấy giới thiệu.")
    return True


def _show(request, board: Board, known: dict[int, Situation]):
    tell_situations(board.lines, known)
    is_wrong = board.errors or board.blocked or board.ending.errors
    context = {"board": board, "tabs": stay_tabs(request, "members:letter_list")}
    return render(
        request,
        "members/letter_batch_lines.html",
        context,
        status=422 if is_wrong or board.defaults.errors else 200,
    )


def _found(user, form: ChooseForm):
    text, whom, unit = form.chosen()
    members = members_to_introduce(user, whom)
    if unit:
        members = members.filter(within("workplace__path", [unit.path]))
    return (members.search(text) if text else members), text


def _ticked_now(request, rows: list[Member]) -> set[int]:
    """Who is ticked: as before, with all of the page, or nobody."""
    act = request.POST.get("viec", "")
    if act == "bo-chon":
        return set()
    ticked = set(_keys(request.POST.getlist("nguoi")))
    return ticked | {member.pk for member in rows} if act == "chon-het" else ticked


def _keys(values) -> list[int]:
    numbers = [int(one) for one in values if one.isdecimal() and len(one) < 19]
    return list(dict.fromkeys(numbers))[:MOST_AT_ONCE]
