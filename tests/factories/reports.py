"""A rating year with its rules and rows, and a small city of 2013 with its districts."""

from dataclasses import dataclass
from datetime import date

from evaluations.models import Evaluation, RatingYear, RuleSet, Sheet, Tier
from members.models import Kind, Sector
from reports.documents.word import shipped_form
from reports.models import DocumentTemplate
from tests.factories.members import make_committee, make_member, make_registration

TIERS = ["Tốt", "Khá", "Trung bình", "Chưa tốt"]
REFERENCE_DAY = date(2013, 12, 31)


def make_rating_year(committee, *, year=2013, tiers=TIERS, **fields):
    """A year of Quy định 76, or of a rule set without tiers."""
    rule_set = RuleSet.objects.create(
        committee=committee,
        code=f"QĐ {year}",
        name="Quy định số 76-QĐ/TW",
        valid_from=date(2000, 6, 15),
        rounding=fields.pop("rounding", "residual_to_largest"),
        decimals=fields.pop("decimals", 2),
    )
    for position, name in enumerate(tiers, 1):
        Tier.objects.create(
            rule_set=rule_set, code=f"t{position}", name=name, position=position
        )
    return RatingYear.objects.create(
        committee=committee,
        rule_set=rule_set,
        year=year,
        period_from=date(year, 1, 1),
        period_to=date(year + 1, 1, 1),
        reference_day=date(year, 12, 31),
        **fields,
    )


def make_evaluation(registration, year, *, tier=None, **fields):
    """The row of a stay; rated when a position of a tier is given."""
    sheet, _ = Sheet.objects.get_or_create(
        rating_year=year, ward=registration.ward, cell=registration.cell
    )
    if tier:
        fields.setdefault("outcome", Evaluation.Outcome.RATED)
        fields.setdefault("state", Evaluation.State.RETURNED)
        fields["tier"] = year.rule_set.tiers.get(position=tier)
    on_roll = registration.ended_on is None or (
        registration.ended_on > year.reference_day
    )
    return Evaluation.objects.create(
        rating_year=year,
        sheet=sheet,
        registration=registration,
        member=registration.member,
        ward=fields.pop("ward", registration.ward),
        cell=fields.pop("cell", registration.cell),
        workplace=registration.workplace,
        sector=registration.workplace.sector,
        outside_city=registration.workplace.outside_city,
        on_roll=fields.pop("on_roll", on_roll),
        **fields,
    )


def make_document_form(unit, kind, *, by, valid_from=date(2000, 1, 1), content=None):
    """A Word form of an office; the one that comes with the system if none is given."""
    return DocumentTemplate.objects.create(
        committee=unit,
        kind=kind,
        valid_from=valid_from,
        file_name="Mẫu của đơn vị.docx",
        content=shipped_form(kind) if content is None else content,
        uploaded_by=by,
    )


@dataclass
class City:
    """One district with two wards, one with cells; a workplace inside and outside."""

    city: object
    district: object
    ward: object
    cell: object
    sister_cell: object
    sister_ward: object
    workplace: object
    outside: object
    year: object

    def stay(self, *, tier=None, ward=None, cell=None, outside=False, **fields):
        """A received member, rated when a tier is named."""
        member = make_member(self.outside if outside else self.workplace)
        stay = make_registration(member, ward or self.ward, cell=cell, **fields)
        if tier:
            make_evaluation(stay, self.year, tier=tier)
        return stay


def make_city(**rules) -> City:
    city = make_committee(
        kind=Kind.CITY, name="Thành ủy Cần Thơ", code="TU", sector=Sector.AGENCY
    )
    district = make_committee(city, kind=Kind.DISTRICT, name="Quận ủy Ninh Kiều")
    ward = make_committee(
        district, name="Đảng ủy phường Tân An", code="TA", receives_members=True
    )
    return City(
        city=city,
        district=district,
        ward=ward,
        cell=_cell(ward, "Chi bộ Khu vực 1"),
        sister_cell=_cell(ward, "Chi bộ Khu vực 2"),
        sister_ward=make_committee(
            district, name="Đảng ủy phường An Hội", code="AH", receives_members=True
        ),
        workplace=make_committee(
            city, kind=Kind.GRASSROOTS, name="Sở Y tế", sector=Sector.AGENCY
        ),
        outside=make_committee(
            kind=Kind.DIRECT,
            name="Đảng bộ Quân khu 9",
            sector=Sector.ARMED_FORCES,
            outside_city=True,
        ),
        year=make_rating_year(city, **rules),
    )


def _cell(ward, name):
    return make_committee(ward, kind=Kind.CELL, name=name, receives_members=True)
