"""Who gets what: a line a page, a column a person. Read it beside docs/permissions.md.

+   the page opens, or the act is taken up (a form may still be refused for its fields)
-   403: he sees the thing, but the act is not his
.   404: for him it does not exist

GET lines ask for the page, POST lines send an empty form.
"""

from dataclasses import dataclass

from django.urls import reverse

# The member lives in the cell, of the ward; works at the workplace; lived and worked
# at the past ones before. Sisters and others have nothing to do with him.
CAST = [
    "ward_user",
    "cell_user",
    "sister_cell_user",
    "sister_user",
    "past_user",
    "workplace_user",
    "other_workplace_user",
    "past_workplace_user",
    "department_user",
    "inspector_user",
    "admin_user",
]
PUBLIC = ["login"]


@dataclass(frozen=True)
class Case:
    url: str
    method: str
    expected: str
    # "meeting": its pk; "ward year=2013", "member other=twin": more keys; "-": no pk
    key: str = ""

    def __str__(self):
        return f"{self.method} {self.url}"

    def kwargs(self, world) -> dict:
        if not self.key:
            return {}
        thing, *rest = self.key.split()
        names = dict(part.split("=") for part in rest)
        others = {name: getattr(world, value, None) for name, value in names.items()}
        keys = {name: other.pk for name, other in others.items() if other}
        own = {} if thing == "-" else {"pk": getattr(world, thing).pk}
        return {**own, **names, **keys}

    def address(self, world) -> str:
        return reverse(self.url, kwargs=self.kwargs(world))


def _cases(table: str) -> list[Case]:
    rows = [line.split("|") for line in table.strip().splitlines() if "|" in line]
    return [
        Case(
            method=row[0].strip(),
            url=row[1].strip(),
            key=row[2].strip(),
            expected="".join(row[3].split()),
        )
        for row in rows
    ]


