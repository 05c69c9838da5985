"""The rows of a preview as its page shows them: by outcome, a hundred at a time."""

from dataclasses import dataclass

from party76.spreadsheets.preview import Outcome, Row

ROWS_A_PAGE = 100
KINDS_OF_OUTCOME = {
    Outcome.NEW: "success",
    Outcome.CHANGED: "info",
    Outcome.UNCHANGED: "neutral",
    Outcome.DUPLICATE: "warning",
    Outcome.ERROR: "danger",
    Outcome.IGNORED: "neutral",
}


@dataclass
class ShownRow:
    """A row of the preview with its mark and, where it is in doubt, its question."""

    row: Row
    doubt: object

    @property
    def title(self):
        return next(iter(self.row.values.values()), "")

    @property
    def details(self):
        return [pair for pair in list(self.row.values.items())[1:] if pair[1]]

    @property
    def kind(self):
        return KINDS_OF_OUTCOME[self.row.outcome]


def chosen_outcome(request, preview) -> Outcome:
    """The tab that was asked for, or the first that holds rows."""
    asked = request.GET.get("nhom")
    if asked in Outcome.values:
        return Outcome(asked)
    return next((one for one in Outcome if preview.counts[one]), Outcome.NEW)


def tabs_of(preview, chosen):
    """(label, address, chosen, rows) of each tab."""
    return [
        (outcome.label, f"?nhom={outcome.value}", outcome is chosen, count)
        for outcome in Outcome
        if (count := preview.counts[outcome]) or outcome is not Outcome.IGNORED
    ]


def page_of(rows, request):
    """A hundred rows from a row number on, with the numbers to go on from."""
    numbers = [row.number for row in rows]
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    start = 0
    if after.isdigit():
        start = sum(number <= int(after) for number in numbers)
    elif before.isdigit():
        start = sum(number < int(before) for number in numbers) - ROWS_A_PAGE
    start = max(0, start)
    shown = rows[start : start + ROWS_A_PAGE]
    has_more = start + ROWS_A_PAGE < len(rows)
    return (
        shown,
        shown[0].number if start and shown else None,
        shown[-1].number if has_more else None,
    )
