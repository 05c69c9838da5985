"""Word papers for tests: read, and made, by python-docx alone."""

import io

from docx import Document


def word_text(content: bytes) -> str:
    """Everything a reader sees in a document, in order: paragraphs and tables."""
    lines = []
    for block in Document(io.BytesIO(content)).iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                lines += [cell.text for cell in row.cells]
        else:
            lines.append(block.text)
    return "\n".join(lines)


def pictures(content: bytes) -> int:
    """How many pictures stand in the text."""
    return len(Document(io.BytesIO(content)).inline_shapes)


def sections(content: bytes) -> int:
    """How many papers were put one after another."""
    return len(Document(io.BytesIO(content)).sections)


def make_form(*lines: str, header: str = "") -> bytes:
    """A Word form of these lines, as an office might write it."""
    form = Document()
    for line in lines:
        form.add_paragraph(line)
    if header:
        form.sections[0].header.paragraphs[0].text = header
    content = io.BytesIO()
    form.save(content)
    return content.getvalue()
