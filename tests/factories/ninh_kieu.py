"""The ward Ninh Kiều as it came to be, with a person in every ward of 2013."""

from dataclasses import dataclass, field
from datetime import date

from members.models import (
    Committee,
    Kind,
    Operation,
    Part,
    Reorganisation,
    Role,
    Sector,
)
from members.services.reorganisations.plan import NewUnit, ReformPlan, Step
from members.services.reorganisations.run import carry_out, draft_reorganisation
from tests.factories.members import (
    make_committee,
    make_member,
    make_registration,
    make_user,
)

TODAY = date(2026, 1, 1)
IN_2013 = date(2013, 12, 31)
MERGED = date(2020, 7, 1)
ABSORBED = date(2024, 11, 1)
REFORMED = date(2025, 7, 1)
OLD_WARDS = [
    "An Hội",
    "An Lạc",
    "Tân An",
    "Thới Bình",
    "An Phú",
    "An Nghiệp",
    "An Cư",
    "Xuân Khánh",
    "Hưng Lợi",
    "Cái Khế",
]


@dataclass
class NinhKieu:
    """The district's wards by name; Tân An of 2020 and the Ninh Kiều of today apart."""

    city: Committee
    district: Committee
    workplace: Committee
    department_user: object
    wards: dict[str, Committee] = field(default_factory=dict)
    cells: dict[str, Committee] = field(default_factory=dict)
    stays: dict[str, object] = field(default_factory=dict)
    tan_an_2020: Committee | None = None
    ninh_kieu: Committee | None = None

    def ward(self, name: str) -> Committee:
        return Committee.objects.get(pk=self.wards[name].pk)


def ward_name(name: str) -> str:
    return f"Đảng ủy phường {name}"


def make_old_district() -> NinhKieu:
    """2013: a district of ten wards, a cell and a person in each."""
    city = make_committee(kind=Kind.CITY, name="Thành ủy Cần Thơ", code="TU")
    district = make_committee(city, kind=Kind.DISTRICT, name="Quận ủy Ninh Kiều")
    workplace = make_committee(city, kind=Kind.GRASSROOTS, name="Sở Y tế")
    world = NinhKieu(
        city, district, workplace, make_user(Role.DEPARTMENT, city, username="btc")
    )
    for name in OLD_WARDS:
        ward = make_committee(district, name=ward_name(name), receives_members=True)
        cell = make_committee(
            ward, kind=Kind.CELL, name=f"Chi bộ {name} 1", receives_members=True
        )
        member = make_member(workplace, full_name=f"Nguyễn Thị {name}")
        world.wards[name], world.cells[name] = ward, cell
        world.stays[name] = make_registration(member, ward, cell=cell)
    return world


def make_ninh_kieu() -> NinhKieu:
    """The same after 2020, 2024 and 2025; Hưng Lợi was divided, Cái Khế lived on."""
    world = make_old_district()
    merge_2020(world)
    absorb_2024(world)
    reform_2025(world)
    return world


def run(world: NinhKieu, plan: ReformPlan, number: str = "") -> Reorganisation:
    drafted = draft_reorganisation(
        Reorganisation(
            committee=world.city, effective_on=plan.on, decision_number=number
        ),
        by=world.department_user,
    )
    return carry_out(drafted, plan, today=TODAY, by=world.department_user)


def merge_2020(world: NinhKieu) -> None:
    olds = [world.wards[name].pk for name in ("An Hội", "An Lạc", "Tân An")]
    plan = ReformPlan(
        on=MERGED,
        new_units=[_new_ward("Tân An", world.district)],
        heirs=dict.fromkeys(olds, -1),
        steps=[Step(Operation.MERGE, old, "", -1) for old in olds],
    )
    run(world, plan, "893/NQ-UBTVQH14")
    world.tan_an_2020 = Committee.objects.get(valid_from=MERGED)


def absorb_2024(world: NinhKieu) -> None:
    into = world.wards["Thới Bình"].pk
    olds = [world.wards[name].pk for name in ("An Phú", "An Nghiệp", "An Cư")]
    plan = ReformPlan(
        on=ABSORBED,
        heirs=dict.fromkeys(olds, into),
        steps=[Step(Operation.ABSORB, old, "", into) for old in [*olds, into]],
    )
    run(world, plan, "1192/NQ-UBTVQH15")


def reform_2025(world: NinhKieu) -> None:
    """Four wards make Ninh Kiều, one of them in part; the district ends."""
    divided, khe = world.wards["Hưng Lợi"].pk, world.wards["Cái Khế"].pk
    whole = [world.tan_an_2020.pk] + [
        world.wards[name].pk for name in ("Thới Bình", "Xuân Khánh")
    ]
    plan = ReformPlan(
        on=REFORMED,
        new_units=[_new_ward("Ninh Kiều", world.city)],
        changes={khe: {"parent": world.city.pk}},
        heirs=dict.fromkeys(whole, -1) | {divided: khe, world.district.pk: None},
        steps=[
            *(Step(Operation.MERGE, old, "", -1) for old in whole),
            Step(Operation.SPLIT, divided, "", -1, Part.PART),
            Step(Operation.SPLIT, divided, "", khe, Part.REST),
            Step(Operation.END, world.district.pk, "", None),
        ],
    )
    run(world, plan, "1668/NQ-UBTVQH15")
    world.ninh_kieu = Committee.objects.get(name=ward_name("Ninh Kiều"))


def _new_ward(name: str, parent: Committee) -> NewUnit:
    return NewUnit(
        key=-1,
        parent=parent.pk,
        name=ward_name(name),
        kind=Kind.WARD,
        sector=Sector.COMMUNE,
        receives_members=True,
    )
