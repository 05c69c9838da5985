from django.urls import path

from members.views import (
    accounts,
    committees,
    corrections,
    imports,
    persons,
    registrations,
    rolls,
    unit_options,
)

app_name = "members"
urlpatterns = [
    path("to-chuc/", committees.committee_tree, name="committee_tree"),
    path("to-chuc/tim/", unit_options.unit_options, name="unit_options"),
    path("to-chuc/<int:pk>/", committees.committee_detail, name="committee_detail"),
    path(
        "to-chuc/<int:pk>/truc-thuoc/",
        committees.committee_children,
        name="committee_children",
    ),
    path("to-chuc/<int:pk>/danh-sach/", rolls.unit_roll, name="unit_roll"),
    path(
        "to-chuc/<int:pk>/danh-sach/tep-excel/",
        rolls.unit_roll_export,
        name="unit_roll_export",
    ),
    path("to-chuc/<int:pk>/them/", committees.committee_add, name="committee_add"),
    path("to-chuc/<int:pk>/sua/", committees.committee_edit, name="committee_edit"),
    path("to-chuc/<int:pk>/xep/", committees.committee_place, name="committee_place"),
    path("dang-vien/", persons.member_list, name="member_list"),
    path("dang-vien/tep-excel/", persons.member_export, name="member_export"),
    path("dang-vien/them/", persons.member_add, name="member_add"),
    path(
        "dang-vien/tiep-nhan-giay/",
        registrations.paper_receive,
        name="paper_receive",
    ),
    path("dang-vien/<int:pk>/ly-lich/", persons.identity_edit, name="identity_edit"),
    path("dang-vien/<int:pk>/noi-o/", persons.dwelling_edit, name="dwelling_edit"),
    path(
        "dang-vien/<int:pk>/noi-cong-tac/",
        persons.workplace_change,
        name="workplace_change",
    ),
    path("dang-vien/<int:pk>/gioi-thieu/", registrations.letter_add, name="letter_add"),
    path(
        "dang-vien/<int:pk>/dinh-chinh/",
        corrections.correction_add,
        name="correction_add",
    ),
    path("gioi-thieu/", registrations.letter_list, name="letter_list"),
    path("gioi-thieu/<int:pk>/gui/", registrations.letter_send, name="letter_send"),
    path(
        "gioi-thieu/<int:pk>/rut/",
        registrations.letter_withdraw,
        name="letter_withdraw",
    ),
    path(
        "gioi-thieu/<int:pk>/tra-lai/",
        registrations.letter_return,
        name="letter_return",
    ),
    path(
        "gioi-thieu/<int:pk>/tiep-nhan/",
        registrations.registration_receive,
        name="registration_receive",
    ),
    path(
        "gioi-thieu/<int:pk>/chi-bo/",
        registrations.registration_assign,
        name="registration_assign",
    ),
    path(
        "gioi-thieu/<int:pk>/ket-thuc/",
        registrations.registration_end,
        name="registration_end",
    ),
    path(
        "gioi-thieu/<int:pk>/mien-sinh-hoat/",
        registrations.exemption_add,
        name="exemption_add",
    ),
    path(
        "mien-sinh-hoat/<int:pk>/ket-thuc/",
        registrations.exemption_end,
        name="exemption_end",
    ),
    path("dinh-chinh/", corrections.correction_list, name="correction_list"),
    path(
        "dinh-chinh/<int:pk>/",
        corrections.correction_answer,
        name="correction_answer",
    ),
    path("nhap-danh-sach/", imports.import_list, name="import_list"),
    path("nhap-danh-sach/moi/", imports.import_start, name="import_start"),
    path("nhap-danh-sach/<int:pk>/cot/", imports.import_columns, name="import_columns"),
    path(
        "nhap-danh-sach/<int:pk>/trang-tinh/", imports.import_sheet, name="import_sheet"
    ),
    path(
        "nhap-danh-sach/<int:pk>/xem-truoc/",
        imports.import_preview,
        name="import_preview",
    ),
    path(
        "nhap-danh-sach/<int:pk>/tra-loi/", imports.import_answer, name="import_answer"
    ),
    path(
        "nhap-danh-sach/<int:pk>/xac-nhan/",
        imports.import_confirm,
        name="import_confirm",
    ),
    path(
        "nhap-danh-sach/<int:pk>/ket-qua/", imports.import_result, name="import_result"
    ),
    path(
        "nhap-danh-sach/<int:pk>/dong-loi/",
        imports.import_bad_rows,
        name="import_bad_rows",
    ),
    path("nhap-danh-sach/<int:pk>/huy/", imports.import_cancel, name="import_cancel"),
    path("tai-khoan/", accounts.user_list, name="user_list"),
    path("tai-khoan/them/", accounts.user_add, name="user_add"),
    path("tai-khoan/<int:pk>/", accounts.user_detail, name="user_detail"),
    path("tai-khoan/<int:pk>/sua/", accounts.user_edit, name="user_edit"),
    path("tai-khoan/<int:pk>/khoa/", accounts.user_deactivate, name="user_deactivate"),
    path("tai-khoan/<int:pk>/mo-lai/", accounts.user_activate, name="user_activate"),
    path(
        "tai-khoan/<int:pk>/cap-lai-mat-khau/",
        accounts.user_reset_password,
        name="user_reset_password",
    ),
    path("tai-khoan/<int:pk>/giao-vai-tro/", accounts.post_grant, name="post_grant"),
    path("vai-tro/<int:pk>/ket-thuc/", accounts.post_end, name="post_end"),
]
