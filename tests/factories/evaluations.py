"""Dull makers of rule sets, rating years and decisions."""

from datetime import date

from evaluations.models import RuleSet
from evaluations.services.decisions import Decision
from evaluations.services.rulesets import create_standard_rule_sets
from evaluations.services.steps import (
    Consultation,
    confirm_evaluations,
    propose_evaluations,
    return_evaluations,
)
from evaluations.services.years import open_rating_year

YEAR_2013 = (date(2013, 1, 1), date(2014, 1, 1))
YEAR_2024 = (date(2024, 1, 1), date(2025, 1, 1))


def make_rule_set(committee, code="76", *, by) -> RuleSet:
    if not RuleSet.objects.filter(committee=committee).exists():
        create_standard_rule_sets(committee, by=by)
    return RuleSet.objects.get(committee=committee, code=code)


def make_rating_year(committee, *, by, code="76", **fields):
    """2013 under Quy định 76, or 2024 under Quy định 213."""
    period = fields.pop("period", YEAR_2013 if code == "76" else YEAR_2024)
    return open_rating_year(
        committee,
        rule_set=make_rule_set(committee, code, by=by),
        year=fields.pop("year", period[0].year),
        period=period,
        reference_day=fields.pop("reference_day", date(period[0].year, 12, 1)),
        by=by,
        **fields,
    )


def make_decision(name="Trần Văn Bí", *, on=date(2024, 12, 5), **fields) -> Decision:
    return Decision(name, fields.pop("post", "Bí thư chi bộ"), on, **fields)


def make_consultation() -> Consultation:
    return Consultation(date(2024, 12, 4), "Ông Lê Văn Mặt, Trưởng ban")


def versions_of(sheet) -> dict[int, int]:
    """All current rows of a sheet with the version they now have."""
    return dict(sheet.evaluations.current().values_list("pk", "version"))


def propose_all(sheet, *, by, decision=None):
    return propose_evaluations(
        sheet,
        versions=versions_of(sheet),
        decision=decision or make_decision(),
        consultation=make_consultation(),
        by=by,
    )


def confirm_all(sheet, *, by, decision=None):
    return confirm_evaluations(
        sheet,
        versions=versions_of(sheet),
        decision=decision or make_decision("Phạm Thị Xác", post="Phó Bí thư đảng ủy"),
        by=by,
    )


def return_all(sheet, *, by, decision=None):
    return return_evaluations(
        sheet,
        versions=versions_of(sheet),
        decision=decision or make_decision("Phạm Thị Xác", post="Phó Bí thư đảng ủy"),
        by=by,
    )
