"""The workplace's letters by what they wait for; many sent, or taken note of, at once."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from members.forms.batches import chosen_rows
from members.forms.letters import NoteEndForm, SendManyForm
from members.models import Member, Registration, Role
from members.queries.channels import on_paper_among
from members.queries.inbox import of_members_named
from members.queries.letters import (
    LONG_AGO,
    TAB_LABELS,
    Tab,
    counts_of,
    first_tab,
    is_taken_back,
    letters_of,
    own_letters,
)
from members.queries.rows import STATE_KINDS
from members.services.letter_batches import note_ends, send_letters
from members.services.stay_batches import Line
from members.services.stays import NOTED
from members.views.batches import SEARCH_LENGTH, Batch, in_order, run_batch
from members.views.stay_tabs import StayTab, stay_tabs
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.numbering import running_numbers
from party76.shared.paging import Cursor, page_of

State = Registration.State
# Where many are ticked and acted on at once, and the page that does it.
_MANY = {
    Tab.DRAFT: ("members:letters_send", "Gửi các giấy đã chọn"),
    **dict.fromkeys(
        [Tab.RETURNED, Tab.TAKEN_BACK, Tab.ENDED],
        ("members:letters_note_end", "Đã ghi nhận các đồng chí đã chọn"),
    ),
}
_JUST_SENT = "letters_just_sent"
_HINTS = {
    Tab.DRAFT: "Nơi cư trú chưa thấy những giấy này. Đồng chí gửi từng giấy, hoặc đánh dấu "
    "nhiều giấy rồi gửi một lần.",
    Tab.SENT: "Giấy chờ lâu nhất đứng trước. Nơi cư trú dùng giấy thì đồng chí ghi vào đây "
    "theo giấy có đóng dấu tiếp nhận mà nơi đó gửi lại.",
    Tab.RETURNED: "Đồng chí đọc lý do rồi giới thiệu lại; ai không còn phải giới thiệu thì "
    "ghi “Đã ghi nhận”.",
    Tab.TAKEN_BACK: "Nơi cư trú đã đề nghị giới thiệu rồi rút đề nghị; không có giấy nào bị "
    "trả lại. Đồng chí giới thiệu về nơi khác, hoặc ghi “Đã ghi nhận”.",
    Tab.ASKED: "Nơi cư trú gặp những đồng chí này mà chưa có giấy; đồng chí gửi giấy giới "
    "thiệu.",
    Tab.ENDED: "Ai chuyển nơi cư trú thì đồng chí gửi giấy giới thiệu mới; ai không còn phải "
    "giới thiệu thì ghi “Đã ghi nhận”.",
    Tab.RECEIVED: "Nơi cư trú dùng giấy thì đồng chí ghi việc kết thúc theo giấy của nơi đó.",
    Tab.UNNUMBERED: "Giấy đã gửi mà chưa ghi số: đồng chí ghi sau khi ký.",
}


@dataclass(frozen=True)
class Act:
    """What can be done with one letter; the main one is a button."""

    label: str
    url: str
    is_main: bool = False


@dataclass(frozen=True)
class LetterRow:
    """One line of the list: the letter, since when it waits, and what can be done."""

    letter: Registration
    since: date | None
    kind: str
    is_paper: bool
    acts: list[Act]

    @property
    def state(self) -> str:
        if is_taken_back(self.letter):
            return "Đề nghị giới thiệu đã rút"
        return self.letter.get_state_display()


@require_http_methods(["GET", "POST"])
def letter_list(request):
    """Letters of the user's workplaces under one heading, who waits longest first."""
    if not request.user.has_role(Role.WORKPLACE):
        raise PermissionDenied
    today = timezone.localdate()
    counts = counts_of(request.user, day=today)
    tab = _tab(request.GET.get("muc", "")) or first_tab(counts)
    text = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    letters = letters_of(request.user, tab, day=today)
    if text:
        letters = of_members_named(letters, text)
    page = _page(request, letters)
    total = letters.count() if text else counts[tab]
    record(
        Action.LIST,
        "registration",
        by=request.user,
        count=total,
        facts={"tab": tab},
        personal={"name": text} if text else None,
    )
    many_url, many_label = _MANY.get(tab, ("", ""))
    context = {
        "rows": _rows(page.rows, tab),
        "page": page,
        "tab": tab,
        "tabs": stay_tabs(request, "members:letter_list"),
        "headings": _headings(counts, tab),
        "hint": _HINTS[tab],
        "many": {"url": many_url and reverse(many_url), "label": many_label},
        "just_sent": _just_sent(request, tab, today),
        "total": total,
        "text": text,
        "here": address_of(tab),
        "kept": [("muc", tab)],
        "searched": [("q", text)],
    }
    return render(request, "members/letter_list.html", context)


