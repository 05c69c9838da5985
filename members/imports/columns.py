"""The columns that lists of members and of units may have, and their words."""

from party76.spreadsheets.recognition import ColumnSpec

MEMBERS = "members"
COMMITTEES = "committees"

# Sub-headings of a list that name the cell of the rows below them.
CELL_WORDS = ("chi bộ", "khu vực", "ấp", "khóm", "tổ dân phố", "khu phố", "thôn")

_MAN = ("ngày sinh > nam", "ngày tháng năm sinh > nam", "năm sinh > nam")
_WOMAN = ("ngày sinh > nữ", "ngày tháng năm sinh > nữ", "năm sinh > nữ")

MEMBER_COLUMNS = (
    ColumnSpec("counter", "Số thứ tự", ("stt", "số tt", "tt"), kind="counter"),
    ColumnSpec(
        "full_name",
        "Họ và tên",
        ("họ và tên", "họ tên", "họ và tên đảng viên", "họ tên đảng viên", "tên"),
        required=True,
        kind="name",
    ),
    ColumnSpec("born_man", "Ngày sinh (nam)", _MAN, kind="date"),
    ColumnSpec("born_woman", "Ngày sinh (nữ)", _WOMAN, kind="date"),
    ColumnSpec(
        "born",
        "Ngày sinh",
        ("ngày sinh", "ngày tháng năm sinh", "năm sinh", "sinh ngày"),
        kind="date",
    ),
    ColumnSpec("gender", "Giới tính", ("giới tính", "nam nữ", "phái")),
    ColumnSpec(
        "is_woman", "Nữ (đánh dấu x)", ("nữ", "là nữ", "đảng viên nữ"), kind="mark"
    ),
    ColumnSpec(
        "admitted_on",
        "Ngày vào Đảng",
        (
            "ngày vào đảng > dự bị",
            "ngày vào đảng",
            "ngày kết nạp",
            "vào đảng > dự bị",
            "ngày dự bị",
        ),
        kind="date",
    ),
    ColumnSpec(
        "official_on",
        "Ngày chính thức",
        (
            "ngày vào đảng > chính thức",
            "ngày chính thức",
            "ngày công nhận chính thức",
            "vào đảng > chính thức",
        ),
        kind="date",
    ),
    ColumnSpec(
        "card_number",
        "Số thẻ",
        ("số thẻ đv", "số thẻ đảng viên", "số thẻ", "thẻ đảng", "số thẻ đảng"),
        kind="code",
    ),
    ColumnSpec(
        "workplace",
        "Đơn vị công tác",
        (
            "đơn vị công tác",
            "nơi công tác",
            "cơ quan công tác",
            "cơ quan, đơn vị",
            "đảng bộ, chi bộ nơi công tác",
            "nơi sinh hoạt đảng",
        ),
    ),
    ColumnSpec(
        "position",
        "Chức vụ",
        ("chức vụ", "chức vụ, nghề nghiệp", "nghề nghiệp", "chức danh"),
    ),
    ColumnSpec(
        "cell",
        "Chi bộ nơi cư trú",
        (
            "chi bộ nơi cư trú",
            "chi bộ khu vực",
            "chi bộ ấp",
            "sinh hoạt tại chi bộ",
            "chi bộ",
            "khu vực",
        ),
    ),
    ColumnSpec(
        "address",
        "Địa chỉ",
        ("địa chỉ", "nơi ở", "chỗ ở hiện nay", "địa chỉ nơi cư trú", "nơi thường trú"),
    ),
    ColumnSpec(
        "phone", "Điện thoại", ("điện thoại", "số điện thoại", "sđt", "di động")
    ),
    ColumnSpec(
        "received_on",
        "Ngày tiếp nhận",
        ("ngày tiếp nhận", "ngày nhận", "tiếp nhận ngày", "thời gian tiếp nhận"),
        kind="date",
    ),
    ColumnSpec(
        "letter_number",
        "Số giấy giới thiệu",
        ("số giấy giới thiệu", "số ggt", "giấy giới thiệu số", "giấy giới thiệu > số"),
    ),
    ColumnSpec(
        "letter_date",
        "Ngày giấy giới thiệu",
        ("ngày giấy giới thiệu", "ngày ggt", "giấy giới thiệu > ngày"),
        kind="date",
    ),
    ColumnSpec("note", "Ghi chú", ("ghi chú", "ghi chu", "diện miễn sinh hoạt")),
)

