"""Two records of one person, and what is stored before and after they become one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps

from members.models import Member, MemberMerge, MergeJournal, Registration
from members.services.merges.steps import agree_merge, propose_merge, undo_merge
from tests.factories.members import make_member, make_registration
from tests.factories.world import World, make_world

BORN = date(1970, 5, 19)
DAY = date(2026, 6, 1)
_APPS = ["members", "residence", "evaluations"]
_OF_THE_MERGE = {MemberMerge, MergeJournal}


@dataclass
class Twins:
    """What the ward wrote, with its stay, and what the workplace wrote."""

    world: World
    written: Member
    stay: object
    own: Member

    def propose(self, by: str = "ward_user", **fields) -> MemberMerge:
        return propose(
            fields.pop("kept", self.own),
            fields.pop("dropped", self.written),
            by=getattr(self.world, by),
            **fields,
        )

    def letter(self, state: str, **fields) -> Registration:
        """A letter of the workplace to the ward that has the member."""
        return Registration.objects.create(
            member=self.own,
            workplace=self.own.workplace,
            ward=self.world.ward,
            state=state,
            **fields,
        )

    def merge(self, *, on: date = DAY) -> MemberMerge:
        """Proposed by the ward, agreed to by the workplace."""
        merge = self.propose(on=on)
        return agree(merge, on=on, by=self.world.workplace_user)

    def undo(self, merge: MemberMerge, by: str = "workplace_user") -> MemberMerge:
        merge = MemberMerge.objects.get(pk=merge.pk)
        user = getattr(self.world, by)
        return undo_merge(merge, note="Hai người", version=merge.version, by=user)


def make_twins(world: World | None = None, *, own=None, written=None, **stay) -> Twins:
    """The ward has somebody whose workplace it took to be on paper; so has Sở Y tế."""
    world = world or make_world()
    told = {"full_name": "Trần Thị Hòa", "birth_date": BORN}
    here = make_member(
        **{"workplace": world.outside_workplace, **told, **(written or {})}
    )
    return Twins(
        world=world,
        written=here,
        stay=make_registration(here, stay.pop("ward", world.ward), **stay),
        own=make_member(**{"workplace": world.workplace, **told, **(own or {})}),
    )


def agree(merge: MemberMerge, *, by, on: date = DAY) -> MemberMerge:
    """As the page does: with the versions of the records as they are now."""
    return agree_merge(
        merge,
        versions=editions(merge),
        on=on,
        version=merge.version,
        by=by,
    )


def editions(merge: MemberMerge) -> dict[int, int]:
    """Both records of a pair, each with its version as it is now."""
    records = Member.objects.filter(pk__in=[merge.kept_id, merge.dropped_id])
    return dict(records.values_list("pk", "version"))


def propose(kept: Member, dropped: Member, *, by, on: date = DAY) -> MemberMerge:
    """As the page does: with the versions of the records as they are now."""
    members = Member.objects.in_bulk([kept.pk, dropped.pk])
    return propose_merge(
        kept,
        dropped,
        reasons=["cùng họ tên, cùng ngày sinh"],
        versions={pk: member.version for pk, member in members.items()},
        on=on,
        by=by,
    )


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables of the field, but those of the merge itself."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for label in _APPS
        for model in apps.get_app_config(label).get_models()
        if model not in _OF_THE_MERGE
    }
