"""Lists of decisions as offices write them, and the tree they speak of."""

from datetime import date

from members.models import Committee, Kind, Reorganisation, Sector
from members.services.reorganisations.lists import (
    begin_reorganisation,
    confirm_reorganisation,
    mark_of,
    proposal_of,
)
from party76.spreadsheets.reading import read_pasted
from tests.factories.members import make_committee

DAY, TODAY = date(2025, 7, 1), date(2026, 1, 1)
HEADING = (
    "Đơn vị cũ",
    "Trực thuộc cũ",
    "Tỉnh, thành phố cũ",
    "Đơn vị mới",
    "Loại đơn vị mới",
    "Trực thuộc mới",
    "Toàn bộ hay một phần",
    "Hình thức",
    "Mã đơn vị mới",
)
_KEYS = (
    "old",
    "old_parent",
    "province",
    "new",
    "kind",
    "parent",
    "part",
    "how",
    "code",
)


def row(old="", new="", **values) -> tuple[str, ...]:
    values |= {"old": old, "new": new}
    return tuple(values.get(key, "") for key in _KEYS)


def pasted(*rows: tuple[str, ...]):
    return read_pasted("\n".join("\t".join(one) for one in (HEADING, *rows)))


def begin(world, *rows, committee=None, by=None, on=DAY, choices=None, **fields):
    """The decision with its list, kept as a draft."""
    return begin_reorganisation(
        Reorganisation(
            committee=committee or world.city,
            decision_number="12-QĐ/TU",
            effective_on=on,
            **fields,
        ),
        pasted(*rows),
        choices=choices,
        by=by or world.department_user,
    )


def propose(world, *rows, by=None, **options):
    """What the list would do."""
    drafted = begin(world, *rows, by=by, **options)
    return proposal_of(drafted, by=by or world.department_user)


def confirm(world, *rows, by=None, **options) -> Reorganisation:
    """The list carried out at once."""
    drafted = begin(world, *rows, by=by, **options)
    user = by or world.department_user
    mark = mark_of(proposal_of(drafted, by=user))
    return confirm_reorganisation(drafted, mark=mark, today=TODAY, by=user)


def make_district(city, name: str, *wards: str) -> dict[str, Committee]:
    """A district with wards that have two cells each; {name of the ward: it}."""
    district = make_committee(
        city,
        kind=Kind.DISTRICT,
        name=f"Quận ủy {name}",
        short_name=f"Quận {name}",
        sector=Sector.AGENCY,
    )
    found = {name: district}
    for ward in wards:
        unit = make_committee(
            district,
            name=f"Đảng ủy phường {ward}",
            receives_members=True,
        )
        found[ward] = unit
        for number in (1, 2):
            make_committee(
                unit,
                kind=Kind.CELL,
                name=f"Chi bộ Khu vực {number}",
                receives_members=True,
            )
    return found


def unit_named(name: str) -> Committee:
    """The open unit of that name."""
    return Committee.objects.get(name=name, valid_to=None)
