"""The user guide calls things by the names on screen and shows pictures that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "huong-dan.md"
# Said with emphasis; nothing that stands on a page.
EMPHASIS = {
    "Mục lục",
    "chi ủy đề xuất → đảng ủy xác nhận → trả về nơi công tác",
    "chưa có gì được ghi",
    "khác",
    "không tính có mặt",
    "phải khác",
}


def on_screen() -> str:
    """The text of all templates and labels, blanks made one, tags left out."""
    pages = (ROOT / "templates").rglob("*.html")
    apps = ("members", "residence", "evaluations", "reports", "party76")
    modules = (path for app in apps for path in (ROOT / app).rglob("*.py"))
    texts = [path.read_text(encoding="utf-8") for path in (*pages, *modules)]
    text = re.sub(r"{%(?! include).*?%}|{{.*?}}", " ", " ".join(texts))
    return " ".join(text.split()).lower()


def bold(text: str) -> set[str]:
    return {
        " ".join(found.split())
        for found in re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)
    }


def test_names_when_set_in_bold_stand_on_a_page():
    guide, shown = GUIDE.read_text(encoding="utf-8"), on_screen()
    heads = re.split(r"^## ", guide, maxsplit=1, flags=re.MULTILINE)[1]
    said = bold(heads) - EMPHASIS

    unknown = {
        name
        for name in said
        if not name.endswith("?") and name.strip("… ›.:").lower() not in shown
    }

    assert len(said) > 50
    assert unknown == set()


def test_pictures_when_shown_exist():
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", GUIDE.read_text(encoding="utf-8"))

    missing = [path for path in shown if not (GUIDE.parent / path).is_file()]

    assert len(shown) > 10
    assert missing == []


def test_links_when_they_point_inside_lead_to_a_heading():
    text = GUIDE.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    anchors = {
        re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in headings
    }

    targets = re.findall(r"\]\(#([^)]+)\)", text)

    assert [target for target in targets if target not in anchors] == []
