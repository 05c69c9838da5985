from members.models.accounts import Role, RoleAssignment, RoleName, User
from members.models.committees import Committee, CommitteePeriod, Kind, Sector
from members.models.persons import CorrectionRequest, Household, Member
from members.models.registrations import (
    EndReason,
    Exemption,
    Placement,
    Registration,
    WorkplaceYearStatement,
)

__all__ = [
    "Committee",
    "CommitteePeriod",
    "CorrectionRequest",
    "EndReason",
    "Exemption",
    "Household",
    "Kind",
    "Member",
    "Placement",
    "Registration",
    "Role",
    "RoleAssignment",
    "RoleName",
    "Sector",
    "User",
    "WorkplaceYearStatement",
]