@require_POST
def letters_send(request):
    """Send the drafts that were ticked, all or none, perhaps with running numbers."""
    own, letters = _ticked(request)
    form = SendManyForm(_sent(request), initial={"on": timezone.localdate()})

    def act(data, tell):
        without = [letter.pk for letter in letters if not letter.letter_number]
        numbers = running_numbers(data["first_number"], len(without))
        given = dict(zip(without, numbers, strict=True))
        lines = [
            Line(letter.pk, own[letter.pk][0], number=given.get(letter.pk, ""))
            for letter in letters
        ]
        sent = send_letters(
            lines, on=data["on"], dated=data["dated"], by=request.user, tell=tell
        )
        keep_sent(request, sent)
        return f"Đã gửi {len(sent)} giấy giới thiệu."

    batch = Batch(
        title="Gửi các giấy đang soạn",
        submit="Gửi giấy giới thiệu của",
        back="members:letter_list",
        after=address_of(Tab.SENT),
    )
    return run_batch(request, batch, form, letters, own, act)


def keep_sent(request, letters: list[Registration]) -> None:
    """Remember what was just sent, to be printed from the page that follows."""
    today = timezone.localdate().isoformat()
    request.session[_JUST_SENT] = [today, [letter.pk for letter in letters]]


def _just_sent(request, tab: Tab, day: date) -> list[int]:
    """Of what this user sent last today, the letters that still wait."""
    sent_on, keys = request.session.get(_JUST_SENT, ["", []])
    if tab is not Tab.SENT or sent_on != day.isoformat():
        return []
    waiting = letters_of(request.user, tab, day=day).filter(pk__in=keys)
    return list(waiting.values_list("pk", flat=True))


@require_POST
def letters_note_end(request):
    """Take note of the ends and returns that were ticked, all or none."""
    own, stays = _ticked(request)
    form = NoteEndForm(_sent(request))

    def act(data, tell):
        versions = {stay.pk: own[stay.pk][0] for stay in stays}
        noted = note_ends(versions, on=timezone.localdate(), by=request.user)
        return f"Đã ghi nhận {len(noted)} đồng chí."

    batch = Batch(
        title="Nhận biết việc kết thúc, trả lại ở nơi cư trú",
        submit="Đã ghi nhận",
        back="members:letter_list",
        intro="Ai còn phải giữ mối liên hệ ở nơi khác thì đồng chí gửi giấy giới thiệu "
        "mới thay cho việc ghi nhận.",
    )
    return run_batch(request, batch, form, stays, own, act)


def _ticked(request) -> tuple[dict, list[Registration]]:
    """What was sent of each line, and the letters in this order, in whatever state they
    are by now; those of another workplace are not there."""
    if not request.user.has_role(Role.WORKPLACE):
        raise PermissionDenied
    own = chosen_rows(request.POST.getlist("dong"))
    return own, in_order(own, own_letters(request.user, own))


def _sent(request):
    """The form's data where the second step was sent, not the first."""
    return request.POST if "lam" in request.POST else None


def _page(request, letters):
    sent = request.POST if request.method == "POST" else request.GET
    with_units = letters.select_related("member", "workplace", "ward", "moved_to")
    return page_of(
        with_units.prefetch_related("exemptions"),
        Cursor.read(sent),
        by="waiting_since",
    )


