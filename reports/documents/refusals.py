"""Why a Word form is not taken, in sentences an office can act on."""

NOT_WORD = (
    "Tệp này không phải văn bản Word (.docx). Đồng chí mở mẫu bằng Word, chọn Lưu "
    "thành, kiểu “Word Document (*.docx)”, rồi chọn lại tệp."
)
OLD_WORD = (
    "Tệp này là văn bản Word kiểu cũ (.doc) hoặc có mật khẩu. Đồng chí mở bằng Word, bỏ "
    "mật khẩu, lưu thành kiểu .docx rồi chọn lại tệp."
)
TOO_LARGE = "Tệp lớn hơn 2 MB. Đồng chí bỏ bớt hình trong mẫu rồi chọn lại tệp."
BROKEN = (
    "Tệp bị hỏng, không mở được. Đồng chí mở lại bằng Word, lưu một lần nữa rồi chọn "
    "lại tệp."
)
MACRO = "Mẫu có macro hoặc tệp nhúng bên trong. Đồng chí bỏ những phần đó rồi chọn lại."
EXTERNAL = "Mẫu lấy hình hoặc nội dung từ nơi khác. Đồng chí chèn hẳn hình vào mẫu rồi chọn lại."
OUTSIDE_BODY = (
    "Trường nằm ở đầu trang, chân trang hoặc chú thích thì không điền được. Đồng chí "
    "chuyển các trường vào thân văn bản."
)
TOO_HARD = (
    "Mẫu quá lớn hoặc quá phức tạp, không điền được trong thời gian cho phép. Đồng chí "
    "dùng mẫu đơn giản hơn."
)
NO_FIELDS = (
    "Mẫu không có trường nào (tên trường giữa hai dấu ngoặc nhọn kép), nên giấy in ra sẽ giống hệt nhau. Đồng "
    "chí đặt các trường vào mẫu."
)
UNKNOWN = (
    "Mẫu có trường mà hệ thống không biết: %s. Đồng chí sửa lại theo bảng các trường."
)
NOT_ALLOWED = (
    "Mẫu dùng “%s”, là cách viết không được phép. Trong mẫu chỉ dùng tên trường, điều "
    "kiện “if” và vòng lặp “for” qua danh sách."
)
SYNTAX = (
    "Mẫu có dấu ngoặc hoặc lệnh viết chưa đúng, gần chỗ: %s. Mỗi tên trường đứng giữa hai "
    "dấu ngoặc nhọn kép; mỗi “if” có “endif”, mỗi “for” có “endfor”."
)


class Refused(Exception):  # noqa: N818 a verdict, not a fault
    """The form is not taken; the text says why and what to do."""
