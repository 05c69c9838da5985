"""Any history of a member between two sides: one stay, one letter, and all of it told."""

from datetime import date, timedelta

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from evaluations.services.years import open_rating_year
from members.models import (
    DwellingCheck,
    EndReason,
    Exemption,
    Kind,
    Member,
    MemberMerge,
    Registration,
    Reorganisation,
)
from members.queries.letters import situations
from members.services.corrections import ask_correction
from members.services.deaths import report_death, undo_death
from members.services.dwelling import (
    confirm_not_dwelling,
    dismiss_not_dwelling,
    report_not_dwelling,
)
from members.services.exemptions import add_exemption, end_exemption
from members.services.letter_batches import (
    LetterLine,
    note_ends,
    send_letters,
    write_letters,
)
from members.services.letters import (
    ask_for_letter,
    ask_for_letter_of_new,
    draft_letter,
    introduce,
    return_letter,
    send_letter,
    withdraw_letter,
)
from members.services.merges.steps import (
    agree_merge,
    propose_merge,
    refuse_merge,
    undo_merge,
)
from members.services.reorganisations.run import (
    carry_out,
    draft_reorganisation,
    take_back,
)
from members.services.stay_batches import (
    Line,
    assign_cells,
    end_stays,
    receive_letters,
    return_letters,
)
from members.services.stays import (
    assign_cell,
    end_registration,
    note_end,
    receive_new_member,
    receive_on_paper,
    receive_registration,
)
from members.services.transfers import transfer_members
from members.services.workplaces import change_workplace
from residence.models import Meeting, Notice
from residence.services.meetings import append_to_list, list_meeting, plan_meeting
from residence.services.notice_drafts import Content, draft_notices
from residence.services.notices import send_notices
from tests.reports.reforming import absorb, merge
from tests.reports.stay_story import BORN, LAST, S, Story, act, has, some
from tests.reports.staying import RUNNING

pytestmark = pytest.mark.django_db
ALL_STEPS = {
    "add_exemption",
    "agree_merge",
    "ask_correction",
    "ask_for_letter",
    "ask_for_letter_of_new",
    "assign_cell",
    "assign_cells",
    "carry_out",
    "change_workplace",
    "confirm_not_dwelling",
    "dismiss_not_dwelling",
    "draft_letter",
    "draft_notices",
    "draft_reorganisation",
    "end_exemption",
    "end_registration",
    "end_stays",
    "introduce",
    "list_meeting",
    "note_end",
    "note_ends",
    "open_rating_year",
    "plan_meeting",
    "propose_merge",
    "receive_letters",
    "receive_new_member",
    "receive_on_paper",
    "receive_registration",
    "refuse_merge",
    "report_death",
    "report_not_dwelling",
    "return_letter",
    "return_letters",
    "send_letter",
    "send_letters",
    "send_notices",
    "take_back",
    "transfer_members",
    "undo_death",
    "undo_merge",
    "withdraw_letter",
    "write_letters",
}


