"""The decisions of 2020, 2024 and 2025, brought in as any office would bring them in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from members.models import Committee, Kind, Reorganisation, User
from members.services.reorganisations.lists import (
    begin_reorganisation,
    confirm_reorganisation,
    mark_of,
    proposal_of,
)
from party76.spreadsheets.reading import Workbook, read_pasted
from reports.demo.lists import HEADING, Decision
from reports.demo.sources import units_of_today
from reports.demo.tree import ward_name


@dataclass
class Reformed:
    """The units as they are today, by key; wards by their full name too."""

    units: dict[int, Committee]
    wards: dict[str, Committee]

    def today(self, unit: Committee) -> Committee:
        """The unit that goes on in place of one of 2013, as it is now."""
        now = self.units[unit.pk]
        return self.units[now.heir_id] if now.heir_id else now

    def cells(self, ward: Committee) -> list[Committee]:
        """The open cells of a ward that receive members, by name."""
        found = [
            unit
            for unit in self.units.values()
            if unit.parent_id == ward.pk and unit.receives_members
        ]
        found = [unit for unit in found if not unit.is_closed]
        return sorted(found, key=lambda unit: unit.sort_key)


def carry_out_decisions(
    decisions: list[Decision], city: Committee, *, by: User, say: Callable[[str], None]
) -> None:
    """Each in its turn, through the import of the pages: list, preview, confirm."""
    for decision in decisions:
        say(decision.title)
        drafted = begin_reorganisation(
            Reorganisation(
                committee=city,
                decision_number=decision.number,
                decided_on=decision.decided_on,
                effective_on=decision.effective_on,
                title=decision.title,
            ),
            workbook_of(decision),
            by=by,
        )
        proposal = proposal_of(drafted, by=by)
        if not proposal.can_be_confirmed:
            raise ValueError("\n".join(_wrong(proposal)))
        confirm_reorganisation(
            drafted, mark=mark_of(proposal), today=decision.effective_on, by=by
        )


def workbook_of(decision: Decision) -> Workbook:
    """The list of a decision, as it would be pasted."""
    return read_pasted("\n".join("\t".join(row) for row in (HEADING, *decision.rows)))


def _wrong(proposal) -> Iterator[str]:
    yield from proposal.stands_in_the_way
    for row in proposal.preview.rows:
        if row.is_bad:
            yield f"{row.number}: {row.values} {row.messages}"


def units_after() -> Reformed:
    """The tree as the decisions left it; one query."""
    units = {unit.pk: unit for unit in Committee.objects.all()}
    for unit in units.values():
        if unit.parent_id:
            unit.parent = units[unit.parent_id]
    named = {
        unit.name: unit
        for unit in units.values()
        if unit.kind == Kind.WARD and not unit.is_closed
    }
    wards = {
        unit.full_name: named[ward_name(unit.full_name)] for unit in units_of_today()
    }
    return Reformed(units, wards)
