"""The reform of 2025 at city size: 80 wards become 32, 9 districts end, 22.365 stay."""

from datetime import date

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from benchmarks.results import OWN, WALL, Result, ratio, seconds
from members.models import (
    Committee,
    Kind,
    Operation,
    Placement,
    Registration,
    Reorganisation,
    Sector,
    User,
)
from members.queries.tree_check import check_tree
from members.services.reorganisations.plan import NewUnit, ReformPlan, Step
from members.services.reorganisations.run import (
    carry_out,
    draft_reorganisation,
    take_back,
)
from residence.models import Attendance, Meeting

DAY, TODAY = date(2025, 7, 1), date(2026, 1, 1)
OLD_WARDS, NEW_WARDS = 80, 32
ATTENDANCE = 45_000
SECONDS, TIMES_BARE = 60, 30
_BATCH = 5_000

# Set aside, ended, placed anew, copied.
_BARE = (
    """
    CREATE TEMPORARY TABLE benchmark_moved AS
    SELECT id, registration_id, heir.new_id AS ward_id, cell_id, workplace_id,
        sector, outside_city, valid_to
    FROM members_placement JOIN benchmark_heir heir ON heir.old_id = ward_id
    WHERE valid_to IS NULL OR valid_to > %(day)s
    """,
    """
    UPDATE members_placement SET valid_to = %(day)s
    WHERE id IN (SELECT id FROM benchmark_moved)
    """,
    """
    INSERT INTO members_placement (registration_id, ward_id, cell_id, workplace_id,
        sector, outside_city, valid_from, valid_to, cause)
    SELECT registration_id, ward_id, cell_id, workplace_id,
        sector, outside_city, %(day)s, valid_to, 'reorganisation'
    FROM benchmark_moved
    """,
    """
    UPDATE members_registration
    SET version = version + 1, ward_id = benchmark_moved.ward_id
    FROM benchmark_moved WHERE registration_id = members_registration.id
    """,
)


def run() -> list[Result]:
    """Carried out and taken back in one transaction, which is rolled back."""
    with transaction.atomic():
        results = _measure()
        transaction.set_rollback(True)
    return results


def _measure() -> list[Result]:
    by = User.objects.create_user("benchmark-reform", full_name="Người sắp xếp")
    city = Committee.objects.get(kind=Kind.CITY)
    _attendance()
    _mend_the_city()
    plan = _plan(city)
    clock = OWN if connection.vendor == "sqlite" else WALL
    bare = _seconds_of_bare_sql(plan, clock)
    stayed = Registration.objects.filter(state="received").count()
    drafted = draft_reorganisation(
        Reorganisation(committee=city, effective_on=DAY), by=by
    )
    done = {}

    def carry() -> None:
        done["reform"] = carry_out(drafted, plan, today=TODAY, by=by)

    with CaptureQueriesContext(connection) as queries:
        first = seconds(carry, clock=clock)
    reform = done["reform"]
    findings = check_tree()
    found = seconds(check_tree, clock=clock)
    back = seconds(
        lambda: take_back(reform, reason="Đo", version=reform.version, by=by),
        clock=clock,
    )
    still = Registration.objects.filter(state="received").count()
    return [
        Result(
            f"reform of {OLD_WARDS} wards, {reform.counts['stays']} stays",
            f"{first:.1f} s, {len(queries)} statements",
            f"≤ {SECONDS} s",
            first <= SECONDS and stayed == still,
            note=f"{Attendance.objects.count()} rows of attendance beside it",
        ),
        ratio(
            "the same ÷ bare SQL of the placements alone",
            first,
            bare,
            target=TIMES_BARE,
            note="ours keeps what it was, digests, periods, posts, successions",
        ),
        Result("taking it back", f"{back:.1f} s", f"≤ {SECONDS} s", back <= SECONDS),
        Result(
            "check_tree after it",
            f"{found:.1f} s, {len(findings)} findings",
            "≤ 5 s, 0 findings",
            found <= 5 and not findings,
        ),
    ]


def _mend_the_city() -> None:
    """Offices outside the city say so in their periods too."""
    for unit in Committee.objects.filter(outside_city=True):
        unit.periods.update(outside_city=True)


def _attendance() -> None:
    """Two meetings of every ward that were held, with everybody who was received."""
    wards = Committee.objects.filter(kind=Kind.WARD)
    meetings = {
        (meeting.committee_id, meeting.held_on): meeting
        for meeting in Meeting.objects.bulk_create(
            Meeting(
                committee=ward,
                title="Sinh hoạt định kỳ",
                held_on=date(2024, month, 15),
                period_from=date(2024, 1, 1),
                period_to=date(2025, 1, 1),
                state=Meeting.State.CLOSED,
            )
            for ward in wards
            for month in (5, 11)
        )
    }
    stays = list(Registration.objects.order_by("pk"))
    Attendance.objects.bulk_create(
        [
            Attendance(
                meeting=meetings[stay.ward_id, date(2024, month, 15)],
                registration=stay,
                member_id=stay.member_id,
                number=number % 30_000,
                ward_id=stay.ward_id,
                cell_id=stay.cell_id,
                workplace_id=stay.workplace_id,
                status=Attendance.Status.PRESENT,
            )
            for month in (5, 11)
            for number, stay in enumerate(stays)
        ][:ATTENDANCE],
        _BATCH,
    )


def _plan(city: Committee) -> ReformPlan:
    """The first 80 wards go, by threes and twos, into 32 below the city."""
    wards = list(Committee.objects.filter(kind=Kind.WARD).order_by("pk"))
    districts = Committee.objects.filter(kind=Kind.DISTRICT)
    olds, rest = wards[:OLD_WARDS], wards[OLD_WARDS:]
    heirs: dict[int, int | None] = {
        ward.pk: -1 - number % NEW_WARDS for number, ward in enumerate(olds)
    }
    steps = [Step(Operation.MERGE, ward.pk, "", heirs[ward.pk]) for ward in olds]
    return ReformPlan(
        on=DAY,
        new_units=[
            NewUnit(
                -1 - number,
                city.pk,
                f"Đảng ủy phường mới {number + 1}",
                Kind.WARD,
                Sector.COMMUNE,
                receives_members=True,
            )
            for number in range(NEW_WARDS)
        ],
        changes={ward.pk: {"parent": city.pk} for ward in rest},
        heirs=heirs | dict.fromkeys(districts.values_list("pk", flat=True), city.pk),
        steps=steps,
    )


def _seconds_of_bare_sql(plan: ReformPlan, clock) -> float:
    """The least that places everybody: no units formed, nothing to take back by."""
    first = Committee.objects.filter(kind=Kind.GRASSROOTS).earliest("pk").pk
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE benchmark_heir (old_id bigint PRIMARY KEY, "
            "new_id bigint)"
        )
        wards = Committee.objects.filter(pk__in=plan.heirs, kind=Kind.WARD)
        cursor.executemany(
            "INSERT INTO benchmark_heir VALUES (%s, %s)",
            [(ward.pk, first + ward.pk % NEW_WARDS) for ward in wards],
        )

        def work() -> None:
            for statement in _BARE:
                cursor.execute(statement, {"day": DAY})

        taken = seconds(work, clock=clock)
        assert Placement.objects.filter(cause="reorganisation").exists()
        transaction.set_rollback(True)
    return taken