class BothSides(Story):
    """Everything either side may do to a letter and a stay, in any order."""

    # The workplace

    @act(weight=2)
    def member_is_introduced(self, choice):
        is_sent = choice.is_so()
        self.time_passes(choice)
        member, ward = self.member(choice), self.unit(choice, Kind.WARD)
        act = introduce if is_sent else draft_letter
        exemption = self.exemption(choice)
        self.attempt(act, member, ward=ward, exemption=exemption, by=self.by)

    @act(has(S.DRAFT))
    def letter_is_sent(self, choice):
        on, letter = self.time_passes(choice), self.stay(choice, S.DRAFT)
        if letter is not None:
            self.attempt(send_letter, letter, on=on, version=letter.version, by=self.by)

    @act(has(S.DRAFT, S.SENT))
    def letter_is_withdrawn(self, choice):
        letter = self.stay(choice, S.DRAFT, S.SENT)
        if letter is not None:
            self.attempt(withdraw_letter, letter, version=letter.version, by=self.by)

    @act(has(S.ENDED))
    def end_is_noted(self, choice):
        on, stay = self.time_passes(choice), self.stay(choice, S.ENDED)
        if stay is not None:
            self.attempt(note_end, stay, on=on, version=stay.version, by=self.by)

    @act()
    def member_goes_to_another_workplace(self, choice):
        on, member = self.time_passes(choice), self.member(choice, status="active")
        workplace = self.unit(choice, Kind.GRASSROOTS, Kind.DIRECT)
        if member is not None:
            self.attempt(
                change_workplace,
                member,
                workplace=workplace,
                on=on,
                version=member.version,
                by=self.by,
            )

    @act()
    def letters_are_written_for_many(self, choice):
        is_sent = choice.is_so()
        on = self.time_passes(choice)
        members = choice.some(
            Member.objects.select_related("workplace").order_by("pk"),
            1 + choice.number(3),
        )
        known = situations(members)
        lines = [
            LetterLine(
                member,
                known[member.pk].mark,
                self.unit(choice, Kind.WARD),
                exemption=self.exemption(choice),
            )
            for member in members
        ]
        self.attempt(write_letters, lines, is_sent=is_sent, on=on, by=self.by)

    @act(has(S.DRAFT))
    def drafts_are_sent_for_many(self, choice):
        on = self.time_passes(choice)
        self.attempt(
            send_letters,
            lines_of(self.stays(choice, S.DRAFT, S.LETTER_ASKED)),
            on=on,
            by=self.by,
        )

    @act(has(S.ENDED))
    def ends_are_noted_for_many(self, choice):
        on, stays = self.time_passes(choice), self.stays(choice, S.ENDED)
        self.attempt(
            note_ends, {stay.pk: stay.version for stay in stays}, on=on, by=self.by
        )

    @act()
    def many_go_to_another_workplace(self, choice):
        on, workplace = self.time_passes(choice), self.unit(choice, Kind.GRASSROOTS)
        people = choice.some(Member.objects.filter(status="active").order_by("pk"), 3)
        self.attempt(
            transfer_members,
            {one.pk: one.version for one in people},
            workplace=workplace,
            on=on,
            by=self.by,
        )

    # The ward and its cells

    @act()
    def somebody_without_letter_is_found(self, choice):
        is_new = choice.is_so()
        on, ward = self.time_passes(choice), self.unit(choice, Kind.WARD)
        act = ask_for_letter_of_new if is_new else ask_for_letter
        member = self.somebody_new(choice) if is_new else self.member(choice)
        cell = self.cell_of(choice, ward)
        self.attempt(act, member, ward=ward, cell=cell, on=on, by=self.by)

    @act(has(S.SENT, S.LETTER_ASKED))
    def letter_is_received(self, choice):
        on, letter = self.time_passes(choice), self.stay(choice, S.SENT, S.LETTER_ASKED)
        if letter is not None:
            self.attempt(
                receive_registration,
                letter,
                on=on,
                cell=self.cell_of(choice, letter.ward),
                version=letter.version,
                by=self.by,
            )

    @act(weight=2)
    def letter_comes_on_paper(self, choice):
        is_new = choice.is_so()
        on, ward = self.time_passes(choice), self.unit(choice, Kind.WARD)
        stay = Registration(ward=ward, cell=self.cell_of(choice, ward), received_on=on)
        if is_new:
            person, exemption = self.somebody_new(choice), self.exemption(choice)
            self.attempt(
                receive_new_member,
                person,
                registration=stay,
                exemption=exemption,
                by=self.by,
            )
        else:
            stay.member = self.member(choice)
            self.attempt(receive_on_paper, stay, by=self.by)

    @act(has(S.ENDED), weight=3)
    def somebody_comes_back(self, choice):
        """Received once more; at times for days on which another ward still had him."""
        before = choice.of([0, 0, 1, 40])
        self.time_passes(choice)
        past, ward = self.stay(choice, S.ENDED), self.unit(choice, Kind.WARD)
        if past is not None and past.ended_on:  # else read before the end
            self.day = past.ended_on - timedelta(days=before)
            stay = Registration(member=past.member, ward=ward, received_on=self.day)
            self.attempt(receive_on_paper, stay, by=self.by)

    @act(has(S.SENT, S.LETTER_ASKED))
    def letter_is_returned(self, choice):
        letter = self.stay(choice, S.SENT, S.LETTER_ASKED)
        if letter is not None:
            self.attempt(
                return_letter,
                letter,
                reason="Không cư trú tại đây",
                version=letter.version,
                by=self.by,
            )

    @act(has(S.RECEIVED))
    def somebody_is_passed_to_a_cell(self, choice):
        on, stay = self.time_passes(choice), self.stay(choice, S.RECEIVED)
        if stay is not None:
            cell = self.cell_of(choice, stay.ward)
            self.attempt(
                assign_cell, stay, cell=cell, on=on, version=stay.version, by=self.by
            )

    @act(has(S.RECEIVED))
    def stay_ends(self, choice):
        reason = choice.of(EndReason.values)
        on, stay = self.time_passes(choice), self.stay(choice, S.RECEIVED)
        if stay is not None:
            self.attempt(
                end_registration,
                stay,
                on=on,
                reason=reason,
                comment=choice.of(["", "Tham gia đều."]),
                version=stay.version,
                by=self.by,
            )

    @act(has(S.RECEIVED))
    def somebody_moves_to_another_ward(self, choice):
        """Ended here with the new ward, and introduced there as the workplace is offered."""
        on, stay = self.time_passes(choice), self.stay(choice, S.RECEIVED)
        ward = self.unit(choice, Kind.WARD)
        if stay is None:
            return
        ended = self.attempt(
            end_registration,
            stay,
            on=on,
            reason=EndReason.MOVED_AWAY,
            moved_to=ward,
            version=stay.version,
            by=self.by,
        )
        if ended is not None and choice.number(2):
            member = Member.objects.select_related("workplace").get(pk=stay.member_id)
            self.attempt(introduce, member, ward=ward, by=self.by)

    @act(has(S.SENT, S.LETTER_ASKED))
    def letters_are_received_by_many(self, choice):
        on, letters = (
            self.time_passes(choice),
            self.stays(choice, S.SENT, S.LETTER_ASKED),
        )
        lines = [
            Line(one.pk, one.version, cell=self.cell_of(choice, one.ward))
            for one in letters
        ]
        self.attempt(receive_letters, lines, on=on, by=self.by)

    @act(has(S.SENT, S.LETTER_ASKED))
    def letters_are_returned_by_many(self, choice):
        letters = self.stays(choice, S.SENT, S.LETTER_ASKED)
        self.attempt(return_letters, lines_of(letters), reason="Sai nơi", by=self.by)

    @act(has(S.RECEIVED))
    def many_are_passed_to_a_cell(self, choice):
        on, cell = self.time_passes(choice), self.unit(choice, Kind.CELL)
        stays = self.stays(choice, S.RECEIVED)
        if cell is not None:
            if choice.number(4):
                stays = [one for one in stays if one.ward_id == cell.parent_id]
            self.attempt(assign_cells, lines_of(stays), cell=cell, on=on, by=self.by)

    @act(has(S.RECEIVED))
    def stays_of_many_end(self, choice):
        reason = choice.of(["moved_away", "moved_away", "retired", "died"])
        on, stays = self.time_passes(choice), self.stays(choice, S.RECEIVED)
        self.attempt(end_stays, lines_of(stays), on=on, reason=reason, by=self.by)

    # Exemption, dwelling, death

    @act(weight=2)
    def somebody_is_exempted(self, choice):
        self.time_passes(choice)
        stay = self.stay(choice, S.DRAFT, S.SENT, S.LETTER_ASKED, S.RECEIVED)
        if stay is not None:
            exemption = self.ground(choice, registration=stay)
            self.attempt(add_exemption, exemption, by=self.by)

    @act(some(Exemption), weight=3)
    def exemption_ends(self, choice):
        on = self.time_passes(choice)
        rows = Exemption.objects.select_related("registration__ward")
        # Mostly one that can end.
        running = {"registration__state__in": RUNNING}
        filters = running if choice.number(4) else {}
        one = self.read(choice, rows, Exemption, filters)
        if one is not None:
            self.attempt(end_exemption, one, on=on, version=one.version, by=self.by)

    @act(has(S.RECEIVED))
    def cell_says_that_somebody_lives_here_no_longer(self, choice):
        on, stay = self.time_passes(choice), self.stay(choice, S.RECEIVED)
        if stay is not None:
            self.attempt(report_not_dwelling, stay, reason="Đã đi", on=on, by=self.by)

    @act(some(DwellingCheck, state="reported"), weight=2)
    def ward_has_verified_it(self, choice):
        is_so = choice.is_so()
        on = self.time_passes(choice)
        rows = DwellingCheck.objects.select_related(
            "registration__member__workplace", "registration__ward"
        )
        check = self.read(choice, rows, DwellingCheck, {"state": "reported"})
        if check is None:
            return
        same = {"answer": "Đã xác minh", "version": check.version, "by": self.by}
        if is_so:
            self.attempt(confirm_not_dwelling, check, on=on, **same)
        else:
            self.attempt(dismiss_not_dwelling, check, **same)

    @act()
    def somebody_dies(self, choice):
        on, member = self.time_passes(choice), self.member(choice)
        self.attempt(report_death, member, on=on, version=member.version, by=self.by)

    @act(some(Member, status="dead"))
    def death_was_a_mistake(self, choice):
        self.day = self.now
        member = self.member(choice, status="dead")
        if member is not None:
            self.attempt(undo_death, member, version=member.version, by=self.by)

    # Two records of one person

    @act(weight=2)
    def two_records_are_held_to_be_one_person(self, choice):
        self.time_passes(choice)
        on = self.day = self.now  # as the page has it
        one = self.member(choice)
        others = Member.objects.exclude(pk=one.pk).exclude(status="merged")
        outside = Q(workplace=self.world.outside_workplace)
        if choice.number(4):
            others = others.filter(outside | Q(workplace=one.workplace))
        other = choice.of(others.select_related("workplace").order_by("pk"))
        if other is not None:
            two = [other, one] if choice.number(2) else [one, other]
            self.attempt(
                propose_merge,
                *two,
                reasons=["cùng họ tên, cùng ngày sinh"],
                versions={one.pk: one.version for one in two},
                on=on,
                by=self.somebody_who_speaks(choice),
            )

    @act(some(MemberMerge, state="proposed"), weight=3)
    def other_side_answers(self, choice):
        is_one = choice.is_so()
        self.time_passes(choice)
        on = self.day = self.now
        pair = self.pair(choice, "proposed")
        if pair is None:
            return
        by = self.somebody_who_speaks(choice)
        if is_one:
            seen = [self.member(choice, pk=pair.kept_id)]
            seen += [self.member(choice, pk=pair.dropped_id)]
            self.attempt(
                agree_merge,
                pair,
                versions={one.pk: one.version for one in seen},
                on=on,
                version=pair.version,
                by=by,
            )
        else:
            self.attempt(refuse_merge, pair, note="", version=pair.version, by=by)

    @act(some(MemberMerge, state="done"), weight=2)
    def two_records_are_parted_again(self, choice):
        self.day = self.now
        pair = self.pair(choice, "done")
        if pair is not None:
            self.attempt(
                undo_merge, pair, note="Hai người", version=pair.version, by=self.by
            )

    # What hangs on stays

    @act()
    def meeting_is_planned_and_listed(self, choice):
        ahead = choice.number(200) - 30
        self.time_passes(choice)
        day = self.now + timedelta(days=ahead)
        meeting = self.attempt(
            plan_meeting,
            Meeting(
                committee=self.unit(choice, Kind.WARD, Kind.CELL),
                title="Sinh hoạt định kỳ",
                held_on=day,
                period_from=date(day.year, 1, 1),
                period_to=date(day.year + 1, 1, 1),
            ),
            by=self.by,
        )
        if choice.number(4):
            self.attempt(list_meeting, meeting, by=self.by)

    @act(some(Meeting, state="listed"), weight=2)
    def list_is_brought_up_to_date(self, choice):
        meeting = choice.of(Meeting.objects.filter(state="listed").order_by("pk"))
        if meeting is not None:
            self.attempt(append_to_list, meeting, by=self.by)

    @act()
    def rating_year_is_opened(self, choice):
        self.time_passes(choice)
        year = self.now.year
        self.attempt(
            open_rating_year,
            self.world.city,
            rule_set=self.rules,
            year=year,
            period=(date(year, 1, 1), date(year + 1, 1, 1)),
            reference_day=date(year, 12, 1),
            by=self.by,
        )

    @act()
    def notice_is_drafted_or_sent(self, choice):
        on = self.time_passes(choice)
        draft = choice.of(Notice.objects.filter(state="draft").order_by("pk"))
        if draft is not None and choice.number(2):
            self.attempt(send_notices, {draft.pk: draft.version}, on=on, by=self.by)
            return
        stays = self.stays(choice, S.RECEIVED)
        stays = [one for one in stays if one.ward_id == stays[0].ward_id]
        if stays:
            content = Content(Notice.Kind.ABSENCE, (date(2020, 1, 1), LAST))
            keys = [one.pk for one in stays]
            ward = stays[0].ward
            self.attempt(draft_notices, ward, content, keys, on=on, by=self.by)

    @act()
    def correction_is_asked_for(self, choice):
        field = choice.of(["phone", "position"])
        member = self.member(choice, status="active")
        if member is not None:
            self.attempt(
                ask_correction,
                member,
                field=field,
                new_value=f"0913{choice.number(1000)}",
                reason="Đổi",
                asked_by_committee=member.workplace,
                by=self.by,
            )

    # Units

    @act()
    def units_become_one(self, choice):
        make = choice.of([merge, absorb])
        on = self.time_passes(choice)
        plan = make(choice, on)
        if plan is None:
            return
        reform = self.attempt(
            draft_reorganisation,
            Reorganisation(committee=self.world.city, effective_on=on),
            by=self.by,
        )
        done = self.attempt(carry_out, reform, plan, today=LAST, by=self.by)
        if done is not None:
            self.reforms.append(done)

    @act(lambda story: story.reforms, weight=2)
    def reform_is_taken_back(self, choice):
        self.day = self.now
        reform = self.reforms[-1 - min(choice.number(2), len(self.reforms) - 1)]
        taken = self.attempt(
            take_back,
            Reorganisation.objects.get(pk=reform.pk),
            reason="Nhầm",
            version=reform.version,
            by=self.by,
        )
        if taken is not None:
            self.reforms.remove(reform)

    # Who

    def somebody_new(self, choice) -> Member:
        name = choice.of(["Trần Văn An", "Lý Thị Ba"])
        workplace = self.unit(choice, Kind.GRASSROOTS, Kind.DIRECT)
        return Member(full_name=name, birth_date=BORN, workplace=workplace)

    def somebody_who_speaks(self, choice):
        """Mostly one side alone; at times somebody who speaks for both."""
        world = self.world
        return choice.of([world.ward_user, world.workplace_user, self.by])

    def pair(self, choice, state) -> MemberMerge | None:
        rows = MemberMerge.objects.select_related("kept", "dropped")
        return self.read(choice, rows, MemberMerge, {"state": state})


def lines_of(stays) -> list[Line]:
    return [Line(stay.pk, stay.version) for stay in stays]


def play(*, examples, steps, derandomize=False) -> set[str]:
    """The names of the steps that were taken at least once."""
    Story.taken.clear()
    Story.refused.clear()
    run_state_machine_as_test(
        BothSides,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=derandomize,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
            report_multiple_bugs=False,
        ),
    )
    return {name for name, count in Story.taken.items() if count}


def test_stays_through_any_history_are_one_and_told():
    # The same histories every time; the long ones below are new ones.
    taken = play(examples=25, steps=50, derandomize=True)

    assert ALL_STEPS - taken == set()


@pytest.mark.full
def test_stays_through_long_histories_are_one_and_told():
    taken = play(examples=40, steps=200)

    assert ALL_STEPS - taken == set()
