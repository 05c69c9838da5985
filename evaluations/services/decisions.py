"""Who decided a stage; apart from whoever typed it in."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from party76.shared.text import fold

_FORMS_OF_ADDRESS = ("dong chi ", "d/c ", "ong ", "ba ")


@dataclass(frozen=True)
class Decision:
    """A stage as decided: by whom, in which post, when, and on signed paper or not."""

    name: str
    post: str
    on: date
    from_signed_paper: bool = False

    def check(self) -> None:
        """Raise ValidationError unless somebody is named and the day has come."""
        if not self.key:
            raise ValidationError("Đồng chí ghi họ tên người quyết định.")
        if self.on > timezone.localdate():
            raise ValidationError("Ngày quyết định không được sau ngày hôm nay.")

    @property
    def key(self) -> str:
        return decider_key(self.name)

    def columns(self) -> dict:
        return {
            "decided_by_name": self.name.strip(),
            "decided_by_post": self.post.strip(),
            "decided_on": self.on,
            "from_signed_paper": self.from_signed_paper,
        }


def decider_key(name: str) -> str:
    """A name to compare deciders by: no marks, capitals or form of address."""
    key = fold(name)
    for form in _FORMS_OF_ADDRESS:
        key = key.removeprefix(form)
    return key
