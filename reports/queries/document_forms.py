"""Which Word form of an office is in force where, and on which day."""

from collections.abc import Collection, Iterable
from datetime import date

from members.models import Committee
from members.queries.channels import paths_down_to
from reports.models import DocumentTemplate

Kind = DocumentTemplate.Kind


class FormsOfUnits:
    """The forms of one kind that hold for some units, read with one query.

    The nearest unit upwards that has one valid on the day wins; one without content
    says that from its day the system's own is used again.
    """

    def __init__(self, kind: str, units: Iterable[Committee]) -> None:
        paths = {path for unit in units for path in paths_down_to(unit.path)}
        found = DocumentTemplate.objects.filter(kind=kind, committee__path__in=paths)
        self._found = list(
            found.defer("content").select_related("committee").order_by("-valid_from")
        )

    def of(self, unit: Committee, *, on: date) -> DocumentTemplate | None:
        """The form in force for a unit on a day; None for ours."""
        for path in reversed(paths_down_to(unit.path)):
            for one in self._found:
                if one.committee.path == path and one.valid_from <= on:
                    return one if one.is_own else None
        return None

    def contents(self, chosen: Collection[DocumentTemplate]) -> dict[int, bytes]:
        """{key: the form itself} of those given; one statement."""
        keys = {one.pk for one in chosen}
        rows = DocumentTemplate.objects.filter(pk__in=keys)
        return {pk: bytes(content) for pk, content in rows.values_list("pk", "content")}


def forms_in_use(unit: Committee, *, on: date) -> dict[Kind, DocumentTemplate | None]:
    """{kind: the form in force for a unit}; one statement a kind."""
    return {kind: FormsOfUnits(kind, [unit]).of(unit, on=on) for kind in Kind}


def latest_of(unit: Committee, kind: str) -> DocumentTemplate | None:
    """The last that a unit itself has put in place, also for a day to come."""
    own = DocumentTemplate.objects.filter(committee=unit, kind=kind)
    return own.defer("content").order_by("-valid_from", "-pk").first()
