"""How hard a text is to read, as a school grade. Pure.

The Flesch-Kincaid grade: 0.39 × words per sentence + 11.8 × syllables per word − 15.59
(J. P. Kincaid, R. P. Fishburne, R. L. Rogers and B. S. Chissom, Derivation of new
readability formulas, Research Branch Report 8-75, U.S. Naval Training, 1975). It is made
for English. Syllables are counted by pyphen's hyphenation, which never breaks off a single
letter, so that grades come out a little low rather than high.
"""

import re
from functools import cache, lru_cache
from typing import Any

FEWEST_WORDS = 20
"""Below this the figure says nothing: one long word decides it."""

_SENTENCE_END = re.compile(r"[.!?:;\n]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@cache
def _hyphenation() -> Any:
    # Late, because its dictionary is only wanted where texts are judged.
    import pyphen

    return pyphen.Pyphen(lang="en_US")


@lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    """Return how many syllables a word has, at least one."""
    return len(_hyphenation().positions(word)) + 1


@lru_cache(maxsize=4_000)
def grade(text: str) -> float | None:
    """Return the Flesch-Kincaid grade to one decimal, or None for fewer than 20 words.

    A line's end closes a sentence as a full stop does; numbers are no words.
    """
    sentences = [words for part in _SENTENCE_END.split(text) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    if len(words) < FEWEST_WORDS:
        return None
    per_sentence = len(words) / len(sentences)
    per_word = sum(syllables(word.lower()) for word in words) / len(words)
    return round(0.39 * per_sentence + 11.8 * per_word - 15.59, 1)
