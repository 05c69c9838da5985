"""The demo city, counted again from its rows by queries of our own."""

from collections import Counter, defaultdict
from datetime import date
from io import BytesIO, StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from openpyxl import load_workbook

from evaluations.models import Evaluation, RatingYear
from members.models import (
    Committee,
    CommitteePeriod,
    CorrectionRequest,
    DwellingCheck,
    EndReason,
    Exemption,
    Kind,
    Member,
    MemberMerge,
    Placement,
    Registration,
    Reorganisation,
    Role,
    Succession,
    User,
    WorkplaceYearStatement,
)
from members.queries.channels import is_on_paper
from members.queries.exemptions import ENDS_SOON
from members.queries.inbox import newcomers
from members.queries.letters import LONG_AGO, Tab, letters_of
from members.queries.pair_grounds import Ground
from members.queries.pairs import possible_pairs
from members.queries.retirement import Ages, past_age
from members.scopes import STEP
from members.services.committees import PERIOD_FIELDS
from members.services.year_statements import check_statement
from party76.audit.models import AuditEvent
from reports.demo.accounts import ACCOUNTS, PASSWORD, SISTERS
from reports.queries.summary import summary
from residence.models import Attendance, ContactBook, Measure, Meeting, Notice

pytestmark = pytest.mark.django_db

LAST_DAY = date(2013, 12, 31)
SAMPLE = "tests/samples/danh-sach-213-phuong-ninh-kieu.xlsx"
COMPLETE = ["Ninh Kiều", "Cái Khế", "Tân An", "An Bình"]


@pytest.fixture(scope="module", autouse=True)
def printed(django_db_setup, django_db_blocker):
    """The whole city, loaded once for this module and taken back at its end."""
    output = StringIO()
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(DEMO=True):
            call_command("load_demo", stdout=output)
        connection.check_constraints()
        yield output.getvalue()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def checked_once(db):
    """References were checked after the loading; not again after each test."""
    yield
    transaction.set_rollback(True)


