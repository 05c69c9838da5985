"""Draws the Word forms that come with the system: python docs/document_templates.py

Party papers (QĐ 66-QĐ/TW, HD 36-HD/VPTW): A4, Times New Roman 14, margins 20, 20, 30
and 15 mm. Fields are those of reports/documents/fields.py.
"""

from datetime import UTC, datetime
from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

FOLDER = Path(__file__).resolve().parent.parent / "reports" / "document_templates"
CENTER, LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT
BOTH = WD_ALIGN_PARAGRAPH.JUSTIFY


def new_paper():
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    style = paper.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
    style.paragraph_format.space_before = Pt(0)
    style.paragraph_format.space_after = Pt(3)
    style.paragraph_format.line_spacing = 1.0
    about = paper.core_properties
    about.author, about.title, about.comments = "", "", ""
    about.created = about.modified = datetime(2026, 1, 1, tzinfo=UTC)
    return paper


def write(
    owner, text, *, align=LEFT, bold=False, italic=False, underline=False, size=14
):
    """A paragraph; the first one of a table cell is there already."""
    first = owner.paragraphs[0] if owner.paragraphs else None
    is_free = first is not None and not first.text and len(owner.paragraphs) == 1
    paragraph = first if is_free and hasattr(owner, "_tc") else owner.add_paragraph()
    paragraph.alignment = align
    run = paragraph.add_run(text)
    run.bold, run.italic, run.underline = bold, italic, underline
    run.font.size = Pt(size)
    return paragraph


def indented(paper, text, **looks):
    paragraph = write(paper, text, align=BOTH, **looks)
    paragraph.paragraph_format.first_line_indent = Mm(10)
    return paragraph


