"""The rows of a Bảng nhận xét as plain fields: 150 people, no form object each."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from evaluations.models import Evaluation
from evaluations.queries import Evidence
from evaluations.services.sheets import Edit, Entry, RowConflict, Rules, Saved

_VERSION_KEY = re.compile(r"^e([1-9]\d{0,17})-v$")
_NOT_CHOSEN = ("", "– chưa chọn –")
_BY_ITEMS = ("", "Theo các mục")
_LEFT_OUT = (
    (Evaluation.Outcome.NOT_RATED.value, "Không nhận xét"),
    (Evaluation.Outcome.ELSEWHERE.value, "Nơi khác nhận xét"),
)
_TIER = "t"


def state_kind(evaluation: Evaluation) -> str:
    """The kind of badge of a row's state (docs/ui.md)."""
    if evaluation.is_returned:
        return "success"
    return "neutral" if evaluation.is_draft else "info"


@dataclass(frozen=True)
class Choice:
    """A select of a row: its name, label, options and what is chosen."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str
    hint: str = ""


@dataclass(frozen=True)
class SheetRow:
    """One person on the page, with what was typed or what is stored."""

    evaluation: Evaluation
    evidence: Evidence
    entry: Entry
    opened: Entry
    rules: Rules
    error: str = ""
    conflict: RowConflict | None = None

    @property
    def prefix(self) -> str:
        return f"e{self.evaluation.pk}"

    @property
    def was(self) -> str:
        """The row as the page was opened with, to tell what was changed here."""
        return json.dumps(vars(self.opened), ensure_ascii=False)

    @property
    def state_kind(self) -> str:
        return state_kind(self.evaluation)

    @property
    def answers_in_words(self) -> str:
        return "; ".join(self.rules.boxes_in_words(self.entry))

    @property
    def theirs_in_words(self) -> str:
        return self.rules.in_words(self.conflict.theirs) if self.conflict else ""

    @property
    def yours_in_words(self) -> str:
        return self.rules.in_words(self.conflict.yours) if self.conflict else ""

    @property
    def result(self) -> Choice:
        if self.rules.has_tiers:
            tiers = [(f"{_TIER}{key}", str(t)) for key, t in self.rules.tiers.items()]
            options = (_NOT_CHOSEN, *tiers, *_LEFT_OUT)
        else:
            options = (_BY_ITEMS, *_LEFT_OUT)
        tier = f"{_TIER}{self.entry.tier_id}" if self.entry.tier_id else ""
        return Choice(
            name=f"{self.prefix}-result",
            label="Mức" if self.rules.has_tiers else "Kết quả",
            options=options,
            chosen=self.entry.left_out or tier,
        )

    @property
    def items(self) -> list[Choice]:
        return [
            Choice(
                name=f"{self.prefix}-c{item.pk}",
                label=f"{item.position}. {item.short_name}",
                options=(
                    _NOT_CHOSEN,
                    *((str(box.pk), box.name) for box in boxes),
                ),
                chosen=str(self.entry.answers.get(item.pk, "")),
                hint=self.hint if item.is_attendance else "",
            )
            for item, boxes in self.rules.boxes.items()
        ]

    @property
    def hint(self) -> str:
        """What the marks speak for; shown, never chosen by itself."""
        box = self.rules.attendance_option(self.evidence.attendance_box)
        return f"Theo điểm danh: {box}" if box else ""


@dataclass(frozen=True)
class Fill:
    """“Những người chưa chọn: …”: a choice for every row that lacks it."""

    code: str
    label: str
    tier_id: int | None = None
    item_id: int | None = None
    box_id: int | None = None
    boxes_by_attendance: Mapping[int, int] | None = None  # {marks' box: option id}

    def choose(self, evidence: Mapping[int, Evidence]):
        """The function that fill_empty_rows applies to each row."""

        def chosen(row: Evaluation, entry: Entry) -> Entry:
            if entry.left_out:
                return entry
            if self.tier_id is not None:
                return entry if entry.tier_id else replace(entry, tier_id=self.tier_id)
            box_id = self._box_for(evidence[row.registration_id])
            if self.item_id is None or box_id is None or self.item_id in entry.answers:
                return entry
            return replace(entry, answers=entry.answers | {self.item_id: box_id})

        return chosen

    def _box_for(self, evidence: Evidence) -> int | None:
        if self.boxes_by_attendance is None:
            return self.box_id
        return self.boxes_by_attendance.get(evidence.attendance_box or 0)


def fills_of(rules: Rules) -> dict[str, Fill]:
    """Every fill the rules of the year allow, by code, in the order of the form."""
    fills = [
        Fill(f"tier-{key}", str(tier), tier_id=key) for key, tier in rules.tiers.items()
    ]
    for item, options in rules.boxes.items():
        start = f"{item.position}. {item.short_name}"
        if item.is_attendance:
            fills.append(
                Fill(
                    f"item-{item.pk}-marks",
                    f"{start}: theo điểm danh của từng người",
                    item_id=item.pk,
                    boxes_by_attendance={box.position: box.pk for box in options},
                )
            )
        fills += [
            Fill(
                f"item-{item.pk}-{box.pk}",
                f"{start}: {box.name}",
                item_id=item.pk,
                box_id=box.pk,
            )
            for box in options
        ]
    return {fill.code: fill for fill in fills}


def rows_of(
    evaluations: Iterable[Evaluation],
    *,
    entries: Mapping[int, Entry],
    evidence: Mapping[int, Evidence],
    rules: Rules,
) -> list[SheetRow]:
    """Rows as they are stored; entries: {evaluation id: what it says}."""
    return [
        SheetRow(
            evaluation=row,
            evidence=evidence[row.registration_id],
            entry=entries[row.pk],
            opened=entries[row.pk],
            rules=rules,
        )
        for row in evaluations
    ]


@dataclass
class SentSheet:
    """The rows that came with a POST."""

    edits: dict[int, Edit] = field(default_factory=dict)

    @classmethod
    def read(cls, post: Mapping[str, str], rules: Rules) -> "SentSheet":
        """All rows but those whose saved value is to be kept; odd values are empty."""
        keys = [int(match[1]) for name in post if (match := _VERSION_KEY.match(name))]
        return cls(
            {
                key: _edit(post, key, rules)
                for key in keys
                if f"e{key}-theirs" not in post
            }
        )

    def shown_again(self, row: SheetRow, saved: Saved) -> SheetRow:
        """A row that was not saved, with what was typed and why it was not."""
        key = row.evaluation.pk
        if conflict := saved.conflicts.get(key):
            entry, opened, error = conflict.yours, conflict.theirs, ""
        elif error := saved.errors.get(key, ""):
            entry, opened = self.edits[key].entry, self.edits[key].opened
        else:
            return row
        return SheetRow(
            evaluation=row.evaluation,
            evidence=row.evidence,
            entry=entry,
            opened=opened,
            rules=row.rules,
            error=error,
            conflict=conflict,
        )


def entry_from(post: Mapping[str, str], prefix: str, rules: Rules) -> Entry:
    """What the fields of one row say."""
    result = post.get(f"{prefix}-result", "")
    boxes = {
        item.pk: _number(post.get(f"{prefix}-c{item.pk}", ""))
        for item in rules.criteria
    }
    return Entry(
        left_out=result if result in dict(_LEFT_OUT) else "",
        reason=post.get(f"{prefix}-reason", ""),
        tier_id=_number(result.removeprefix(_TIER)),
        answers={item: box for item, box in boxes.items() if box is not None},
        text=post.get(f"{prefix}-text", ""),
    )


def _edit(post: Mapping[str, str], key: int, rules: Rules) -> Edit:
    prefix = f"e{key}"
    return Edit(
        evaluation_id=key,
        version=_number(post.get(f"{prefix}-v", "")) or 0,
        opened=_entry_from_json(post.get(f"{prefix}-was", "")),
        entry=entry_from(post, prefix, rules),
    )


def _entry_from_json(text: str) -> Entry:
    try:
        values = json.loads(text)
        answers = {int(item): int(box) for item, box in values["answers"].items()}
        return Entry(**(values | {"answers": answers}))
    except (ValueError, TypeError, KeyError, AttributeError):
        return Entry()  # then the row counts as changed, and its version is checked


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None
