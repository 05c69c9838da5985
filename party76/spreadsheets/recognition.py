"""Finds the heading of an office's list and which column holds what.

    recognition = recognise(table, specs, remembered=mapping or None)
    recognition.mapping            # {1: "full_name", 2: "born_man", …}
    recognition = with_mapping(table, specs, {...})   # corrected by the user

The caller hands the specs; their aliases are heading words, with or without
diacritics. "ngày sinh > nam" means “Nam” standing under “Ngày sinh”. Two columns
may share one key (family name and given name under one merged heading); their
texts are joined.
"""

import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from party76.shared.text import fold, marked_key, normalize_vi
from party76.spreadsheets.reading import Table, Workbook

Kind = Literal["text", "name", "date", "code", "mark", "number", "counter"]

MAX_HEADING_ROW = 60
MAX_LEVELS = 3
# A column is taken for a key from this score on; exact words score 100.
ENOUGH = 55
_UNDER = ">"
_IN_BRACKETS = re.compile(r"\([^)]*\)")
_MAX_HEADING_LENGTH = 120


@dataclass(frozen=True)
class ColumnSpec:
    """One thing that a list may tell, and the words it stands under."""

    key: str
    label: str
    aliases: tuple[str, ...]
    required: bool = False
    kind: Kind = "text"


@dataclass(frozen=True)
class Column:
    """A column as the user sees it while correcting the mapping."""

    index: int
    letter: str
    heading: str
    key: str | None
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recognition:
    """Where the list begins and what its columns mean."""

    heading_row: int  # first row of the heading, from 0; -1 when there is none
    first_row: int  # first row below the heading
    headings: list[str]
    mapping: dict[int, str]
    specs: Sequence[ColumnSpec]
    score: float = 0.0
    remembered: bool = False
    fingerprint: str = field(default="")

    @property
    def missing(self) -> list[ColumnSpec]:
        """Required specs that no column was found for."""
        found = set(self.mapping.values())
        return [spec for spec in self.specs if spec.required and spec.key not in found]

    @property
    def is_usable(self) -> bool:
        return bool(self.mapping) and not self.missing

    def columns_of(self, key: str) -> list[int]:
        return sorted(index for index, one in self.mapping.items() if one == key)


def recognise(
    table: Table,
    specs: Sequence[ColumnSpec],
    *,
    remembered: Mapping[str, Mapping[int, str]] | None = None,
) -> Recognition:
    """The best heading among the first rows, and its columns by their words.

    remembered maps fingerprints of headings to mappings a user has corrected.
    """
    best = _nothing(specs)
    # A long list may have thousands of merged cells below its heading.
    head = [box for box in table.merged if box[0] < MAX_HEADING_ROW + MAX_LEVELS]
    table = replace(table, merged=head)
    for top in range(min(MAX_HEADING_ROW, len(table.rows))):
        if sum(map(_is_heading_text, table.rows[top])) < 2:
            continue
        for levels in range(1, MAX_LEVELS + 1):
            found = _read_heading(table, specs, top, levels)
            if found.score > best.score + 1:
                best = found
    return _recall(best, remembered or {})


def recognise_best(
    workbook: Workbook,
    specs: Sequence[ColumnSpec],
    *,
    remembered: Mapping[str, Mapping[int, str]] | None = None,
) -> tuple[Table, Recognition]:
    """The first sheet with a usable heading, else the one that comes nearest."""
    nearest = None
    for table in workbook.tables:
        found = recognise(table, specs, remembered=remembered)
        if found.is_usable:
            return table, found
        if nearest is None or found.score > nearest[1].score:
            nearest = (table, found)
    if nearest is None:
        raise ValueError("a workbook has at least one table")
    return nearest


def with_mapping(recognition: Recognition, mapping: Mapping[int, str]) -> Recognition:
    """The recognition with the columns as the user corrected them."""
    keys = {spec.key for spec in recognition.specs}
    kept = {int(index): key for index, key in mapping.items() if key in keys}
    return replace(recognition, mapping=dict(sorted(kept.items())))


