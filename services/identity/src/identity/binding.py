"""Many short PDFs become one: pages, bookmarks, and the tags that tell a reading program what is a heading or a list.

pypdf carries everything over but the tree of tags: its root holds one document element whose children (`K`) are the
headings and lists, and `ParentTree` says for each page, by its number, to which of them each piece of text belongs."""

import io
from collections.abc import Sequence
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, NumberObject

TREE, PAGE = "/StructTreeRoot", "/StructParents"


def bound(parts: Sequence[bytes]) -> bytes:
    """One PDF of at least one; all tagged as WeasyPrint does (pages from 0 on, no links), or none."""
    whole = PdfWriter()
    whole.clone_document_from_reader(PdfReader(io.BytesIO(parts[0])))
    for part in parts[1:]:
        read, first = PdfReader(io.BytesIO(part)), len(whole.pages)
        whole.append(read)
        if TREE in whole.root_object:
            _tag(whole, first, read)
    written = io.BytesIO()
    whole.write(written)
    return written.getvalue()


def _tag(whole: PdfWriter, first: int, part: PdfReader) -> None:
    """Carries over the tags of a part whose pages stand from `first` on."""
    document, numbers = _tree(whole.root_object)
    theirs, lists = _tree(part.root_object)
    known = whole._id_translated[id(part)]  # what was copied already, by its number; their document is to be ours
    known[theirs.indirect_reference.idnum] = document.indirect_reference.idnum
    for child in list.__iter__(theirs["/K"]):  # the references themselves, not what they lead to
        document["/K"].append(child.clone(whole))
    for at, page in enumerate(whole.pages[first:]):
        page[NameObject(PAGE)] = NumberObject(first + at)
        numbers.extend((NumberObject(first + at), lists[2 * at + 1].clone(whole)))


def _tree(catalog: Any) -> tuple[Any, Any]:
    """The document element, and whose each page's texts are: number, array, number, array…"""
    return catalog[TREE]["/K"][0], catalog[TREE]["/ParentTree"]["/Nums"]
