import datetime as dt
from decimal import Decimal

import pytest
from django.template import Context, Template, TemplateSyntaxError

from party76.shared.templatetags import ui


def render(source: str, **values) -> str:
    return Template(source).render(Context(values))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (22365, "22.365"),
        (1234567, "1.234.567"),
        (-12, "−12"),
        (Decimal("1234.50"), "1.234,50"),
        (None, "–"),
    ],
)
def test_vn_number_when_shown_has_dots_and_a_comma(value, shown):
    assert ui.vn_number(value) == shown


def test_vn_number_when_places_are_asked_for_rounds_to_them():
    assert ui.vn_number(Decimal("3.456"), 1) == "3,5"
    assert ui.vn_number(7, 2) == "7,00"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("96.89"), "96,89%"),
        (Decimal("100.00"), "100,00%"),
        (Decimal("0.30"), "0,30%"),
        (None, "–"),
    ],
)
def test_vn_percent_when_the_base_is_zero_is_a_dash_else_a_share(value, shown):
    assert ui.vn_percent(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(270, "+270"), (-12, "−12"), (0, "0"), (None, "–")]
)
def test_vn_signed_when_a_gap_is_shown_has_its_sign(value, shown):
    assert ui.vn_signed(value) == shown


def test_vn_date_when_given_a_moment_shows_the_local_day():
    late_in_utc = dt.datetime(2026, 11, 4, 18, 30, tzinfo=dt.UTC)

    assert ui.vn_date(dt.date(1994, 10, 7)) == "07/10/1994"
    assert ui.vn_date(late_in_utc) == "05/11/2026"
    assert ui.vn_time(late_in_utc) == "01:30"
    assert ui.vn_datetime(late_in_utc) == "01:30, 05/11/2026"


@pytest.mark.parametrize("show", [ui.vn_date, ui.vn_time, ui.vn_datetime])
def test_dates_when_unknown_are_empty(show):
    assert show(None) == ""


@pytest.mark.parametrize(
    ("precision", "shown"),
    [("day", "07/10/1994"), ("month", "10/1994"), ("year", "1994")],
)
def test_partial_date_when_shown_tells_no_more_than_is_known(precision, shown):
    assert ui.partial_date(dt.date(1994, 10, 7), precision) == shown


def test_partial_date_when_unknown_is_empty():
    assert ui.partial_date(None, "year") == ""


def test_tel_link_when_tapped_dials_the_digits():
    assert ui.tel_link("0913 456 789") == (
        '<a class="tel" href="tel:0913456789">0913\xa0456\xa0789</a>'
    )
    assert ui.tel_link("") == ""


def test_tel_link_when_the_number_is_hostile_is_escaped():
    assert "<script>" not in ui.tel_link("1<script>")


def test_badge_when_drawn_has_a_mark_beside_colour_and_words():
    drawn = render('{% badge label "success" %}', label="Đã nhận <b>")

    assert 'class="state state-success"' in drawn
    assert "icons.svg#check" in drawn
    assert "Đã nhận &lt;b&gt;" in drawn


def test_badge_when_the_kind_is_unknown_fails():
    with pytest.raises(KeyError):
        render('{% badge "Đã nhận" "green" %}')


def test_icon_when_it_stands_alone_has_a_name_for_screen_readers():
    assert 'aria-hidden="true"' in render('{% icon "check" %}')
    assert 'role="img" aria-label="xong"' in render('{% icon "check" "xong" %}')


@pytest.mark.parametrize(("active", "marked"), [(True, True), (False, False)])
def test_current_when_active_marks_the_link(active, marked):
    drawn = render("<a {% current active %}>", active=active)

    assert ('aria-current="page"' in drawn) is marked


def test_breadcrumbs_when_drawn_link_all_but_this_page():
    drawn = render(
        '{% breadcrumbs "Tổ chức" "/to-chuc/" above "Chi bộ 1" %}',
        above=[("Cần Thơ", "/to-chuc/1/"), ("Ninh Kiều", "/to-chuc/2/")],
    )

    for address in ["/", "/to-chuc/", "/to-chuc/1/", "/to-chuc/2/"]:
        assert f'href="{address}"' in drawn
    assert '<li aria-current="page">Chi bộ 1</li>' in drawn


def test_breadcrumbs_when_an_address_is_missing_fail():
    with pytest.raises(TemplateSyntaxError, match="has no address"):
        render('{% breadcrumbs "Tổ chức" "Chi bộ 1" %}')