# Columns, as in CAST: ward, cell, sister cell, sister ward, past ward, workplace, other
# workplace, past workplace, department, inspector, administrator.
MATRIX = _cases("""
POST | logout                         |                                 | + + + + + + + + + + +
GET  | password_change                |                                 | + + + + + + + + + + +
POST | password_change                |                                 | + + + + + + + + + + +
GET  | password_change_done           |                                 | + + + + + + + + + + +
GET  | members:committee_tree         |                                 | + + + + + + + + + + +
GET  | members:unit_options           |                                 | + + + + + + + + + + +
GET  | members:committee_detail       | ward                            | + + + + + + + + + + +
GET  | members:committee_children     | ward                            | + + + + + + + + + + +
GET  | members:unit_roll              | ward                            | + . . . . . . . + + -
GET  | members:unit_roll_export       | ward                            | + . . . . . . . + + -
GET  | members:committee_add          | ward                            | + . . . . . . . + - -
POST | members:committee_add          | ward                            | + . . . . . . . + - -
GET  | members:committee_edit         | cell                            | + - . . . . . . + - -
POST | members:committee_edit         | cell                            | + - . . . . . . + - -
GET  | members:committee_place        | unplaced                        | - - - - - - - - + - -
POST | members:committee_place        | unplaced                        | - - - - - - - - + - -
GET  | members:member_list            |                                 | + + + + + + + + + + -
POST | members:member_list            |                                 | + + + + + + + + + + -
GET  | members:member_export          |                                 | + + + + + + + + + + -
POST | members:member_export          |                                 | + + + + + + + + + + -
GET  | members:member_add             |                                 | - - - - - + + + - - -
POST | members:member_add             |                                 | - - - - - + + + - - -
GET  | members:paper_receive          |                                 | + - - + + - - - - - -
POST | members:paper_receive          |                                 | + - - + + - - - - - -
GET  | members:identity_edit          | member                          | - - . . - + . - - - .
POST | members:identity_edit          | member                          | - - . . - + . - - - .
GET  | members:dwelling_edit          | member                          | + + . . - - . - - - .
POST | members:dwelling_edit          | member                          | + + . . - - . - - - .
GET  | members:workplace_change       | member                          | - - . . - + . - - - .
POST | members:workplace_change       | member                          | - - . . - + . - - - .
GET  | members:letter_add             | member                          | - - . . - + . - - - .
POST | members:letter_add             | member                          | - - . . - + . - - - .
GET  | members:correction_add         | member                          | + + . . - + . - - - .
POST | members:correction_add         | member                          | + + . . - + . - - - .
GET  | members:letter_list            |                                 | - - - - - + + + - - -
POST | members:letter_list            |                                 | - - - - - + + + - - -
GET  | members:letter_batch           |                                 | - - - - - + + + - - -
POST | members:letter_batch           |                                 | - - - - - + + + - - -
GET  | members:letter_batch_lines     |                                 | - - - - - + + + - - -
POST | members:letter_batch_lines     |                                 | - - - - - + + + - - -
POST | members:letters_send           |                                 | - - - - - + + + - - -
POST | members:letters_note_end       |                                 | - - - - - + + + - - -
GET  | members:letter_write_in        | letter                          | - . . . . + . . - - .
POST | members:letter_write_in        | letter                          | - . . . . + . . - - .
GET  | members:letter_note_end        | registration                    | - - . . . + . . - - .
POST | members:letter_note_end        | registration                    | - - . . . + . . - - .
GET  | members:statement_list         |                                 | - - - - - + + + + + -
GET  | members:statement_export       |                                 | - - - - - + + + + + -
GET  | members:statement_unit         | workplace                       | . . . . . + . . + + .
GET  | members:statement_edit         | workplace year=2013             | . . . . . + . . - - .
POST | members:statement_edit         | workplace year=2013             | . . . . . + . . - - .
GET  | members:letter_send            | letter                          | - . . . . + . . - - .
POST | members:letter_send            | letter                          | - . . . . + . . - - .
GET  | members:letter_withdraw        | letter                          | - . . . . + . . - - .
POST | members:letter_withdraw        | letter                          | - . . . . + . . - - .
GET  | members:letter_return          | letter                          | + . . . . - . . - - .
POST | members:letter_return          | letter                          | + . . . . - . . - - .
GET  | members:registration_receive   | letter                          | + . . . . - . . - - .
POST | members:registration_receive   | letter                          | + . . . . - . . - - .
GET  | members:registration_assign    | registration                    | + - . . . - . . - - .
POST | members:registration_assign    | registration                    | + - . . . - . . - - .
GET  | members:registration_end       | registration                    | + - . . . - . . - - .
POST | members:registration_end       | registration                    | + - . . . - . . - - .
GET  | members:exemption_add          | registration                    | + - . . . - . . - - .
POST | members:exemption_add          | registration                    | + - . . . - . . - - .
GET  | members:exemption_end          | exemption                       | + - . . . - . . - - .
POST | members:exemption_end          | exemption                       | + - . . . - . . - - .
GET  | members:letter_inbox           |                                 | + - - + + - - - - - -
POST | members:letter_inbox           |                                 | + - - + + - - - - - -
POST | members:letters_receive        |                                 | + - - + + - - - - - -
POST | members:letters_return         |                                 | + - - + + - - - - - -
GET  | members:stay_pick              |                                 | + - - + + - - - - - -
POST | members:stay_pick              |                                 | + - - + + - - - - - -
POST | members:stays_assign           |                                 | + - - + + - - - - - -
POST | members:stays_end              |                                 | + - - + + - - - - - -
GET  | members:batch_progress         |                                 | + + + + + + + + + + +
GET  | members:newcomer_list          |                                 | + + + + + - - - - - -
POST | members:newcomer_list          |                                 | + + + + + - - - - - -
GET  | members:asked_list             |                                 | + + + + + - - - - - -
GET  | members:letter_ask             |                                 | + + + + + - - - - - -
POST | members:letter_ask             |                                 | + + + + + - - - - - -
GET  | members:closing_comment        | registration                    | + + . . . - . . - - .
POST | members:closing_comment        | registration                    | + + . . . - . . - - .
GET  | members:dwelling_report        | registration                    | + + . . . - . . - - .
POST | members:dwelling_report        | registration                    | + + . . . - . . - - .
GET  | members:dwelling_list          |                                 | + + + + + - - - - - -
POST | members:dwelling_list          |                                 | + + + + + - - - - - -
GET  | members:dwelling_answer        | check                           | + - . . . . . . - - .
POST | members:dwelling_answer        | check                           | + - . . . . . . - - .
GET  | members:member_leave           | member                          | - - . . - + . - - - .
POST | members:member_leave           | member                          | - - . . - + . - - - .
GET  | members:death_add              | member                          | + - . . - + . - - - .
POST | members:death_add              | member                          | + - . . - + . - - - .
GET  | members:death_undo             | dead                            | + - . . . - . . + - .
POST | members:death_undo             | dead                            | + - . . . - . . + - .
GET  | members:member_pick            |                                 | - - - - - + + + - - -
POST | members:member_pick            |                                 | - - - - - + + + - - -
POST | members:members_transfer       |                                 | - - - - - + + + - - -
GET  | members:exemption_list         |                                 | + + + + + + + + + + -
POST | members:exemption_list         |                                 | + + + + + + + + + + -
GET  | members:retirement_list        |                                 | + + + + + + + + - - -
GET  | members:retirement_export      |                                 | + + + + + + + + - - -
GET  | members:correction_list        |                                 | + + + + + + + + + + -
GET  | members:correction_answer      | correction                      | + . . . . + . . + + .
POST | members:correction_answer      | correction                      | - . . . . + . . - - .
GET  | members:merge_list             |                                 | + - - + + + + + + + -
POST | members:merge_list             |                                 | + - - + + + + + + + -
GET  | members:merge_compare          | member other=twin               | + . . . . + . . + + .
POST | members:merge_compare          | member other=twin               | + . . . . + . . - - .
GET  | members:merge_dismiss          | member other=twin               | + . . . . + . . - - .
POST | members:merge_dismiss          | member other=twin               | + . . . . + . . - - .
GET  | members:merge_detail           | merge                           | + . . . . + . . + + .
POST | members:merge_agree            | merge                           | + . . . . + . . - - .
GET  | members:merge_refuse           | merge                           | + . . . . + . . - - .
POST | members:merge_refuse           | merge                           | + . . . . + . . - - .
GET  | members:merge_undo             | done_merge                      | + . . . . + . . - - .
POST | members:merge_undo             | done_merge                      | + . . . . + . . - - .
GET  | members:import_list            |                                 | + - - + + + + + + - -
GET  | members:import_start           |                                 | + - - + + + + + + - -
POST | members:import_start           |                                 | + - - + + + + + + - -
GET  | members:import_columns         | run                             | + . . . . . . . . . .
POST | members:import_columns         | run                             | + . . . . . . . . . .
POST | members:import_sheet           | run                             | + . . . . . . . . . .
GET  | members:import_preview         | run                             | + . . . . . . . . . .
POST | members:import_answer          | run                             | + . . . . . . . . . .
POST | members:import_confirm         | run                             | + . . . . . . . . . .
GET  | members:import_result          | run                             | + . . . . . . . . . .
GET  | members:import_bad_rows        | run                             | + . . . . . . . . . .
GET  | members:import_cancel          | run                             | + . . . . . . . . . .
POST | members:import_cancel          | run                             | + . . . . . . . . . .
GET  | members:user_list              |                                 | - - - - - - - - - - +
POST | members:user_list              |                                 | - - - - - - - - - - +
GET  | members:user_add               |                                 | - - - - - - - - - - +
POST | members:user_add               |                                 | - - - - - - - - - - +
GET  | members:user_detail            | cell_user                       | . - . . . . . . . . +
GET  | members:user_edit              | cell_user                       | . - . . . . . . . . +
POST | members:user_edit              | cell_user                       | . - . . . . . . . . +
GET  | members:user_deactivate        | cell_user                       | . - . . . . . . . . +
POST | members:user_deactivate        | cell_user                       | . - . . . . . . . . +
GET  | members:user_activate          | cell_user                       | . - . . . . . . . . +
POST | members:user_activate          | cell_user                       | . - . . . . . . . . +
GET  | members:user_reset_password    | cell_user                       | . - . . . . . . . . +
POST | members:user_reset_password    | cell_user                       | . - . . . . . . . . +
GET  | members:post_grant             | cell_user                       | . - . . . . . . . . +
POST | members:post_grant             | cell_user                       | . - . . . . . . . . +
GET  | members:post_end               | post                            | . - . . . . . . . . +
POST | members:post_end               | post                            | . - . . . . . . . . +
GET  | members:own_account            |                                 | + + + + + + + + + + +
POST | members:own_account            |                                 | + + + + + + + + + + +
GET  | members:unit_without_account   |                                 | - - - - - - - - + + +
POST | members:unit_without_account   |                                 | - - - - - - - - + + +
GET  | members:unit_without_account_export |                            | - - - - - - - - + + +
POST | members:unit_without_account_export |                            | - - - - - - - - + + +
GET  | reports:post_hand_over         | post                            | . - . . . . . . . . +
POST | reports:post_hand_over         | post                            | . - . . . . . . . . +
GET  | residence:meeting_list         |                                 | + + + + + - - - + + -
GET  | residence:meeting_add          |                                 | + + + + + - - - - - -
POST | residence:meeting_add          |                                 | + + + + + - - - - - -
GET  | residence:meeting_detail       | meeting                         | + + . . . . . . + + .
GET  | residence:meeting_edit         | meeting                         | + + . . . . . . - - .
POST | residence:meeting_edit         | meeting                         | + + . . . . . . - - .
POST | residence:meeting_fix_list     | meeting                         | + + . . . . . . - - .
POST | residence:meeting_open         | meeting                         | + + . . . . . . - - .
GET  | residence:meeting_close        | meeting                         | + + . . . . . . - - .
POST | residence:meeting_close        | meeting                         | + + . . . . . . - - .
GET  | residence:meeting_not_held     | meeting                         | + + . . . . . . - - .
POST | residence:meeting_not_held     | meeting                         | + + . . . . . . - - .
GET  | residence:meeting_attendance   | meeting                         | + + . . . . . . + + .
POST | residence:meeting_attendance   | meeting                         | + + . . . . . . - - .
GET  | residence:meeting_print        | meeting                         | + + . . . . . . + + .
GET  | residence:opinion_list         |                                 | + + + + + - - - + + -
GET  | residence:opinion_find         |                                 | + + + + + - - - - - -
POST | residence:opinion_find         |                                 | + + + + + - - - - - -
GET  | residence:meeting_guest_add    | meeting                         | + + . . . . . . - - .
POST | residence:meeting_guest_add    | meeting                         | + + . . . . . . - - .
GET  | residence:meeting_opinion_add  | meeting                         | + + . . . . . . - - .
POST | residence:meeting_opinion_add  | meeting                         | + + . . . . . . - - .
GET  | residence:opinion_add          | registration                    | + + . . . - . . - - .
POST | residence:opinion_add          | registration                    | + + . . . - . . - - .
GET  | residence:opinion_edit         | opinion                         | + + . . . . . . - - .
POST | residence:opinion_edit         | opinion                         | + + . . . . . . - - .
GET  | residence:notice_list          |                                 | + + + + + + + + + + -
GET  | residence:notice_start         |                                 | + - - + + - - - - - -
POST | residence:notice_start         |                                 | + - - + + - - - - - -
GET  | residence:notice_progress      |                                 | + + + + + + + + + + +
POST | residence:notices_send         |                                 | + - - + + - - - - - -
GET  | residence:notice_detail        | notice                          | + + . . . + . . + + .
GET  | residence:notice_detail        | draft_notice                    | + . . . . . . . . . .
POST | residence:notice_open          | notice                          | - - . . . + . . - - .
POST | residence:notice_open          | draft_notice                    | - . . . . . . . . . .
GET  | residence:notice_edit          | draft_notice                    | + . . . . . . . . . .
POST | residence:notice_edit          | draft_notice                    | + . . . . . . . . . .
GET  | residence:notice_edit          | notice                          | + - . . . - . . - - .
POST | residence:notice_edit          | notice                          | + - . . . - . . - - .
GET  | residence:notice_number        | notice                          | + - . . . - . . - - .
POST | residence:notice_number        | notice                          | + - . . . - . . - - .
GET  | residence:notice_withdraw      | notice                          | + - . . . - . . - - .
POST | residence:notice_withdraw      | notice                          | + - . . . - . . - - .
GET  | residence:notice_withdraw      | draft_notice                    | + . . . . . . . . . .
GET  | residence:notice_answer        | notice                          | - - . . . + . . - - .
POST | residence:notice_answer        | notice                          | - - . . . + . . - - .
GET  | residence:notice_answer        | draft_notice                    | - . . . . . . . . . .
GET  | evaluations:sheet_list         |                                 | + + + + + - - - + + -
GET  | evaluations:sheet_detail       | sheet                           | + + . . . . . . + + .
POST | evaluations:sheet_detail       | sheet                           | + + . . . . . . - - .
GET  | evaluations:sheet_step         | sheet stage=de-xuat             | + + . . . . . . - - .
POST | evaluations:sheet_step         | sheet stage=de-xuat             | + + . . . . . . - - .
GET  | evaluations:evaluation_detail  | returned                        | + + . . . + . . + + .
GET  | evaluations:comment_print      | returned                        | + + . . . + . . + + .
GET  | evaluations:evaluation_correct | returned                        | + - . . . - . . - - .
POST | evaluations:evaluation_correct | returned                        | + - . . . - . . - - .
GET  | evaluations:year_list          |                                 | + + + + + - - - + + -
GET  | evaluations:year_add           |                                 | - - - - - - - - + - -
POST | evaluations:year_add           |                                 | - - - - - - - - + - -
POST | evaluations:rule_set_add       |                                 | - - - - - - - - . - -
GET  | evaluations:year_detail        | rating_year                     | + + + + + - - - + + -
POST | evaluations:year_refresh       | rating_year                     | + - - + + - - - + - -
GET  | evaluations:year_close         | rating_year                     | - - - - - - - - + - -
POST | evaluations:year_close         | rating_year                     | - - - - - - - - + - -
GET  | evaluations:year_reopen        | rating_year                     | - - - - - - - - + - -
POST | evaluations:year_reopen        | rating_year                     | - - - - - - - - + - -
GET  | reports:home                   |                                 | + + + + + + + + + + +
GET  | reports:summary                |                                 | + + + + + - - - + + -
GET  | reports:summary_unit           | ward year=2013                  | + . . . . . . . + + -
GET  | reports:summary_export         | ward year=2013                  | + . . . . . . . + + -
GET  | reports:summary_items          | ward year=2013                  | + . . . . . . . + + -
GET  | reports:reconciliation         | ward year=2013                  | + . . . . . . . + + -
GET  | reports:summary_list           | ward year=2013 figure=tiep-nhan | + . . . . . . . + + -
GET  | reports:summary_list_export    | ward year=2013 figure=tiep-nhan | + . . . . . . . + + -
GET  | reports:workplace_view         |                                 | - - - - - + + + - - -
POST | reports:workplace_view         |                                 | - - - - - + + + - - -
GET  | reports:workplace_print        |                                 | - - - - - + + + - - -
POST | reports:workplace_print        |                                 | - - - - - + + + - - -
GET  | reports:workplace_export       |                                 | - - - - - + + + - - -
POST | reports:workplace_export       |                                 | - - - - - + + + - - -
GET  | reports:member_file            | member                          | + + . . + + . + + + .
GET  | reports:member_file_print      | member                          | + + . . + + . + + + .
GET  | reports:notice_print           | notice                          | + + . . . + . . + + .
GET  | reports:notice_print           | draft_notice                    | + . . . . . . . . . .
GET  | reports:notice_word            | notice                          | + + . . . + . . + + .
GET  | reports:asked_print            | other_workplace                 | + + . . . - - - - - -
GET  | reports:letter_open            | letter                          | + . . . . + . . + + .
GET  | reports:letter_print           | letter                          | + . . . . + . . + + .
GET  | reports:letter_print           | registration                    | - - . . . - . . - - .
GET  | reports:letter_word            | letter                          | + . . . . + . . + + .
GET  | reports:reply_print            | registration                    | + - . . . - . . + + .
GET  | reports:reply_word             | registration                    | + - . . . - . . + + .
GET  | reports:paper_pick             |                                 | + - - + + + + + + + -
POST | reports:paper_pick             |                                 | + - - + + + + + + + -
POST | reports:letters_print          |                                 | + - - + + + + + + + -
POST | reports:letters_word           |                                 | + - - + + + + + + + -
POST | reports:replies_print          |                                 | + - - + + - - - + + -
POST | reports:replies_word           |                                 | + - - + + - - - + + -
GET  | reports:template_list          |                                 | + - - + + + + + + + -
GET  | reports:template_fields        | - kind=giay-gioi-thieu          | + - - + + + + + + + -
GET  | reports:template_ours          | - kind=giay-gioi-thieu          | + - - + + + + + + + -
GET  | reports:template_present       | workplace kind=giay-gioi-thieu  | . . . . . + . . + + -
GET  | reports:template_sample        | workplace kind=giay-gioi-thieu  | . . . . . + . . + + -
GET  | reports:template_add           | workplace kind=giay-gioi-thieu  | . . . . . + . . + - -
POST | reports:template_add           | workplace kind=giay-gioi-thieu  | . . . . . + . . + - -
GET  | reports:heading_change         | workplace                       | . . . . . + . . + - -
POST | reports:heading_change         | workplace                       | . . . . . + . . + - -
GET  | reports:heading_change         | ward                            | + . . . . . . . + - -
GET  | reports:template_add           | ward kind=tra-loi               | + . . . . . . . + - -
GET  | reports:template_return        | ward kind=tra-loi               | + . . . . . . . + - -
POST | reports:template_return        | ward kind=tra-loi               | + . . . . . . . + - -
GET  | reports:template_download      | own_form                        | . . . . . + . . + + .
GET  | reports:register_start         |                                 | + + + + + + + + + + -
GET  | reports:register_detail        | ward side=noi-cu-tru            | + . . . . . . . + + -
GET  | reports:register_detail        | cell side=noi-cu-tru            | + + . . . . . . + + -
GET  | reports:register_detail        | workplace side=noi-cong-tac     | . . . . . + . . + + -
GET  | reports:register_print         | ward side=noi-cu-tru            | + . . . . . . . + + -
GET  | reports:register_export        | ward side=noi-cu-tru            | + . . . . . . . + + -
GET  | reports:contact_book_list      |                                 | + + + + + - - - + + -
POST | reports:contact_book_list      |                                 | + + + + + - - - + + -
POST | reports:contact_book_act       |                                 | + - - + + - - - - - -
GET  | reports:contact_book_print     |                                 | + + + + + - - - + + -
GET  | reports:contact_book_progress  |                                 | + + + + + + + + + + +
GET  | reports:reorganisation_list    |                                 | + - - + + - - - + + -
GET  | reports:reorganisation_start   |                                 | + - - + + - - - + - -
POST | reports:reorganisation_start   |                                 | + - - + + - - - + - -
GET  | reports:reorganisation_unit    | cell                            | + - - - - - - - + - -
POST | reports:reorganisation_unit    | cell                            | + - - - - - - - + - -
GET  | reports:reorganisation_detail  | reform                          | . - - . . - - - + + -
GET  | reports:reorganisation_detail  | ward_reform                     | + - - . . - - - + + -
GET  | reports:reorganisation_detail  | done_reform                     | . - - . . - - - + + -
GET  | reports:reorganisation_decision | ward_reform                     | + - - . . - - - + - -
POST | reports:reorganisation_decision | ward_reform                     | + - - . . - - - + - -
GET  | reports:reorganisation_columns | ward_reform                     | + - - . . - - - + - -
POST | reports:reorganisation_columns | ward_reform                     | + - - . . - - - + - -
POST | reports:reorganisation_sheet   | ward_reform                     | + - - . . - - - + - -
POST | reports:reorganisation_answer  | ward_reform                     | + - - . . - - - + - -
GET  | reports:reorganisation_bad_rows | ward_reform                     | + - - . . - - - + - -
GET  | reports:reorganisation_confirm | ward_reform                     | + - - . . - - - + - -
POST | reports:reorganisation_confirm | ward_reform                     | + - - . . - - - + - -
GET  | reports:reorganisation_cancel  | ward_reform                     | + - - . . - - - + - -
POST | reports:reorganisation_cancel  | ward_reform                     | + - - . . - - - + - -
GET  | reports:reorganisation_confirm | reform                          | . - - . . - - - + - -
GET  | reports:reorganisation_replace | ward_reform                     | + - - . . - - - + - -
POST | reports:reorganisation_replace | ward_reform                     | + - - . . - - - + - -
GET  | reports:reorganisation_again   | cancelled_reform                | + - - . . - - - + - -
POST | reports:reorganisation_again   | cancelled_reform                | + - - . . - - - + - -
GET  | reports:reorganisation_progress | ward_reform                     | + - - . . - - - + + -
GET  | reports:reorganisation_take_back | done_reform                     | . - - . . - - - + - -
POST | reports:reorganisation_take_back | done_reform                     | . - - . . - - - + - -
GET  | reports:audit_list             |                                 | - - - - - - - - - + +
""")
