"""Dull makers of rows: required fields only, everything else by name."""

from datetime import date
from itertools import count

from members.models import (
    Committee,
    Exemption,
    Kind,
    Member,
    Placement,
    Registration,
    Role,
    RoleAssignment,
    Sector,
    User,
)
from members.services.committees import next_path, open_period

LONG_AGO = date(2000, 1, 1)
_numbers = count(1)


def make_committee(parent=None, *, kind=Kind.WARD, valid_from=LONG_AGO, **fields):
    number = next(_numbers)
    fields.setdefault("code", f"U{number}")
    fields.setdefault("name", f"Đơn vị {number}")
    fields.setdefault("sector", Sector.COMMUNE)
    committee = Committee(parent=parent, kind=kind, valid_from=valid_from, **fields)
    committee.path = next_path(parent)
    committee.save()
    open_period(committee, valid_from=valid_from)
    return committee


def make_user(role=None, committee=None, **fields):
    number = next(_numbers)
    fields.setdefault("username", f"user{number}")
    fields.setdefault("full_name", f"Người dùng {number}")
    user = User.objects.create_user(**fields)
    if role:
        make_post(user, role, committee)
    return user


def make_post(user, role: Role, committee, *, valid_from=LONG_AGO, valid_to=None):
    return RoleAssignment.objects.create(
        user=user,
        committee=committee,
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def make_member(workplace, **fields):
    fields.setdefault("full_name", f"Nguyễn Văn Mẫu {next(_numbers)}")
    return Member.objects.create(workplace=workplace, **fields)


def make_registration(
    member, ward, *, cell=None, received_on=date(2012, 1, 1), ended_on=None, **fields
):
    """A received stay with its placement; ended too when ended_on is given."""
    state = Registration.State.ENDED if ended_on else Registration.State.RECEIVED
    if ended_on:
        fields.setdefault("end_reason", "moved_away")
    registration = Registration.objects.create(
        member=member,
        workplace=fields.pop("workplace", member.workplace),
        ward=ward,
        cell=cell,
        state=fields.pop("state", state),
        received_on=received_on,
        ended_on=ended_on,
        **fields,
    )
    make_placement(registration, valid_from=received_on, valid_to=ended_on)
    return registration


def make_placement(registration, *, valid_from, valid_to=None, **fields):
    workplace = fields.pop("workplace", registration.workplace)
    return Placement.objects.create(
        registration=registration,
        ward=fields.pop("ward", registration.ward),
        cell=fields.pop("cell", registration.cell),
        workplace=workplace,
        sector=workplace.sector,
        outside_city=workplace.outside_city,
        valid_from=valid_from,
        valid_to=valid_to,
        cause=fields.pop("cause", Placement.Cause.RECEIVED),
        **fields,
    )


def make_exemption(registration, *, valid_from=LONG_AGO, valid_to=None):
    return Exemption.objects.create(
        registration=registration,
        ground=Exemption.Ground.STUDY,
        valid_from=valid_from,
        valid_to=valid_to,
    )
