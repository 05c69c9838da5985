"""The attendance grid: hundreds of rows on one page, read and drawn in one pass."""

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from party76.shared.text import normalize_vi
from residence.models import Attendance, Meeting
from residence.services.marks import Mark, SavedMarks

S = Attendance.Status
# One letter a choice: three hundred rows repeat it.
CODES = {
    "p": S.PRESENT,
    "x": S.EXCUSED,
    "a": S.ABSENT,
    "r": S.REPRESENTED,
    "n": S.NOT_MARKED,
}
_LETTERS = {status: letter for letter, status in CODES.items()}
_REST = {"p": S.PRESENT, "a": S.ABSENT}
_LIMITS = {"reason": 200, "who": 120, "relation": 60}
_LEADING_NUMBER = re.compile(r"(\d{1,5})\s*(?:[–.-].*)?")
_SLOTS = (
    *("n", "name", "facts", "beside", "base", "late", "reason", "who", "relation"),
    "note",
    *(f"is_{letter}" for letter in CODES),
)


@dataclass(frozen=True)
class Choice:
    """What stands in the fields of one row, as text."""

    letter: str
    late: bool = False
    reason: str = ""
    who: str = ""
    relation: str = ""

    @property
    def signature(self) -> str:
        """Short digest, by which an untouched row is known when it comes back."""
        text = "\x1f".join(
            (self.letter, str(self.late), self.reason, self.who, self.relation)
        )
        return f"{zlib.crc32(text.encode()):08x}"


@dataclass
class GridGroup:
    """The rows of one cell, in the order of the sheet."""

    label: str
    rows: list[Attendance]
    html: SafeString = field(default_factory=SafeString)

    @property
    def due(self) -> int:
        return sum(row.is_due for row in self.rows)

    @property
    def present(self) -> int:
        return sum(row.is_due and row.status == S.PRESENT for row in self.rows)


class AttendanceGrid:
    """Rows of a meeting as form fields; knows which of them somebody touched."""

    def __init__(self, meeting: Meeting, rows: Iterable[Attendance]):
        self.rows = list(rows)
        self.by_key = {row.pk: row for row in self.rows}
        # After closing only reasons of absence remain open.
        self.reasons_only = meeting.state == Meeting.State.CLOSED
        self.editable = [
            row
            for row in self.rows
            if not self.reasons_only or row.status in {S.EXCUSED, S.ABSENT}
        ]

    def stored_choice(self, row: Attendance) -> Choice:
        """The fields of a row as they are stored."""
        return Choice(
            letter=_LETTERS[S(row.status)],
            late=row.is_late,
            reason=row.reason,
            who=self._representative(row),
            relation=row.representative_relation,
        )

    def people(self) -> SafeString:
        """The options for who came: number and name of everybody on the list."""
        return format_html_join(
            "",
            '<option value="{} – {}"></option>',
            ((row.number, row.member.full_name) for row in self.rows),
        )

    def table(self) -> list[GridGroup]:
        """All rows by cell, each with its mark in words, to read only."""
        for row in self.rows:
            row.described = self.describe(row)
        return grouped_by_cell(self.rows)

    def groups(
        self,
        choices: Mapping[int, Choice] | None = None,
        saved: SavedMarks | None = None,
    ) -> list[GridGroup]:
        """Rows drawn by cell; choices are what somebody chose and could not save."""
        pattern = self._row_pattern()
        groups = grouped_by_cell(self.editable)
        for group in groups:
            slots = [
                self._slots(row, (choices or {}).get(row.number), saved)
                for row in group.rows
            ]
            group.html = format_html_join("", pattern, slots)
        return groups

    def read(self, data: Mapping[str, str]) -> "GridEntry":
        """What came back from the page: rows touched, and fields that are wrong."""
        entry = GridEntry()
        rest = _REST.get(data.get("rest", ""))
        for row in self.editable:
            number = row.number
            if f"s{number}" not in data:
                continue
            version, _, signature = data.get(f"b{number}", "").partition(".")
            choice = _choice_from(data, number)
            if rest and choice.letter == "n" and row.is_due:
                choice = Choice(letter=_LETTERS[rest])
            if choice.signature == signature or choice.letter not in CODES:
                continue
            entry.choices[number] = choice
            if problem := _too_long(choice):
                entry.errors[number] = problem
            elif version.isdigit():
                entry.marks.append(_mark(number, int(version), choice))
        return entry

    def _representative(self, row: Attendance) -> str:
        if row.represented_by_id is None:
            return row.represented_by_name
        # Who sees the meeting only for his own people's sake sees no other names.
        other = self.by_key.get(row.represented_by_id)
        if other is None:
            return "một đồng chí thuộc chi bộ khác"
        return f"{other.number} – {other.member.full_name}"

    def _row_pattern(self) -> str:
        # The row's template is rendered once and filled for each row: ten times
        # quicker than an include in a loop, and still a template.
        slots = {name: f"{{{name}}}" for name in _SLOTS}
        context = {**slots, "reasons_only": self.reasons_only}
        drawn = render_to_string("residence/_mark_row.html", context)
        return " ".join(drawn.split())  # three hundred times the blanks saved

    def _slots(self, row, choice: Choice | None, saved: SavedMarks | None) -> dict:
        shown = choice or self.stored_choice(row)
        base = f"{row.version}.{self.stored_choice(row).signature}"
        return {
            "n": row.number,
            "name": row.member.full_name,
            "facts": facts_of(row),
            "beside": "" if row.is_due else "data-beside",
            "base": base,
            "reason": shown.reason,
            "who": shown.who,
            "relation": shown.relation,
            "late": "checked" if shown.late else "",
            "note": self._note(row, saved) if choice else "",
            **{
                f"is_{letter}": "checked" if shown.letter == letter else ""
                for letter in CODES
            },
        }

    def _note(self, row: Attendance, saved: SavedMarks | None) -> str:
        if saved is None:
            return ""
        context = {
            "theirs": self.describe(row) if row.number in saved.conflicts else "",
            "error": saved.errors.get(row.number, ""),
        }
        return render_to_string("residence/_mark_note.html", context)

    def describe(self, row: Attendance) -> str:
        """A stored mark in words: status, late, reason, who came."""
        choice = self.stored_choice(row)
        parts = [
            row.get_status_display(),
            "đến muộn" if choice.late else "",
            choice.reason,
            choice.who,
            choice.relation,
        ]
        return ", ".join(filter(None, parts))


