"""What the pages of a reorganisation share: who may open it, and what they draw."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from members.forms.reform_units import BY_HAND
from members.imports.reforms.proposal import Proposal
from members.models import Committee, Kind, Operation, Part, Reorganisation
from members.permissions import can_read_reorganisations, can_run_reorganisation
from members.views.import_rows import KINDS_OF_OUTCOME
from reports.queries.reorganisations import Consequences, people_of

STEPS = ["Quyết định và danh sách", "Nhận cột", "Xem trước", "Kết quả"]
_HAND_STEPS = ["Điền thông tin", "Xem trước", "Kết quả"]


@dataclass(frozen=True)
class Steps:
    """The steps of a decision; one unit entered by hand has no columns to recognise."""

    labels: list[str]
    preview: int

    @property
    def done(self) -> int:
        return len(self.labels)


def steps_of(reform) -> Steps:
    return Steps(_HAND_STEPS, 2) if is_by_hand(reform) else Steps(STEPS, 3)


def is_by_hand(reform) -> bool:
    """True for one operation on one unit, filled in on its page."""
    return reform.run is not None and BY_HAND in reform.run.choices


def visible_reforms(user):
    if not can_read_reorganisations(user):
        raise PermissionDenied
    return Reorganisation.objects.visible_to(user)


def reform_of(request, pk) -> Reorganisation:
    reforms = visible_reforms(request.user).select_related(
        "committee", "run", "created_by"
    )
    return get_object_or_404(reforms, pk=pk)


def drafted_reform(request, pk) -> Reorganisation:
    """The user's to change: a draft. What is confirmed ahead goes back to one first."""
    reform = open_reform(request, pk)
    if reform.state != Reorganisation.State.DRAFT:
        raise Http404
    return reform


def open_reform(request, pk, *, needs_list: bool = True) -> Reorganisation:
    """The user's to act on, not carried out yet, its list still there."""
    reform = reform_of(request, pk)
    if not can_run_reorganisation(request.user, reform):
        raise PermissionDenied
    if not reform.is_open or (needs_list and reform.run is None):
        raise Http404
    return reform


def reform_trail():
    tree = ("Tổ chức đảng", reverse("members:committee_tree"))
    return [tree, ("Sắp xếp tổ chức", reverse("reports:reorganisation_list"))]


@dataclass(frozen=True)
class Origin:
    """An old unit, or a part of it, that goes into a unit."""

    name: str
    pk: int | None
    part: str
    people: int | None


@dataclass(frozen=True)
class GroupRow:
    """A unit as it is after the decision, and where it comes from."""

    name: str
    kind: str
    parent: str
    state: str
    state_kind: str
    origins: list[Origin]
    people: int | None  # None: known only when everything is mended and answered


@dataclass(frozen=True)
class Tile:
    label: str
    number: int


@dataclass(frozen=True)
class ListRow:
    """A row of the list on one line."""

    number: int
    old: str
    new: str
    how: str
    part: str
    outcome: str
    outcome_kind: str
    messages: list[str]


@dataclass(frozen=True)
class DecidedRow:
    """A row of a list that is not in force."""

    old: str
    new: str
    how: str
    part: str


def decided_rows(entries) -> list[DecidedRow]:
    """Rows as they were written, codes of units as names; one query."""
    codes = {text for one in entries for text in (one.old_text, one.new_name)}
    names = dict(Committee.objects.filter(code__in=codes).values_list("code", "name"))
    return [
        DecidedRow(
            names.get(one.old_text, one.old_name),
            names.get(one.new_name, one.new_name),
            Operation(one.operation).label if one.operation else "",
            Part(one.part).label,
        )
        for one in entries
    ]


_TILES = [
    ("formed", "Đơn vị thành lập"),
    ("closed", "Đơn vị kết thúc"),
    ("changed", "Đơn vị đổi tên, loại, nơi trực thuộc"),
    ("stays", "Đồng chí chuyển nơi sinh hoạt hoặc công tác"),
    ("members", "Đồng chí theo đơn vị công tác kế tục"),
    ("letters", "Giấy giới thiệu chuyển theo"),
    ("meetings", "Kỳ họp chuyển theo"),
    ("drafts", "Dòng nhận xét chuyển theo"),
    ("posts_moved", "Vai trò tài khoản chuyển theo"),
    ("posts_ended", "Vai trò tài khoản kết thúc"),
]


