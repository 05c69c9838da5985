"""Letters and replies as Word: each by the form in force where and when it was written."""

from collections.abc import Sequence

from django.utils import timezone

from members.models import Committee, Registration
from reports.documents.word import shipped_form, word_papers
from reports.models import DocumentTemplate
from reports.queries.document_forms import FormsOfUnits
from reports.queries.letter_papers import (
    LetterPaper,
    ReplyPaper,
    day_of,
    sender_of,
)
from reports.queries.notice_papers import NoticePaper

Kind = DocumentTemplate.Kind


def letters_as_word(papers: Sequence[tuple[Registration, LetterPaper]]) -> list[bytes]:
    """One document, or one for each form where offices use different ones.

    Raises ValidationError for a form that cannot be filled.
    """
    today = timezone.localdate()
    units = [sender_of(letter) for letter, _ in papers]
    forms = FormsOfUnits(Kind.LETTER, units)
    chosen = [
        forms.of(unit, on=day_of(letter, today))
        for unit, (letter, _) in zip(units, papers, strict=True)
    ]
    filled = _with_contents(forms, chosen, Kind.LETTER)
    written = [paper for _, paper in papers]
    return word_papers(Kind.LETTER, list(zip(written, filled, strict=True)))


def replies_as_word(papers: Sequence[ReplyPaper]) -> list[bytes]:
    """The same for what wards answer."""
    forms = FormsOfUnits(Kind.REPLY, [paper.ward for paper in papers])
    today = timezone.localdate()
    chosen = [forms.of(paper.ward, on=today) for paper in papers]
    filled = _with_contents(forms, chosen, Kind.REPLY)
    return word_papers(Kind.REPLY, list(zip(papers, filled, strict=True)))


def notice_as_word(paper: NoticePaper, ward: Committee) -> bytes:
    """A notice of a ward by the form in force on its day; raises ValidationError."""
    forms = FormsOfUnits(Kind.NOTICE, [ward])
    chosen = [forms.of(ward, on=paper.day)]
    filled = _with_contents(forms, chosen, Kind.NOTICE)
    return word_papers(Kind.NOTICE, [(paper, filled[0])])[0]


def _with_contents(
    forms: FormsOfUnits, chosen: Sequence[DocumentTemplate | None], kind: Kind
) -> list[bytes]:
    contents = forms.contents({one for one in chosen if one})
    ours = shipped_form(kind)
    return [contents[one.pk] if one else ours for one in chosen]
