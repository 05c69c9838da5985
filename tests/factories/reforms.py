"""A small city whose districts and wards were rearranged after its rating year."""

from dataclasses import dataclass
from datetime import date

from members.models import Kind, Operation, Part, Reorganisation, Role, Sector
from members.services.reorganisations.plan import NewUnit, ReformPlan, Step
from members.services.reorganisations.run import carry_out, draft_reorganisation
from tests.factories.members import make_committee, make_user
from tests.factories.reports import City, make_city

REFORM_DAY = date(2025, 7, 1)


@dataclass
class Reformed:
    """An Hội and Tân An became Ninh Kiều; Bùi Hữu Nghĩa was divided between Cái Khế
    and Bình Thủy, which live on; Vị Thanh came from another province."""

    city: City
    divided: object
    part_taker: object
    rest_taker: object
    merged: object
    outside: object


def reform(committee, plan: ReformPlan, *, by=None) -> Reorganisation:
    """Carry a plan out as a decision of a unit."""
    by = by or make_user(Role.DEPARTMENT, committee)
    drafted = draft_reorganisation(
        Reorganisation(committee=committee, effective_on=plan.on), by=by
    )
    return carry_out(drafted, plan, today=date(2026, 1, 1), by=by)


def new_ward(key: int, parent, name: str) -> NewUnit:
    return NewUnit(
        key=key,
        parent=parent.pk,
        name=name,
        kind=Kind.WARD,
        sector=Sector.COMMUNE,
        code=f"N{-key}",
        receives_members=True,
    )


def make_city_before_reform() -> Reformed:
    """The same before anything happened; merged and outside are still none."""
    city = make_city()
    takers = [
        make_committee(city.district, name=name, receives_members=True)
        for name in ("Đảng ủy phường Cái Khế", "Đảng ủy phường Bình Thủy")
    ]
    divided = make_committee(
        city.district, name="Đảng ủy phường Bùi Hữu Nghĩa", receives_members=True
    )
    return Reformed(city, divided, *takers, merged=None, outside=None)


def make_reform(place: Reformed) -> Reorganisation:
    """The reform, and its two new units put into place."""
    city, day = place.city, REFORM_DAY
    olds = [city.ward, city.sister_ward]
    split = [(place.part_taker, Part.PART), (place.rest_taker, Part.REST)]
    plan = ReformPlan(
        on=day,
        new_units=[
            new_ward(-1, city.city, "Đảng ủy phường Ninh Kiều"),
            new_ward(-2, city.city, "Đảng ủy phường Vị Thanh"),
        ],
        changes={taker.pk: {"parent": city.city.pk} for taker, _ in split},
        heirs={
            **{old.pk: -1 for old in olds},
            place.divided.pk: place.rest_taker.pk,
            city.district.pk: city.city.pk,
        },
        steps=[
            *(Step(Operation.MERGE, old.pk, "", -1) for old in olds),
            *(
                Step(Operation.SPLIT, place.divided.pk, "", taker.pk, part)
                for taker, part in split
            ),
            Step(Operation.MERGE, None, "Phường I, thành phố Vị Thanh", -2),
        ],
    )
    done = reform(city.city, plan)
    for unit in type(city.city).objects.filter(parent=city.city.pk, valid_from=day):
        name = "merged" if unit.code == "N1" else "outside"
        setattr(place, name, unit)
    for unit in (
        city.ward,
        city.sister_ward,
        city.district,
        city.cell,
        place.divided,
        *(taker for taker, _ in split),
    ):
        unit.refresh_from_db()
    return done
