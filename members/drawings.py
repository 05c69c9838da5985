"""The history of a unit as a drawing: where each mark stands, in units of the drawing.

Time runs downwards and generations are set in from the left, so that a drawing is as
narrow as a phone however many units came together. The template writes the marks.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from members.queries.lineage import Branch, Joint, Lineage, Stage
from members.queries.lineage_events import Event, events_of, part_words

WIDTH = 300
_STEP = 20  # a generation further left or right
_TRUNK = 10  # the line of a generation, from where its boxes begin
_PAD = 10
_GAP = 10
_SMALL = 18  # height of a line of small text
_LARGE = 20
_LEAST_HEIGHT = 46
_LARGE_LETTER, _SMALL_LETTER = 9.0, 7.4
_MOST_LINES = 3


@dataclass(frozen=True)
class Text:
    x: int
    y: int
    words: str
    is_strong: bool = False


@dataclass(frozen=True)
class Box:
    """A stage of a unit; leads to the unit's page where the unit is kept here."""

    x: int
    y: int
    width: int
    height: int
    stage: Stage
    is_here: bool
    lines: tuple[Text, ...]

    @property
    def middle(self) -> int:
        return self.y + self.height // 2

    @property
    def bottom(self) -> int:
        return self.y + self.height


@dataclass(frozen=True)
class Line:
    path: str
    is_part: bool = False


@dataclass
class Drawing:
    title: str
    description: str
    height: int = 0
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    arrows: list[str] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    width: int = WIDTH


def draw_lineage(lineage: Lineage) -> Drawing:
    """The predecessors above, the unit itself, the successors below."""
    drawing = Drawing(
        title=f"Quá trình hình thành và kế tục của {lineage.here.name}",
        description=describe(lineage),
    )
    pen = _Pen(drawing)
    here = pen.before(lineage.before, 0, is_here=True)
    pen.after(lineage.after, here, 0)
    drawing.height = pen.y
    return drawing


def describe(lineage: Lineage) -> str:
    """The drawing in sentences, for those who hear it read."""
    return " ".join(_sentence(event) for event in events_of(lineage))


def span_words(stage: Stage) -> str:
    """“01/07/2020 – 30/06/2025”, “đến 30/06/2020”, “từ 01/07/2025”."""
    if stage.first and stage.last:
        return f"{stage.first:%d/%m/%Y} – {stage.last:%d/%m/%Y}"
    if stage.last:
        return f"đến {stage.last:%d/%m/%Y}"
    return f"từ {stage.first:%d/%m/%Y}" if stage.first else ""


def _sentence(event: Event) -> str:
    olds = _named(event.old_names, event.older_left_out)
    news = _named(event.new_names, event.newer_left_out)
    head = f"Ngày {event.joint.on:%d/%m/%Y}"
    what = f"{head}, {event.joint.words.lower()}" if event.joint.words else head
    if not olds:
        return f"{what}: {news}."
    return f"{what}: {olds} → {news or 'không có đơn vị kế tục'}."


def _named(stages: Sequence[tuple[Stage, str]], left_out: int) -> str:
    names = [f"{stage.name} ({part})" if part else stage.name for stage, part in stages]
    if left_out:
        names.append(f"{left_out} đơn vị khác")
    return ", ".join(names)


