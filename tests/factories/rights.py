"""The cast with one of everything, for the matrix of rights."""

from dataclasses import dataclass, fields
from datetime import date

from evaluations.models import Evaluation
from members.imports.columns import MEMBER_COLUMNS
from members.imports.runs import ListKind
from members.models import Kind, Member, Operation, Registration, Reorganisation
from members.services.corrections import ask_correction
from members.services.deaths import report_death
from members.services.dwelling import report_not_dwelling
from members.services.letters import ask_for_letter
from members.services.merges.steps import propose_merge
from members.services.reorganisations.lists import begin_reorganisation, give_up
from members.services.reorganisations.plan import ReformPlan, Step
from members.services.reorganisations.run import carry_out, draft_reorganisation
from party76.spreadsheets.reading import read_pasted
from party76.spreadsheets.recognition import recognise_best
from party76.spreadsheets.services import start_import
from residence.services.meetings import open_meeting
from tests.factories.evaluations import (
    confirm_all,
    make_rating_year,
    propose_all,
    return_all,
)
from tests.factories.members import (
    make_committee,
    make_exemption,
    make_member,
    make_registration,
)
from tests.factories.merges import agree
from tests.factories.reports import make_document_form
from tests.factories.residence import make_meeting, make_notice, make_opinion
from tests.factories.world import World, make_world


@dataclass
class RightsWorld(World):
    letter: object
    exemption: object
    correction: object
    meeting: object
    opinion: object
    rating_year: object
    sheet: object
    draft: object
    returned: object
    post: object
    unplaced: object
    run: object
    reform: object
    ward_reform: object
    done_reform: object
    twin: object
    merge: object
    done_merge: object
    check: object
    dead: object
    notice: object
    draft_notice: object
    own_form: object
    cancelled_reform: object


def make_rights_world() -> RightsWorld:
    """All of it belongs to the member's cell, ward and workplace; sisters have theirs."""
    world = make_world()
    sister = make_registration(
        make_member(world.other_workplace), world.ward, cell=world.sister_cell
    )
    own = {field.name: getattr(world, field.name) for field in fields(World)}
    year = make_rating_year(
        world.city,
        by=world.department_user,
        reference_day=date(2013, 12, 1),
    )
    rated = _rate(Evaluation.objects.get(registration=world.registration), world)
    return RightsWorld(
        **own,
        letter=_letter(world),
        exemption=make_exemption(world.registration, valid_from=date(2020, 1, 1)),
        correction=ask_correction(
            world.member,
            field="position",
            new_value="Bác sĩ",
            reason="Quyết định bổ nhiệm",
            asked_by_committee=world.ward,
            by=world.ward_user,
        ),
        meeting=open_meeting(
            make_meeting(world.cell, held_on=date(2013, 5, 20)), by=world.cell_user
        ),
        opinion=make_opinion(world.registration),
        rating_year=year,
        sheet=rated.sheet,
        draft=Evaluation.objects.get(registration=sister),
        returned=rated,
        post=world.cell_user.assignments.get(),
        unplaced=make_committee(kind=Kind.GRASSROOTS, is_unplaced=True),
        run=_import_run(world),
        check=_check(world),
        notice=make_notice(world.registration, state="sent"),
        draft_notice=make_notice(world.registration, kind="other", text="Nội dung"),
        dead=_dead(world),
        own_form=make_document_form(world.workplace, "letter", by=world.workplace_user),
        **_reforms(world),
        **_twins(world),
    )


def _twins(world) -> dict[str, object]:
    """A second record of the member; of others, a pair that waits and one that is done."""
    born = date(1980, 3, 1)
    Member.objects.filter(pk=world.member.pk).update(birth_date=born)
    twin = make_member(world.workplace, full_name="Lê Thị Hoà", birth_date=born)
    waiting, done = (_pair(world, name) for name in ("Vũ Thị Chờ", "Vũ Thị Ghép"))
    return {
        "twin": twin,
        "merge": waiting,
        "done_merge": agree(done, on=date(2026, 1, 5), by=world.workplace_user),
    }


