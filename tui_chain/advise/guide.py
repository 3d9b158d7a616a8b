"""The advice for all clients, and the letter, as one document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tui_chain.advise.commands import Advice, making
from tui_chain.advise.document import Code, Document, Heading, Paragraph, Part
from tui_chain.net.target import Target


def advice_document(
    target: Target,
    advice: tuple[Advice, ...],
    words: Document | None,
    trust: Sequence[str] = (),
    before: Iterable[Part] = (),
) -> Document:
    """Everything that is to be said for a host: every client, then the letter `words` where there is one.

    `trust` is the trust store as the user named it, where that was done; `before` is what comes first.
    """
    return Document(f"How to reach {target}", (*before, *_clients(target, advice, trust), *_words(words)))


def _clients(target: Target, advice: tuple[Advice, ...], trust: Sequence[str]) -> Iterator[Part]:
    for one in advice:
        yield Heading(one.client)
        make = making(target, one, trust)
        if one.words:
            yield Paragraph(one.words)
        if make:
            yield Paragraph("It needs a file of another kind:")
            yield Code(make, "make")
        yield Code(one.code, one.language)


def _words(words: Document | None) -> Iterator[Part]:
    if words is not None:
        yield Heading("To the server's administrator")
        yield Paragraph(words.title)
        yield from words.parts
