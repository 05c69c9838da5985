"""What may be wrong with a file, said so that an office can act on it."""


class UnreadableFile(Exception):  # noqa: N818 a situation, not a fault
    """The file cannot be taken; str() is one sentence in Vietnamese."""


ASK_FOR_XLSX = "Đồng chí mở danh sách gốc trong Excel, chọn “Lưu thành” dạng .xlsx rồi tải lên lại."
EMPTY = "Tệp trống, không có nội dung nào. Đồng chí kiểm tra lại và chọn đúng tệp."
TOO_LARGE = (
    "Tệp lớn hơn {megabytes} MB nên không nhận. Đồng chí xóa ảnh và các trang không "
    "cần, hoặc chia danh sách thành nhiều tệp."
)
PICTURE = "Tệp này là ảnh, không đọc được thành danh sách. " + ASK_FOR_XLSX
PDF = "Tệp này là PDF, không phải bảng tính. " + ASK_FOR_XLSX
WORD = (
    "Tệp này là văn bản Word, không phải bảng tính. Đồng chí chép bảng trong Word, dán "
    "vào ô “Dán danh sách”, hoặc dán sang Excel và lưu dạng .xlsx."
)
SLIDES = "Tệp này là bài trình chiếu, không phải bảng tính. " + ASK_FOR_XLSX
OPEN_DOCUMENT = (
    "Tệp này ở dạng OpenDocument. Đồng chí mở bằng LibreOffice hoặc Excel, chọn "
    "“Lưu thành” dạng .xlsx rồi tải lên lại."
)
BINARY_WORKBOOK = (
    "Tệp này ở dạng Excel nhị phân (.xlsb), phần mềm không nhận. " + ASK_FOR_XLSX
)
WEB_PAGE = (
    "Tệp mang đuôi Excel nhưng bên trong là trang web (HTML hoặc XML). Đồng chí mở "
    "bằng Excel, chọn “Lưu thành” dạng .xlsx rồi tải lên lại."
)
COMPRESSED = (
    "Tệp này là tệp nén, không phải bảng tính. Đồng chí giải nén rồi tải lên tệp Excel "
    "ở bên trong."
)
LOCKED = (
    "Tệp có đặt mật khẩu nên không đọc được. Đồng chí mở bằng Excel, bỏ mật khẩu, lưu "
    "lại rồi tải lên."
)
MACRO = (
    "Tệp có chứa macro nên không nhận. Đồng chí mở bằng Excel, chọn “Lưu thành” dạng "
    ".xlsx (không phải .xlsm) rồi tải lên lại."
)
EXTERNAL_LINKS = (
    "Tệp có liên kết lấy số liệu từ tệp khác nên không nhận. Đồng chí chép danh sách, "
    "dán giá trị (Paste Values) sang tệp mới rồi tải lên."
)
NOT_A_WORKBOOK = "Tệp này không phải bảng tính Excel. " + ASK_FOR_XLSX
BROKEN = (
    "Tệp bị hỏng, không đọc được. Đồng chí mở thử bằng Excel; nếu mở được thì lưu lại "
    "dạng .xlsx, nếu không thì xin lại bản gốc."
)
SUSPECT = (
    "Tệp có cấu tạo bất thường, không phải do Excel lưu ra, nên không nhận. "
    + ASK_FOR_XLSX
)
INFLATED = (
    "Tệp khi mở ra lớn bất thường nên không nhận, có thể do hàng trăm nghìn dòng trống "
    "được kẻ khung. Đồng chí chép riêng phần danh sách sang tệp mới rồi tải lên."
)
TOO_HARD = (
    "Tệp quá lớn hoặc quá phức tạp nên không đọc xong được. Đồng chí chép riêng phần "
    "danh sách sang tệp mới, hoặc chia thành nhiều tệp."
)
TOO_MANY_ROWS = (
    "Trang tính có hơn {rows} dòng nên không nhận. Đồng chí xóa các dòng thừa bên dưới, "
    "hoặc chia danh sách thành nhiều tệp."
)
TOO_MANY_COLUMNS = (
    "Trang tính có hơn {columns} cột nên không nhận. Đồng chí xóa các cột thừa bên "
    "phải, hoặc chép riêng phần danh sách sang tệp mới."
)
TOO_MANY_CELLS = (
    "Trang tính có hơn {cells} ô nên không nhận. Đồng chí chia danh sách thành nhiều "
    "tệp."
)
NO_ROWS = (
    "Không có dòng nào để đọc: mọi trang tính trong tệp đều trống. Đồng chí kiểm tra "
    "lại và chọn đúng tệp."
)
NOTHING_PASTED = "Chưa có dòng nào được dán vào. Đồng chí chép bảng rồi dán vào ô."
NOT_A_TABLE = (
    "Nội dung không đọc được thành bảng. Đồng chí chép từ Excel hoặc Word, hoặc tải lên "
    "tệp .xlsx."
)
TOO_MANY_SHEETS = "Chỉ đọc 30 trang tính đầu của tệp."