class _Pen:
    """Goes down the drawing; y is where the next mark begins."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.y = 2

    def before(self, branch: Branch, depth: int, *, is_here: bool = False) -> Box:
        """Whatever led to a stage, and the stage; returns its box."""
        trunk = depth * _STEP + _TRUNK
        start = None
        straight, aside = _straight_first(branch)
        if straight:
            above = self.before(straight, depth)
            start = above.bottom
            self.line(f"M{trunk} {start}V{self.y}", is_part=straight.is_part)
            start = self.y
        for other in aside:
            box = self.before(other, depth + 1)
            start = box.middle if start is None else start
            self.side_line(trunk, box, is_part=other.is_part)
        if branch.left_out:
            start = self.y if start is None else start
            self.more(branch.left_out, depth)
        if branch.joint:
            start = self.y if start is None else start
            self.joint(branch.joint, trunk, _parted_words(branch))
            self.line(f"M{trunk} {start}V{self.y}", is_part=_all_parts(straight, aside))
            self.arrow_down(trunk)
        return self.box(branch, depth, is_here=is_here)

    def after(self, branch: Branch, box: Box, depth: int) -> None:
        """Whatever a stage, whose box is drawn, led to."""
        if branch.joint is None:
            return
        trunk = depth * _STEP + _TRUNK
        straight, aside = _straight_first(branch)
        self.y = box.bottom
        self.joint(branch.joint, trunk)
        end = self.y
        for other in aside:
            below = self.box(other, depth + 1)
            end = below.middle
            self.side_line(trunk, below, is_part=other.is_part, has_arrow=True)
            self.after(other, below, depth + 1)
        if branch.left_out:
            end = self.y + _SMALL // 2
            self.more(branch.left_out, depth)
        if straight:
            end = self.y
            self.arrow_down(trunk)
        is_part = _all_parts(straight, aside)
        self.line(f"M{trunk} {box.bottom}V{end}", is_part=is_part)
        if branch.is_end and not branch.left_out:
            self.line(f"M{trunk - 7} {end}H{trunk + 7}")
        if straight:
            self.after(straight, self.box(straight, depth), depth)

    def box(self, branch: Branch, depth: int, *, is_here: bool = False) -> Box:
        x = depth * _STEP + 1
        width = WIDTH - x - 1
        lines = _lines_of(branch, x + _PAD, self.y, width - 2 * _PAD)
        height = max(lines[-1].y - self.y + _PAD, _LEAST_HEIGHT)
        box = Box(x, self.y, width, height, branch.stage, is_here, tuple(lines))
        self.drawing.boxes.append(box)
        self.y = box.bottom + _GAP
        return box

    def joint(self, joint: Joint, trunk: int, parted: str = "") -> None:
        """Day, form, decision and who left beside the line, between the boxes."""
        x = trunk + 12
        first = f"{joint.on:%d/%m/%Y}"
        head = f"{first} · {joint.words}" if joint.words else first
        words = _wrapped(head, WIDTH - x, _SMALL_LETTER)
        words += _wrapped(joint.decision_words, WIDTH - x, _SMALL_LETTER)
        words += _wrapped(parted, WIDTH - x, _SMALL_LETTER)
        self.y += _GAP // 2
        for number, line in enumerate(words):
            self.y += _SMALL
            self.text(x, self.y, line, is_strong=number == 0)
        self.y += _GAP + 4

    def more(self, number: int, depth: int) -> None:
        self.y += _SMALL
        self.text(
            (depth + 1) * _STEP + _PAD // 2, self.y - 4, f"và {number} đơn vị khác"
        )
        self.y += _GAP

    def side_line(
        self, trunk: int, box: Box, *, is_part: bool, has_arrow: bool = False
    ) -> None:
        self.line(f"M{trunk} {box.middle}H{box.x}", is_part=is_part)
        if has_arrow:
            self.drawing.arrows.append(f"M{box.x} {box.middle}l-7 -5v10z")

    def arrow_down(self, x: int) -> None:
        self.drawing.arrows.append(f"M{x} {self.y}l-5 -8h10z")

    def line(self, path: str, *, is_part: bool = False) -> None:
        self.drawing.lines.append(Line(path, is_part))

    def text(self, x: int, y: int, words: str, *, is_strong: bool = False) -> None:
        self.drawing.texts.append(Text(x, y, words, is_strong))


def _straight_first(branch: Branch) -> tuple[Branch | None, list[Branch]]:
    """The one that goes on in a straight line, if any, and those drawn at its side."""
    branches = branch.branches
    if len(branches) == 1 and not branch.left_out:
        return branches[0], []
    own = [other for other in branches if other.stage.key == branch.stage.key]
    if not own or own[0].stage.key is None:
        return None, branches
    return own[0], [other for other in branches if other is not own[0]]


def _all_parts(straight: Branch | None, aside: list[Branch]) -> bool:
    every = [*aside, *([straight] if straight else [])]
    return bool(every) and all(branch.is_part for branch in every)


def _lines_of(branch: Branch, x: int, y: int, width: int) -> list[Text]:
    lines = []
    y += 3
    for words in _wrapped(branch.stage.name, width, _LARGE_LETTER):
        y += _LARGE
        lines.append(Text(x, y, words, is_strong=True))
    for small in _small_words(branch):
        for words in _wrapped(small, width, _SMALL_LETTER):
            y += _SMALL
            lines.append(Text(x, y, words))
    return lines


def _small_words(branch: Branch) -> list[str]:
    span = ", ".join(filter(None, [part_words(branch.part), span_words(branch.stage)]))
    beside = f"cùng với {_some(branch.beside)}" if branch.beside else ""
    repeated = "đã nêu ở trên" if branch.is_repeated else ""
    return [words for words in (span, beside, repeated) if words]


def _parted_words(branch: Branch) -> str:
    names = [stage.name for stage, _ in branch.parted]
    return f"tách ra: {_some(names)}" if names else ""


def _some(names: list[str], most: int = 3) -> str:
    if len(names) <= most + 1:
        return ", ".join(names)
    return f"{', '.join(names[:most])} và {len(names) - most} đơn vị khác"


def _wrapped(words: str, width: int, letter: float) -> list[str]:
    return textwrap.wrap(
        words,
        max(int(width / letter), 8),
        max_lines=_MOST_LINES,
        placeholder=" …",
        break_on_hyphens=False,
    )
