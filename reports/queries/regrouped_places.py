"""A unit of a later structure, and the rows of an earlier day that belong to it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from party76.shared.text import text_sort_key
from reports.queries.places import Key, OldUnit, Place
from reports.queries.regrouping import History, Image
from reports.queries.tree import Node, counts_by_cell, is_below_ward

_TOPS = ("Thành ủy ", "Tỉnh ủy ", "Đảng bộ thành phố ", "Đảng bộ tỉnh ")


@dataclass
class _Sorted:
    """Units of then by what the page shows of them."""

    lines: dict[int, Key] = field(default_factory=dict)
    divided: dict[int, frozenset[int]] = field(default_factory=dict)  # counted here
    partly: dict[int, frozenset[int]] = field(default_factory=dict)  # not counted here


@dataclass(frozen=True, kw_only=True)
class RegroupedPlace(Place):
    """A unit of now with the rows of whatever went into it as a whole.

    A unit of then that was divided keeps a line of its own where all its parts are
    in the unit, and is left out where they are not: its number is never divided.
    """

    history: History

    @property
    def is_regrouped(self) -> bool:
        return True

    @property
    def total_name(self) -> str:
        if self.ground or counts_by_cell(self.kind) or not self.without_origin:
            return super().total_name
        node = self.history.tree_then.nodes.get(self.unit.pk)
        name = ground_name(node.name if node else self.name)
        return f"Địa bàn {name} ngày {self.history.then:%d/%m/%Y}"

    @cached_property
    def without_origin(self) -> int:
        """How many units of now, counted at the lowest level, come from none of then."""
        tree = self.history.tree_now
        if self._shows_units_of_then or self.ground:
            return 0
        new = [
            node.id
            for node in self.tree.residences_below(self.unit.pk)
            if node.id not in self._shown
        ]
        if counts_by_cell(self.kind):
            return len(new)
        below = {unit for child in new for unit in tree.below(child)}
        return sum(
            tree.nodes[unit].is_residence and not is_below_ward(tree.nodes[unit].kind)
            for unit in below
        )

    def node_of(self, key: Key) -> Node | None:
        if isinstance(key, OldUnit):
            return self.history.node_then(key.id)
        return super().node_of(key)

    def note_of(self, key: Key) -> str:
        if isinstance(key, OldUnit):
            return self._fate(key.id)
        left_out = self._gaps.get(key) if key is not None else None
        if not left_out:
            return ""
        return f"không gồm phần của {left_out}; chuỗi số liệu gián đoạn"

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(
            filter(
                None, [self._on_nothing, self._on_units, self._on_new, *self._on_breaks]
            )
        )

    @property
    def _on_nothing(self) -> str:
        if self._sorted.lines:
            return ""
        return (
            f"Không có đơn vị nào của ngày {self._then} thuộc trọn về {self.name}, nên "
            f"chưa có số liệu của năm này theo cơ cấu ngày {self._now}."
        )

    @property
    def _on_units(self) -> str:
        if not self._shows_units_of_then:
            return ""
        return (
            f"Gồm các đơn vị của ngày {self._then} nay thuộc {self.name}: "
            f"{self._names_then(self._sorted.lines)}."
        )

    @property
    def _on_new(self) -> str:
        if not self.without_origin:
            return ""
        return (
            f"{self.without_origin} đơn vị của cơ cấu ngày {self._now} không bắt nguồn từ "
            f"đơn vị nào của ngày {self._then}, nên không có trong bảng."
        )

    @property
    def _on_breaks(self) -> list[str]:
        notes = []
        if self._every.divided:
            notes.append(
                f"Chuỗi số liệu gián đoạn: {self._fates(self._every.divided)}. Số của đơn "
                "vị đã chia giữ trên một dòng riêng, không chia cho các đơn vị kế tục."
            )
        if self._every.partly:
            notes.append(
                f"Không gồm phần của {self._fates(self._every.partly)}: số của đơn vị đã "
                "chia không chia cho các đơn vị kế tục, chuỗi số liệu gián đoạn."
            )
        return notes

    def _of(self, key: Key) -> str:
        """The name; “cũ” tells a unit of then from the one that bears it now."""
        name = super()._of(key)
        if not isinstance(key, OldUnit):
            return name
        others = self._bearers[name] - ({key.id} - self._inside)
        return f"{name} cũ" if others else name

    @cached_property
    def _bearers(self) -> defaultdict[str, set[int]]:
        """{name: the units of now that bear it}."""
        found: defaultdict[str, set[int]] = defaultdict(set)
        for node in self.tree.nodes.values():
            found[node.name].add(node.id)
        return found

    @property
    def _then(self) -> str:
        return f"{self.history.then:%d/%m/%Y}"

    @property
    def _now(self) -> str:
        return f"{self.history.now:%d/%m/%Y}"

    def _fates(self, units: Iterable[int]) -> str:
        told = (f"{self._of(OldUnit(key))} ({self._fate(key)})" for key in units)
        return "; ".join(sorted(told, key=text_sort_key))

    def _fate(self, unit: int) -> str:
        """What became of a unit of then, where it is not simply part of one of now."""
        image = self.history.image(unit)
        since = f" từ {image.since:%d/%m/%Y}" if image.since else ""
        if not image.units:
            return f"kết thúc hoạt động{since}, không có đơn vị kế tục"
        heirs = self._names_now(image.units)
        if image.is_lost:
            return f"một phần về {heirs}{since}, phần còn lại không có đơn vị kế tục"
        if len(image.units) > 1:
            return f"đã chia: về {self._names_since(image)}"
        if self.unit.pk in image.units:
            return ""
        nodes = self.history.tree_now.nodes
        parent = nodes.get(nodes[unit].parent_id or 0) if unit in nodes else None
        return f"nay thuộc {parent.name if parent else heirs}"

    def _names_since(self, image: Image) -> str:
        """The units of now, those that came later each with its own first day."""
        days: defaultdict[date | None, list[int]] = defaultdict(list)
        for key in image.units:
            first = self.history.first_day(key)
            is_later = image.since and first and first > image.since
            days[first if is_later else image.since].append(key)
        return "; ".join(
            f"{self._names_now(days[day])} từ {day:%d/%m/%Y}"
            if day
            else self._names_now(days[day])
            for day in sorted(days, key=lambda day: day or date.min)
        )

    def _names_now(self, units: Iterable[int]) -> str:
        nodes = self.history.tree_now.nodes
        return ", ".join(sorted((nodes[key].name for key in units), key=text_sort_key))

    def _names_then(self, units: Iterable[int]) -> str:
        names = (self._of(OldUnit(key)) for key in units)
        return ", ".join(sorted(names, key=text_sort_key))

    @property
    def _name_of_rest(self) -> str:
        if self._line_column == "cell":
            return super()._name_of_rest
        return f"Đơn vị không có trong cơ cấu của ngày {self._then}"

    @property
    def _line_column(self) -> str:
        if is_below_ward(self.kind) or self._shows_cells:
            return "cell"
        return "ward"

    @property
    def _is_one_ward(self) -> bool:
        return False

    @cached_property
    def _shown(self) -> set[Key]:
        found: set[Key] = {
            key
            for key in self._lines.values()
            if isinstance(key, int) or (key and key.id in self.history.tree_then)
        }
        return found | set(self._gaps)

    @cached_property
    def _units(self) -> frozenset[int]:
        return frozenset(self._sorted.lines)

    @cached_property
    def _owners(self) -> dict[int, Key]:
        return {unit: key for unit, key in self._lines.items() if key is not None}

    @cached_property
    def _lines(self) -> dict[int, Key]:
        if self._shows_cells:
            return self._cells.lines
        lines = self._sorted.lines
        if self._shows_units_of_then:  # the unit's own share of then beside the others'
            return {unit: key or OldUnit(unit) for unit, key in lines.items()}
        return lines

    @cached_property
    def _every(self) -> _Sorted:
        """What was divided, among wards and among the cells shown."""
        if not self._shows_cells:
            return self._sorted
        return _Sorted(
            divided={**self._sorted.divided, **self._cells.divided},
            partly={**self._sorted.partly, **self._cells.partly},
        )

    @cached_property
    def _shows_cells(self) -> bool:
        """A ward that came from none but itself has its cells for lines."""
        is_ward = counts_by_cell(self.kind) and not is_below_ward(self.kind)
        return is_ward and set(self._sorted.lines) <= {self.unit.pk}

    @property
    def _shows_units_of_then(self) -> bool:
        """A ward or cell that others went into has those for lines."""
        return counts_by_cell(self.kind) and any(
            isinstance(key, OldUnit) for key in self._sorted.lines.values()
        )

    @cached_property
    def _sorted(self) -> _Sorted:
        """Every unit of then that the rows of this place may name."""
        if is_below_ward(self.kind):
            return self._sort(filter(self._is_named, self.history.cells_then()))
        wards: Iterable[Node] = filter(self._is_named, self.history.residences_then())
        if self.ground is not None:
            wards = (node for node in wards if node.id in self.ground.units)
        return self._sort(wards)

    @cached_property
    def _cells(self) -> _Sorted:
        below = self.history.below_then(self.unit.pk) - {self.unit.pk}
        nodes = (self.history.node_then(cell) for cell in below)
        return self._sort(node for node in nodes if node is not None)

    def _is_named(self, node: Node) -> bool:
        """Rows that name a unit which had ended by then stand at another, but for some."""
        if node.id in self.history.tree_then:
            return True
        return self.standing is not None and node.id in self.standing.kept

    def _sort(self, nodes: Iterable[Node]) -> _Sorted:
        found = _Sorted()
        for node in nodes:
            image = self.history.image(node.id)
            units = image.units or self.history.left_at(node.id)
            children = {self._children.get(unit) for unit in units}
            is_whole = not (image.units and image.is_lost)
            if is_whole and len(children) == 1 and None not in children:
                found.lines[node.id] = children.pop()
            elif self.is_top or (is_whole and units and units <= self._inside):
                found.lines[node.id] = self._own_line(node, units)
                if len(units) > 1 or not is_whole:
                    found.divided[node.id] = units
            elif not units.isdisjoint(self._inside):
                found.partly[node.id] = units
        return found

    def _own_line(self, node: Node, units: frozenset[int]) -> Key:
        """None for what is the unit itself, now as then."""
        return (
            None if node.id == self.unit.pk and units == {node.id} else OldUnit(node.id)
        )

    @cached_property
    def _children(self) -> dict[int, int]:
        """{unit of now: the child of this place that it belongs to}."""
        return self.history.tree_now.owner_of_each(self.unit.pk)

    @cached_property
    def _inside(self) -> frozenset[int]:
        return frozenset(
            {*self._children, self.unit.pk} & {*self.history.tree_now.nodes}
        )

    @cached_property
    def _gaps(self) -> dict[int, str]:
        """{line of now: the divided units whose part it lacks}."""
        lacking: defaultdict[int, set[int]] = defaultdict(set)
        for unit, parts in {**self._every.divided, **self._every.partly}.items():
            for part in parts & self._children.keys():
                lacking[self._children[part]].add(unit)
        return {line: self._names_then(units) for line, units in lacking.items()}


def ground_name(name: str) -> str:
    """Cần Thơ, of Thành ủy Cần Thơ."""
    for top in _TOPS:
        name = name.removeprefix(top)
    return name