def _pair(world, name: str):
    """Proposed by the ward, which has one record; the other is the workplace's."""
    born = date(1975, 2, 3)
    here = make_member(world.workplace, full_name=name, birth_date=born)
    make_registration(here, world.ward)
    own = make_member(world.workplace, full_name=name, birth_date=born)
    return propose_merge(
        own,
        here,
        reasons=["cùng họ tên, cùng ngày sinh"],
        versions={own.pk: own.version, here.pk: here.version},
        on=date(2026, 1, 5),
        by=world.ward_user,
    )


def _reforms(world) -> dict[str, Reorganisation]:
    """A draft of the department, one of the ward on its own cells, one carried out."""
    day = date(2025, 7, 1)
    old, new = (
        make_committee(world.city, kind=Kind.GRASSROOTS, name=name)
        for name in ("Hội Cũ", "Hội Mới")
    )
    done = draft_reorganisation(
        Reorganisation(committee=world.city, effective_on=day),
        by=world.department_user,
    )
    plan = ReformPlan(
        on=day,
        heirs={old.pk: new.pk},
        steps=[Step(Operation.ABSORB, old.pk, "", new.pk)],
    )
    return {
        "reform": _begun(world.city, "Sở Y tế\tSở Y tế mới", world.department_user),
        "ward_reform": _begun(world.ward, "NK1\tChi bộ Khu vực A", world.ward_user),
        "done_reform": carry_out(done, plan, today=day, by=world.department_user),
        "cancelled_reform": _cancelled(world),
    }


def _cancelled(world) -> Reorganisation:
    begun = _begun(world.ward, "NK1\tChi bộ Khu vực B", world.ward_user)
    give_up(begun, version=begun.version, by=world.ward_user)
    return begun


def _begun(committee, row: str, by) -> Reorganisation:
    return begin_reorganisation(
        Reorganisation(committee=committee, effective_on=date(2025, 7, 1)),
        read_pasted(f"Đơn vị cũ\tĐơn vị mới\n{row}"),
        by=by,
    )


def _import_run(world):
    """A pasted list that the ward has not confirmed yet."""
    workbook = read_pasted("STT\tHọ và tên\tSố thẻ\n1\tTrần Thị Dán\t11.000099")
    table, recognition = recognise_best(workbook, MEMBER_COLUMNS)
    return start_import(
        workbook,
        kind=ListKind.RESIDENTS,
        committee_code=world.ward.code,
        sheet=table.name,
        recognition=recognition,
        by=world.ward_user,
    )


def _check(world):
    """The cell says that somebody no longer lives there; another waits for his letter."""
    ask_for_letter(
        make_member(world.other_workplace),
        ward=world.ward,
        cell=world.cell,
        on=date(2026, 1, 5),
        by=world.cell_user,
    )
    stay = make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    day = date(2026, 1, 5)
    return report_not_dwelling(stay, reason="Đã bán nhà", on=day, by=world.cell_user)


def _dead(world):
    """A death that the ward typed in."""
    stay = make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    return report_death(stay.member, on=date(2026, 1, 5), version=1, by=world.ward_user)


def _letter(world) -> Registration:
    return Registration.objects.create(
        member=make_member(world.workplace),
        workplace=world.workplace,
        ward=world.ward,
        state=Registration.State.SENT,
        sent_on=date(2026, 1, 5),
    )


def _rate(row: Evaluation, world) -> Evaluation:
    Evaluation.objects.filter(pk=row.pk).update(
        outcome=Evaluation.Outcome.RATED,
        tier=row.rating_year.rule_set.tiers.get(position=1),
    )
    propose_all(row.sheet, by=world.cell_user)
    confirm_all(row.sheet, by=world.ward_user)
    return_all(row.sheet, by=world.ward_user)
    return Evaluation.objects.select_related("sheet").get(pk=row.pk)