def _tab(text: str) -> Tab | None:
    return Tab(text) if text in set(Tab) else None


def address_of(tab: Tab) -> str:
    return f"{reverse('members:letter_list')}?muc={tab}"


def _headings(counts: dict[Tab, int], here: Tab) -> list[tuple[StayTab, int]]:
    return [
        (StayTab(label, address_of(tab), active=tab is here), counts[tab])
        for tab, label in TAB_LABELS.items()
    ]


def _rows(letters: list[Registration], tab: Tab) -> list[LetterRow]:
    wards = {letter.ward_id: letter.ward for letter in letters}
    paper = on_paper_among(wards.values(), Role.RESIDENCE_WARD) if wards else set()
    return [_row(letter, tab, is_paper=letter.ward_id in paper) for letter in letters]


def _row(letter: Registration, tab: Tab, *, is_paper: bool) -> LetterRow:
    since = letter.waiting_since  # annotated
    state = State(letter.state)
    return LetterRow(
        letter,
        since=since if since and since > LONG_AGO else None,
        kind=STATE_KINDS[state],
        is_paper=is_paper and state in {State.SENT, State.RECEIVED},
        acts=_acts(letter, state, is_paper=is_paper),
    )


def _acts(letter: Registration, state: State, *, is_paper: bool) -> list[Act]:
    """What the workplace may do; for a ward on paper it types in its answers."""
    if state not in _OWN:
        return _acts_anew(letter, state)
    answers = _ON_PAPER.get(state, []) if is_paper else []
    found = [*answers, *_OWN[state]]
    acts = [(label, reverse(name, args=[letter.pk])) for label, name in found]
    acts.insert(_place_of_number(letter, state, len(answers)), _write_in(letter))
    # A letter that is sent and numbered waits for the residence alone.
    is_waiting = not is_paper and state != State.DRAFT and bool(letter.letter_number)
    return [
        Act(*one, is_main=number == 0 and not is_waiting)
        for number, one in enumerate(acts)
    ]


def _place_of_number(letter: Registration, state: State, answers: int) -> int:
    """A number that is missing comes next, but after the answer that a ward on paper
    gave to the letter; what has one is seldom mended: last."""
    if state == State.DRAFT or letter.letter_number or letter.is_letter_unknown:
        return answers + len(_OWN[state])
    return answers if state == State.SENT else 0


def _write_in(letter: Registration) -> tuple[str, str]:
    label = "Sửa số, ngày" if letter.letter_number else "Ghi số, ngày"
    return label, reverse("members:letter_write_in", args=[letter.pk])


_OWN: dict[str, list[tuple[str, str]]] = {
    State.DRAFT: [("Gửi", "members:letter_send"), ("Rút", "members:letter_withdraw")],
    State.SENT: [("Rút", "members:letter_withdraw")],
    State.RECEIVED: [],
}
_ON_PAPER: dict[str, list[tuple[str, str]]] = {
    State.SENT: [
        ("Ghi tiếp nhận", "members:registration_receive"),
        ("Ghi trả lại", "members:letter_return"),
    ],
    State.RECEIVED: [("Ghi kết thúc", "members:registration_end")],
}


def _acts_anew(letter: Registration, state: State) -> list[Act]:
    """For one who is asked for, came back or has ended: the new letter, or the note."""
    labels = {State.LETTER_ASKED: "Gửi giấy", State.ENDED: "Giới thiệu nơi mới"}
    label = labels.get(state, "Giới thiệu lại")
    if is_taken_back(letter):
        label = "Giới thiệu"
    add = Act(label, reverse("members:letter_add", args=[letter.member_id]), True)
    if state not in NOTED:
        return [add]
    note = reverse("members:letter_note_end", args=[letter.pk])
    is_here = letter.member.status == Member.Status.ACTIVE
    noted = Act("Đã ghi nhận", note, is_main=not is_here)
    return [add, noted] if is_here else [noted]
