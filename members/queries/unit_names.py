"""Units by the names they bear and bore, as type-aheads and searches offer them."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from django.db.models import Case, Q, QuerySet, Value, When

from members.models import Committee, User
from members.queries.discretion import told_to
from members.queries.name_keys import exact_forms, unit_key
from members.queries.old_names import OldName, holds, old_names
from members.scopes import STEP
from party76.shared.text import fold

OPTIONS_SHOWN = 20
_FORMERS_TOLD = 2


class _Rank(IntEnum):
    """In which order names are shown: who bears the very name today comes first."""

    NAMED = 0
    WAS_NAMED = 1
    NEAR = 2
    WAS_NEAR = 3


@dataclass(frozen=True, slots=True)
class FoundUnit:
    """An open unit, and how an old name led to it; former is empty where none did."""

    unit: Committee
    former: str = ""
    # Its first day, where another bears or bore the same name.
    since: date | None = None

    @property
    def place(self) -> str:
        """Kind, unit above and, among namesakes, the first day."""
        above = f", thuộc {self.unit.parent.name}" if self.unit.parent else ""
        since = f", từ {self.since:%d/%m/%Y}" if self.since else ""
        return f"{self.unit.get_kind_display()}{above}{since}"

    @property
    def detail(self) -> str:
        """The same with the code: what tells units of one name apart."""
        return f"{self.place} – mã {self.unit.code}"


@dataclass(frozen=True, slots=True)
class Order:
    """Which of the units that bear a name a person most likely means."""

    paths: tuple[str, ...] = ()  # units below the first of these, then below the others
    kind: str = ""  # units of this kind before others


def order_near(unit: Committee | None, paths: Iterable[str] = ()) -> Order:
    """Those beside the unit and of its kind first, then those in the scopes."""
    if unit is None:
        return Order(tuple(paths))
    beside = [unit.path[:-STEP]] if len(unit.path) > STEP else []
    return Order((*beside, *paths), unit.kind)


def find_units(
    text: str,
    *,
    wards_only: bool = False,
    order: Order | None = None,
    limit: int = OPTIONS_SHOWN,
    to: User | None = None,
) -> list[FoundUnit]:
    """Open units that bear the text in their name or code, then those that old names
    lead to; of those that may be told to the reader, or to all. At most four queries.
    """
    key = fold(text)
    told = told_to(to)
    units = _bearing(text, wards_only=wards_only, order=order or Order())
    bearing = list(units.filter(told)[:limit])
    old = old_names(text) if key else []
    known = {unit.pk: unit for unit in bearing}
    known |= open_units(
        {unit_id for name in old for unit_id in name.followers} - known.keys(),
        wards_only=wards_only,
        told=told,
    )
    return _in_order(text, bearing, old, known, limit)


def find_wards(texts: Iterable[str]) -> dict[str, list[FoundUnit]]:
    """{text: what find_units finds among wards}; three queries for any number of texts."""
    asked = {text: key for text in texts if (key := fold(text))}
    if not asked:
        return {}
    wards = {unit.pk: unit for unit in _named(wards_only=True)}
    keys = {unit.pk: fold(f"{unit.name} {unit.short_name}") for unit in wards.values()}
    old = old_names()
    found = {}
    for text, key in asked.items():
        forms = exact_forms(key)
        bearing = [
            unit
            for unit in wards.values()
            if key in keys[unit.pk]
            or keys[unit.pk] in forms
            or unit.code == text.strip()
        ]
        bearing.sort(key=lambda unit: _rank(unit, key, text))
        leading = [name for name in old if holds(name, key)]
        found[text] = _in_order(text, bearing, leading, wards, OPTIONS_SHOWN)
    return found


def _in_order(
    text: str,
    bearing: list[Committee],
    old: list[OldName],
    known: dict[int, Committee],
    limit: int,
) -> list[FoundUnit]:
    """Units that bear the text, and those that old names lead to, the nearest first."""
    key = fold(text)
    old = sorted(old, key=lambda name: _order(name, key))
    leading: dict[int, list[OldName]] = {}
    for name in old:
        for unit_id in name.followers:
            leading.setdefault(unit_id, []).append(name)
    ranks = {unit.pk: _rank(unit, key, text) for unit in bearing}
    for unit_id in leading.keys() & known.keys():
        was = _Rank.WAS_NAMED if _is_exact(leading[unit_id][0], key) else _Rank.WAS_NEAR
        # A unit that bears the text is told by its own name, unless an old one fits better.
        if was < ranks.get(unit_id, len(_Rank)):
            ranks[unit_id] = was
        else:
            leading.pop(unit_id)
    ranked = [unit_id for unit_id in known if unit_id in ranks]
    ranked.sort(key=lambda unit_id: ranks[unit_id])
    return tell_apart(
        [(known[unit_id], leading.get(unit_id, [])) for unit_id in ranked[:limit]], old
    )


def open_units(
    keys: Collection[int], *, wards_only: bool = False, told: Q | None = None
) -> dict[int, Committee]:
    """These units under their keys with the unit above; no query for none."""
    if not keys:
        return {}
    units = _named(wards_only).filter(told or Q(), pk__in=keys)
    return {unit.pk: unit for unit in units}


def tell_apart(
    found: Iterable[tuple[Committee, list[OldName]]], old: Iterable[OldName]
) -> list[FoundUnit]:
    """Units with the names that led to them; namesakes are told with their first day."""
    found = list(found)
    units = {unit.pk: unit_key(unit.name) for unit, _ in found}
    # An old unit whose name its own successor bears is no other.
    others = Counter(units.values())
    for name in old:
        key = unit_key(name.name)
        if any(units.get(unit_id) != key for unit_id in name.followers):
            others[key] += 1
    return [
        FoundUnit(
            unit,
            former=_former(unit.pk, names),
            since=unit.valid_from if others[units[unit.pk]] > 1 else None,
        )
        for unit, names in found
    ]


def _named(wards_only: bool) -> QuerySet[Committee]:
    units = Committee.objects.directory().filter(valid_to=None)
    if wards_only:
        units = units.residences()
    return units.select_related("parent").only(
        "id",
        "code",
        "name",
        "short_name",
        "kind",
        "valid_from",
        "valid_to",
        "parent__name",
    )


def _bearing(text: str, *, wards_only: bool, order: Order) -> QuerySet[Committee]:
    """Open units of this name or code, those of the very name first."""
    key = fold(text)
    exact = Q(search_key__in=exact_forms(key)) | Q(code=text.strip())
    units = _named(wards_only).filter(Q(search_key__contains=key) | exact)
    first = [Q(path__startswith=path) for path in order.paths]
    first += [Q(kind=order.kind)] if order.kind else []
    ranks = [_before_others(condition) for condition in (exact, *first)]
    return units.order_by(*ranks, "sort_key", "id")


def _before_others(condition: Q) -> Case:
    return Case(When(condition, then=Value(0)), default=Value(1))


def _rank(unit: Committee, key: str, text: str) -> _Rank:
    names = {fold(unit.name), fold(unit.short_name)}
    exact = unit.code == text.strip() or not names.isdisjoint(exact_forms(key))
    return _Rank.NAMED if exact else _Rank.NEAR


def _is_exact(name: OldName, key: str) -> bool:
    return fold(name.name) in exact_forms(key) or fold(name.short_name) == key


def _order(name: OldName, key: str) -> tuple[bool, int, str]:
    """The very name before others, the latest before older ones."""
    return not _is_exact(name, key), -name.until.toordinal(), fold(name.name)


def _former(unit_id: int, names: list[OldName]) -> str:
    told = [name.told_of(unit_id) for name in names[:_FORMERS_TOLD]]
    if more := len(names) - len(told):
        told.append(f"và {more} đơn vị khác")
    return "; ".join(told)
