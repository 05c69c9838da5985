"""What each row of a list of units would become; preview and confirm ask alike.

A list adds units and fills what is missing; it never moves or renames one, because
that is a reform with a decision and a day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from members.imports.existing_units import KnownUnit, KnownUnits
from members.imports.kinds import kind_in, kind_of, sector_in, sector_of
from members.imports.questions import Asking, Question, Questions
from members.imports.unit_changes import difference
from members.imports.unit_entries import UnitEntry, read_unit
from members.imports.unit_old_names import followers_at, is_newer, not_again
from members.imports.units import Among, Unit, UnitIndex, unit_key
from members.models import Committee, Kind, Sector
from members.services.committee_batches import IncomingUnit
from party76.spreadsheets.preview import Outcome, Preview, Row, ignored_row
from party76.spreadsheets.reading import Table
from party76.spreadsheets.recognition import Recognition
from party76.spreadsheets.records import Record, records

# The day from which units count that name none; kept with the answers.
VALID_FROM = "valid_from"
_REFORM = (
    "Việc này thực hiện theo quyết định sắp xếp tổ chức, không làm bằng nhập danh sách."
)


@dataclass(frozen=True)
class CommitteePlan:
    """The preview of a list, what confirming would write, and what is asked first."""

    preview: Preview
    incoming: list[IncomingUnit]
    names: Questions

    @property
    def questions(self) -> list[Question]:
        return self.names.all()


@dataclass(frozen=True, slots=True)
class _Parent:
    """Where a row stands: below a unit that is there, or below another row."""

    name: str
    kind: str
    outside_city: bool
    valid_from: date | None
    unit_id: int | None = None
    row: int | None = None


def plan_committees(
    table: Table,
    recognition: Recognition,
    *,
    committee: Committee,
    choices: Mapping[str, Any],
    today: date,
    advance: Callable[[], None] = lambda: None,
) -> CommitteePlan:
    """Decide each row of a list of the units at and below one committee.

    Four queries whatever the length; choices are the answers to questions.
    """
    understood: list[UnitEntry | Record] = []
    # No words for sub-headings: “1, Đảng ủy phường An Bình” is a unit of the list.
    for one in records(table, recognition):
        understood.append(one if one.ignored else read_unit(one, today))
        advance()
    entries = [one for one in understood if isinstance(one, UnitEntry)]
    planner = _Planner(committee, entries, choices=choices, today=today)
    for entry in entries:
        planner.decide(entry)
    rows = [
        planner.row(one) if isinstance(one, UnitEntry) else ignored_row(one)
        for one in understood
    ]
    return CommitteePlan(
        Preview(rows, len(table.rows), sheet=table.name),
        planner.incoming,
        planner.names,
    )


class _Planner:
    """Decides each row after the row of its parent."""

    def __init__(
        self,
        committee: Committee,
        entries: list[UnitEntry],
        *,
        choices: Mapping[str, Any],
        today: date,
    ):
        self.committee, self.today = committee, today
        self.choices = choices
        self.names = Questions(UnitIndex.load(), choices)
        self.known = KnownUnits.load()
        self.incoming: list[IncomingUnit] = []
        self._asking = Asking("parent", "Trực thuộc", Among(committee.path))
        self._by_code: dict[str, UnitEntry] = {}
        self._by_name: dict[str, list[UnitEntry]] = {}
        self._siblings: dict[tuple, int] = {}
        self._under_way: set[int] = set()
        self._parents: dict[int, _Parent] = {}
        self._remarks: dict[int, list[str]] = {}  # on old names of parents
        for entry in entries:
            if entry.code:
                self._by_code.setdefault(entry.code.casefold(), entry)
            self._by_name.setdefault(unit_key(entry.name), []).append(entry)

    def row(self, entry: UnitEntry) -> Row:
        """The row of the preview of a decided entry."""
        parent = self._parents.get(entry.record.number)
        return Row(
            number=entry.record.number,
            outcome=entry.outcome or Outcome.ERROR,
            values={
                "Tên tổ chức đảng": entry.name,
                "Mã đơn vị": entry.unit.code if entry.unit else entry.code,
                "Loại tổ chức": Kind(entry.kind).label if entry.kind else "",
                "Trực thuộc": parent.name if parent else entry.parent_name,
            },
            messages=[*self._remarks.get(entry.record.number, []), *entry.messages],
            changes=entry.changes,
            target=entry.unit.id if entry.unit else None,
            context=entry.record.context,
        )

    def decide(self, entry: UnitEntry) -> None:
        """Settle a row once, its parent's row before it."""
        if entry.outcome is not None:
            return
        number = entry.record.number
        self._under_way.add(number)
        problem = self._problem(entry)
        self._under_way.discard(number)
        if problem:
            entry.outcome = entry.outcome or Outcome.ERROR
            entry.messages = problem

    def _problem(self, entry: UnitEntry) -> list[str]:
        """Decide the row; the sentences that keep it out, or none."""
        if entry.record.problems:
            return entry.record.problems
        if twice := self._repeated_code(entry):
            return [twice]
        coded = self.known.by_code(entry.code) if entry.code else None
        if coded and (refusal := self._why_not(entry, coded)):
            return [refusal]
        parent, problem = self._parent_of(entry, coded)
        if parent is None:
            return [problem]
        self._parents[entry.record.number] = parent
        if twice := self._repeated_name(entry, parent):
            entry.outcome = Outcome.DUPLICATE
            return [twice]
        return self._compare(entry, coded, parent)

    def _repeated_code(self, entry: UnitEntry) -> str:
        first = self._by_code.get(entry.code.casefold()) if entry.code else entry
        if first is entry or first is None:
            return ""
        number = first.record.number
        return f"Mã {entry.code} đã có ở dòng {number} của danh sách này."

    def _why_not(self, entry: UnitEntry, coded: KnownUnit) -> str:
        """Why a code that exists cannot be meant by this row."""
        if not coded.is_at_or_below(self.committee.path):
            return f"Mã {entry.code} đã dùng cho một đơn vị ngoài {self.committee}."
        if coded.valid_to is not None:
            return (
                f"Mã {entry.code} là của {coded.name}, đã kết thúc hoạt động. Mã không "
                "dùng lại; đồng chí ghi mã khác hoặc để trống."
            )
        if unit_key(coded.name) != unit_key(entry.name):
            return (
                f"Mã {entry.code} đang là “{coded.name}”, danh sách ghi “{entry.name}”. "
                f"Nếu ghi nhầm mã, đồng chí sửa lại; nếu đổi tên: {_REFORM}"
            )
        return ""

    def _parent_of(
        self, entry: UnitEntry, coded: KnownUnit | None
    ) -> tuple[_Parent | None, str]:
        name = entry.parent_name
        if coded and coded.id == self.committee.pk:
            return self._own_place(coded), ""
        if not name:
            return (
                self._existing(coded.parent_id) if coded else self._committee_itself()
            ), ""
        if above := self._row_of(name, entry):
            return self._parent_in_list(entry, above)
        is_settled, unit = self.names.resolve(name, self._asking)
        if not is_settled or not isinstance(unit, Unit):
            why = self.names.why_unknown(name, self._asking)
            return None, (
                f"Trực thuộc: “{name}” {why} Cũng không rõ đó là dòng nào của danh sách. "
                f"Đồng chí chọn đơn vị thuộc {self.committee}."
            )
        self._remarks[entry.record.number] = self.names.remarks(name, self._asking)
        return self._existing(unit.id), ""

    def _row_of(self, name: str, entry: UnitEntry) -> UnitEntry | None:
        """The row of this list that bears the name or code, if exactly one does."""
        coded = self._by_code.get(name.strip().casefold())
        if coded is not None and coded is not entry:
            return coded
        named = [
            one for one in self._by_name.get(unit_key(name), []) if one is not entry
        ]
        return named[0] if len(named) == 1 else None

    def _parent_in_list(
        self, entry: UnitEntry, above: UnitEntry
    ) -> tuple[_Parent | None, str]:
        number = above.record.number
        if number in self._under_way:
            return None, (
                f"Trực thuộc: dòng {number} lại trực thuộc chính dòng này hoặc cấp dưới "
                "của nó."
            )
        self.decide(above)
        if above.unit:
            return self._existing(above.unit.id), ""
        if above.outcome is not Outcome.NEW:
            return None, (
                f"Trực thuộc: đơn vị cấp trên ở dòng {number} chưa nhập được. Đồng chí sửa "
                "dòng đó trước."
            )
        return (
            _Parent(
                above.name, above.kind, above.is_outside, above.valid_since, row=number
            ),
            "",
        )

    def _existing(self, pk: int | None) -> _Parent | None:
        unit = self.known.by_id(pk)
        if unit is None:
            return None
        return _Parent(
            unit.name, unit.kind, unit.outside_city, unit.valid_from, unit_id=unit.id
        )

    def _committee_itself(self) -> _Parent | None:
        return self._existing(self.committee.pk)

    def _own_place(self, coded: KnownUnit) -> _Parent:
        above = self.known.by_id(coded.parent_id)
        return _Parent(
            above.name if above else "",
            coded.kind,
            False,
            None,
            unit_id=coded.parent_id,
        )

    def _repeated_name(self, entry: UnitEntry, parent: _Parent) -> str:
        key = (parent.unit_id, parent.row, unit_key(entry.name), entry.code.casefold())
        first = self._siblings.setdefault(key[:3], entry.record.number)
        if first == entry.record.number:
            return ""
        return f"Trùng tên với dòng {first} của danh sách này, cùng trực thuộc {parent.name}."

    def _compare(
        self, entry: UnitEntry, coded: KnownUnit | None, parent: _Parent
    ) -> list[str]:
        found = coded or self.known.child(parent.unit_id, unit_key(entry.name))
        if found is None:
            told = self._old_name(entry, parent)
            return told or self._add(entry, parent)
        if entry.code and coded is None:
            entry.outcome = Outcome.DUPLICATE
            return [
                (
                    f"{found.name} đã có trong {parent.name} với mã {found.code}; danh sách ghi "
                    f"mã {entry.code}. Mã đã cấp không đổi."
                )
            ]
        entry.unit, entry.kind = found, found.kind
        if coded and coded.parent_id != parent.unit_id:
            entry.unit = None
            above = self.known.by_id(coded.parent_id)
            return [
                (
                    f"{coded.name} đang trực thuộc {above.name if above else 'không đơn vị nào'}"
                    f", danh sách ghi trực thuộc {parent.name}. {_REFORM}"
                )
            ]
        self._change(entry, found)
        return []

    def _old_name(self, entry: UnitEntry, parent: _Parent) -> list[str]:
        """What keeps out a unit that goes by another name now; nothing for a newer one."""
        followed = followers_at(
            parent.unit_id, entry.name, index=self.names.index, known=self.known
        )
        if not followed:
            return []
        if is_newer(entry.valid_from, followed):
            remarks = self._remarks.setdefault(entry.record.number, [])
            remarks += dict.fromkeys(one.words for one in followed)
            return []
        entry.outcome = Outcome.DUPLICATE
        return [not_again(followed)]

    def _add(self, entry: UnitEntry, parent: _Parent) -> list[str]:
        kind = kind_in(entry.kind_written) or kind_of(entry.name, parent.kind)
        if not kind:
            return [
                (
                    "Loại tổ chức: tên đơn vị chưa cho biết là đảng ủy hay chi bộ. Đồng chí ghi "
                    "thêm cột “Loại tổ chức”."
                )
            ]
        if parent.kind in (Kind.CELL, Kind.GRASSROOTS_CELL):
            return [f"Trực thuộc: {parent.name} là chi bộ, không có đơn vị trực thuộc."]
        sector = sector_in(entry.sector_written) or sector_of(
            entry.name, kind, parent.kind
        )
        since = (
            entry.valid_from or self._common_day() or parent.valid_from or self.today
        )
        if parent.valid_from and since < parent.valid_from:
            return [
                (
                    f"Hoạt động từ ngày {since:%d/%m/%Y}: trước ngày {parent.name} bắt đầu hoạt "
                    f"động ({parent.valid_from:%d/%m/%Y})."
                )
            ]
        entry.outcome, entry.kind, entry.valid_since = Outcome.NEW, kind, since
        entry.is_outside = (
            parent.outside_city if entry.outside_city is None else entry.outside_city
        )
        entry.messages = self._guessed(entry, sector, since)
        self.incoming.append(
            IncomingUnit(
                number=entry.record.number,
                values={
                    "code": entry.code,
                    "name": entry.name,
                    "short_name": entry.short_name,
                    "kind": kind,
                    "sector": sector,
                    "outside_city": entry.is_outside,
                    "uses_system": entry.uses_system is not False,
                    "receives_members": kind == Kind.WARD or parent.kind == Kind.WARD,
                    "valid_from": since,
                },
                statistics_code=entry.statistics_code,
                parent=parent.unit_id,
                parent_row=parent.row,
            )
        )
        return []

    def _guessed(self, entry: UnitEntry, sector: str, since: date) -> list[str]:
        """What the list does not say and is taken from elsewhere."""
        told = []
        if not entry.kind_written:
            told.append(f"loại tổ chức: {Kind(entry.kind).label}")
        if not entry.sector_written:
            told.append(f"khối: {Sector(sector).label}")
        if entry.valid_from is None:
            told.append(f"hoạt động từ {since:%d/%m/%Y}")
        return (
            [f"Danh sách không ghi, lấy theo tên và cấp trên – {'; '.join(told)}."]
            if told
            else []
        )

    def _common_day(self) -> date | None:
        common = self.choices.get(VALID_FROM)
        return date.fromisoformat(common) if common else None

    def _change(self, entry: UnitEntry, found: KnownUnit) -> None:
        """Fill and mend what may be mended; kind and first day stay as they are."""
        told = difference(entry, found)
        entry.changes, entry.messages = told.changes, told.remarks
        entry.outcome = Outcome.CHANGED if entry.changes else Outcome.UNCHANGED
        if entry.changes:
            self.incoming.append(
                IncomingUnit(
                    number=entry.record.number,
                    unit_id=found.id,
                    version=found.version,
                    values=told.values,
                    statistics_code=told.statistics_code,
                )
            )
