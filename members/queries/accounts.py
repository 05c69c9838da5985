from members.models import Role, RoleName


def role_names() -> dict[str, str]:
    """What each role is called here: the office's own word, or the usual one."""
    own = dict(RoleName.objects.values_list("role", "name"))
    return {role.value: own.get(role.value, str(role.label)) for role in Role}
