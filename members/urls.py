from django.urls import path

from members.views import (
    accounts,
    asked,
    batches,
    channels,
    committees,
    corrections,
    dwelling,
    exempt,
    imports,
    inbox,
    letter_batches,
    letter_lists,
    letters,
    merges,
    persons,
    rolls,
    stays,
    unit_options,
    year_statements,
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
        stays.paper_receive,
        name="paper_receive",
    ),
    path("dang-vien/<int:pk>/ly-lich/", persons.identity_edit, name="identity_edit"),
    path("dang-vien/<int:pk>/noi-o/", persons.dwelling_edit, name="dwelling_edit"),
    path(
        "dang-vien/<int:pk>/noi-cong-tac/",
        persons.workplace_change,
        name="workplace_change",
    ),
    path("dang-vien/<int:pk>/gioi-thieu/", letters.letter_add, name="letter_add"),
    path(
        "dang-vien/<int:pk>/dinh-chinh/",
        corrections.correction_add,
        name="correction_add",
    ),
    path("gioi-thieu/", letter_lists.letter_list, name="letter_list"),
    path("gioi-thieu/nhieu/", letter_batches.letter_batch, name="letter_batch"),
    path(
        "gioi-thieu/nhieu/noi-cu-tru/",
        letter_batches.letter_batch_lines,
        name="letter_batch_lines",
    ),
    path("gioi-thieu/gui-nhieu/", letter_lists.letters_send, name="letters_send"),
    path(
        "gioi-thieu/nhan-biet-nhieu/",
        letter_lists.letters_note_end,
        name="letters_note_end",
    ),
    path(
        "gioi-thieu/<int:pk>/ghi-so/", letters.letter_write_in, name="letter_write_in"
    ),
    path(
        "gioi-thieu/<int:pk>/nhan-biet/",
        letters.letter_note_end,
        name="letter_note_end",
    ),
    path("gioi-thieu/<int:pk>/gui/", letters.letter_send, name="letter_send"),
    path(
        "gioi-thieu/<int:pk>/rut/",
        letters.letter_withdraw,
        name="letter_withdraw",
    ),
    path(
        "gioi-thieu/<int:pk>/tra-lai/",
        stays.letter_return,
        name="letter_return",
    ),
    path(
        "gioi-thieu/<int:pk>/tiep-nhan/",
        stays.registration_receive,
        name="registration_receive",
    ),
    path(
        "gioi-thieu/<int:pk>/chi-bo/",
        stays.registration_assign,
        name="registration_assign",
    ),
    path(
        "gioi-thieu/<int:pk>/ket-thuc/",
        stays.registration_end,
        name="registration_end",
    ),
    path(
        "gioi-thieu/<int:pk>/mien-sinh-hoat/",
        stays.exemption_add,
        name="exemption_add",
    ),
    path(
        "mien-sinh-hoat/<int:pk>/ket-thuc/",
        stays.exemption_end,
        name="exemption_end",
    ),
    path("gioi-thieu/cho-tiep-nhan/", inbox.letter_inbox, name="letter_inbox"),
    path(
        "gioi-thieu/tiep-nhan-nhieu/",
        batches.letters_receive,
        name="letters_receive",
    ),
    path("gioi-thieu/tra-lai-nhieu/", batches.letters_return, name="letters_return"),
    path("gioi-thieu/chon-dong-chi/", batches.stay_pick, name="stay_pick"),
    path("gioi-thieu/ve-chi-bo/", batches.stays_assign, name="stays_assign"),
    path("gioi-thieu/ket-thuc-nhieu/", batches.stays_end, name="stays_end"),
    path("gioi-thieu/tien-do/", batches.batch_progress, name="batch_progress"),
    path("gioi-thieu/moi-ve/", inbox.newcomer_list, name="newcomer_list"),
    path("gioi-thieu/chua-co-giay/", asked.asked_list, name="asked_list"),
    path("gioi-thieu/chua-co-giay/ghi/", asked.letter_ask, name="letter_ask"),
    path(
        "gioi-thieu/<int:pk>/nhan-xet-chuyen-di/",
        stays.closing_comment,
        name="closing_comment",
    ),
    path(
        "gioi-thieu/<int:pk>/khong-con-cu-tru/",
        dwelling.dwelling_report,
        name="dwelling_report",
    ),
    path("gioi-thieu/khong-con-cu-tru/", dwelling.dwelling_list, name="dwelling_list"),
    path(
        "gioi-thieu/xac-minh/<int:pk>/",
        dwelling.dwelling_answer,
        name="dwelling_answer",
    ),
    path(
        "dang-vien/<int:pk>/ra-khoi-danh-sach/",
        persons.member_leave,
        name="member_leave",
    ),
    path("dang-vien/<int:pk>/tu-tran/", dwelling.death_add, name="death_add"),
    path(
        "dang-vien/<int:pk>/tu-tran/hoan-tac/", dwelling.death_undo, name="death_undo"
    ),
    path("dang-vien/chuyen-tap-the/", batches.member_pick, name="member_pick"),
    path(
        "dang-vien/chuyen-tap-the/thuc-hien/",
        batches.members_transfer,
        name="members_transfer",
    ),
    path("dang-vien/mien-sinh-hoat/", exempt.exemption_list, name="exemption_list"),
    path("dang-vien/nghi-huu/", exempt.retirement_list, name="retirement_list"),
    path(
        "dang-vien/nghi-huu/tep-excel/",
        exempt.retirement_export,
        name="retirement_export",
    ),
    path("thong-ke-nam/", year_statements.statement_list, name="statement_list"),
    path(
        "thong-ke-nam/tep-excel/",
        year_statements.statement_export,
        name="statement_export",
    ),
    path(
        "thong-ke-nam/<int:pk>/", year_statements.statement_unit, name="statement_unit"
    ),
    path(
        "thong-ke-nam/<int:pk>/<int:year>/",
        year_statements.statement_edit,
        name="statement_edit",
    ),
    path("ghep-ho-so/", merges.merge_list, name="merge_list"),
    path(
        "ghep-ho-so/<int:pk>/<int:other>/", merges.merge_compare, name="merge_compare"
    ),
    path(
        "ghep-ho-so/<int:pk>/<int:other>/khac-nhau/",
        merges.merge_dismiss,
        name="merge_dismiss",
    ),
    path("ghep-ho-so/<int:pk>/", merges.merge_detail, name="merge_detail"),
    path("ghep-ho-so/<int:pk>/dong-y/", merges.merge_agree, name="merge_agree"),
    path("ghep-ho-so/<int:pk>/tu-choi/", merges.merge_refuse, name="merge_refuse"),
    path("ghep-ho-so/<int:pk>/tach-lai/", merges.merge_undo, name="merge_undo"),
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
    path("tai-khoan/cua-toi/", accounts.own_account, name="own_account"),
    path(
        "don-vi-chua-co-tai-khoan/",
        channels.unit_without_account,
        name="unit_without_account",
    ),
    path(
        "don-vi-chua-co-tai-khoan/tep-excel/",
        channels.unit_without_account_export,
        name="unit_without_account_export",
    ),
]