COMMITTEE_COLUMNS = (
    ColumnSpec("counter", "Số thứ tự", ("stt", "số tt", "tt"), kind="counter"),
    ColumnSpec(
        "name",
        "Tên tổ chức đảng",
        ("tên tổ chức đảng", "tên đơn vị", "tổ chức đảng", "đơn vị", "tên chi bộ"),
        required=True,
    ),
    ColumnSpec(
        "code", "Mã đơn vị", ("mã đơn vị", "mã", "mã tổ chức", "mã số"), kind="code"
    ),
    ColumnSpec("short_name", "Tên gọi tắt", ("tên gọi tắt", "tên tắt", "viết tắt")),
    ColumnSpec("kind", "Loại tổ chức", ("loại tổ chức", "loại", "loại hình tổ chức")),
    ColumnSpec(
        "parent",
        "Trực thuộc",
        ("trực thuộc", "cấp trên", "đảng bộ cấp trên", "thuộc đảng bộ"),
    ),
    ColumnSpec("sector", "Khối", ("khối", "loại hình", "lĩnh vực")),
    ColumnSpec(
        "statistics_code", "Mã thống kê", ("mã thống kê", "mã hành chính"), kind="code"
    ),
    ColumnSpec(
        "outside_city",
        "Ngoài Đảng bộ thành phố",
        ("ngoài đảng bộ thành phố", "ngoài thành phố"),
        kind="mark",
    ),
    ColumnSpec(
        "uses_system", "Dùng hệ thống", ("dùng hệ thống", "dùng phần mềm"), kind="mark"
    ),
    ColumnSpec(
        "valid_from",
        "Hoạt động từ ngày",
        ("hoạt động từ ngày", "ngày thành lập", "từ ngày"),
        kind="date",
    ),
)

REFORM_COLUMNS = (
    ColumnSpec("counter", "Số thứ tự", ("stt", "số tt", "tt"), kind="counter"),
    ColumnSpec(
        "old",
        "Đơn vị cũ",
        (
            "đơn vị cũ",
            "tên đơn vị cũ",
            "đơn vị trước sắp xếp",
            "đơn vị hiện nay",
            "đơn vị cũ > tên đơn vị",
            "đơn vị hành chính cũ",
            "tổ chức đảng cũ",
        ),
        required=True,
    ),
    ColumnSpec(
        "old_parent",
        "Trực thuộc (cũ)",
        (
            "trực thuộc cũ",
            "thuộc quận, huyện",
            "quận, huyện",
            "quận, huyện cũ",
            "cấp trên cũ",
            "đơn vị cũ > trực thuộc",
        ),
    ),
    ColumnSpec(
        "old_province",
        "Tỉnh, thành phố (cũ)",
        ("tỉnh, thành phố cũ", "tỉnh cũ", "tỉnh, thành phố", "thuộc tỉnh"),
    ),
    ColumnSpec(
        "new",
        "Đơn vị mới",
        (
            "đơn vị mới",
            "tên đơn vị mới",
            "đơn vị sau sắp xếp",
            "đơn vị mới > tên đơn vị",
            "đơn vị hành chính mới",
            "tổ chức đảng mới",
        ),
        required=True,
    ),
    ColumnSpec(
        "new_kind",
        "Loại đơn vị mới",
        ("loại đơn vị mới", "loại mới", "loại tổ chức mới", "đơn vị mới > loại"),
    ),
    ColumnSpec(
        "new_parent",
        "Trực thuộc (mới)",
        (
            "trực thuộc mới",
            "cấp trên mới",
            "đơn vị mới > trực thuộc",
            "chuyển về trực thuộc",
        ),
    ),
    ColumnSpec(
        "part",
        "Toàn bộ hay một phần",
        ("toàn bộ hay một phần", "phạm vi", "phần", "toàn bộ/một phần"),
    ),
    ColumnSpec(
        "operation",
        "Hình thức",
        ("hình thức", "hình thức sắp xếp", "phương án", "cách sắp xếp"),
    ),
    ColumnSpec(
        "code", "Mã đơn vị mới", ("mã đơn vị mới", "mã mới", "mã đơn vị"), kind="code"
    ),
    ColumnSpec(
        "statistics_code",
        "Mã thống kê",
        ("mã thống kê", "mã hành chính", "mã thống kê mới"),
        kind="code",
    ),
    ColumnSpec("note", "Ghi chú", ("ghi chú",)),
)
