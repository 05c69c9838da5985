"""What tests of old names share: a district, and decisions that end its wards."""

from dataclasses import dataclass
from datetime import date
from itertools import count

from members.models import Committee, Kind, Operation, Part, Reorganisation, Sector
from members.services.reorganisations.plan import NewUnit, ReformPlan, Step
from members.services.reorganisations.run import carry_out, draft_reorganisation
from tests.factories.members import make_committee
from tests.factories.world import World, make_world

IN_2020, IN_2025 = date(2020, 1, 1), date(2025, 7, 1)
TODAY = date(2026, 1, 1)
_keys = count(-1, -1)


@dataclass
class Old:
    """The world with a district of five wards, as they were before 2020."""

    world: World
    district: Committee
    wards: dict[str, Committee]


def make_old_wards() -> Old:
    """An Hội, An Lạc, Tân An, An Khánh and Hưng Lợi below a district of the city."""
    world = make_world()
    for ward in (world.past_ward, world.ward):  # their names are wanted below
        Committee.objects.filter(pk=ward.pk).update(
            name=f"{ward.name} Hai", search_key=f"{ward.search_key} hai"
        )
        ward.periods.update(name=f"{ward.name} Hai")
    district = make_committee(world.city, kind=Kind.DISTRICT, name="Quận ủy Ninh Kiều")
    names = ["An Hội", "An Lạc", "Tân An", "An Khánh", "Hưng Lợi"]
    wards = {name: make_ward(district, f"phường {name}") for name in names}
    return Old(world, district, wards)


def make_ward(parent, name, **fields) -> Committee:
    return make_committee(
        parent, name=f"Đảng ủy {name}", receives_members=True, **fields
    )


def reform(old: Old, plan: ReformPlan) -> Reorganisation:
    drafted = draft_reorganisation(
        Reorganisation(committee=old.world.city, effective_on=plan.on),
        by=old.world.department_user,
    )
    return carry_out(drafted, plan, today=TODAY, by=old.world.department_user)


def merge(old: Old, units, name, *, on=IN_2025, parent=None, told=()) -> Committee:
    """One new ward of several units, and of names that were never kept here."""
    key = next(_keys)
    new = NewUnit(
        key=key,
        parent=(parent or old.world.city).pk,
        name=f"Đảng ủy {name}",
        kind=Kind.WARD,
        sector=Sector.COMMUNE,
        receives_members=True,
    )
    olds = [unit.pk for unit in units]
    steps = [Step(Operation.MERGE, pk, "", key) for pk in olds]
    steps += [Step(Operation.MERGE, None, words, key) for words in told]
    reform(
        old,
        ReformPlan(on=on, new_units=[new], heirs=dict.fromkeys(olds, key), steps=steps),
    )
    return Committee.objects.get(name=f"Đảng ủy {name}", valid_to=None)


def rename(old: Old, unit, name, *, on=IN_2025) -> None:
    reform(
        old,
        ReformPlan(
            on=on,
            changes={unit.pk: {"name": f"Đảng ủy {name}"}},
            steps=[Step(Operation.RENAME, unit.pk, "", unit.pk)],
        ),
    )


def absorb(old: Old, unit, into, *, on=IN_2025) -> None:
    reform(
        old,
        ReformPlan(
            on=on,
            heirs={unit.pk: into.pk},
            steps=[Step(Operation.ABSORB, unit.pk, "", into.pk)],
        ),
    )


def divide(old: Old, unit, *, part_to, rest_to, on=IN_2025) -> None:
    """A unit ends in two others; rest_to may be the unit itself, which then lives on."""
    steps = [
        Step(Operation.SPLIT, unit.pk, "", part_to.pk, Part.PART),
        Step(Operation.SPLIT, unit.pk, "", rest_to.pk, Part.REST),
    ]
    heirs = {} if rest_to == unit else {unit.pk: rest_to.pk}
    reform(old, ReformPlan(on=on, heirs=heirs, steps=steps))
