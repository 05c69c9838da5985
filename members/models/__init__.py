from members.models.accounts import Role, RoleAssignment, RoleName, User
from members.models.committees import Committee, CommitteePeriod, Kind, Sector
from members.models.dwelling import DwellingCheck
from members.models.merges import MemberMerge, MergeJournal
from members.models.persons import CorrectionRequest, Household, Member
from members.models.registrations import (
    EndReason,
    Exemption,
    Placement,
    Registration,
    WorkplaceYearStatement,
)
from members.models.reorganisations import (
    Operation,
    Part,
    Reorganisation,
    ReorganisationJournal,
    Succession,
)

__all__ = [
    "Committee",
    "CommitteePeriod",
    "CorrectionRequest",
    "DwellingCheck",
    "EndReason",
    "Exemption",
    "Household",
    "Kind",
    "Member",
    "MemberMerge",
    "MergeJournal",
    "Operation",
    "Part",
    "Placement",
    "Registration",
    "Reorganisation",
    "ReorganisationJournal",
    "Role",
    "RoleAssignment",
    "RoleName",
    "Sector",
    "Succession",
    "User",
    "WorkplaceYearStatement",
]
