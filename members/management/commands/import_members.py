from members.imports.entries import RECEIVED_ON
from members.imports.runs import ListKind
from members.management.importing import ImportCommand
from members.models import Kind


class Command(ImportCommand):
    help = (
        "Brings in a list of a ward's residents, or of a workplace's own members. "
        "Without --confirm nothing is written. Ends with 3 when rows are left out."
    )
    day_option = "--received-on"
    day_help = "dd/mm/yyyy, for rows that name no day of receipt"
    day_key = RECEIVED_ON

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--create-units",
            action="store_true",
            help="make units that nobody knows: workplaces without a place, cells",
        )
        parser.add_argument(
            "--workers",
            action="store_true",
            help="the people who work at a ward, not those who live there",
        )

    def kind_of(self, committee, options):
        is_ward = committee.kind == Kind.WARD and not options["workers"]
        return ListKind.RESIDENTS if is_ward else ListKind.WORKERS
