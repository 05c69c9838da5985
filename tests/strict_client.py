"""A test client that fails a test when a page does what no page of ours may do."""

import re
from html.parser import HTMLParser

from django.db import connection
from django.test import Client

READING = re.compile(
    r"\s*(SELECT|WITH|EXPLAIN|SAVEPOINT|RELEASE|ROLLBACK TO|BEGIN)\b", re.IGNORECASE
)
# Who is logged in, and who looked at what: the two things a GET may write.
WRITTEN_BY_GET = re.compile(
    r'\s*(INSERT INTO|UPDATE|DELETE FROM) "(django_session|audit_auditevent|audit_auditdetail)"',
    re.IGNORECASE,
)
LEFT_OVER = re.compile(r"\{\{|\}\}|\{%|%\}|\{#")


class StrictClient(Client):
    def request(self, **request):
        if request.get("REQUEST_METHOD", "GET") in {"GET", "HEAD"}:
            with connection.execute_wrapper(_refuse_writing):
                response = super().request(**request)
        else:
            response = super().request(**request)
        if response.get("Content-Type", "").startswith("text/html"):
            problems = problems_of(response.content.decode())
            assert not problems, f"{request.get('PATH_INFO')}: {'; '.join(problems)}"
        return response


def problems_of(page: str) -> list[str]:
    """What a strict Content-Security-Policy would stop, and template tags left over."""
    finder = _Finder()
    finder.feed(page)
    finder.close()
    return finder.problems


def _refuse_writing(execute, sql, params, many, context):
    allowed = READING.match(sql) or WRITTEN_BY_GET.match(sql)
    assert allowed, f"a GET must not write: {sql}"
    return execute(sql, params, many, context)


class _Finder(HTMLParser):
    def __init__(self):
        super().__init__()
        self.problems: list[str] = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "style" or "style" in given:
            self.problems.append(f"inline style in <{tag}>")
        is_data = given.get("type") in {"application/json", "text/template"}
        if tag == "script" and "src" not in given and not is_data:
            self.problems.append("inline script")
        for name, value in attributes:
            if name.startswith("on"):
                self.problems.append(f"handler {name} in <{tag}>")
            if LEFT_OVER.search(value or ""):
                self.problems.append(f"template tag left in {name} of <{tag}>")
            if (value or "").strip().lower().startswith("javascript:"):
                self.problems.append(f"script in {name} of <{tag}>")

    def handle_data(self, data):
        if LEFT_OVER.search(data):
            self.problems.append(f"template tag left over: {data.strip()[:60]!r}")
