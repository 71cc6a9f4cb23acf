"""The finished file of a paper: PDF/A with its fonts in it, by WeasyPrint.

Nothing is loaded from anywhere but the two stylesheets of papers and what stands in the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from minxin.config import ROOT
from minxin.documents import fonts, layout
from minxin.documents.sheet import Sheet

VARIANT = "pdf/a-2b"
STYLES = ("static/css/paper.css", "static/css/paper-pages.css")


@dataclass(frozen=True)
class Rendered:
    """A file and how many pages it has."""

    pdf: bytes
    pages: int


def render(sheet: Sheet) -> Rendered:
    """Lay a sheet out and make its file."""
    if sheet.kind.traits.layout == "form":
        document = _one_page(sheet)
    elif layout.has_imprint(sheet):
        document = _on_even_pages(sheet)
    else:
        document = _laid_out(layout.page(sheet))
    pdf: bytes = document.write_pdf(pdf_variant=VARIANT)
    return Rendered(pdf, len(document.pages))


def prepare() -> None:
    """Load the library and the faces once, before a worker forks."""
    from minxin.documents import samples

    render(samples.short()[0])


def _one_page(sheet: Sheet) -> Any:
    """A form set so that it keeps to one page; one that is too long goes on."""
    for fit in layout.FITS:
        document = _laid_out(layout.page(sheet, fit=fit))
        if len(document.pages) == 1:
            return document
    return _laid_out(layout.page(sheet, fit="small", kind="numbered"))


def _on_even_pages(sheet: Sheet) -> Any:
    """The 版记 on the last even page: below the text where there is room, else on a page of its
    own, which bears no number."""
    document = _laid_out(layout.page(sheet))
    if len(document.pages) % 2 == 0 and _has_text(document.pages[-1]):
        return document
    bare = _laid_out(layout.page(sheet, imprinted=False))
    alone = _laid_out(layout.imprint_page(sheet)).pages
    if len(bare.pages) % 2 == 0:
        alone = [*_laid_out(layout.blank_page(sheet)).pages, *alone]
    return bare.copy([*bare.pages, *alone])


def _has_text(page: Any) -> bool:
    """Is there anything on a page but what floats to its foot?"""
    body = page._page_box.children[0]
    return any(getattr(box, "text", "").strip() for box in body.descendants())


def _laid_out(html: str) -> Any:
    from weasyprint import HTML  # here: it takes longer to load than a short paper to make

    return HTML(string=html, url_fetcher=_nothing()).render(
        stylesheets=_styles(), font_config=_fonts(), pdf_variant=VARIANT, presentational_hints=True
    )


@cache
def _styles() -> list[Any]:
    from weasyprint import CSS, URLFetcher

    texts = [*((ROOT / name).read_text() for name in STYLES), fonts.style()]
    made = [CSS(string=text, font_config=_fonts(), url_fetcher=_nothing()) for text in texts]
    files = URLFetcher(allowed_protocols=("file",))  # for our own faces and nothing of a sheet's
    return [*made, CSS(string=fonts.faces(), font_config=_fonts(), url_fetcher=files)]


@cache
def _fonts() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@cache
def _nothing() -> Any:
    """Fetches what stands in the sheet itself and nothing else, from no network and no disk."""
    from weasyprint import URLFetcher

    return URLFetcher(allowed_protocols=("data",))
