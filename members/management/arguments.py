"""Arguments that several commands read alike."""

from argparse import ArgumentTypeError
from datetime import date, datetime


def day(text: str) -> date:
    """A day written as people write it: 01/07/2025."""
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 a day alone
    except ValueError as error:
        raise ArgumentTypeError("a day is written dd/mm/yyyy") from error
