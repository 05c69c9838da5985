"""What must hold of every stay after any step, read from the tables themselves."""

from collections import Counter, defaultdict
from datetime import date
from itertools import combinations, pairwise
from typing import Any

from django.apps import apps
from django.db import connection, models

from evaluations.models import Evaluation
from members.models import (
    Committee,
    CommitteePeriod,
    CorrectionRequest,
    DwellingCheck,
    Exemption,
    Member,
    MemberMerge,
    Placement,
    Registration,
)
from members.models.persons import DWELLING_FIELDS
from members.queries.tree_check import check_tree
from party76.audit.models import AuditEvent
from residence.models import Attendance, Meeting, Notice, NoticeItem

S = Registration.State
LETTERS = {S.DRAFT, S.SENT}
RUNNING = {*LETTERS, S.LETTER_ASKED, S.RECEIVED}
GONE = {Member.Status.DEAD, Member.Status.LEFT, Member.Status.MERGED}
_COMING = {Meeting.State.LISTED, Meeting.State.OPEN}
_FIELD = [
    model
    for label in ("members", "residence", "evaluations")
    for model in apps.get_app_config(label).get_models()
]
_READ = [
    Attendance,
    Committee,
    CommitteePeriod,
    CorrectionRequest,
    DwellingCheck,
    Evaluation,
    Exemption,
    Meeting,
    Member,
    MemberMerge,
    Notice,
    NoticeItem,
    Placement,
    Registration,
]
Rows = dict[Any, dict[str, Any]]


class Tables:
    """All rows of the three apps at one moment, and the last event that was recorded."""

    def __init__(self, before: "Tables | None" = None) -> None:
        with connection.cursor() as cursor:
            self.raw = {model: _all_rows(cursor, model) for model in _FIELD}
        latest = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)
        self.last_event = next(iter(latest[:1]), 0)
        # What did not change need not be read once more as Python values.
        self.rows = {
            model: before.rows[model]
            if before is not None and before.raw[model] == self.raw[model]
            else {row[0]: row for row in model._base_manager.values_list()}
            for model in _READ
        }
        self.stays = Counter(row["state"] for row in self.of(Registration).values())

    def of(self, model: type[models.Model]) -> Rows:
        names = [field.attname for field in model._meta.concrete_fields]
        return {
            key: dict(zip(names, row, strict=True))
            for key, row in self.rows[model].items()
        }

    def changed_since(self, before: "Tables", model) -> list[dict[str, Any]]:
        """The rows of a table that are new or not what they were."""
        old, new = before.rows[model], self.rows[model]
        keys = {key for key, row in new.items() if old.get(key) != row}
        return [row for key, row in self.of(model).items() if key in keys]

    def is_as(self, before: "Tables") -> bool:
        """Nothing was written in between."""
        return self.last_event == before.last_event and self.raw == before.raw


def _all_rows(cursor, model) -> list[tuple]:
    cursor.execute(f'SELECT * FROM "{model._meta.db_table}" ORDER BY 1')
    return cursor.fetchall()


def require_told(before: Tables, after: Tables) -> None:
    """Every stay, member and row about them that a step wrote is named in the record.

    Only what leaves everything as it was may go without an event.
    """
    if after.raw == before.raw:
        return
    events = AuditEvent.objects.filter(pk__gt=before.last_event).values_list(
        "object_type", "object_key", "facts"
    )
    named = {named for event in events for named in _named(*event)}
    assert named, "a step was taken and nothing is recorded"
    if any(kind == "reorganisation" for kind, _ in named):
        return
    stays = after.of(Registration)
    for model in (Member, Registration, MemberMerge, Notice):
        name = str(model._meta.model_name)
        for row in after.changed_since(before, model):
            about = {(name, row["id"]), ("member", row.get("member_id"))}
            assert about & named, f"{name} {row} was written, and no event names it"
    for model in (Placement, Exemption, DwellingCheck):
        name = str(model._meta.model_name)
        for row in after.changed_since(before, model):
            stay = stays[row["registration_id"]]
            of_stay = {("registration", stay["id"]), ("member", stay["member_id"])}
            about = {(name, row["id"]), *of_stay}
            assert about & named, f"{name} {row} was written, and no event names it"


