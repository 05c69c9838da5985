"""The tree of a past day and the drawn history of a unit, in a browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories.ninh_kieu import make_ninh_kieu

pytestmark = pytest.mark.django_db(transaction=True)


def test_branch_of_a_past_tree_opens_with_the_units_of_that_day(open_browser):
    world = make_ninh_kieu()
    page = open_browser(world.department_user)
    page.goto(f"{reverse('members:committee_tree')}?ngay=31/12/2013")

    page.locator(f"#duoi-{world.city.pk} summary").first.click()

    branch = page.locator(f"#duoi-{world.district.pk}")
    expect(branch.locator(".unit-node")).to_have_count(10)
    branch.get_by_role("link", name="Đảng ủy phường An Lạc", exact=True).click()
    expect(
        page.get_by_text("Thông tin theo cơ cấu của ngày 31/12/2013")
    ).to_be_visible()


def test_drawn_history_is_readable_and_leads_on_at_every_width(
    open_browser, axe, no_sideways_scroll, width
):
    world = make_ninh_kieu()
    page = open_browser(world.department_user, width=width)
    page.goto(reverse("members:committee_detail", args=[world.ninh_kieu.pk]))

    axe(page)
    no_sideways_scroll(page)
    drawing = page.locator("svg.lineage")
    outside = drawing.evaluate(
        """svg => [...svg.querySelectorAll("a")].filter(unit => {
            const box = unit.querySelector("rect").getBoundingClientRect();
            return [...unit.querySelectorAll("text")].some(
                text => text.getBoundingClientRect().right > box.right);
        }).length"""
    )
    drawing.get_by_role("link", name="Đảng ủy phường An Lạc").click()

    assert outside == 0
    expect(page.get_by_text("Đã kết thúc hoạt động từ ngày 01/07/2020")).to_be_visible()
