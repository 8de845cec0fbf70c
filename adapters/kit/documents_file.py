"""The manifest's section ``endpoints.NAME.documents``; the format is described in docs/reference/files.md."""

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from adapters.kit.documents import DocumentSpec, DocumentsSpec, Step
from hub.core.findings import Finding
from hub.reading.document import Document, Location
from hub.reading.model import StrictModel

_KEY: Final = r"[^\s{}.\[\]?]{1,100}"
_FieldPath = Annotated[str, StringConstraints(pattern=rf"^{_KEY}(\[\])?(\.{_KEY}(\[\])?){{0,9}}$")]
_FileName = Annotated[str, StringConstraints(pattern=rf"^(\{{{_KEY}\}}|[^\x00-\x1f\x7f{{}}/\\]{{1,200}})$")]
_PartName = Annotated[str, StringConstraints(pattern=r"^[!-~]([ -~]{0,98}[!-~])?$")]
_MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.+-]{1,100}/[a-z0-9.+-]{1,100}$")]


class _Part(StrictModel):
    part: _PartName
    field: _FieldPath
    """``outer.inner``; ``sheets[].digest`` for each item of a list."""
    file_name: _FileName | None = None
    """A literal, or ``{name}``: a field beside the reference. Without it, the digest."""
    media_type: _MediaType | None = None
    """Without it, the one that the document was stored with."""


class DocumentsFile(StrictModel):
    """Which documents go with an endpoint's messages."""

    message: _PartName | None = None
    parts: Annotated[list[_Part], Field(min_length=1, max_length=20)]

    def spec(self, at: Location) -> DocumentsSpec:
        """The section as the kit uses it; ``at`` is where it stands."""
        parts = (_spec(part, (*at, "parts", number)) for number, part in enumerate(self.parts))
        return DocumentsSpec(self.message or "", tuple(parts), at)


def judge_documents(document: Document, read: DocumentsFile | None, at: Location) -> Iterator[Finding]:
    """What the model alone cannot see."""
    if read is None:
        return
    fields: set[str] = set()
    for number, part in enumerate(read.parts):
        location = (*at, "parts", number)
        if part.field in fields:
            message = f"the document of {part.field!r} is sent already"
            yield document.finding((*location, "field"), "manifest.document-twice", message)
        fields.add(part.field)
        if part.part == read.message:
            message = f"the part {part.part!r} holds the message itself"
            yield document.finding((*location, "part"), "manifest.document-part", message)


def _spec(read: _Part, at: Location) -> DocumentSpec:
    file_name = read.file_name or ""
    is_field = file_name.startswith("{")
    steps = (Step(key.removesuffix("[]"), key.endswith("[]")) for key in read.field.split("."))
    return DocumentSpec(
        field=tuple(steps),
        part=read.part,
        file_name=file_name.strip("{}") if is_field else file_name,
        file_name_is_field=is_field,
        media_type=read.media_type or "",
        location=at,
    )