def _named(kind: str, key: str, facts: dict[str, Any]):
    yield kind, int(key) if key.isdigit() else key
    for name in ("member", "registration"):
        if name in facts:
            yield name, facts[name]


def require_order(
    tables: Tables, gone_on: dict[int, date], joined: set[frozenset[int]]
) -> None:
    """All that holds at any moment.

    joined are pairs of stays that two records of one person told of the same day.
    """
    members, stays = tables.of(Member), tables.of(Registration)
    _require_one_of_each(stays)
    _require_places(tables, stays)
    require_one_ward_a_day(tables, joined)
    _require_open_units(tables, stays)
    _require_no_orphans(tables, stays)
    _require_one_workplace(tables, stays)
    _require_gone_at_rest(tables, members, stays)
    _require_off_lists(tables, members, gone_on)
    _require_requests(tables, members, stays)
    assert [str(finding) for finding in check_tree()] == []


def _require_one_of_each(stays: Rows) -> None:
    received: Counter[int] = Counter()
    letters: Counter[int] = Counter()
    for stay in stays.values():
        received[stay["member_id"]] += stay["state"] == S.RECEIVED
        letters[stay["member_id"]] += stay["state"] in LETTERS
    assert max(received.values(), default=0) <= 1
    assert max(letters.values(), default=0) <= 1


def _require_places(tables: Tables, stays: Rows) -> None:
    """From the receipt to the end without gap or overlap; open while received only."""
    places = defaultdict(list)
    for place in tables.of(Placement).values():
        places[place["registration_id"]].append(place)
    begins = _first_days(tables)
    for key, stay in stays.items():
        line = sorted(places[key], key=lambda one: (one["valid_from"], one["id"]))
        is_placed = stay["state"] in {S.RECEIVED, S.ENDED}
        assert bool(line) == is_placed, f"{stay}: {line}"
        open_ones = [one for one in line if one["valid_to"] is None]
        assert len(open_ones) == (stay["state"] == S.RECEIVED)
        if not line:
            continue
        first, last = line[0], line[-1]
        assert all(one["valid_to"] == two["valid_from"] for one, two in pairwise(line))
        assert last["valid_to"] == stay["ended_on"]
        if first["valid_from"] != stay["received_on"]:
            assert first["valid_from"] > stay["received_on"]
            units = {first["ward_id"], first["cell_id"]}
            assert first["valid_from"] in {day for one in units for day in begins[one]}
        for name in ("ward_id", "cell_id", "workplace_id"):
            assert last[name] == stay[name]


def stays_at_once(tables: Tables) -> set[frozenset[int]]:
    """Pairs of stays at which somebody was received, or placed, on the same day."""
    stays = tables.of(Registration)
    spans = defaultdict(set)
    for stay in stays.values():
        if stay["state"] in {S.RECEIVED, S.ENDED}:
            span = (stay["received_on"], stay["ended_on"] or date.max, stay["id"])
            spans[stay["member_id"]].add(span)
    for place in tables.of(Placement).values():
        key = place["registration_id"]
        span = (place["valid_from"], place["valid_to"] or date.max, key)
        spans[stays[key]["member_id"]].add(span)
    return {
        frozenset((one[2], two[2]))
        for several in spans.values()
        for one, two in combinations(several, 2)
        if one[2] != two[2] and max(one[0], two[0]) < min(one[1], two[1])
    }


def require_one_ward_a_day(tables: Tables, joined: set[frozenset[int]]) -> None:
    """Over all his stays nobody is at two wards on one day, nor twice at one."""
    assert stays_at_once(tables) <= joined


def _first_days(tables: Tables) -> defaultdict[int | None, set[date]]:
    found = defaultdict(set)
    for period in tables.of(CommitteePeriod).values():
        found[period["committee_id"]].add(period["valid_from"])
    return found


