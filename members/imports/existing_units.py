"""Every unit that ever was, to compare a list of units with; one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from members.imports.units import unit_key
from members.models import Committee, CommitteePeriod
from members.scopes import contains

_FIELDS = [
    "id",
    "code",
    "name",
    "short_name",
    "kind",
    "sector",
    "parent_id",
    "path",
    "outside_city",
    "uses_system",
    "valid_from",
    "valid_to",
    "version",
]


@dataclass(slots=True)
class KnownUnit:
    id: int
    code: str
    name: str
    short_name: str
    kind: str
    sector: str
    parent_id: int | None
    path: str
    outside_city: bool
    uses_system: bool
    valid_from: date | None
    valid_to: date | None
    version: int
    statistics_code: str

    def is_at_or_below(self, path: str) -> bool:
        return contains(path, self.path)


class KnownUnits:
    """Units by number, by code, and the open ones by their place and name."""

    def __init__(self, units: Iterable[KnownUnit]):
        self._by_id: dict[int, KnownUnit] = {}
        self._by_code: dict[str, KnownUnit] = {}
        self._children: dict[tuple[int | None, str], KnownUnit] = {}
        for unit in units:
            self._by_id[unit.id] = unit
            self._by_code[unit.code.casefold()] = unit
            if unit.valid_to is None:
                self._children[unit.parent_id, unit_key(unit.name)] = unit

    @classmethod
    def load(cls) -> "KnownUnits":
        period = CommitteePeriod.objects.filter(
            committee=OuterRef("pk"), valid_to=None
        ).values("statistics_code")[:1]
        statistics = Coalesce(Subquery(period), Value(""))
        rows = Committee.objects.annotate(statistics=statistics)
        return cls(KnownUnit(*row) for row in rows.values_list(*_FIELDS, "statistics"))

    def by_id(self, pk: int | None) -> KnownUnit | None:
        return self._by_id.get(pk or 0)

    def by_code(self, code: str) -> KnownUnit | None:
        return self._by_code.get(code.casefold())

    def child(self, parent_id: int | None, key: str) -> KnownUnit | None:
        """The open unit of this name directly below a parent that exists."""
        return self._children.get((parent_id, key)) if parent_id else None
