"""What stands on a Phiếu nhận xét, from the year's form and what was chosen."""

from collections.abc import Iterable
from dataclasses import dataclass

from evaluations.models import Comment, Evaluation, Form, Tier
from evaluations.services.rulesets import COMMENT_TITLE

CAPITALS = "PHIẾU NHẬN XÉT"
OPEN = "……………………"  # written in by hand


@dataclass(frozen=True)
class PaperBox:
    name: str
    ticked: bool


@dataclass(frozen=True)
class PaperItem:
    """An item with its boxes in order; at most one is ticked."""

    position: int
    name: str
    boxes: list[PaperBox]


@dataclass(frozen=True)
class CommentPaper:
    """The paper of one person; empty boxes are left to be ticked by hand."""

    title: str  # the part in capitals
    subtitle: str
    cell_name: str
    opening: str
    items: list[PaperItem]
    tiers: list[PaperBox]
    comment: Comment | None
    next_number: int


def comment_paper(evaluation: Evaluation) -> CommentPaper:
    """The paper of a row; fetch it for_page(). Three queries at most."""
    rule_set = evaluation.rating_year.rule_set
    audience = Form.Audience.EXEMPT if evaluation.is_exempt else Form.Audience.ORDINARY
    form = (
        rule_set.forms.filter(audience=audience)
        .prefetch_related("criteria__options")
        .first()
    )
    comment = getattr(evaluation, "comment", None)
    items = _items(form, comment) if form else []
    title, subtitle = _split(form.title if form else COMMENT_TITLE)
    return CommentPaper(
        title=title,
        subtitle=subtitle,
        cell_name=evaluation.cell.name if evaluation.cell else f"Chi bộ {OPEN}",
        opening=_opening(evaluation, comment),
        items=items,
        tiers=[] if evaluation.is_exempt else _tiers(rule_set.tiers.all(), evaluation),
        comment=comment,
        next_number=len(items) + 1,
    )


def _opening(evaluation: Evaluation, comment: Comment | None) -> str:
    """Who comments, and that it was agreed where the rules want that."""
    who = f"Chi ủy {evaluation.cell.name if evaluation.cell else 'chi bộ nơi cư trú'}"
    if not evaluation.rating_year.rule_set.needs_consultation:
        return f"{who} nhận xét:"
    met = comment.consulted_on if comment else None
    day = f"ngày {met:%d/%m/%Y}" if met else "ngày …… tháng …… năm ………"
    return f"{who} đã họp với Ban công tác Mặt trận {day} và thống nhất nhận xét:"


def _items(form: Form, comment: Comment | None) -> list[PaperItem]:
    chosen = (
        {answer.option_id for answer in comment.answers.all()} if comment else set()
    )
    return [
        PaperItem(
            item.position,
            item.name,
            [PaperBox(box.name, box.pk in chosen) for box in item.options.all()],
        )
        for item in form.criteria.all()
    ]


def _tiers(tiers: Iterable[Tier], evaluation: Evaluation) -> list[PaperBox]:
    return [PaperBox(tier.name, tier.pk == evaluation.tier_id) for tier in tiers]


def _split(title: str) -> tuple[str, str]:
    """The capitals of a title, and the rest of it."""
    if title.startswith(CAPITALS):
        return CAPITALS, title.removeprefix(CAPITALS).strip()
    return title, ""
