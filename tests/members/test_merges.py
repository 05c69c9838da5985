"""Ghép hồ sơ: who agrees, and what is kept of who did it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from members.models import (
    CorrectionRequest,
    Member,
    MemberMerge,
    MergeJournal,
)
from members.queries.merge_outcome import better_kept
from members.services.corrections import ask_correction
from members.services.dwelling import report_not_dwelling
from members.services.merges.steps import (
    agree_merge,
    dismiss_pair,
    propose_merge,
    refuse_merge,
)
from members.services.persons import edit_identity
from members.services.workplaces import change_workplace
from party76.audit.models import AuditEvent
from party76.shared.versions import Conflict
from tests.factories.members import (
    make_committee,
    make_exemption,
    make_member,
    make_registration,
)
from tests.factories.merges import (
    BORN,
    DAY,
    agree,
    editions,
    everything,
    make_twins,
    propose,
)
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
State = MemberMerge.State


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def twins(world):
    return make_twins(world, cell=world.cell)


def refusal(act) -> str:
    with pytest.raises(ValidationError) as refused:
        act()
    return " ".join(refused.value.messages)


def test_ward_proposes_and_the_workplace_has_the_last_word(twins, world):
    merge = twins.propose()

    agreed = agree(merge, by=world.workplace_user)

    assert (agreed.state, agreed.workplace_agreed_by, agreed.ward_agreed_by) == (
        State.DONE,
        world.workplace_user,
        world.ward_user,
    )


def test_workplace_proposes_and_nothing_moves_before_the_ward_agrees(twins, world):
    before = everything()

    merge = twins.propose(by="workplace_user")
    waiting = everything()
    agreed = agree(merge, by=world.ward_user)

    assert waiting == before
    assert (merge.workplace, merge.ward) == (world.workplace, world.ward)
    assert agreed.state == State.DONE


def test_word_given_twice_by_one_side_is_one_word(twins, world):
    merge = twins.propose()

    agree(merge, by=world.ward_user)

    merge.refresh_from_db()
    assert (merge.state, merge.workplace_agreed_by) == (State.PROPOSED, None)


def test_ward_alone_decides_where_the_workplace_is_on_paper(world):
    twins = make_twins(world, own={"workplace": world.outside_workplace})

    merge = twins.propose()

    assert (merge.state, merge.workplace, merge.ward) == (State.DONE, None, world.ward)


def test_workplace_alone_decides_where_nobody_has_received_the_member(world):
    told = {"full_name": "Trần Thị Hòa", "birth_date": BORN}
    first, second = (make_member(world.workplace, **told) for _ in range(2))

    merge = propose(first, second, by=world.workplace_user)

    assert (merge.state, merge.workplace, merge.ward) == (
        State.DONE,
        world.workplace,
        None,
    )


def test_workplace_keeps_its_word_when_its_own_record_is_the_one_to_be_dropped(twins):
    merge = twins.propose(kept=twins.written, dropped=twins.own)

    assert (merge.state, merge.workplace) == (State.PROPOSED, twins.world.workplace)


def test_nobody_is_left_to_agree_where_both_sides_are_on_paper(world):
    paper = make_committee(world.city, uses_system=False)
    twins = make_twins(world, own={"workplace": world.outside_workplace}, ward=paper)

    assert "chưa có bên nào xác nhận được" in refusal(twins.propose)


def test_side_that_has_changed_since_is_asked_anew(world):
    twins = make_twins(world)
    merge = twins.propose()
    own = Member.objects.get(pk=twins.own.pk)
    change_workplace(
        own,
        workplace=world.other_workplace,
        on=DAY,
        version=own.version,
        by=world.workplace_user,
    )
    merge = MemberMerge.objects.get(pk=merge.pk)

    agree(merge, by=world.workplace_user)
    merge.refresh_from_db()
    waiting = (merge.state, merge.workplace, merge.workplace_agreed_by)
    agree(merge, by=world.other_workplace_user)

    assert waiting == (State.PROPOSED, world.other_workplace, None)
    assert merge.state == State.DONE


def test_two_agree_at_once_and_one_is_told(twins, world):
    merge = twins.propose()
    seen = MemberMerge.objects.get(pk=merge.pk)
    agree(merge, by=world.workplace_user)

    with pytest.raises((Conflict, ValidationError)):
        agree(seen, by=world.workplace_user)

    assert MergeJournal.objects.filter(table="members.member").count() == 1


def test_pair_is_proposed_once(twins):
    twins.propose()

    assert "đang chờ xác nhận" in refusal(lambda: twins.propose(by="workplace_user"))


def test_proposal_on_a_record_changed_since_it_was_compared_is_refused(twins, world):
    seen = {twins.own.pk: twins.own.version, twins.written.pk: twins.written.version}
    Member.objects.filter(pk=twins.own.pk).update(version=2)

    told = refusal(
        lambda: propose_merge(
            twins.own,
            twins.written,
            reasons=[],
            versions=seen,
            on=DAY,
            by=world.ward_user,
        )
    )

    assert "vừa có người khác sửa" in told


@pytest.mark.parametrize("which", ["kept", "dropped"])
def test_word_on_a_record_changed_since_it_was_compared_is_refused(twins, world, which):
    merge = twins.propose()
    seen = editions(merge)
    record = Member.objects.get(pk=getattr(merge, which).pk)
    record.full_name = "Trần Thị Hoài"
    edit_identity(record, version=record.version, by=world.workplace_user)

    told = refusal(
        lambda: agree_merge(
            merge,
            versions=seen,
            on=DAY,
            version=merge.version,
            by=world.workplace_user,
        )
    )

    assert "vừa có người khác sửa" in told
    assert MemberMerge.objects.get().state == State.PROPOSED


def test_refused_pair_stays_two_records_and_cannot_be_agreed_to(twins, world):
    before = everything()
    merge = twins.propose()

    refuse_merge(
        merge, note="Khác quê quán", version=merge.version, by=world.workplace_user
    )

    assert (merge.state, everything()) == (State.REFUSED, before)
    assert "Hai người khác nhau" in refusal(lambda: agree(merge, by=world.ward_user))


def test_dismissal_by_mistake_can_still_be_mended(twins, world):
    dismiss_pair(twins.own, twins.written, reasons=[], note="Nhầm", by=world.ward_user)

    merge = twins.merge()

    assert merge.state == State.DONE


def test_older_record_is_kept_unless_a_workplace_owns_just_the_other(world):
    twins = make_twins(world)
    same = {"full_name": "Vũ Ất", "birth_date": BORN}
    first, second = (make_member(world.workplace, **same) for _ in range(2))

    assert better_kept(twins.written, twins.own) == (twins.own, twins.written)
    assert better_kept(second, first) == (first, second)


def test_every_step_and_every_row_that_moved_is_recorded(twins, world):
    merge = twins.merge()
    twins.undo(merge)

    events = AuditEvent.objects.order_by("pk").values_list(
        "object_type", "action", "actor_name"
    )
    assert list(events.filter(object_type="membermerge")) == [
        ("membermerge", "create", "phuong"),
        ("membermerge", "step", "coquan"),
        ("membermerge", "step", "coquan"),
        ("membermerge", "step", "coquan"),
    ]
    moved = AuditEvent.objects.get(object_type="registration")
    assert moved.object_key == str(twins.stay.pk)
    assert moved.facts == {
        "merge": merge.pk,
        "member": twins.own.pk,
        "was": twins.written.pk,
    }
    people = AuditEvent.objects.filter(object_type="member")
    assert sorted(people.values_list("object_key", flat=True)) == sorted(
        map(str, [twins.own.pk, twins.written.pk] * 2)
    )
    assert CorrectionRequest.objects.count() == 0


def test_what_hangs_on_two_records_is_recorded_when_they_become_one(world):
    twins = make_twins(world, written={"workplace": world.workplace})
    heir = make_registration(twins.own, world.ward, cell=world.cell)
    exemption = make_exemption(twins.stay, valid_from=date(2027, 1, 1))
    check = report_not_dwelling(twins.stay, reason="Đã đi", on=DAY, by=world.ward_user)
    asked = ask_correction(
        twins.written,
        field="position",
        new_value="Kế toán",
        reason="Quyết định",
        asked_by_committee=world.ward,
        by=world.ward_user,
    )
    merge = twins.propose()
    before = AuditEvent.objects.latest("pk").pk

    agree(merge, by=world.workplace_user)

    told = AuditEvent.objects.filter(
        pk__gt=before,
        object_type__in=["exemption", "dwellingcheck", "correctionrequest"],
    ).values_list("object_type", "object_key", "action", "facts__merge")
    assert sorted(told) == [
        ("correctionrequest", str(asked.pk), "update", merge.pk),
        ("dwellingcheck", str(check.pk), "step", merge.pk),
        ("exemption", str(exemption.pk), "update", merge.pk),
    ]
    assert list(heir.exemptions.all()) == [exemption]
