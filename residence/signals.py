"""What an app above may refuse: a receiver refuses by raising ValidationError."""

from django.dispatch import Signal

# Sent with meeting= before a closed meeting's reasons of absence are changed, so
# that a comment sheet already submitted keeps the evidence it was written on.
reasons_changing = Signal()
