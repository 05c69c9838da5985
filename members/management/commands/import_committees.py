from members.imports.committees import VALID_FROM
from members.imports.runs import ListKind
from members.management.importing import ImportCommand


class Command(ImportCommand):
    help = (
        "Brings in a list of the units below one. Without --confirm nothing is "
        "written. Ends with 3 when rows are left out."
    )
    day_option = "--valid-from"
    day_help = "dd/mm/yyyy, for units that name no first day"
    day_key = VALID_FROM

    def kind_of(self, committee, options):
        return ListKind.COMMITTEES
