"""A Word form with fields: looked over, and filled once for each paper.

Runs in the limited worker. A form comes from anybody: it may name fields, ask
whether one is filled and repeat a row of a table, and nothing else.
"""

import copy
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import segno
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from markupsafe import Markup

from reports.documents import refusals
from reports.documents.archive import check_archive
from reports.documents.refusals import Refused

CODE_FIELD = "ma_qr"  # an address in, a picture out
CODE_WIDTH = Mm(24)

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PLAIN = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
_LOOP = ("first", "last", "index", "length")
_WORDS = {
    nodes.Call: "( )",
    nodes.Filter: "|",
    nodes.Getitem: "[ ]",
    nodes.Assign: "set",
    nodes.Macro: "macro",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.Extends: "extends",
}
# {field: None, or the fields of a row where it is a list}
Fields = Mapping[str, Sequence[str] | None]


class _Environment(ImmutableSandboxedEnvironment):
    """Knows no function and no filter; what it reads it reads once."""

    def __init__(self) -> None:
        super().__init__(autoescape=True)
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()
        self._read_once = lru_cache(maxsize=1)(super().from_string)

    def from_string(self, source, globals=None, template_class=None):  # noqa: A002 as jinja2 calls it
        return self._read_once(source)


def fill(content: bytes, papers: Sequence[Mapping[str, Any]], fields: Fields) -> bytes:
    """The form filled for each paper, one after another; raises Refused."""
    form = _opened(content)
    source = form.patch_xml(form.get_xml())
    environment = _Environment()
    _check_source(source, environment, fields)
    part = form.docx._part  # noqa: SLF001 as docxtpl does
    form.current_rendering_part = part
    draws_code = CODE_FIELD in source
    bodies = []
    for paper in papers:
        values = _with_picture(paper, form) if draws_code else dict(paper)
        xml = form.render_xml_part(source, part, values, environment)
        bodies.append(form.fix_tables(xml))
    form.map_tree(_joined(bodies, form))
    filled = io.BytesIO()
    form.docx.save(filled)
    return filled.getvalue()


def _opened(content: bytes) -> DocxTemplate:
    check_archive(content)
    form = DocxTemplate(io.BytesIO(content))
    try:
        form.render_init()
    # python-docx raises whatever a part that is no Word makes it stumble over.
    except Exception as damage:
        raise Refused(refusals.BROKEN) from damage
    return form


def _check_source(source: str, environment: _Environment, fields: Fields) -> None:
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        line = source.splitlines()[max(error.lineno - 1, 0)] if source else ""
        raise Refused(refusals.SYNTAX % _near(line, error)) from error
    unknown: list[str] = []
    used = _Reader(fields, unknown).read(tree)
    if unknown:
        raise Refused(refusals.UNKNOWN % ", ".join(dict.fromkeys(unknown)))
    if not used:
        raise Refused(refusals.NO_FIELDS)


def _near(line: str, error: TemplateSyntaxError) -> str:
    """The words of the form at the fault, without the marks of Word between them."""
    text = " ".join(re.sub(r"<[^>]+>", " ", line).split())
    at = re.search(r"\{[{%].{0,60}", text)
    words = re.sub(r"[{}%]", "", at[0] if at else text[:60]).strip()
    return f"“{words}”" if words else str(error.message)


class _Reader:
    """Walks a form and names what it may not say and what it does not know."""

    def __init__(self, fields: Fields, unknown: list[str]):
        self.fields, self.unknown = fields, unknown
        self.rows: dict[str, Sequence[str]] = {}
        self.used = 0

    def read(self, node: nodes.Node) -> int:
        if isinstance(node, nodes.For):
            self._read_loop(node)
        elif isinstance(node, nodes.Getattr):
            self._read_attribute(node)
        elif isinstance(node, nodes.Name):
            self._read_name(node)
        elif isinstance(node, _PLAIN):
            for child in node.iter_child_nodes():
                self.read(child)
        else:
            word = _WORDS.get(type(node), type(node).__name__)
            raise Refused(refusals.NOT_ALLOWED % word)
        return self.used

    def _read_name(self, node: nodes.Name) -> None:
        self.used += 1
        if node.name not in self.fields or self.fields[node.name] is not None:
            self.unknown.append(node.name)

    def _read_loop(self, node: nodes.For) -> None:
        source, target = node.iter, node.target
        if not isinstance(source, nodes.Name) or not isinstance(target, nodes.Name):
            raise Refused(refusals.NOT_ALLOWED % "for")
        row = self.fields.get(source.name)
        # A loop in a loop over the same list would multiply it with itself.
        if row is None or self.rows or node.test or node.recursive or node.else_:
            self.unknown.append(source.name)
            return
        self.rows = {target.name: row, "loop": _LOOP}
        for child in node.body:
            self.read(child)
        self.rows = {}

    def _read_attribute(self, node: nodes.Getattr) -> None:
        self.used += 1
        owner = node.node.name if isinstance(node.node, nodes.Name) else ""
        if node.attr not in self.rows.get(owner, ()):
            self.unknown.append(f"{owner}.{node.attr}")


def _with_picture(paper: Mapping[str, Any], form: DocxTemplate) -> dict[str, Any]:
    values = dict(paper)
    if address := values.get(CODE_FIELD):
        values[CODE_FIELD] = Markup(str(_picture(address, form)))  # noqa: S704 our own drawing
    return values


def _picture(address: str, form: DocxTemplate) -> InlineImage:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="png", scale=8, border=2)
    drawn.seek(0)
    return InlineImage(form, drawn, width=CODE_WIDTH)


def _joined(bodies: Iterable[etree._Element], form: DocxTemplate) -> etree._Element:
    """One body of all: each paper is a section of its own and begins a page."""
    first, *others = bodies
    for body in others:
        section = first.find(f"{{{_W}}}sectPr")
        if section is not None:
            first.remove(section)
            first.append(_end_of_section(section))
        first.extend(list(body))
    form.fix_docpr_ids(first)
    return first


def _end_of_section(section: etree._Element) -> etree._Element:
    """A paragraph without height that ends the section it bears."""
    paragraph = etree.Element(f"{{{_W}}}p")
    about = etree.SubElement(paragraph, f"{{{_W}}}pPr")
    spacing = etree.SubElement(about, f"{{{_W}}}spacing")
    for name, value in {"before": "0", "after": "0", "line": "20"}.items():
        spacing.set(f"{{{_W}}}{name}", value)
    spacing.set(f"{{{_W}}}lineRule", "exact")
    about.append(copy.deepcopy(section))
    return paragraph
