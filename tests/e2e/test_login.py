from django.urls import reverse

PASSWORD = "mat-khau-chi-de-thu"


def test_login_page_when_looked_at_is_clean(
    open_browser, width, axe, no_sideways_scroll
):
    page = open_browser(width=width)

    page.goto(reverse("login"))

    no_sideways_scroll(page)
    axe(page)
