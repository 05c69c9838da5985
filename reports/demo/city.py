"""Building the demo city, step by step, in one transaction."""

from collections.abc import Callable
from datetime import date
from random import Random

from django.db import transaction

from evaluations.services.rulesets import create_standard_rule_sets
from members.models import Role
from party76.audit.models import Action
from party76.audit.services import record
from reports.demo.accounts import create_accounts
from reports.demo.names import People
from reports.demo.old_city import build_old_city
from reports.demo.people import Census, save_stays
from reports.demo.records2013 import hold_meetings, judge, rate
from reports.demo.reforms import apply_reforms
from reports.demo.year2013 import people_of_2013

_SEED = 76
STEPS = 8


@transaction.atomic
def build_city(today: date, *, say: Callable[[str], None]) -> None:
    """Fill an empty database; say is called with the name of each step."""
    dice = Random(_SEED)
    say("Cây tổ chức 2013 và các lần sắp xếp")
    old = build_old_city(dice)
    reforms = apply_reforms(old)
    old.tree.save()
    city = old.city
    ninh_kieu = reforms.wards["Phường Ninh Kiều"]
    users = create_accounts(
        {
            Role.RESIDENCE_WARD: ninh_kieu,
            Role.RESIDENCE_CELL: old.tree.cells(ninh_kieu)[0],
            Role.WORKPLACE: old.workplaces.by_name["Sở Y tế"],
            Role.DEPARTMENT: city,
            Role.INSPECTOR: city,
            Role.ADMINISTRATOR: city,
        }
    )
    department = users["btc"]
    record(Action.IMPORT, "committee", by=department, count=len(old.tree.units))
    rules_76, rules_213 = create_standard_rule_sets(city, by=department)

    say("Đảng viên năm 2013")
    people = People(dice, today)
    census = Census(dice, people, reforms.steps, old.workplaces.trades, today)
    old_stays = people_of_2013(old, reforms, census)
    say("Ghi hồ sơ đảng viên")
    save_stays([person.stay for person in old_stays])
    record(Action.IMPORT, "member", by=department, count=len(old_stays))
    paper = judge(old_stays, dice, people)
    say("Hai kỳ họp năm 2013")
    hold_meetings(paper, by=department)
    say("Nhận xét, xếp loại năm 2013")
    rate(paper, city, rules_76, by=department)