def columns(table: Table, recognition: Recognition) -> list[Column]:
    """Every column with its heading, key and first values, for the mapping page."""
    shown = []
    for index in range(table.width):
        heading = _at(recognition.headings, index) or ""
        samples = _samples(table, recognition.first_row, index)
        if heading or samples:
            shown.append(
                Column(
                    index=index,
                    letter=column_letter(index),
                    heading=heading,
                    key=recognition.mapping.get(index),
                    samples=samples,
                )
            )
    return shown


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _nothing(specs: Sequence[ColumnSpec]) -> Recognition:
    return Recognition(
        heading_row=-1, first_row=0, headings=[], mapping={}, specs=specs
    )


def _recall(
    found: Recognition, remembered: Mapping[str, Mapping[int, str]]
) -> Recognition:
    mapping = remembered.get(found.fingerprint)
    if found.heading_row < 0 or mapping is None:
        return found
    return replace(with_mapping(found, mapping), remembered=True)


def _read_heading(
    table: Table, specs: Sequence[ColumnSpec], top: int, levels: int
) -> Recognition:
    bottom = top + levels - 1
    if bottom >= len(table.rows) or not _may_continue(table, top, bottom):
        return _nothing(specs)
    paths = [_path(table, top, bottom, column) for column in range(table.width)]
    scored = _assign(paths, specs)
    required = {spec.key for spec in specs if spec.required}
    score = sum(points for _, points in scored.values())
    score += 100 * len(required & {key for key, _ in scored.values()})
    if len(scored) < 2:
        score = 0
    mapping = {column: key for column, (key, _) in sorted(scored.items())}
    _share_merged_columns(table, top, bottom, paths, mapping, specs)
    headings = [" – ".join(path) for path in paths]
    return Recognition(
        heading_row=top,
        first_row=bottom + 1,
        headings=headings,
        mapping=mapping,
        specs=specs,
        score=score,
        fingerprint=_fingerprint(headings),
    )


def _may_continue(table: Table, top: int, bottom: int) -> bool:
    """Lower rows of a heading hold short texts only, and not too few letters."""
    for row in table.rows[top + 1 : bottom + 1]:
        filled = [cell for cell in row if cell is not None]
        if not filled or not all(map(_is_heading_text, filled)):
            return False
    return True


def _is_heading_text(cell) -> bool:
    return (
        isinstance(cell, str)
        and len(cell) <= _MAX_HEADING_LENGTH
        and any(map(str.isalpha, cell))
    )


def _path(table: Table, top: int, bottom: int, column: int) -> tuple[str, ...]:
    parts: list[str] = []
    for row in range(top, bottom + 1):
        part = _heading_cell(table, row, column, is_lowest=row == bottom)
        if part and part not in parts:
            parts.append(part)
    return tuple(parts)


def _heading_cell(table: Table, row: int, column: int, *, is_lowest: bool) -> str:
    cell = _at(table.rows[row], column)
    if isinstance(cell, str) and cell.strip():
        return normalize_vi(cell)
    box = _merged_box(table, row, column)
    if box:
        covering = _at(table.rows[box[0]], box[1])
        is_above = box[0] < row
        return "" if is_above or covering is None else normalize_vi(str(covering))
    if is_lowest or table.merged:
        return ""
    return _left_neighbour(table, row, column)


def _left_neighbour(table: Table, row: int, column: int) -> str:
    # Pasted rows tell nothing of merged cells: a blank with a text below it
    # belongs to the heading on its left.
    if _at(table.rows[row + 1], column) is None:
        return ""
    for left in range(column - 1, -1, -1):
        cell = _at(table.rows[row], left)
        if cell is not None:
            has_parts = _at(table.rows[row + 1], left) is not None
            return normalize_vi(str(cell)) if has_parts else ""
    return ""


def _merged_box(table: Table, row: int, column: int):
    for box in table.merged:
        if box[0] <= row <= box[2] and box[1] <= column <= box[3]:
            return box
    return None