@dataclass
class GridEntry:
    """What somebody sent: by number what he chose, the marks, what is wrong."""

    choices: dict[int, Choice] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    errors: dict[int, str] = field(default_factory=dict)


def grouped_by_cell(rows: Iterable[Attendance]) -> list[GridGroup]:
    """Rows in sheet order, cut where the cell changes; later additions say so."""
    groups: list[GridGroup] = []
    seen = set()
    for cell, members in groupby(rows, key=lambda row: row.cell):
        label = cell.name if cell else "Chưa phân chi bộ"
        again = " (bổ sung)" if cell in seen else ""
        seen.add(cell)
        groups.append(GridGroup(label + again, list(members)))
    return groups


def facts_of(row: Attendance) -> str:
    """Birth year and workplace, by which two people of one name are told apart."""
    born = row.member.birth_date
    parts = [
        str(born.year) if born else "",
        row.workplace.label,
        "" if row.is_due else "không thuộc diện phải dự",
    ]
    return " · ".join(filter(None, parts))


def _choice_from(data: Mapping[str, str], number: int) -> Choice:
    return Choice(
        letter=data[f"s{number}"],
        late=f"l{number}" in data,
        reason=_clean(data.get(f"r{number}", "")),
        who=_clean(data.get(f"w{number}", "")),
        relation=_clean(data.get(f"k{number}", "")),
    )


def _clean(text: str) -> str:
    printable = "".join(sign for sign in text if sign.isprintable())
    return normalize_vi(printable)


def _too_long(choice: Choice) -> str:
    for name, limit in _LIMITS.items():
        if len(getattr(choice, name)) > limit:
            return f"Nội dung ghi dài quá {limit} ký tự."
    return ""


def _mark(number: int, version: int, choice: Choice) -> Mark:
    counted = _LEADING_NUMBER.fullmatch(choice.who)
    return Mark(
        number=number,
        version=version,
        status=CODES[choice.letter],
        is_late=choice.late,
        reason=choice.reason,
        representative_number=int(counted[1]) if counted else None,
        representative_name="" if counted else choice.who,
        relation=choice.relation,
    )