def tiles_of(counts: dict) -> list[Tile]:
    """The numbers of what was done; nothing for what there was none of."""
    return [
        Tile(label, counts[name])
        for name, label in _TILES
        if counts.get(name) or name in ("formed", "closed")
    ]


def list_rows(rows) -> list[ListRow]:
    """The rows of the preview; a row that holds no data shows its text."""
    found = []
    for row in rows:
        told = list(row.values.values())
        old, new, how, part = told if len(told) == 4 else (told[0], "", "", "")
        found.append(
            ListRow(
                row.number,
                old,
                new,
                how,
                "" if part == Part.WHOLE.label else part,
                row.outcome.label,
                KINDS_OF_OUTCOME[row.outcome],
                row.messages,
            )
        )
    return found


def names_of(proposal: Proposal) -> dict[int, str]:
    """{key of a unit in the plan: its name after the decision}."""
    names = {group.ref: group.name for group in proposal.groups}
    return names | {new.key: new.name for new in proposal.plan.new_units}


def obstacles_of(proposal: Proposal, told: Consequences, reform) -> list[str]:
    """What stands in the way; of a unit entered by hand there are no rows to look up."""
    found = proposal.stands_in_the_way + told.problems
    for part in proposal.parts:
        # One by one they stand beside the boxes.
        found = [one for one in found if one not in part.problems]
        if part.problems:
            found.append(
                f"{part.old.name}, phần về {part.new_name}: {len(part.problems)} dòng ghi "
                "tên chưa rõ là ai; sửa ở phần “Đồng chí quyết định”."
            )
    wrong = [row for row in proposal.preview.rows if row.is_bad]
    if wrong and is_by_hand(reform):
        counted = f"{len(wrong)} dòng của danh sách còn lỗi."
        found = [one for one in found if one != counted]
        found += [sentence for row in wrong for sentence in row.messages]
    return list(dict.fromkeys(found))


def groups_of(proposal: Proposal, told: Consequences) -> list[GroupRow]:
    """The units of the decision in the order of its list, without rows in error; three
    queries."""
    olds = {unit.id for group in proposal.groups for unit in group.olds}
    people = people_of(olds | {group.ref for group in proposal.groups if group.ref > 0})
    new = {unit.key: unit for unit in proposal.plan.new_units}
    found = []
    for group in proposal.groups:
        rows = [row for row in group.rows if not row.problems]
        if rows:
            found.append(_row(group, rows, new, proposal, people, told))
    return found


def _row(group, rows, new, proposal: Proposal, people, told) -> GroupRow:
    formed = new.get(group.ref)
    kind = formed.kind if formed else group.survivor and group.survivor.kind
    state, state_kind = _state(group, proposal)
    return GroupRow(
        name="" if group.is_end and not group.survivor else group.name,
        kind=Kind(kind).label if kind else "",
        parent=proposal.parents.get(group.ref, ""),
        state=state,
        state_kind=state_kind,
        origins=[_origin(row, people) for row in rows],
        people=_people_after(group, rows, people, told),
    )


def _people_after(group, rows, people, told: Consequences) -> int | None:
    """Who belongs to the unit once it is done; of one that ends, who belongs to it now."""
    known = {row.old.id for row in rows if row.old is not None}
    if group.is_end and group.survivor is None:
        return sum(people[key] for key in known)
    if told.trial is not None:
        return people[group.ref] + told.trial.gains.get(group.ref, 0)
    if any(row.part != Part.WHOLE for row in rows):
        return None
    return sum(people[key] for key in known | {group.ref})


def _origin(row, people) -> Origin:
    known = row.old is not None and row.part == Part.WHOLE
    return Origin(
        name=row.old.name if row.old else row.old_name,
        pk=row.old.id if row.old else None,
        part="" if row.part == Part.WHOLE else Part(row.part).label.lower(),
        people=people[row.old.id] if known else None,
    )


def _state(group, proposal: Proposal) -> tuple[str, str]:
    if group.is_end:
        return Operation.END.label, "neutral"
    if group.is_new:
        return "Thành lập", "success"
    changes = proposal.plan.changes.get(group.ref, {})
    if "name" in changes:
        return Operation.RENAME.label, "info"
    if "parent" in changes:
        return Operation.TRANSFER.label, "info"
    if changes:
        return Operation.RECLASSIFY.label, "info"
    others = [row for row in group.rows if row.old and row.old.id != group.ref]
    return ("Nhận thêm", "info") if others else ("Giữ nguyên", "neutral")
