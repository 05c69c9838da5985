"""Reading a page as a person does."""


def text_of(response) -> str:
    """The page with single blanks: where its lines break is nobody's business."""
    return " ".join(response.content.decode().split())