def rows(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def ward_today(name):
    return Committee.objects.get(
        name=f"Đảng ủy phường {name}", valid_to=None, kind=Kind.WARD
    )


# 2013


def test_received_at_the_end_of_2013_are_those_of_the_article():
    ((received,),) = rows(
        "SELECT COUNT(*) FROM members_registration "
        "WHERE received_on <= %s AND (ended_on IS NULL OR ended_on > %s)",
        LAST_DAY,
        LAST_DAY,
    )

    assert received == 22_365


def test_of_them_those_whose_workplace_stood_outside_the_city_then():
    ((outside,),) = rows(
        "SELECT COUNT(*) FROM members_registration r "
        "JOIN members_placement p ON p.registration_id = r.id "
        "JOIN members_committeeperiod w ON w.committee_id = p.workplace_id "
        "WHERE r.received_on <= %s AND (r.ended_on IS NULL OR r.ended_on > %s) "
        "AND p.valid_from <= %s AND (p.valid_to IS NULL OR p.valid_to > %s) "
        "AND w.valid_from <= %s AND (w.valid_to IS NULL OR w.valid_to > %s) "
        "AND w.outside_city",
        *[LAST_DAY] * 6,
    )

    assert outside == 3_098


def test_ratings_of_2013_are_those_of_the_article():
    counted = rows(
        "SELECT t.name, COUNT(*) FROM evaluations_evaluation e "
        "JOIN evaluations_tier t ON t.id = e.tier_id "
        "JOIN evaluations_ratingyear y ON y.id = e.rating_year_id "
        "WHERE y.year = 2013 AND e.is_current AND e.outcome = 'rated' "
        "AND e.state = 'locked' GROUP BY t.name"
    )

    assert dict(counted) == {
        "Tốt": 21_929,
        "Khá": 541,
        "Trung bình": 96,
        "Chưa tốt": 69,
    }
    assert sum(number for _, number in counted) == 22_635
    assert Evaluation.objects.filter(rating_year__year=2013).count() == 22_635


def test_rated_but_ended_are_those_who_left_after_the_confirmation_in_december():
    ended = rows(
        "SELECT r.ended_on, e.on_roll, MAX(s.decided_on) "
        "FROM evaluations_evaluation e "
        "JOIN evaluations_ratingyear y ON y.id = e.rating_year_id AND y.year = 2013 "
        "JOIN members_registration r ON r.id = e.registration_id "
        "JOIN evaluations_evaluationstep s ON s.evaluation_id = e.id "
        "AND s.to_state = 'confirmed' "
        "WHERE r.ended_on <= %s GROUP BY e.id, r.ended_on, e.on_roll",
        LAST_DAY,
    )

    assert len(ended) == 270
    assert not any(on_roll for _, on_roll, _ in ended)
    assert all(str(ended_on) > str(confirmed) for ended_on, _, confirmed in ended)
    assert (
        Evaluation.objects.filter(on_roll=False, rating_year__year=2013).count() == 270
    )


def test_every_row_of_2013_has_its_stages_decided_by_two_people():
    stages = defaultdict(list)
    for key, start, end, name in rows(
        "SELECT s.evaluation_id, s.from_state, s.to_state, s.decided_by_name "
        "FROM evaluations_evaluationstep s "
        "JOIN evaluations_evaluation e ON e.id = s.evaluation_id "
        "JOIN evaluations_ratingyear y ON y.id = e.rating_year_id AND y.year = 2013 "
        "ORDER BY s.id"
    ):
        stages[key].append((start, end, name))

    assert len(stages) == 22_635
    for steps in stages.values():
        assert [(start, end) for start, end, _ in steps] == [
            ("draft", "proposed"),
            ("proposed", "confirmed"),
            ("confirmed", "returned"),
            ("returned", "locked"),
        ]
        assert steps[0][2] != steps[1][2]


def test_some_wards_rated_everybody_the_best_and_others_did_not():
    by_ward = rows(
        "SELECT e.ward_id, SUM(CASE WHEN t.position = 1 THEN 0 ELSE 1 END) "
        "FROM evaluations_evaluation e JOIN evaluations_tier t ON t.id = e.tier_id "
        "GROUP BY e.ward_id"
    )

    assert len(by_ward) == 85
    assert 5 <= sum(below == 0 for _, below in by_ward) <= 40


def test_each_cell_met_twice_in_2013_with_everybody_received_by_then_marked():
    meetings = Meeting.objects.filter(held_on__year=2013)
    cells = Counter(meetings.values_list("committee_id", flat=True))
    marks = Counter(
        Attendance.objects.filter(meeting__in=meetings).values_list(
            "meeting_id", flat=True
        )
    )
    due = rows(
        "SELECT m.id, COUNT(*) FROM residence_meeting m "
        "JOIN members_placement p ON p.cell_id = m.committee_id "
        "AND p.valid_from <= m.held_on "
        "AND (p.valid_to IS NULL OR p.valid_to > m.held_on) "
        "WHERE m.held_on < '2014-01-01' GROUP BY m.id"
    )

    assert set(cells.values()) == {2}
    assert marks == Counter(dict(due))
    assert 44_000 < marks.total() < 45_270
    assert {meeting.state for meeting in meetings} == {Meeting.State.CLOSED}
    unmarked = Attendance.objects.filter(
        meeting__in=meetings, status=Attendance.Status.NOT_MARKED
    )
    assert unmarked.count() == 0


# The same, as page, file and command give it


@pytest.fixture
def department():
    return User.objects.get(username="btc")


@pytest.fixture
def city():
    return Committee.objects.get(code="CT")


TOTALS = ["22.365", "3.098", "22.635", "21.929", "541", "96", "69"]
SHARES = ["96,89", "2,39", "0,42", "0,30"]


def test_summary_page_of_2013_shows_the_figures_of_the_article(
    client, city, department
):
    client.force_login(department)

    page = client.get(reverse("reports:summary_unit", args=[city.pk, 2013]))

    text = page.content.decode()
    total = text[text.index("Tổng cộng") :]
    shown = strip_tags(total[: total.index("</tr>")]).split()
    assert [figure for figure in TOTALS if figure not in shown] == []
    assert [share for share in SHARES if f"{share}%" not in shown] == []


def total_row(content):
    """The numbers of the row of totals of a summary file."""
    sheet = load_workbook(BytesIO(content)).active
    (found,) = [
        row
        for row in sheet.iter_rows(values_only=True)
        if any(str(value).lower() in {"tổng cộng", "cộng"} for value in row)
    ]
    return [value for value in found if isinstance(value, int | float)]


def test_excel_of_the_page_and_of_the_command_give_the_same_figures(
    client, city, department, tmp_path
):
    client.force_login(department)
    target = tmp_path / "tong-hop.xlsx"

    response = client.get(reverse("reports:summary_export", args=[city.pk, 2013]))
    call_command(
        "export_summary",
        committee="CT",
        year=2013,
        output=target,
        stdout=StringIO(),
    )

    downloaded = b"".join(response) if response.streaming else response.content
    numbers = total_row(downloaded)
    assert numbers == total_row(target.read_bytes())
    wanted = [int(figure.replace(".", "")) for figure in TOTALS]
    assert [figure for figure in wanted if figure not in numbers] == []
    percentages = [number for number in numbers if isinstance(number, float)]
    assert round(sum(percentages), 9) == 1


def test_reconciliation_of_2013_names_the_270(client, city, department):
    client.force_login(department)

    page = client.get(reverse("reports:reconciliation", args=[city.pk, 2013]))

    assert "270" in strip_tags(page.content.decode()).split()


# The tree in time


def test_periods_of_a_unit_follow_each_other_without_gap_or_overlap():
    by_unit = defaultdict(list)
    for period in CommitteePeriod.objects.order_by("valid_from"):
        by_unit[period.committee_id].append(period)

    for unit in Committee.objects.all():
        periods = by_unit[unit.pk]
        assert periods[0].valid_from == unit.valid_from
        assert periods[-1].valid_to == unit.valid_to
        for before, after in pairwise(periods):
            assert before.valid_to == after.valid_from
        for name in PERIOD_FIELDS:
            assert getattr(periods[-1], name) == getattr(unit, name)


def test_paths_lead_to_the_parent_or_heir_and_open_units_stand_in_open_ones():
    units = {unit.pk: unit for unit in Committee.objects.all()}

    assert len({unit.path for unit in units.values()}) == len(units)
    for unit in units.values():
        above = units.get(unit.heir_id or unit.parent_id)
        assert unit.path[:-STEP] == (above.path if above else "")
        parent = units.get(unit.parent_id)
        if unit.valid_to is None and parent is not None:
            assert parent.valid_to is None


def test_a_period_lies_inside_the_life_of_its_parent():
    never = date.max
    for period in CommitteePeriod.objects.exclude(parent=None).select_related("parent"):
        assert period.parent.valid_from <= period.valid_from
        assert (period.valid_to or never) <= (period.parent.valid_to or never)


@pytest.mark.parametrize(
    ("day", "districts", "wards"),
    [
        (date(2013, 12, 31), 9, 85),
        (date(2020, 12, 31), 9, 83),
        (date(2024, 10, 31), 9, 83),
        (date(2024, 11, 1), 9, 80),
        (date(2025, 6, 30), 9, 80),
        (date(2025, 7, 1), 0, 103),
    ],
)
def test_units_of_a_day_are_as_many_as_the_decisions_say(day, districts, wards):
    kinds = Counter(
        kind
        for kind, outside in CommitteePeriod.objects.filter(valid_from__lte=day)
        .exclude(valid_to__lte=day)
        .values_list("kind", "outside_city")
        if not outside
    )

    assert (kinds[Kind.DISTRICT], kinds[Kind.WARD]) == (districts, wards)


def test_a_merged_ward_is_a_new_unit_even_under_an_old_name():
    wards = Committee.objects.filter(name="Đảng ủy phường Tân An", kind=Kind.WARD)

    lives = sorted((ward.valid_from, ward.valid_to) for ward in wards if ward.valid_to)
    assert wards.count() == 3  # of 2013, of 2020, of 2025
    assert [end for _, end in lives] == [date(2020, 1, 1), date(2025, 7, 1)]


@pytest.mark.parametrize("name", ["phường Tân Lộc", "xã Trường Long", "xã Thới Hưng"])
def test_a_ward_that_was_not_arranged_lives_on_below_the_city(name):
    ward = Committee.objects.get(name=f"Đảng ủy {name}", kind=Kind.WARD)

    assert ward.valid_to is None
    assert ward.parent.code == "CT"
    assert ward.periods.count() == 2


def test_a_statistics_code_is_carried_by_several_units_and_is_no_identity():
    holders = set(
        CommitteePeriod.objects.filter(statistics_code="31135").values_list(
            "name", flat=True
        )
    )

    assert holders == {"Đảng ủy phường Tân An", "Đảng ủy phường Ninh Kiều"}


# Stays through the reforms


def test_placements_of_a_stay_cover_it_without_gap_and_only_reforms_cut_them():
    by_stay = defaultdict(list)
    for placement in Placement.objects.order_by("valid_from"):
        by_stay[placement.registration_id].append(placement)
    stays = Registration.objects.filter(state__in=["received", "ended"])

    assert len(by_stay) == stays.count()
    for stay in stays:
        placements = by_stay[stay.pk]
        last = placements[-1]
        assert placements[0].valid_from == stay.received_on
        assert last.valid_to == stay.ended_on
        assert (last.ward_id, last.cell_id, last.workplace_id) == (
            stay.ward_id,
            stay.cell_id,
            stay.workplace_id,
        )
        for before, after in pairwise(placements):
            assert before.valid_to == after.valid_from
            assert after.cause == Placement.Cause.REORGANISATION


def test_everybody_was_always_placed_in_units_that_existed():
    never = date.max
    lives = {
        pk: (first, end or never)
        for pk, first, end in Committee.objects.values_list(
            "pk", "valid_from", "valid_to"
        )
    }
    for ward, cell, workplace, first, end in Placement.objects.values_list(
        "ward_id", "cell_id", "workplace_id", "valid_from", "valid_to"
    ):
        for unit in (ward, cell, workplace):
            if unit is not None:
                begin, close = lives[unit]
                assert begin <= first
                assert (end or never) <= close


def test_a_cell_stood_below_the_ward_of_each_placement_the_whole_time():
    never = date.max
    periods = defaultdict(list)
    for cell, parent, first, end in CommitteePeriod.objects.filter(
        kind=Kind.CELL
    ).values_list("committee_id", "parent_id", "valid_from", "valid_to"):
        periods[cell].append((parent, first, end or never))
    for cell, ward, first, end in Placement.objects.exclude(cell=None).values_list(
        "cell_id", "ward_id", "valid_from", "valid_to"
    ):
        assert any(
            parent == ward and begin <= first and (end or never) <= close
            for parent, begin, close in periods[cell]
        )


def test_nobody_was_ended_and_received_anew_by_a_reform():
    reforms = {date(2020, 1, 1), date(2024, 11, 1), date(2025, 7, 1)}
    stays_of_2013 = Registration.objects.filter(received_on__lte=LAST_DAY)

    assert Registration.objects.filter(state="received").count() > 6_000
    assert stays_of_2013.filter(state="received").count() > 5_000
    followed = Counter(Registration.objects.values_list("member_id", flat=True))
    assert set(followed.values()) == {1}
    moved = Placement.objects.filter(cause=Placement.Cause.REORGANISATION)
    days = set(moved.values_list("valid_from", flat=True))
    assert reforms <= days <= reforms | {date(2025, 3, 1)}


def test_who_died_is_dead_and_whose_stay_runs_is_active():
    dead = Member.objects.filter(registrations__end_reason="died")

    assert set(dead.values_list("status", flat=True)) == {Member.Status.DEAD}
    running = Member.objects.filter(registrations__state="received")
    assert set(running.values_list("status", flat=True)) == {Member.Status.ACTIVE}


# Today


@pytest.mark.parametrize("name", COMPLETE)
def test_a_ward_shown_complete_has_cells_of_a_plausible_size(name):
    ward = ward_today(name)

    placed = Counter(
        Placement.objects.filter(ward=ward, valid_to=None).values_list(
            "cell_id", flat=True
        )
    )

    assert 250 <= placed.total() <= 400
    assert placed.pop(None) >= 3  # waiting to be passed to a cell
    assert len(placed) in {4, 5}
    assert all(45 <= number <= 125 for number in placed.values())


@pytest.mark.parametrize("name", COMPLETE)
def test_each_cell_of_a_complete_ward_met_twice_this_year_with_opinions(name):
    ward = ward_today(name)
    cells = Committee.objects.filter(parent=ward, receives_members=True)
    closed = Meeting.objects.filter(
        committee__in=cells,
        state=Meeting.State.CLOSED,
        held_on__year=timezone.localdate().year,
    )

    held = Counter(closed.values_list("committee_id", flat=True))

    assert held == Counter({cell.pk: 2 for cell in cells})
    assert all(meeting.opinions.exists() for meeting in closed)


def test_sheets_of_ninh_kieu_stand_at_every_stage():
    year = RatingYear.objects.get(year=timezone.localdate().year)
    states = defaultdict(set)
    for cell, state, outcome in year.evaluations.filter(
        ward=ward_today("Ninh Kiều")
    ).values_list("cell__name", "state", "outcome"):
        if outcome != Evaluation.Outcome.EXEMPT:
            states[cell].add(state)

    assert states["Chi bộ Khu vực 1"] == {"draft"}
    assert states["Chi bộ Khu vực 2"] == {"proposed"}
    assert states["Chi bộ Khu vực 3"] == {"confirmed"}
    assert states["Chi bộ Khu vực 4"] == {"returned"}
    assert states["Chi bộ Khu vực 5"] == {"draft"}


def test_every_stay_of_this_year_has_its_row():
    year = RatingYear.objects.get(year=timezone.localdate().year)
    touching = Registration.objects.filter(state__in=["received", "ended"]).exclude(
        ended_on__lte=year.period_from
    )

    assert set(year.evaluations.values_list("registration_id", flat=True)) == set(
        touching.values_list("pk", flat=True)
    )


def test_something_waits_for_ward_cell_and_workplace():
    ward = ward_today("Ninh Kiều")
    health = Committee.objects.get(name="Sở Y tế", valid_to=None)
    cell = Committee.objects.get(name="Chi bộ Khu vực 1", parent=ward, valid_to=None)

    letters = Counter(
        Registration.objects.filter(ward=ward).values_list("state", flat=True)
    )
    from_health = Counter(
        Registration.objects.filter(workplace=health).values_list("state", flat=True)
    )
    listed = Meeting.objects.get(committee=cell, state=Meeting.State.LISTED)

    assert letters["sent"] >= 7
    assert letters["letter_asked"] >= 1
    assert from_health["received"] >= 40
    assert from_health["returned"] >= 1
    assert from_health["draft"] >= 1
    assert set(listed.attendances.values_list("status", flat=True)) == {"not_marked"}
    assert CorrectionRequest.objects.filter(asked_of_committee=health).count() == 2
    assert (
        Meeting.objects.filter(committee=ward, state=Meeting.State.PLANNED).count() == 1
    )


def test_the_sample_list_finds_its_cells_and_workplaces_and_no_card_in_use():
    sheet = load_workbook(SAMPLE, read_only=True).worksheets[0]
    listed = [row for row in sheet.iter_rows(min_row=9, values_only=True) if row[0]]
    cells = {f"Chi bộ {row[9]}" for row in listed if row[9]}
    workplaces = {row[7] for row in listed if row[7]} - {"nt", "-nt-", '"'}
    cards = {str(row[6]) for row in listed if row[6]}

    ward = ward_today("Ninh Kiều")
    here = Committee.objects.filter(parent=ward, receives_members=True, valid_to=None)
    names = Counter(
        Committee.objects.filter(valid_to=None, name__in=workplaces).values_list(
            "name", flat=True
        )
    )

    assert cells <= set(here.values_list("name", flat=True))
    assert set(names.values()) == {1}
    assert workplaces - set(names) == {"Công ty chưa có trong danh mục"}
    assert not Member.objects.filter(card_number__in=cards).exists()


def test_each_account_logs_in_with_the_printed_password_and_has_one_post(
    client, printed
):
    for username in [account.username for account in ACCOUNTS] + list(SISTERS):
        assert username in printed
        assert client.login(username=username, password=PASSWORD)
        assert len(User.objects.get(username=username).posts) == 1
    assert PASSWORD in printed


@pytest.mark.parametrize(
    "username",
    [account.username for account in ACCOUNTS if account.username != "kiemtra"],
)
def test_home_of_each_role_has_something_to_do(client, username):
    client.force_login(User.objects.get(username=username))

    page = client.get(reverse("reports:home"))

    assert page.status_code == 200
    assert "Không có việc nào đang chờ" not in page.content.decode()


def test_units_that_an_import_brought_wait_for_their_place():
    unplaced = Committee.objects.filter(is_unplaced=True)

    assert unplaced.count() == 2
    assert all(unit.working_members.exists() for unit in unplaced)


def test_what_was_loaded_is_on_record_batch_by_batch():
    imported = Counter()
    for kind, count in AuditEvent.objects.filter(action="import").values_list(
        "object_type", "count"
    ):
        imported[kind] += count or 0
    formed = sum(reform.counts["formed"] for reform in Reorganisation.objects.all())

    assert imported["committee"] + formed == Committee.objects.count()
    assert imported["evaluation"] == 22_635
    assert (
        imported["member"]
        == Registration.objects.filter(state__in=["received", "ended"]).count()
    )


# Both sides of one record: every state is there


@pytest.fixture
def ninh_kieu():
    return ward_today("Ninh Kiều")


@pytest.fixture
def health():
    return Committee.objects.get(name="Sở Y tế", valid_to=None)


@pytest.fixture
def school():
    return Committee.objects.get(name="Trường THPT Châu Văn Liêm", valid_to=None)


def test_letters_of_the_health_office_to_ninh_kieu_are_in_every_state(
    ninh_kieu, health
):
    letters = Registration.objects.filter(ward=ninh_kieu, workplace=health)

    assert set(letters.values_list("state", flat=True)) == set(
        Registration.State.values
    )
    returned = letters.filter(state="returned")
    assert "" not in set(returned.values_list("return_reason", flat=True))
    asked = Registration.objects.filter(state="letter_asked")
    assert None not in set(asked.values_list("asked_on", flat=True))


def test_a_letter_under_way_and_a_draft_name_the_ground_of_an_exemption(health):
    proposed = Exemption.objects.filter(registration__workplace=health)

    assert proposed.filter(registration__state="sent").count() == 1
    assert proposed.filter(registration__state="draft").count() == 1


@pytest.mark.parametrize(
    ("workplace", "state"), [("health", "sent"), ("school", "received")]
)
def test_the_number_of_a_letter_is_open_still(request, ninh_kieu, workplace, state):
    unit = request.getfixturevalue(workplace)

    open_ones = Registration.objects.filter(
        ward=ninh_kieu,
        workplace=unit,
        state=state,
        letter_number="",
        is_letter_unknown=False,
    )

    assert open_ones.exists()


def test_receipts_of_this_year_at_ninh_kieu_are_numbered_one_by_one(ninh_kieu):
    received = Registration.objects.filter(
        ward=ninh_kieu, received_on__year=timezone.localdate().year
    )

    numbers = list(received.values_list("receipt_number", flat=True))

    assert sorted(numbers) == [
        f"{number:02}-TN/ĐU" for number in range(1, len(numbers) + 1)
    ]
    assert numbers


def test_who_moved_away_has_a_comment_and_a_new_ward_and_one_end_is_noted(
    ninh_kieu, health, school
):
    moved = Registration.objects.filter(
        ward=ninh_kieu, end_reason=EndReason.MOVED_AWAY, moved_to__isnull=False
    ).exclude(closing_comment="")

    found = Counter(
        (workplace, noted is not None)
        for workplace, noted in moved.values_list("workplace", "end_noted_on")
    )

    assert found == {(health.pk, False): 1, (health.pk, True): 1, (school.pk, False): 1}


def test_somebody_of_the_health_office_died_this_year(ninh_kieu, health):
    died = Member.objects.filter(
        registrations__ward=ninh_kieu,
        registrations__end_reason=EndReason.DIED,
        registrations__ended_on__year=timezone.localdate().year,
        workplace=health,
    )

    assert [member.status for member in died] == [Member.Status.DEAD]


def test_reports_of_no_longer_dwelling_are_open_confirmed_and_dismissed(ninh_kieu):
    checks = DwellingCheck.objects.filter(registration__ward=ninh_kieu)

    ends = {
        check.state: (check.registration.state, check.registration.end_reason)
        for check in checks.select_related("registration")
    }

    assert ends == {
        "reported": ("received", ""),
        "confirmed": ("ended", EndReason.NOT_DWELLING),
        "dismissed": ("received", ""),
    }


def test_exemptions_at_ninh_kieu_end_soon_have_ended_and_are_open(ninh_kieu):
    today = timezone.localdate()
    exemptions = Exemption.objects.filter(
        registration__ward=ninh_kieu, registration__state="received"
    )

    soon = exemptions.filter(valid_to__gt=today, valid_to__lte=today + ENDS_SOON)

    assert soon.count() == 1
    assert exemptions.filter(valid_to__lte=today).count() == 1
    assert exemptions.filter(valid_to=None).exists()


@pytest.mark.parametrize("username", ["coquan.soyte", "phuong.ninhkieu"])
def test_both_sides_are_shown_pairs_by_card_and_by_name_and_birth(username):
    user = User.objects.get(username=username)

    grounds = {pair.grounds[0] for pair in possible_pairs(user)}

    assert grounds >= {Ground.CARD, Ground.NAME_AND_DAY, Ground.NAME_AND_YEAR}


def test_merges_wait_for_either_side_and_one_is_done_and_one_refused(ninh_kieu, health):
    merges = MemberMerge.objects.filter(workplace=health, ward=ninh_kieu)
    waiting = [
        merges.waiting_for(User.objects.get(username=username)).count()
        for username in ("coquan.soyte", "phuong.ninhkieu")
    ]

    assert waiting == [1, 1]
    assert Counter(merges.values_list("state", flat=True)) == {
        "proposed": 2,
        "done": 1,
        "refused": 1,
    }
    done = merges.get(state="done")
    assert done.dropped.status == Member.Status.MERGED
    assert done.kept.registrations.get().ward == ninh_kieu


def test_notices_of_ninh_kieu_are_in_every_state_and_some_late(ninh_kieu, health):
    today = timezone.localdate()
    notices = Notice.objects.filter(committee=ninh_kieu)

    states = set(notices.values_list("state", flat=True))

    assert states == set(Notice.State.values)
    assert notices.unanswered().filter(workplace=health, due_on__lt=today).count() == 1
    of_health = set(notices.filter(workplace=health).values_list("state", flat=True))
    assert of_health == {"sent", "seen", "answered", "withdrawn"}


def test_notices_are_answered_in_the_system_and_on_paper_with_measures(ninh_kieu):
    answered = Notice.objects.filter(committee=ninh_kieu, state="answered")

    for notice in answered:
        measures = set(notice.items.values_list("measure", flat=True))
        assert measures
        assert measures <= set(Measure.values)
        assert (
            is_on_paper(notice.workplace, Role.WORKPLACE) != notice.answered_in_system
        )
    assert Counter(answered.values_list("answered_in_system", flat=True)) == {
        True: 1,
        False: 1,
    }


def test_days_of_a_notice_follow_one_another(ninh_kieu):
    for notice in Notice.objects.filter(committee=ninh_kieu).exclude(sent_on=None):
        days = [notice.created_on, notice.sent_on, notice.seen_on, notice.answered_on]
        known = [day for day in days if day]
        assert known == sorted(known)


def test_a_notice_of_absence_carries_the_meetings_missed(ninh_kieu):
    notices = Notice.objects.filter(committee=ninh_kieu, kind=Notice.Kind.ABSENCE)

    for notice in notices:
        for item in notice.items.all():
            assert any("vắng không lý do" in fact for fact in item.facts)
    assert notices.count() == 3


def test_books_of_this_year_wait_are_collected_and_handed_back(ninh_kieu):
    books = ContactBook.objects.filter(
        registration__ward=ninh_kieu, year=timezone.localdate().year
    )
    received = Registration.objects.filter(ward=ninh_kieu, state="received")

    waiting = books.waiting().count()

    assert waiting >= 5
    assert books.filter(collected_on__isnull=False, handed_back_on=None).count() > 100
    assert books.filter(handed_back_on__isnull=False).count() > 10
    assert received.filter(contact_books=None, cell__isnull=False).exists()


def test_workplaces_state_the_year_with_numbers_of_kind_1_2(health, school):
    statements = WorkplaceYearStatement.objects.filter(year=timezone.localdate().year)

    by_unit = dict(statements.values_list("committee", "exempt_from_introduction"))

    assert by_unit[health.pk] == 3
    assert by_unit[school.pk] == 3
    assert len(by_unit) > 10
    for statement in statements:
        check_statement(statement)


def test_a_cell_has_somebody_who_came_these_days():
    user = User.objects.get(username="chibo.kv1")

    assert newcomers(user, on=timezone.localdate()).exists()


def test_every_draft_and_returned_letter_says_since_when_it_waits():
    user, today = User.objects.get(username="coquan.soyte"), timezone.localdate()

    days = [
        day
        for tab in (Tab.DRAFT, Tab.RETURNED)
        for day in letters_of(user, tab, day=today).values_list(
            "waiting_since", flat=True
        )
    ]

    assert len(days) >= 4
    assert LONG_AGO not in days


@pytest.mark.parametrize("username", ["coquan.soyte", "phuong.ninhkieu"])
def test_somebody_is_past_the_age_of_retirement(username):
    user = User.objects.get(username=username)

    assert past_age(user, Ages(), on=timezone.localdate()).count() >= 2


# The reforms, which came in through the import of the pages


def test_reforms_are_four_decisions_carried_out_by_the_department():
    reforms = Reorganisation.objects.order_by("effective_on")

    assert [
        (one.decision_number, one.effective_on, one.state, one.done_by.username)
        for one in reforms
    ] == [
        ("", date(2020, 1, 1), "done", "btc"),
        ("1192/NQ-UBTVQH15", date(2024, 11, 1), "done", "btc"),
        ("14-QĐ/TU", date(2025, 3, 1), "done", "btc"),
        ("1668/NQ-UBTVQH15", date(2025, 7, 1), "done", "btc"),
    ]


def test_2013_regrouped_to_the_units_of_today_has_the_figures_of_the_article(city):
    year = RatingYear.objects.get(year=2013)

    then = summary(city, year)
    now = summary(city, year, structure_day=timezone.localdate())

    figures = [
        (one.received, one.outside, one.assessed, one.tiers)
        for one in (then.total.figures, now.total.figures)
    ]
    assert figures == [(22_365, 3_098, 22_635, (21_929, 541, 96, 69))] * 2
    assert now.total.shares == then.total.shares
    assert now.total.name == "Địa bàn Cần Thơ ngày 31/12/2013"
    breaks = [line.name for line in now.lines if "đã chia" in line.note]
    assert (len(now.lines), len(breaks)) == (32 + 3, 3)


def test_every_old_ward_of_the_city_has_its_successions():
    olds = Succession.objects.filter(
        effective_on=date(2025, 7, 1), old__kind=Kind.WARD
    ).values_list("old", "part")
    parts = Counter(part for _, part in olds)

    assert len({old for old, _ in olds}) == 80
    assert parts == {"whole": 77, "part": 3, "rest": 3}


def test_units_of_the_joined_provinces_are_kept_by_name():
    names = Succession.objects.filter(old=None).values_list("old_name", flat=True)

    assert len(names) == 183
    assert "Phường I, Thành phố Vị Thanh, Hậu Giang" in names


def test_tree_of_the_demo_is_in_order():
    output = StringIO()

    call_command("check_tree", stdout=output)

    assert "đều đúng" in output.getvalue()
