"""What the pages of a reorganisation share: who may open it, and what they draw."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from members.imports.reforms.proposal import Proposal
from members.models import Kind, Operation, Part, Reorganisation
from members.permissions import can_read_reorganisations, can_run_reorganisation
from members.views.import_rows import KINDS_OF_OUTCOME
from reports.queries.reorganisations import people_of

STEPS = ["Quyết định và danh sách", "Nhận cột", "Xem trước", "Kết quả"]


def visible_reforms(user):
    if not can_read_reorganisations(user):
        raise PermissionDenied
    return Reorganisation.objects.visible_to(user)


def reform_of(request, pk) -> Reorganisation:
    reforms = visible_reforms(request.user).select_related(
        "committee", "run", "created_by"
    )
    return get_object_or_404(reforms, pk=pk)


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

    @property
    def people(self) -> int:
        """Those who come whole; of parts nobody counts in advance."""
        return sum(origin.people or 0 for origin in self.origins)


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


_TILES = [
    ("formed", "Đơn vị thành lập"),
    ("closed", "Đơn vị kết thúc"),
    ("changed", "Đơn vị đổi tên, loại, nơi trực thuộc"),
    ("stays", "Đồng chí chuyển nơi sinh hoạt hoặc công tác"),
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


def groups_of(proposal: Proposal) -> list[GroupRow]:
    """The units of the decision in the order of its list; three queries."""
    olds = {unit.id for group in proposal.groups for unit in group.olds}
    people = people_of(olds)
    new = {unit.key: unit for unit in proposal.plan.new_units}
    return [_row(group, new, proposal, people) for group in proposal.groups]


def _row(group, new, proposal: Proposal, people) -> GroupRow:
    formed = new.get(group.ref)
    kind = formed.kind if formed else group.survivor and group.survivor.kind
    state, state_kind = _state(group, proposal)
    return GroupRow(
        name="" if group.is_end and not group.survivor else group.name,
        kind=Kind(kind).label if kind else "",
        parent=proposal.parents.get(group.ref, ""),
        state=state,
        state_kind=state_kind,
        origins=[_origin(row, people) for row in group.rows],
    )


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