def _require_open_units(tables: Tables, stays: Rows) -> None:
    """Nobody runs on, is placed, or works in a unit that has ended."""
    running = [one for one in stays.values() if one["state"] in RUNNING]
    places = tables.of(Placement).values()
    open_ended = [one for one in places if one["valid_to"] is None]
    units = tables.of(Committee)
    for row in (*running, *open_ended):
        for name in ("ward_id", "cell_id", "workplace_id"):
            unit = units.get(row[name])
            assert unit is None or unit["valid_to"] is None, f"{row} {name}"


def _require_no_orphans(tables: Tables, stays: Rows) -> None:
    """Whose mark, result or line it is, is whose stay it is; nothing hangs in the air."""
    for model in (Attendance, Evaluation, NoticeItem):
        for row in tables.of(model).values():
            owner = stays[row["registration_id"]]["member_id"]
            assert row["member_id"] == owner, f"{model._meta.model_name} {row}"
    for model in (Exemption, DwellingCheck):
        for row in tables.of(model).values():
            assert row["registration_id"] in stays
    for check in tables.of(DwellingCheck).values():
        if check["state"] == DwellingCheck.State.REPORTED:
            assert stays[check["registration_id"]]["state"] == S.RECEIVED


def _require_one_workplace(tables: Tables, stays: Rows) -> None:
    """What runs, runs for the workplace where the member works now."""
    workplaces = {key: one["workplace_id"] for key, one in tables.of(Member).items()}
    for stay in stays.values():
        if stay["state"] in RUNNING:
            assert stay["workplace_id"] == workplaces[stay["member_id"]], f"{stay}"


def _require_gone_at_rest(tables: Tables, members: Rows, stays: Rows) -> None:
    """Who died or was merged away has nothing that runs; who left, not where he was."""
    for stay in stays.values():
        status = members[stay["member_id"]]["status"]
        assert status != Member.Status.MERGED, "a merged record has a stay"
        if status == Member.Status.DEAD:
            assert stay["state"] not in RUNNING, f"dead, and {stay}"
        if status == Member.Status.LEFT:  # a letter is the way back
            assert stay["state"] != S.RECEIVED, f"left, and {stay}"
    notices = tables.of(Notice)
    for item in tables.of(NoticeItem).values():
        if notices[item["notice_id"]]["state"] == Notice.State.DRAFT:
            status = members[item["member_id"]]["status"]
            assert status not in GONE, f"{status}, and to be named in a notice"


def _require_off_lists(tables: Tables, members: Rows, gone_on: dict[int, date]) -> None:
    """Who died, left or was merged is due at no meeting ahead of that day.

    A death that is learned late may lie before the end that a ward had written into an
    earlier stay; until then its word holds, for nobody keeps the day of a death apart.
    """
    meetings, stays = tables.of(Meeting), tables.of(Registration)
    for row in tables.of(Attendance).values():
        meeting = meetings[row["meeting_id"]]
        status = members[row["member_id"]]["status"]
        if status not in GONE or meeting["state"] not in _COMING:
            continue
        if row["is_due"] and row["status"] == Attendance.Status.NOT_MARKED:
            day = gone_on[row["member_id"]]
            day = max(day, stays[row["registration_id"]]["ended_on"] or day)
            assert meeting["held_on"] < day, f"{status} on {day}, due on {meeting}"


def _require_requests(tables: Tables, members: Rows, stays: Rows) -> None:
    """An open correction waits at the unit that owns its field, about a living record."""
    places = {
        stay["member_id"]: stay["cell_id"] or stay["ward_id"]
        for stay in stays.values()
        if stay["state"] == S.RECEIVED
    }
    for request in tables.of(CorrectionRequest).values():
        member = members[request["member_id"]]
        if request["state"] != CorrectionRequest.State.OPEN:
            continue
        assert member["status"] != Member.Status.MERGED
        if request["field"] in DWELLING_FIELDS:
            owner = places.get(member["id"])
        else:
            owner = member["workplace_id"]
        assert request["asked_of_committee_id"] == owner, f"{request} of {owner}"
