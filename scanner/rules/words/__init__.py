"""
The language of `when:` and `assert:`.

Azure Policy's words mean what they mean there; `related` and the words about
the network are ours. `WORDS` is the whole dictionary. Its grammar is read by
the loader and by editors (`aoai-scan rules schema`); its meaning is the
docstring of each word's maker.
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner.rules.words import connection, fields, graph, hygiene, logic, network, structure
from scanner.rules.words.word import CONDITION, Word

__all__ = ["CONDITION", "WORDS", "Word"]

WORDS: Mapping[str, Word] = {
    word.name: word
    for word in (
        *logic.WORDS,
        *fields.WORDS,
        *graph.WORDS,
        *network.WORDS,
        *hygiene.WORDS,
        *structure.WORDS,
        *connection.WORDS,
    )
}
