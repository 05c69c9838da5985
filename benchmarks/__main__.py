"""python -m benchmarks: every promise of speed, measured in one run.

SQLite unless DATABASE_URL says otherwise; in a scratch database either way. Names
of modules as arguments run only those: python -m benchmarks summary lists.
"""

import argparse
import importlib
import os
import sys

import django
from django.db import connection

from benchmarks.results import Result, table

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

MODULES = ["summary", "lists", "imports", "marks", "reform"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("modules", nargs="*", default=MODULES, metavar="module")
    return measure(parser.parse_args().modules)


def measure(wanted: list[str]) -> int:
    """Run the modules in a scratch database, print the table; 1 when one missed."""
    django.setup()
    print(f"{connection.vendor}: making a city of 22.635 …", flush=True)
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        results = _results_of(wanted)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
    print(f"\n{table(results)}")
    return 0 if all(result.passed for result in results) else 1


def _results_of(wanted: list[str]) -> list[Result]:
    # Modules that know models can only be loaded after django.setup().
    importlib.import_module("benchmarks.city").make_city()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    results = []
    for name in wanted:
        print(f"measuring {name} …", flush=True)
        results += importlib.import_module(f"benchmarks.{name}").run()
    return results


if __name__ == "__main__":
    sys.exit(main())