def _assign(
    paths: list[tuple[str, ...]], specs: Sequence[ColumnSpec]
) -> dict[int, tuple[str, float]]:
    """Column → (key, score): each key once, the surest pair first."""
    pairs = [
        (points, -order, -column, column, spec.key)
        for column, path in enumerate(paths)
        if path
        for order, spec in enumerate(specs)
        if (points := _score(path, spec.aliases)) >= ENOUGH
    ]
    taken: dict[int, tuple[str, float]] = {}
    used: set[str] = set()
    for points, _, _, column, key in sorted(pairs, reverse=True):
        if column not in taken and key not in used:
            taken[column] = (key, points)
            used.add(key)
    return taken


def _score(path: tuple[str, ...], aliases: tuple[str, ...]) -> float:
    return max((_score_alias(path, alias) for alias in aliases), default=0)


@lru_cache(maxsize=50_000)
def _score_alias(path: tuple[str, ...], alias: str) -> float:
    """How well the parts of a heading fit one alias, from 0 to 100."""
    if _UNDER not in alias:
        return _likeness(" ".join(path), alias)
    upper, lower = (part.strip() for part in alias.rsplit(_UNDER, 1))
    if len(path) < 2:
        return _likeness(path[0], f"{upper} {lower}")
    above = _likeness(" ".join(path[:-1]), upper)
    below = _likeness(path[-1], lower)
    return (above + below) / 2 if min(above, below) >= ENOUGH else 0


def _likeness(heading: str, alias: str) -> float:
    """Words without diacritics; what stands in brackets may be left out."""
    bare = _IN_BRACKETS.sub(" ", heading)
    if " " not in alias and _differs_by_marks(bare, alias):
        return 0
    return max(
        _likeness_of_words(_words(text), _words(alias)) for text in {heading, bare}
    )


def _differs_by_marks(heading: str, alias: str) -> bool:
    # “Năm” is not “Nam”.
    return fold(heading) == fold(alias) and marked_key(heading) != marked_key(alias)


def _likeness_of_words(heading: str, alias: str) -> float:
    if not heading or not alias:
        return 0
    if heading == alias:
        return 100
    theirs, ours = heading.split(), alias.split()
    part = 38 * len(ours) / max(len(theirs), len(ours))
    if f" {alias} " in f" {heading} ":
        return 60 + part - _distance_from_start(theirs, ours)
    if len(ours) > 1 and set(ours) <= set(theirs):
        return 45 + part
    ratio = difflib.SequenceMatcher(None, heading, alias).ratio()
    return 85 * ratio if ratio >= 0.82 and len(alias) > 3 else 0


def _distance_from_start(theirs: list[str], ours: list[str]) -> float:
    # “Ngày vào Đảng chính thức, ngày sinh” is first of all the former.
    return min(4, theirs.index(ours[0]) * 0.5)


@lru_cache(maxsize=10_000)
def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", fold(text)))


def _share_merged_columns(table, top, bottom, paths, mapping, specs) -> None:
    """Give the columns beside a mapped one its key where one heading covers them."""
    joinable = {spec.key for spec in specs if spec.kind in ("name", "text")}
    for box in table.merged:
        first, last = box[1], box[3]
        key = mapping.get(first)
        if not top <= box[0] <= bottom or last == first or key not in joinable:
            continue
        for column in range(first + 1, last + 1):
            if column not in mapping and paths[column] == paths[first]:
                mapping[column] = key


def _fingerprint(headings: Iterable[str]) -> str:
    text = "|".join(_words(heading) for heading in headings).rstrip("|")
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _samples(table: Table, first_row: int, column: int) -> tuple[str, ...]:
    samples: list[str] = []
    for row in table.rows[first_row : first_row + 200]:
        cell = _at(row, column)
        if cell is not None and len(samples) < 3:
            samples.append(_shown(cell))
    return tuple(samples)


def _shown(cell) -> str:
    if hasattr(cell, "strftime"):
        return cell.strftime("%d/%m/%Y")
    return normalize_vi(str(cell))[:60]


def _at(row: list, column: int):
    return row[column] if column < len(row) else None
