"""Which units a page counts by, as its address tells it, and addresses that keep it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from evaluations.models import RatingYear
from members.models import Committee
from reports.forms.summaries import StructureForm
from reports.queries.figures import Figure
from reports.queries.places import Key, OldUnit
from reports.views.units import UnitYear, can_open_unit


@dataclass(frozen=True)
class Structure:
    """The units of the reference day, unless a later day and another ground are told."""

    day: date | None = None
    ground_year: RatingYear | None = None
    kept: Mapping[str, str] = field(default_factory=dict)  # as the address has it
    refusal: str = ""
    successor: Committee | None = None  # of a unit that is not there on the day

    @property
    def chosen(self) -> dict[str, Any]:
        """What the queries are asked with."""
        return {"structure_day": self.day, "ground_year": self.ground_year}


def structure_of(request, chosen: UnitYear) -> Structure:
    """The structure an address asks for; with a sentence, that of then, where refused."""
    form = StructureForm(
        request.GET,
        year=chosen.year,
        years=chosen.years,
        today=timezone.localdate(),
    )
    if not form.is_valid():
        return Structure(refusal=" ".join(_sentences(form)))
    day, ground = form.cleaned_data["co_cau"], form.cleaned_data["dia_ban"]
    kept = {name: request.GET[name] for name in form.fields if form.cleaned_data[name]}
    if day is None or _is_open(chosen.unit, day):
        return Structure(day, ground, kept)
    return Structure(
        refusal=(
            f"{chosen.unit.name} không có trong cơ cấu tổ chức của ngày {day:%d/%m/%Y}. "
            f"Số liệu dưới đây theo cơ cấu của ngày chốt."
        ),
        successor=_successor(request.user, chosen.unit, day),
    )


def structure_or_404(request, chosen: UnitYear) -> Structure:
    """The same for files and lists, which have no room for a sentence."""
    found = structure_of(request, chosen)
    if found.refusal:
        raise Http404(found.refusal)
    return found


@dataclass(frozen=True)
class Address:
    """The pages of a unit's year, with what was chosen of its structure."""

    unit: int
    year: int
    kept: Mapping[str, str] = field(default_factory=dict)

    def page(self, name: str, key: Key, *more: str, **also: str) -> str:
        """A page of the unit of a line; a unit of then is shown as it was then."""
        if isinstance(key, OldUnit):
            unit, kept = key.id, {}
        else:
            unit, kept = self.unit if key is None else key, dict(self.kept)
        url = reverse(f"reports:{name}", args=[unit, self.year, *more])
        pairs = kept | also
        return f"{url}?{urlencode(pairs)}" if pairs else url

    def list(self, figure: Figure, key: Key) -> str:
        """The people behind a number of a line; of the rest for no unit."""
        also = {"con_lai": "1"} if key is None else {}
        return self.page("summary_list", key, figure.key, **also)

    def own(self, name: str, *more: str, **also: str) -> str:
        """A page of the unit itself."""
        return self.page(name, self.unit, *more, **also)


def _sentences(form: StructureForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]


def _is_open(unit: Committee, day: date) -> bool:
    begun = unit.valid_from is None or unit.valid_from <= day
    return begun and (unit.valid_to is None or day < unit.valid_to)


def _successor(user, unit: Committee, day: date) -> Committee | None:
    heir = unit.heir
    if heir is None or not (_is_open(heir, day) and can_open_unit(user, heir)):
        return None
    return heir
