"""The fields that a Word form may name, what each of them is, and an example."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reports.models import DocumentTemplate
from reports.queries.paper_words import number_line, party_day

Kind = DocumentTemplate.Kind

OPEN = "………………"  # written in by hand


@dataclass(frozen=True)
class FormField:
    """One field: its name in the form, what it is, an example, and where it comes from.

    With rows it is a list: the form repeats a row of a table for each of its lines.
    """

    name: str
    about: str
    sample: Any
    value: Callable[[Any], Any]
    rows: list["FormField"] = field(default_factory=list)

    @property
    def is_list(self) -> bool:
        return bool(self.rows)


def _day(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""


_HEADING = [
    FormField(
        "cap_tren",
        "Cấp trên, dòng đầu bên trái",
        "ĐẢNG BỘ THÀNH PHỐ CẦN THƠ",
        lambda paper: paper.papers.superior,
    ),
    FormField(
        "co_quan",
        "Cơ quan ban hành, dòng thứ hai bên trái",
        "ĐẢNG ỦY SỞ Y TẾ",
        lambda paper: paper.papers.issuer,
    ),
    FormField(
        "so_van_ban",
        "Số và ký hiệu; để trống chỗ khi chưa ghi số",
        "Số 05-GGT/ĐU",
        lambda paper: number_line(getattr(paper, "number", ""), paper.sign),
    ),
    FormField("dia_danh", "Địa danh", "Cần Thơ", lambda paper: paper.papers.place),
    FormField(
        "ngay_van_ban",
        "Ngày, tháng, năm; để trống chỗ khi chưa ghi ngày",
        "ngày 05 tháng 02 năm 2026",
        lambda paper: party_day(getattr(paper, "dated_on", None)),
    ),
    FormField(
        "kinh_gui",
        "Nơi nhận văn bản",
        "Đảng ủy phường Ninh Kiều",
        lambda paper: paper.addressee,
    ),
    FormField(
        "can_cu",
        "Quy định làm căn cứ, có hiệu lực vào ngày của văn bản",
        "Quy định 213-QĐ/TW ngày 02-01-2020",
        lambda paper: paper.basis,
    ),
    FormField(
        "thay_mat",
        "Dòng thay mặt trên chữ ký",
        "T/M ĐẢNG ỦY SỞ Y TẾ",
        lambda paper: paper.papers.on_behalf,
    ),
    FormField("chuc_danh", "Chức danh người ký", "BÍ THƯ", lambda p: p.papers.title),
    FormField(
        "nguoi_ky",
        "Họ tên người ký",
        "Trần Thị Mẫu",
        lambda paper: paper.papers.signer,
    ),
]
_PERSON = [
    FormField("ho_ten", "Họ và tên", "Nguyễn Văn Mẫu", lambda p: p.full_name),
    FormField("gioi_tinh", "Giới tính", "Nam", lambda paper: paper.gender),
    FormField("ngay_sinh", "Ngày sinh", "07/10/1980", lambda paper: paper.born),
    FormField(
        "so_the", "Số thẻ đảng viên", "11.000001", lambda paper: paper.card_number
    ),
    FormField(
        "ngay_vao_dang",
        "Ngày vào Đảng",
        "03/02/2005",
        lambda paper: _day(paper.admitted_on),
    ),
    FormField(
        "ngay_chinh_thuc",
        "Ngày chính thức",
        "03/02/2006",
        lambda paper: _day(paper.official_on),
    ),
    FormField(
        "don_vi",
        "Tổ chức đảng nơi công tác",
        "Chi bộ Phòng Nghiệp vụ Y",
        lambda paper: paper.unit,
    ),
    FormField(
        "dia_chi",
        "Địa chỉ nơi cư trú",
        "Số 12, khu vực 1",
        lambda paper: paper.address,
    ),
    FormField(
        "noi_cu_tru",
        "Đảng ủy nơi cư trú",
        "Đảng ủy phường Ninh Kiều",
        lambda paper: paper.ward,
    ),
    FormField(
        "dia_ban",
        "Xã, phường nơi cư trú",
        "phường Ninh Kiều",
        lambda paper: paper.place,
    ),
    FormField(
        "mien_sinh_hoat",
        "Căn cứ miễn sinh hoạt nơi cư trú; trống khi không thuộc diện miễn",
        "Học tập trung 12 tháng trong năm",
        lambda paper: paper.exempt,
    ),
]
_RECEIPT = [
    FormField(
        "ngay_tiep_nhan",
        "Ngày nơi cư trú tiếp nhận; để trống chỗ khi chưa tiếp nhận",
        "ngày 12 tháng 02 năm 2026",
        lambda paper: party_day(paper.received_on),
    ),
    FormField(
        "so_tiep_nhan",
        "Số tiếp nhận của nơi cư trú",
        "17",
        lambda paper: paper.receipt_number,
    ),
    FormField(
        "chi_bo_noi_cu_tru",
        "Chi bộ nơi cư trú được giới thiệu về; để trống chỗ khi chưa có",
        "Chi bộ Khu vực 1",
        lambda paper: paper.passed_to or f"chi bộ {OPEN}",
    ),
    FormField(
        "ma_qr",
        "Mã QR mở hồ sơ trên hệ thống, phải đăng nhập mới xem được",
        "https://danguy.example/giay/1/",
        lambda paper: paper.open_url,
    ),
]


def _lines(rows: list[FormField]) -> Callable[[Any], list[dict[str, str]]]:
    return lambda paper: [
        {"tt": str(number), **{one.name: one.value(line) for one in rows}}
        for number, line in enumerate(paper.lines, 1)
    ]


def _list_of(about: str, rows: list[FormField]) -> FormField:
    number = FormField("tt", "Số thứ tự", "1", str)
    sample = {one.name: one.sample for one in [number, *rows]}
    return FormField(
        "danh_sach",
        about,
        [sample, sample | {"tt": "2"}],
        _lines(rows),
        [number, *rows],
    )


_REPLY_LINES = [
    FormField("ho_ten", "Họ và tên", "Nguyễn Văn Mẫu", lambda line: line.full_name),
    FormField("ngay_sinh", "Ngày sinh", "07/10/1980", lambda line: line.born),
    FormField(
        "giay_gioi_thieu",
        "Số, ngày giấy giới thiệu",
        "05-GGT/ĐU, 05/02/2026",
        lambda line: line.letter,
    ),
    FormField(
        "ket_qua",
        "Đã tiếp nhận ngày nào, hoặc trả lại vì lý do gì",
        "Đã tiếp nhận ngày 12/02/2026",
        lambda line: line.result,
    ),
    FormField(
        "chi_bo", "Chi bộ nơi cư trú", "Chi bộ Khu vực 1", lambda line: line.cell
    ),
]
_NOTICE_LINES = [
    FormField("ho_ten", "Họ và tên", "Nguyễn Văn Mẫu", lambda line: line.full_name),
    FormField(
        "chi_bo", "Chi bộ nơi cư trú", "Chi bộ Khu vực 1", lambda line: line.cell
    ),
    FormField(
        "su_viec",
        "Sự việc, theo hồ sơ",
        "Vắng 2 kỳ họp năm 2025.",
        lambda line: line.facts,
    ),
]
_SENDER = FormField(
    "noi_thong_bao",
    "Đảng ủy nơi cư trú ra thông báo",
    "Đảng ủy phường Ninh Kiều",
    lambda paper: paper.sender,
)
_COUNT = FormField(
    "so_dong_chi", "Số đồng chí trong danh sách", "2", lambda p: str(p.count)
)

FORM_FIELDS: dict[Kind, list[FormField]] = {
    Kind.LETTER: [*_HEADING, *_PERSON, *_RECEIPT],
    Kind.REPLY: [
        *_HEADING,
        _SENDER,
        _COUNT,
        _list_of("Danh sách đảng viên, mỗi người một dòng của bảng", _REPLY_LINES),
    ],
    Kind.NOTICE: [
        *_HEADING,
        FormField(
            "trich_yeu",
            "Trích yếu, theo loại thông báo",
            "Về việc đảng viên vắng sinh hoạt nơi cư trú",
            lambda paper: paper.subject,
        ),
        _SENDER,
        _COUNT,
        _list_of("Danh sách đảng viên, mỗi người một dòng của bảng", _NOTICE_LINES),
        FormField(
            "noi_dung",
            "Nội dung, đề nghị của nơi cư trú",
            "Đề nghị cấp ủy nhắc nhở đồng chí có tên trên.",
            lambda paper: paper.text,
        ),
        FormField(
            "han_tra_loi",
            "Ngày đề nghị trả lời; trống khi không hẹn",
            "31/03/2026",
            lambda paper: _day(paper.due_on),
        ),
    ],
}


def names_of(kind: str) -> dict[str, list[str] | None]:
    """{field: None, or the fields of a row}: all that a form of this kind may name."""
    return {
        one.name: [row.name for row in one.rows] if one.rows else None
        for one in FORM_FIELDS[Kind(kind)]
    }


def samples_of(kind: str) -> dict[str, Any]:
    """{field: its example}: an invented paper of this kind."""
    return {one.name: one.sample for one in FORM_FIELDS[Kind(kind)]}
