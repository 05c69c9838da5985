"""Heading and signature of a unit's papers, as data or drawn from its name."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from members.models import Committee
from reports.models import SignatureBlock
from reports.queries.summary import Summary

_OPEN_PLACE = "…………"


@dataclass(frozen=True)
class Papers:
    """What stands above and below a paper of a unit."""

    superior: str
    issuer: str
    place: str
    on_behalf: str
    title: str
    signer: str


def heading_and_signature(found: Summary) -> Papers:
    """The block in force when the period ended; else a neutral one from the names."""
    own = _own_papers(found.unit, found.year.period_to)
    if own is not None:
        return own
    tree, unit = found.place.tree, found.unit
    above = tree.above(unit.pk) if unit.pk in tree else []
    return _neutral(found.name, above[-1].name if above else "")


def papers_of(unit: Committee, *, on: date) -> Papers:
    """The block of a unit in force on a day; else a neutral one from the names of today."""
    parent = unit.parent.name if unit.parent else ""
    return _own_papers(unit, on) or _neutral(unit.name, parent)


class PapersOfUnits:
    """The same for several units, read with one query; needs their parents."""

    def __init__(self, units: Iterable[Committee]) -> None:
        self._blocks: defaultdict[int, list[SignatureBlock]] = defaultdict(list)
        keys = {unit.pk for unit in units}
        blocks = SignatureBlock.objects.filter(committee__in=keys)
        for block in blocks.order_by("-valid_from"):
            self._blocks[block.committee_id].append(block)

    def of(self, unit: Committee, *, on: date) -> Papers:
        """What stands above and below a paper of the unit on a day."""
        for block in self._blocks[unit.pk]:
            if block.valid_from <= on:
                return _papers(block)
        return _neutral(unit.name, unit.parent.name if unit.parent else "")


def block_of(unit: Committee, *, on: date) -> SignatureBlock | None:
    """What the unit itself has put in force on a day."""
    blocks = SignatureBlock.objects.filter(committee=unit, valid_from__lte=on)
    return blocks.order_by("-valid_from").first()


def latest_block(unit: Committee) -> SignatureBlock | None:
    """The last that a unit has put in force, also for a day to come."""
    return SignatureBlock.objects.filter(committee=unit).order_by("-valid_from").first()


def _own_papers(unit: Committee, day: date) -> Papers | None:
    block = block_of(unit, on=day)
    return _papers(block) if block else None


def _papers(block: SignatureBlock) -> Papers:
    return Papers(
        superior=block.superior,
        issuer=block.issuer,
        place=block.place,
        on_behalf=block.on_behalf,
        title=block.title,
        signer=block.signer,
    )


def _neutral(name: str, superior: str) -> Papers:
    return Papers(
        superior=superior.upper(),
        issuer=name.upper(),
        place=_OPEN_PLACE,
        on_behalf=f"T/M {name.upper()}",
        title="",
        signer="",
    )
