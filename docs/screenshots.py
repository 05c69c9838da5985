"""Draws docs/img/<page>-<width>.png from the demo city.

    python docs/screenshots.py                     a scratch city, loaded and thrown away
    python docs/screenshots.py --database FILE     the demo city of this SQLite file
    python docs/screenshots.py --only home sheet   some pages, --out to another folder

Needs requirements-dev.txt and Chromium.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "img"
LIST = ROOT / "tests" / "samples" / "danh-sach-213-phuong-ninh-kieu.xlsx"
PASSWORD = "can-tho-76-demo"  # noqa: S105 printed by load_demo
# Window height, and where a long page is cut.
WIDTHS = {360: (740, 1480), 1366: (768, 1400)}
CITY, WARD, CELL, WORKPLACE = "btc", "phuong.ninhkieu", "chibo.kv1", "coquan.soyte"
SCHOOL = "truong.chauvanliem"
INSPECTOR, ADMINISTRATOR = "kiemtra", "quantri"


@dataclass(frozen=True)
class Picture:
    """A page: who looks at it, its address, what is done before the picture."""

    name: str
    username: str | None
    address: str | Callable[[], str]
    prepare: Callable | None = None
    widths: tuple[int, ...] = tuple(WIDTHS)
    cut: int = 0  # where this page is cut instead


def main() -> None:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        _set_environment(options.database or Path(scratch) / "demo.sqlite3")
        if options.database is None:
            _manage("migrate", "--verbosity", "0")
            _manage("load_demo")
        wanted = [p for p in PICTURES if not options.only or p.name in options.only]
        pages = [(picture, _address(picture)) for picture in wanted]
        with _server() as url:
            _draw(pages, url, options.out)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--database", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--only", nargs="+", metavar="PAGE")
    return parser.parse_args()


def _set_environment(database: Path) -> None:
    sys.path.insert(0, str(ROOT))
    os.environ.update(
        DJANGO_SETTINGS_MODULE="party76.settings",
        DATABASE_URL=f"sqlite:///{database.resolve()}",
        DEBUG="1",
        DEMO="1",
    )


def _manage(*arguments: str) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    subprocess.run(command, check=True)  # noqa: S603 our own program


@contextmanager
def _server():
    """The address of the program, served until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "manage.py", "runserver", "--noreload", str(port)]
    process = subprocess.Popen(  # noqa: S603 our own program
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("The server did not start.")


# Where the pages are: numbers of rows differ from city to city


def _address(picture: Picture) -> str:
    if isinstance(picture.address, str):
        return picture.address
    import django  # noqa: PLC0415 after the environment is set

    django.setup()
    return picture.address()


def _row(label: str, **conditions):
    """The key of the first row of a model that fits."""
    from django.apps import apps  # noqa: PLC0415

    rows = apps.get_model(label).objects.filter(**conditions)
    return rows.order_by("pk").values_list("pk", flat=True)[0]


def _cell() -> int:
    """The cell of the demo's cell account."""
    return _row("members.Committee", assignments__user__username=CELL)


def _ward() -> int:
    """The ward of the demo's ward account."""
    return _row("members.Committee", assignments__user__username=WARD)


def _workplace(username: str) -> int:
    return _row("members.Committee", assignments__user__username=username)


def _member() -> str:
    """Of the workplace account's unit, living in the ward, praised in a notice."""
    stay = {
        "state": "received",
        "ward": _ward(),
        "workplace": _workplace(WORKPLACE),
        "notice_items__notice__kind": "commendation",
    }
    found = {f"registrations__{name}": value for name, value in stay.items()}
    return f"/dang-vien/{_row('members.Member', **found)}/"


def _overdue() -> str:
    """The notice on absences that the workplace account has not answered."""
    notice = _row(
        "residence.Notice",
        committee=_ward(),
        workplace=_workplace(WORKPLACE),
        kind="absence",
    )
    return f"/thong-bao/{notice}/"


def _opened() -> str:
    """The notice on absences that the school has opened, where it answers it."""
    school = _workplace(SCHOOL)
    notice = _row("residence.Notice", workplace=school, kind="absence", state="seen")
    return f"/thong-bao/{notice}/tra-loi/"


def _letter() -> str:
    """The paper of a letter that the workplace account has sent."""
    letter = _row(
        "members.Registration",
        workplace=_workplace(WORKPLACE),
        state="sent",
        exemptions__isnull=False,
    )
    return f"/giay/{letter}/in/"


def _register() -> str:
    """The register of the cell, as it is bound."""
    return f"/so-sach/{_cell()}/noi-cu-tru/in/"


def _meeting() -> str:
    """Held, closed, with opinions."""
    held = {"committee": _cell(), "state": "closed", "opinions__isnull": False}
    return f"/ky-hop/{_row('residence.Meeting', **held)}/"


def _attendance() -> str:
    meeting = _row("residence.Meeting", committee=_cell(), state="listed")
    return f"/ky-hop/{meeting}/"


def _sheet() -> str:
    sheet = _row("evaluations.Sheet", cell=_cell(), rating_year__state="open")
    return f"/nhan-xet/bang/{sheet}/"


def _summary(page: str = "") -> str:
    city = _row("members.Committee", assignments__user__username=CITY)
    return f"/tong-hop/{city}/2013/{page}"


def _summary_today() -> str:
    return _summary("?co_cau=hom-nay")


def _ninh_kieu() -> str:
    return f"/to-chuc/{_ward()}/"


def _reconciliation() -> str:
    return _summary("doi-chieu/")


# What is done on the page before its picture is taken


def _begin_marking(page) -> None:
    """Open the meeting the cell holds today, as its secretary would."""
    begin = page.get_by_role("button", name="Bắt đầu")
    if begin.count():
        begin.first.click()
    else:
        page.get_by_role("link", name="Điểm danh").first.click()
    page.wait_for_load_state()


def _upload_list(page) -> None:
    """An office's list up to its preview, which nobody confirms."""
    page.set_input_files("[name=file]", LIST)
    page.locator("main form [type=submit]").click()
    page.get_by_role("button", name="Tiếp tục: xem trước").click()
    page.get_by_role("heading", name="Xem trước").wait_for()


def _choose_three(page) -> None:
    """Three people are ticked, and their residences proposed; nothing is written."""
    people = page.locator("main table [name=nguoi]")
    for number in range(3):
        people.nth(number).check()
    page.get_by_role("button", name="Tiếp tục: chọn nơi cư trú").click()
    page.get_by_role("button", name="Kiểm tra trước khi ghi").wait_for()


def _compare_first(page) -> None:
    page.get_by_role("link", name="So sánh").first.click()
    page.get_by_role("heading", name="So sánh hai hồ sơ").wait_for()


def _look_at_timeline(page) -> None:
    """The time line of the file alone."""
    page.evaluate(
        "() => document.querySelectorAll('main section:not(:has(.timeline))')"
        ".forEach((part) => part.remove())"
    )


def _look_at_history(page) -> None:
    """The drawing alone: what stands above it makes way."""
    page.evaluate(
        "() => document.querySelectorAll('main section:not(#lich-su), .stat-tiles')"
        ".forEach((part) => part.remove())"
    )


def _paste_decision(page) -> None:
    """A small decision up to its preview, which nobody confirms."""
    page.get_by_label("Số quyết định").fill("24-QĐ/TU")
    page.get_by_label("Ngày hiệu lực").fill("01/11/2026")
    rows = (
        "Đơn vị cũ\tĐơn vị mới\tToàn bộ hay một phần\tHình thức",
        "Phường Cái Răng\tPhường Hưng Phú\tToàn bộ\tHợp nhất",
        "Phường Hưng Phú\tPhường Hưng Phú\tToàn bộ\tHợp nhất",
        "Phường Cái Khế\tPhường Ninh Kiều\tMột phần\tSáp nhập",
        "Phường Cái Khế\tPhường Bình Thủy\tPhần còn lại\tSáp nhập",
    )
    page.locator("[name=rows]").fill("\n".join(rows))
    page.get_by_role("button", name="Đọc danh sách").click()
    page.get_by_role("button", name="Tiếp tục: xem trước").click()
    page.get_by_role("heading", name="Xem trước việc sắp xếp").wait_for()


PICTURES = (
    # The main pages, on a phone and on a desk
    Picture("home", WARD, "/"),
    Picture("member-list", WARD, "/dang-vien/"),
    Picture("member-file", WARD, _member),
    Picture("import-preview", WARD, "/nhap-danh-sach/moi/", _upload_list),
    Picture("meeting", CELL, _meeting),
    Picture("attendance", CELL, _attendance, _begin_marking),
    Picture("sheet", CELL, _sheet),
    Picture("summary", CITY, _summary, cut=1860),
    Picture("reconciliation", CITY, _reconciliation),
    Picture("workplace-view", WORKPLACE, "/nhan-xet-noi-cu-tru/"),
    Picture("tree", CITY, "/to-chuc/"),
    # What the user guide shows besides
    Picture("login", None, "/dang-nhap/", widths=(1366,)),
    Picture("letters", WORKPLACE, "/gioi-thieu/?muc=cho-tiep-nhan", widths=(1366,)),
    Picture("introduce-many", WORKPLACE, "/gioi-thieu/nhieu/", _choose_three, (1366,)),
    Picture("letter-print", WORKPLACE, _letter, widths=(1366,)),
    Picture("inbox", WARD, "/gioi-thieu/cho-tiep-nhan/", widths=(1366,)),
    Picture("notice", WARD, _overdue, widths=(1366,)),
    Picture("notice-answer", SCHOOL, _opened, widths=(1366,)),
    Picture("timeline", WARD, _member, _look_at_timeline, (1366,), cut=1860),
    Picture("contact-books", WARD, "/so-lien-he/", widths=(1366,)),
    Picture("merge-compare", WARD, "/ghep-ho-so/", _compare_first, (1366,)),
    Picture("register-print", CELL, _register, widths=(1366,)),
    Picture("sheet-list", WARD, "/nhan-xet/", widths=(1366,)),
    Picture("accounts", ADMINISTRATOR, "/tai-khoan/", widths=(1366,)),
    Picture("tree-2013", CITY, "/to-chuc/?ngay=31/12/2013", widths=(1366,), cut=1500),
    Picture("unit-history", CITY, _ninh_kieu, _look_at_history, (1366,), cut=1780),
    Picture("summary-today", CITY, _summary_today, widths=(1366,), cut=1900),
    Picture("reform", CITY, "/sap-xep/moi/", _paste_decision, (1366,), cut=2000),
    Picture("audit", INSPECTOR, "/nhat-ky/", widths=(1366,)),
)


# Drawing


def _draw(pages, url: str, out: Path) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    switches = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=switches)
        for picture, address in pages:
            for width in picture.widths:
                path = out / f"{picture.name}-{width}.png"
                _draw_one(browser, url, picture, address, width, path)
                print(f"{path.name}: {path.stat().st_size // 1024} kB")
        browser.close()


def _draw_one(browser, url, picture, address, width, path) -> None:
    height, usual_cut = WIDTHS[width]
    cut = picture.cut or usual_cut
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
    )
    page = context.new_page()
    if picture.username:
        _log_in(page, picture.username)
    page.goto(address)
    if picture.prepare:
        picture.prepare(page)
    tall = page.evaluate("() => document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(tall, height), cut)})
    page.screenshot(path=path)
    context.close()


def _log_in(page, username: str) -> None:
    page.goto("/dang-nhap/")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/")


if __name__ == "__main__":
    main()
