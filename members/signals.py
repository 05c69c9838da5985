"""What the apps above are told."""

from django.dispatch import Signal

# Units were reorganised: receivers move what is not history yet, through the ledger.
# Arguments: reform (services.reorganisations.people.Reform), ledger. A receiver may
# refuse with a ValidationError.
units_reorganised = Signal()

# Members died or left for good: receivers take them off what has not happened yet.
# Arguments: members (keys), on (the day), by.
member_left = Signal()

# A death that was typed by mistake was taken back: receivers put the member on again
# where he belongs, or refuse with a ValidationError. Arguments: member, on, by.
member_returned = Signal()

# Members went over to another workplace: receivers take them out of what was being
# prepared for the old one. Arguments: members (keys), by.
workplace_changed = Signal()

# Two records are held to be one person: receivers say what stands in the way, as a list
# of sentences. Arguments: kept, dropped (members), moved (the stays that would go over).
members_merging = Signal()

# Stays went from one record of a person to another, when two records became one and
# when they were parted again: rows that copy the member of a stay follow it. Arguments:
# stays (keys), to (the member's key).
stays_passed = Signal()

# Two records became one: receivers take the stays that ended with it off what has not
# happened yet, through the ledger. Arguments: kept, dropped (members), ended (keys of
# stays), on (the day), ledger.
members_merged = Signal()