def two_columns(paper, left=82, right=83):
    table = paper.add_table(rows=1, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for cell, width in zip(table.rows[0].cells, (left, right), strict=True):
        cell.width = Mm(width)
    return table.rows[0].cells


def heading(paper):
    left, right = two_columns(paper)
    write(left, "{{ cap_tren }}", align=CENTER)
    write(left, "{{ co_quan }}", align=CENTER, bold=True)
    write(left, "*", align=CENTER)
    write(left, "{{ so_van_ban }}", align=CENTER)
    write(
        right,
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        align=CENTER,
        bold=True,
        underline=True,
    )
    write(right, "{{ dia_danh }}, {{ ngay_van_ban }}", align=CENTER, italic=True)


def title(paper, text, *below):
    first = write(paper, text, align=CENTER, bold=True, size=16)
    first.paragraph_format.space_before = Pt(14)
    for line in below:
        write(paper, line, align=CENTER, bold=True)
    address = write(paper, "Kính gửi: {{ kinh_gui }}", align=CENTER)
    address.paragraph_format.space_before = Pt(8)
    address.paragraph_format.space_after = Pt(8)


def signature(cell):
    write(cell, "{{ thay_mat }}", align=CENTER, bold=True)
    write(cell, "{{ chuc_danh }}", align=CENTER)
    for _ in range(3):
        write(cell, " ", align=CENTER)
    write(cell, "{{ nguoi_ky }}", align=CENTER, bold=True)


def letter():
    paper = new_paper()
    heading(paper)
    title(
        paper,
        "GIẤY GIỚI THIỆU",
        "Đảng viên đang công tác thường xuyên giữ mối liên hệ",
        "với tổ chức đảng và nhân dân nơi cư trú",
    )
    indented(paper, "{%p if can_cu %}")
    indented(paper, "Căn cứ {{ can_cu }};")
    indented(paper, "{%p endif %}")
    indented(paper, "Giới thiệu đồng chí:")
    indented(paper, "Họ và tên: {{ ho_ten }}. Giới tính: {{ gioi_tinh }}.")
    indented(paper, "Ngày sinh: {{ ngay_sinh }}.")
    indented(
        paper,
        "Ngày vào Đảng: {{ ngay_vao_dang }}. Ngày chính thức: {{ ngay_chinh_thuc }}.",
    )
    indented(paper, "Hiện sinh hoạt đảng tại: {{ don_vi }}.")
    indented(
        paper, "Nơi cư trú: {{ dia_chi }}{% if dia_chi %}, {% endif %}{{ dia_ban }}."
    )
    indented(paper, "{%p if mien_sinh_hoat %}")
    indented(
        paper,
        "Thuộc đối tượng giới thiệu nhưng được miễn sinh hoạt nơi cư trú: "
        "{{ mien_sinh_hoat }}.",
        bold=True,
    )
    indented(paper, "{%p endif %}")
    indented(
        paper,
        "Đề nghị {{ kinh_gui }} tiếp nhận và tạo điều kiện để đồng chí giữ mối liên hệ "
        "với tổ chức đảng và nhân dân nơi cư trú.",
    )
    left, right = two_columns(paper)
    write(left, "ĐẢNG ỦY (CHI ỦY) NƠI CƯ TRÚ", align=CENTER, bold=True)
    write(left, "Đã tiếp nhận {{ ngay_tiep_nhan }}", align=CENTER)
    write(
        left,
        "{% if so_tiep_nhan %}Số tiếp nhận: {{ so_tiep_nhan }}{% endif %}",
        align=CENTER,
    )
    write(left, "Giới thiệu về {{ chi_bo_noi_cu_tru }}", align=CENTER)
    write(left, "T/M ĐẢNG ỦY (CHI ỦY)", align=CENTER, bold=True)
    write(left, "(ký, ghi rõ họ tên, đóng dấu)", align=CENTER, italic=True)
    signature(right)
    foot = write(paper, "{{ ma_qr }}")
    foot.paragraph_format.space_before = Pt(30)
    write(
        paper,
        "Quét mã để mở hồ sơ trên hệ thống; phải đăng nhập mới xem được.",
        italic=True,
        size=10,
    )
    return paper


def reply():
    paper = new_paper()
    heading(paper)
    title(
        paper,
        "THÔNG BÁO",
        "Về kết quả tiếp nhận đảng viên giữ mối liên hệ nơi cư trú",
    )
    indented(
        paper,
        "{{ noi_thong_bao }} thông báo kết quả tiếp nhận {{ so_dong_chi }} đồng chí do quý "
        "cấp ủy giới thiệu{% if can_cu %} theo {{ can_cu }}{% endif %}:",
    )
    rows_table(
        paper,
        [
            ("TT", "{{ d.tt }}", 11),
            ("Họ và tên", "{{ d.ho_ten }}", 38),
            ("Ngày sinh", "{{ d.ngay_sinh }}", 25),
            ("Giấy giới thiệu", "{{ d.giay_gioi_thieu }}", 28),
            ("Kết quả", "{{ d.ket_qua }}", 38),
            ("Chi bộ nơi cư trú", "{{ d.chi_bo }}", 25),
        ],
    )
    receivers(paper)
    return paper


def notice():
    paper = new_paper()
    heading(paper)
    title(paper, "THÔNG BÁO", "{{ trich_yeu }}")
    indented(
        paper,
        "Thực hiện {% if can_cu %}{{ can_cu }}{% else %}quy định về đảng viên đang công "
        "tác giữ mối liên hệ với tổ chức đảng và nhân dân nơi cư trú{% endif %}, "
        "{{ noi_thong_bao }} thông báo về {{ so_dong_chi }} đồng chí:",
    )
    rows_table(
        paper,
        [
            ("TT", "{{ d.tt }}", 11),
            ("Họ và tên", "{{ d.ho_ten }}", 45),
            ("Chi bộ nơi cư trú", "{{ d.chi_bo }}", 40),
            ("Sự việc", "{{ d.su_viec }}", 69),
        ],
    )
    indented(paper, "{%p if noi_dung %}")
    indented(paper, "{{ noi_dung }}")
    indented(paper, "{%p endif %}")
    indented(paper, "{%p if han_tra_loi %}")
    indented(paper, "Đề nghị trả lời chậm nhất ngày {{ han_tra_loi }}.")
    indented(paper, "{%p endif %}")
    receivers(paper)
    return paper


def rows_table(paper, columns):
    """A ruled table whose middle row is repeated for each person."""
    table = paper.add_table(rows=4, cols=len(columns))
    table.style = "Table Grid"
    table.autofit = False
    repeat_heading(table.rows[0])
    lines = zip(
        *[(label, "", value, "") for label, value, _ in columns],
        strict=True,
    )
    for row, texts in zip(table.rows, lines, strict=True):
        for cell, text, (_, _, width) in zip(row.cells, texts, columns, strict=True):
            cell.width = Mm(width)
            is_head = row is table.rows[0] or text == columns[0][0]
            write(cell, text, align=CENTER if is_head else LEFT, size=12)
    for cell, (label, _, _) in zip(table.rows[0].cells, columns, strict=True):
        cell.paragraphs[0].runs[0].bold = bool(label)
    table.rows[1].cells[0].paragraphs[0].runs[0].text = "{%tr for d in danh_sach %}"
    table.rows[3].cells[0].paragraphs[0].runs[0].text = "{%tr endfor %}"


def repeat_heading(row):
    about = row._tr.get_or_add_trPr()  # noqa: SLF001 python-docx has no other way
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    about.append(mark)


def receivers(paper):
    write(paper, " ", size=6)
    left, right = two_columns(paper)
    write(left, "Nơi nhận:", underline=True, size=12)
    write(left, "- Như trên;", size=12)
    write(left, "- Lưu Đảng ủy.", size=12)
    signature(right)


def main():
    FOLDER.mkdir(exist_ok=True)
    for name, draw in {"letter": letter, "reply": reply, "notice": notice}.items():
        draw().save(FOLDER / f"{name}.docx")
        print(FOLDER / f"{name}.docx")


if __name__ == "__main__":
    main()
