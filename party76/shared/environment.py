"""Reading settings from the environment; odd values fail loudly by name."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def env(name: str, default: str = "") -> str:
    """The variable, or the content of the file that NAME_FILE points at.

    A variable that is set to nothing counts as not set.
    """
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name) or default


def env_bool(name: str, *, default: bool = False) -> bool:
    value = env(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    message = f"{name} must be 0 or 1, not {value!r}."
    raise ImproperlyConfigured(message)


def env_list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in env(name, default).split(",") if item.strip()]


def env_int(name: str, default: int) -> int:
    value = env(name, str(default))
    if not value.isdigit():
        message = f"{name} must be a whole number, not {value!r}."
        raise ImproperlyConfigured(message)
    return int(value)


def database_settings(url: str, sqlite_version: tuple[int, ...]) -> dict:
    """Django's settings for sqlite:////path or postgresql://user:pass@host/name."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite_settings(unquote(parts.path)[1:], sqlite_version)
    if parts.scheme in {"postgres", "postgresql"}:
        return _postgresql_settings(parts)
    message = "DATABASE_URL must begin with sqlite:// or postgresql://."
    raise ImproperlyConfigured(message)


def sqlite_journal_mode(version: tuple[int, ...]) -> str:
    """WAL only where the WAL-reset bug is mended (SQLite 3.51.3, 3.50.7, 3.44.6)."""
    mended = (
        version >= (3, 51, 3)
        or (3, 50, 7) <= version < (3, 51)
        or (3, 44, 6) <= version < (3, 45)
    )
    return "WAL" if mended else "TRUNCATE"


def _sqlite_settings(name: str, version: tuple[int, ...]) -> dict:
    journal = sqlite_journal_mode(version)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name or "db.sqlite3",
        "OPTIONS": {
            # A read that becomes a write would fail at once without IMMEDIATE;
            # FULL because committee buildings have power cuts.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": f"PRAGMA journal_mode={journal};PRAGMA synchronous=FULL;",
        },
    }


def _postgresql_settings(parts) -> dict:
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", None) or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": "-c statement_timeout=60s -c lock_timeout=10s"
            " -c idle_in_transaction_session_timeout=60s",
            **query,
        },
    }
