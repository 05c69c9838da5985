"""Who somebody is, as far as a reader of one of his stays may know."""

from datetime import date

from members.models import Member, Registration, Role, User


def identity_shown(stay: Registration, by: User) -> tuple[str, date | None, str]:
    """(name, birth date, its precision): as they were where the stay has ended, so that
    a former residence learns nothing new; from above, as they are (design 5)."""
    kept = stay.identity_at_end
    if kept and stay.ended_on and not by.has_role(Role.DEPARTMENT, Role.INSPECTOR):
        born = kept.get("birth_date")
        return (
            kept["full_name"],
            date.fromisoformat(born) if born else None,
            kept.get("birth_precision", Member.DatePrecision.DAY),
        )
    member = stay.member
    return member.full_name, member.birth_date, member.birth_precision
