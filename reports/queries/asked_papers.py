"""What stands on a ward's request to a workplace for the letters of its people."""

from dataclasses import dataclass

from django.db.models import QuerySet

from members.models import Committee, Registration, Role, User
from members.queries.channels import is_on_paper
from members.queries.discretion import shown_workplace
from reports.queries.letter_papers import known_of, sign_of
from reports.queries.signatures import Papers


@dataclass(frozen=True)
class AskedPaper:
    """One ward's request: who lives there and has not been introduced."""

    ward: Committee
    papers: Papers
    sign: str
    addressee: str
    is_on_paper: bool  # the workplace reads nothing in the system
    basis: str
    stays: list[Registration]


def asked_papers(
    stays: QuerySet[Registration], workplace: Committee, by: User
) -> list[AskedPaper]:
    """A paper for each ward that waits, whoever prints; six statements at most."""
    with_all = stays.select_related("member", "ward__parent", "cell")
    groups: dict[Committee, list[Registration]] = {}
    for stay in with_all.order_by("ward__sort_key", "ward", "member__sort_key", "pk"):
        groups.setdefault(stay.ward, []).append(stay)
    known = known_of([], list(groups))
    addressee = shown_workplace(workplace, to=by)
    by_paper = is_on_paper(workplace, Role.WORKPLACE)
    return [
        AskedPaper(
            ward=ward,
            papers=known.papers.of(ward, on=known.today),
            sign=f"CV/{sign_of(ward)}",
            addressee=addressee,
            is_on_paper=by_paper,
            basis=known.basis_of(ward, known.today),
            stays=some,
        )
        for ward, some in groups.items()
    ]
