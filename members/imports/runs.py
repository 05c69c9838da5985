"""One import from list to preview; the browser and the commands plan alike."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import astuple
from datetime import date
from typing import Any

from django.db.models import TextChoices

from members.imports.columns import (
    COMMITTEE_COLUMNS,
    MEMBER_COLUMNS,
    REFORM_COLUMNS,
)
from members.imports.committees import CommitteePlan, plan_committees
from members.imports.members import MemberPlan, plan_members
from members.models import Committee, Role, User
from members.permissions import (
    can_import_committees,
    can_import_residents,
    can_import_workers,
)
from party76.spreadsheets.models import ImportRun
from party76.spreadsheets.preview import Preview
from party76.spreadsheets.queries import recognition_of
from party76.spreadsheets.reading import Table
from party76.spreadsheets.recognition import ColumnSpec, Recognition

Plan = MemberPlan | CommitteePlan


class ListKind(TextChoices):
    """What a list holds; kept with its run."""

    RESIDENTS = "residents", "Đảng viên đang công tác giữ mối liên hệ nơi cư trú"
    WORKERS = "workers", "Đảng viên của cơ quan, đơn vị (nơi công tác)"
    COMMITTEES = "committees", "Tổ chức đảng trực thuộc"


# The list of a decision that reorganises the tree: its run belongs to the decision and
# has pages of its own.
REFORM = "reform"

_RIGHTS = {
    ListKind.RESIDENTS: can_import_residents,
    ListKind.WORKERS: can_import_workers,
    ListKind.COMMITTEES: can_import_committees,
}
_ROLES = {
    ListKind.RESIDENTS: (Role.RESIDENCE_WARD, Role.DEPARTMENT),
    ListKind.WORKERS: (Role.WORKPLACE, Role.DEPARTMENT),
    ListKind.COMMITTEES: (Role.DEPARTMENT,),
}


def specs_of(kind: str) -> tuple[ColumnSpec, ...]:
    """The columns that a list of this kind may have."""
    if kind == REFORM:
        return REFORM_COLUMNS
    return COMMITTEE_COLUMNS if kind == ListKind.COMMITTEES else MEMBER_COLUMNS


def kinds_of(user: User) -> list[ListKind]:
    """The kinds of list that the user may bring in somewhere."""
    return [kind for kind, roles in _ROLES.items() if user.has_role(*roles)]


def can_import(user: User, kind: str, committee: Committee) -> bool:
    """A list of this kind, of this unit."""
    return not committee.is_closed and _RIGHTS[ListKind(kind)](user, committee)


def own_unit(user: User, kind: str) -> Committee | None:
    """The unit of the user whose list of this kind he brings in most likely."""
    units = (post.committee for post in user.posts)
    return next((unit for unit in units if can_import(user, kind, unit)), None)


def plan_list(
    kind: str,
    table: Table,
    recognition: Recognition,
    *,
    committee: Committee,
    choices: Mapping[str, Any],
    today: date,
    advance: Callable[[], None] = lambda: None,
) -> Plan:
    """What each row would become; three queries at most, whatever the length."""
    if kind == ListKind.COMMITTEES:
        return plan_committees(
            table,
            recognition,
            committee=committee,
            choices=choices,
            today=today,
            advance=advance,
        )
    return plan_members(
        table,
        recognition,
        committee=committee,
        is_residents=kind == ListKind.RESIDENTS,
        choices=choices,
        today=today,
        advance=advance,
    )


def plan_run(
    run: ImportRun,
    *,
    committee: Committee,
    today: date,
    advance: Callable[[], None] = lambda: None,
) -> Plan:
    """The plan of a run as its columns and answers stand now."""
    return plan_list(
        run.kind,
        run.table,
        recognition_of(run, specs_of(run.kind)),
        committee=committee,
        choices=run.choices,
        today=today,
        advance=advance,
    )


def mark_of(preview: Preview) -> str:
    """A short mark that two previews share only when every row says the same."""
    digest = hashlib.sha256()
    for row in preview.rows:
        changes = [astuple(change) for change in row.changes]
        said = (row.number, str(row.outcome), row.values, row.messages, changes)
        digest.update(repr(said).encode())
    return digest.hexdigest()[:32]
