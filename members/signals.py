"""What the apps above are told."""

from django.dispatch import Signal

# Units were reorganised: receivers move what is not history yet, through the ledger.
# Arguments: reform (services.reorganisations.people.Reform), ledger. A receiver may
# refuse with a ValidationError.
units_reorganised = Signal()
