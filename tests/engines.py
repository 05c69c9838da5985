"""What differs between SQLite and PostgreSQL where statements are counted."""

from django.db import connection


def with_tree_lock(number: int) -> int:
    """The statements of an act that holds the tree: PostgreSQL asks for the lock."""
    return number + (connection.vendor == "postgresql")
