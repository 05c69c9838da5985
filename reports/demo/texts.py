"""What is said and written at invented meetings."""

AGENDA = (
    "1. Thông báo tình hình địa phương.\n"
    "2. Đảng viên đang công tác tham gia ý kiến.\n"
    "3. Trả lời, kết luận."
)
REPORTS = (
    "Tình hình an ninh trật tự ổn định. Đã vận động nhân dân đóng góp mở rộng hẻm.",
    "Thu gom rác đúng giờ hơn trước; còn hai điểm ngập khi triều cường.",
    "Đã bình xét gia đình văn hóa; quỹ khuyến học đạt chỉ tiêu năm.",
    "Đã lắp đèn chiếu sáng đường nội bộ; tiếp tục nhắc nhở việc lấn chiếm vỉa hè.",
    "Vận động xây hai căn nhà đại đoàn kết; vốn vay hộ nghèo đúng đối tượng.",
    "Đã vận động các hộ kinh doanh ký cam kết phòng cháy, chữa cháy.",
)
CONCLUSIONS = (
    "Chi ủy tiếp thu các ý kiến và báo cáo đảng ủy những việc ngoài thẩm quyền.",
    "Đề nghị các đồng chí vận động gia đình, hàng xóm thực hiện tốt các cuộc vận động.",
    "Thống nhất đưa việc chống ngập vào kiến nghị gửi đảng ủy phường.",
    "Phân công chi ủy theo dõi, trả lời các ý kiến trước kỳ họp sau.",
)
EXCUSES = (
    "Đi công tác",
    "Trực cơ quan",
    "Ốm",
    "Đi học tập trung",
    "Nghỉ phép",
    "Gia đình có việc hiếu",
)
PRAISE = (
    "Tích cực tham gia tổ tự quản, vận động tốt bà con lối xóm.",
    "Có nhiều ý kiến thiết thực về chỉnh trang hẻm.",
    "Ủng hộ quỹ vì người nghèo, quỹ khuyến học đầy đủ.",
    "Cần dành thời gian dự họp đều hơn.",
    "Tham gia hòa giải ở khu vực có kết quả.",
)
# (subject, what was said, the answer where it is settled)
OPINIONS = (
    (
        "Ngập khi triều cường",
        "Hẻm ngập mỗi khi nước lớn, đề nghị nạo vét cống trước mùa mưa.",
        "Đã nạo vét 120 m cống; tiếp tục theo dõi.",
    ),
    (
        "Đèn đường",
        "Hai bóng đèn đầu hẻm hỏng đã lâu, đi lại buổi tối không an toàn.",
        "Đã thay bóng đèn.",
    ),
    (
        "Rác thải",
        "Điểm tập kết rác gần trường học gây mùi, đề nghị dời đi nơi khác.",
        "Đã dời điểm tập kết và thông báo giờ thu gom.",
    ),
    (
        "Trật tự vỉa hè",
        "Hàng quán lấn chiếm vỉa hè vào giờ tan học.",
        "Tổ trật tự đã nhắc nhở, lập biên bản hai trường hợp.",
    ),
    (
        "Thủ tục hành chính",
        "Sau khi sắp xếp phường, người dân chưa rõ nơi nộp hồ sơ hộ tịch.",
        "Đã niêm yết hướng dẫn tại nhà văn hóa các khu vực.",
    ),
    (
        "Nước sạch",
        "Áp lực nước yếu vào buổi chiều ở cuối hẻm.",
        "Đơn vị cấp nước đã kiểm tra, thay van đầu tuyến.",
    ),
    (
        "Khuyến học",
        "Đề nghị khen thưởng con em đạt thành tích trong dịp tổng kết.",
        "Đã đưa vào kế hoạch của quỹ khuyến học.",
    ),
    (
        "An ninh trật tự",
        "Thanh niên tụ tập khuya gây ồn ở công viên.",
        "Công an khu vực tăng tuần tra sau 22 giờ.",
    ),
    (
        "Nội dung sinh hoạt",
        "Đề nghị gửi trước nội dung để đảng viên chuẩn bị ý kiến.",
        "Từ kỳ họp sau gửi nội dung trước ba ngày.",
    ),
    (
        "Chỉnh trang hẻm",
        "Bà con đồng thuận góp kinh phí mở rộng hẻm, đề nghị phường hỗ trợ khảo sát.",
        "Đã khảo sát và lập dự toán.",
    ),
    (
        "Cây xanh",
        "Cây ven đường cành khô, dễ gãy khi mưa gió.",
        "Đã cắt tỉa các cây nguy hiểm.",
    ),
    (
        "Hộ khó khăn",
        "Có hộ già neo đơn chưa được xét trợ cấp.",
        "Đã hướng dẫn làm hồ sơ trợ cấp.",
    ),
)
