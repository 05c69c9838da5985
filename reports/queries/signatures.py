"""Heading and signature of a unit's papers, as data or drawn from its name."""

from dataclasses import dataclass

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
    blocks = SignatureBlock.objects.filter(
        committee=found.unit, valid_from__lte=found.year.period_to
    )
    block = blocks.order_by("-valid_from").first()
    if block is not None:
        return Papers(
            superior=block.superior,
            issuer=block.issuer,
            place=block.place,
            on_behalf=block.on_behalf,
            title=block.title,
            signer=block.signer,
        )
    tree, unit = found.place.tree, found.unit
    above = tree.above(unit.pk) if unit.pk in tree else []
    return Papers(
        superior=above[-1].name.upper() if above else "",
        issuer=found.name.upper(),
        place=_OPEN_PLACE,
        on_behalf=f"T/M {found.name.upper()}",
        title="",
        signer="",
    )
