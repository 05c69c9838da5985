"""Fills one Word form, read as JSON from standard input; answers with JSON.

Started by word.py as a process of its own with limits on time and memory, so that a
hostile form harms nothing but this process. Imports no Django.
"""

import base64
import json
import resource
import sys

from reports.documents import refusals
from reports.documents.filling import fill
from reports.documents.refusals import Refused

CPU_SECONDS = 60
MEMORY_BYTES = 1024 * 1024 * 1024


def main() -> None:
    _limit_process()
    try:
        asked = json.load(sys.stdin)
        content = fill(
            base64.b64decode(asked["form"]), asked["papers"], asked["fields"]
        )
        answer = {"content": base64.b64encode(content).decode()}
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    except (MemoryError, RecursionError):
        answer = {"refused": refusals.TOO_HARD}
    json.dump(answer, sys.stdout)


def _limit_process() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    main()
