"""The yearly summary of a city against the SQL one would write by hand."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.results import OWN, WALL, Result, best_of, ratio
from evaluations.models import RatingYear
from members.models import Committee
from reports.queries.reconciliation import reconcile
from reports.queries.summary import summary
from reports.queries.years import years_binding

ROUNDS = 40

_EVALUATIONS = """
    SELECT ward_id, outcome, tier_id, on_roll, COUNT(*)
    FROM evaluations_evaluation
    WHERE rating_year_id = %s AND is_current
    GROUP BY ward_id, outcome, tier_id, on_roll
"""
_PLACEMENTS = """
    SELECT ward_id, COUNT(*), COUNT(*) FILTER (WHERE outside_city)
    FROM members_placement
    WHERE valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
    GROUP BY ward_id
"""
_PERIODS = """
    SELECT period.committee_id, period.parent_id, period.name, period.kind,
           committee.receives_members, committee.path
    FROM members_committeeperiod period
    JOIN members_committee committee ON committee.id = period.committee_id
    WHERE period.valid_from <= %s
      AND (period.valid_to IS NULL OR period.valid_to > %s)
      AND period.kind IN ('city', 'district', 'direct', 'ward')
"""


def run() -> list[Result]:
    """The city that make_city built, of 22.635 rows."""
    city = Committee.objects.get(kind="city")
    (year,) = years_binding(city)  # with rules and tiers, as a page reads it
    ward = Committee.objects.filter(kind="ward").first()
    on_sqlite = connection.vendor == "sqlite"
    best = best_of(
        {
            "ours": lambda: summary(city, year),
            "raw": lambda: _raw(year),
            "ward": lambda: summary(ward, year),
            "reconciliation": lambda: reconcile(city, year),
        },
        rounds=ROUNDS,
        clock=OWN if on_sqlite else WALL,
    )
    return [
        _right(city, year),
        ratio(
            "summary of the city: queries and assembly ÷ raw SQL",
            best["ours"],
            best["raw"],
            target=1.3,
            allowance=0.002 if on_sqlite else 0,
            note="22.635 rows, 85 wards",
        ),
        ratio(
            "summary of one ward ÷ raw SQL of the city",
            best["ward"],
            best["raw"],
            target=1,
        ),
        Result(
            "reconciliation of the city",
            f"{best['reconciliation'] * 1000:.0f} ms",
            "≤ 500 ms",
            best["reconciliation"] <= 0.5,
        ),
        _questions(city, year),
    ]


def _raw(year: RatingYear) -> None:
    day = year.reference_day
    with connection.cursor() as cursor:
        for sql, values in (
            (_PERIODS, [day, day]),
            (_PLACEMENTS, [day, day]),
            (_EVALUATIONS, [year.pk]),
        ):
            cursor.execute(sql, values)
            cursor.fetchall()


def _right(city: Committee, year: RatingYear) -> Result:
    """A fast answer has to be the right one."""
    total = summary(city, year).total
    told = (total.figures.received, *total.figures.tiers)
    return Result(
        "summary of the city tells received and tiers",
        " / ".join(str(number) for number in told),
        "22365 / 21929 / 541 / 96 / 69",
        told == (22_365, 21_929, 541, 96, 69),
    )


def _questions(city: Committee, year: RatingYear) -> Result:
    with CaptureQueriesContext(connection) as asked:
        summary(city, year)
    return Result("queries of the summary", str(len(asked)), "≤ 3", len(asked) <= 3)
