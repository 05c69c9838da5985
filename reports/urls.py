from django.urls import path

from reports.views import (
    asked_papers,
    audit,
    contact_books,
    document_forms,
    documents,
    handover,
    headings,
    home,
    members,
    notice_papers,
    reform_again,
    reform_lists,
    registers,
    reorganisations,
    summaries,
    workplace,
)

app_name = "reports"
urlpatterns = [
    path("", home.home, name="home"),
    path("tong-hop/", summaries.summary_start, name="summary"),
    path("tong-hop/<int:pk>/<int:year>/", summaries.summary_unit, name="summary_unit"),
    path(
        "tong-hop/<int:pk>/<int:year>/tep-excel/",
        summaries.summary_export,
        name="summary_export",
    ),
    path(
        "tong-hop/<int:pk>/<int:year>/noi-dung/",
        summaries.summary_items,
        name="summary_items",
    ),
    path(
        "tong-hop/<int:pk>/<int:year>/doi-chieu/",
        summaries.reconciliation,
        name="reconciliation",
    ),
    path(
        "tong-hop/<int:pk>/<int:year>/danh-sach/<slug:figure>/",
        summaries.summary_list,
        name="summary_list",
    ),
    path(
        "tong-hop/<int:pk>/<int:year>/danh-sach/<slug:figure>/tep-excel/",
        summaries.summary_list_export,
        name="summary_list_export",
    ),
    path("nhan-xet-noi-cu-tru/", workplace.workplace_view, name="workplace_view"),
    path(
        "nhan-xet-noi-cu-tru/tep-excel/",
        workplace.workplace_export,
        name="workplace_export",
    ),
    path("nhan-xet-noi-cu-tru/in/", workplace.workplace_print, name="workplace_print"),
    path("dang-vien/<int:pk>/", members.member_file, name="member_file"),
    path("dang-vien/<int:pk>/in/", members.member_file_print, name="member_file_print"),
    path("sap-xep/", reform_lists.reorganisation_list, name="reorganisation_list"),
    path(
        "sap-xep/moi/", reform_lists.reorganisation_start, name="reorganisation_start"
    ),
    path(
        "sap-xep/don-vi/<int:pk>/",
        reform_lists.reorganisation_unit,
        name="reorganisation_unit",
    ),
    path(
        "sap-xep/<int:pk>/",
        reorganisations.reorganisation_detail,
        name="reorganisation_detail",
    ),
    path(
        "sap-xep/<int:pk>/quyet-dinh/",
        reform_lists.reorganisation_decision,
        name="reorganisation_decision",
    ),
    path(
        "sap-xep/<int:pk>/cot/",
        reform_lists.reorganisation_columns,
        name="reorganisation_columns",
    ),
    path(
        "sap-xep/<int:pk>/trang-tinh/",
        reform_lists.reorganisation_sheet,
        name="reorganisation_sheet",
    ),
    path(
        "sap-xep/<int:pk>/danh-sach/",
        reform_again.reorganisation_replace,
        name="reorganisation_replace",
    ),
    path(
        "sap-xep/<int:pk>/lam-lai/",
        reform_again.reorganisation_again,
        name="reorganisation_again",
    ),
    path(
        "sap-xep/<int:pk>/tra-loi/",
        reorganisations.reorganisation_answer,
        name="reorganisation_answer",
    ),
    path(
        "sap-xep/<int:pk>/dong-loi/",
        reorganisations.reorganisation_bad_rows,
        name="reorganisation_bad_rows",
    ),
    path(
        "sap-xep/<int:pk>/xac-nhan/",
        reorganisations.reorganisation_confirm,
        name="reorganisation_confirm",
    ),
    path(
        "sap-xep/<int:pk>/tien-do/",
        reorganisations.reorganisation_progress,
        name="reorganisation_progress",
    ),
    path(
        "sap-xep/<int:pk>/hoan-tac/",
        reorganisations.reorganisation_take_back,
        name="reorganisation_take_back",
    ),
    path(
        "sap-xep/<int:pk>/huy/",
        reorganisations.reorganisation_cancel,
        name="reorganisation_cancel",
    ),
    path("thong-bao/<int:pk>/in/", notice_papers.notice_print, name="notice_print"),
    path("thong-bao/<int:pk>/tep-word/", notice_papers.notice_word, name="notice_word"),
    path(
        "gioi-thieu/chua-co-giay/<int:pk>/in/",
        asked_papers.asked_print,
        name="asked_print",
    ),
    path("giay/<int:pk>/", documents.letter_open, name="letter_open"),
    path("giay/<int:pk>/in/", documents.letter_print, name="letter_print"),
    path("giay/<int:pk>/tep-word/", documents.letter_word, name="letter_word"),
    path("giay/<int:pk>/tra-loi/in/", documents.reply_print, name="reply_print"),
    path("giay/<int:pk>/tra-loi/tep-word/", documents.reply_word, name="reply_word"),
    path("so-sach/", registers.register_start, name="register_start"),
    path("so-sach/giay/", documents.paper_pick, name="paper_pick"),
    path("so-sach/giay/in/", documents.letters_print, name="letters_print"),
    path("so-sach/giay/tep-word/", documents.letters_word, name="letters_word"),
    path("so-sach/tra-loi/in/", documents.replies_print, name="replies_print"),
    path("so-sach/tra-loi/tep-word/", documents.replies_word, name="replies_word"),
    path("so-sach/mau/", document_forms.template_list, name="template_list"),
    path(
        "so-sach/mau/truong/<slug:kind>/",
        document_forms.template_fields,
        name="template_fields",
    ),
    path(
        "so-sach/mau/cua-he-thong/<slug:kind>/",
        document_forms.template_ours,
        name="template_ours",
    ),
    path(
        "so-sach/mau/tep/<int:pk>/",
        document_forms.template_download,
        name="template_download",
    ),
    path(
        "so-sach/mau/<int:pk>/<slug:kind>/dang-dung/",
        document_forms.template_present,
        name="template_present",
    ),
    path(
        "so-sach/mau/<int:pk>/<slug:kind>/xem-thu/",
        document_forms.template_sample,
        name="template_sample",
    ),
    path(
        "so-sach/mau/<int:pk>/dau-trang-chu-ky/",
        headings.heading_change,
        name="heading_change",
    ),
    path(
        "so-sach/mau/<int:pk>/<slug:kind>/thay/",
        document_forms.template_add,
        name="template_add",
    ),
    path(
        "so-sach/mau/<int:pk>/<slug:kind>/tro-lai/",
        document_forms.template_return,
        name="template_return",
    ),
    path(
        "so-sach/<int:pk>/<slug:side>/",
        registers.register_detail,
        name="register_detail",
    ),
    path(
        "so-sach/<int:pk>/<slug:side>/in/",
        registers.register_print,
        name="register_print",
    ),
    path(
        "so-sach/<int:pk>/<slug:side>/tep-excel/",
        registers.register_export,
        name="register_export",
    ),
    path("so-lien-he/", contact_books.contact_book_list, name="contact_book_list"),
    path("so-lien-he/ghi/", contact_books.contact_book_act, name="contact_book_act"),
    path("so-lien-he/in/", contact_books.contact_book_print, name="contact_book_print"),
    path(
        "so-lien-he/tien-do/",
        contact_books.contact_book_progress,
        name="contact_book_progress",
    ),
    path("vai-tro/<int:pk>/ban-giao/", handover.post_hand_over, name="post_hand_over"),
    path("nhat-ky/", audit.audit_list, name="audit_list"),
]
