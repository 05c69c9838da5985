"""The project's settings with what tests need: quick hashes, a throw-away database."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault(
    "SECRET_KEY", "a-key-that-guards-only-tests-and-nothing-else-0123456789"
)
os.environ.setdefault("INSECURE_HTTP", "1")
os.environ.setdefault("PLAIN_STATIC", "1")
os.environ["DEMO"] = os.environ["DEBUG"] = "0"

from party76.settings import *
from party76.settings import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads of the live server each need their own connection.
    _file = Path(tempfile.gettempdir()) / f"party76-tests-{os.getpid()}.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": str(_file)}
    # Nothing of it has to survive a power cut.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
