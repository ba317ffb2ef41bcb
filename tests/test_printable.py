import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("one\ntwo", r"one\x0atwo"),
        ("one\r\ttwo", r"one\x0d\x09two"),
        ("\x00\x7f\x85", r"\x00\x7f\x85"),
        ("\u202eexe.txt", r"\u202eexe.txt"),
        ("\u2066a\u2069", r"\u2066a\u2069"),
        ("zero\u200bwidth\u200djoined", r"zero\u200bwidth\u200djoined"),
        ("\ufeffmark", r"\ufeffmark"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\ud800", r"\ud800"),
        ("\ue000", r"\ue000"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_a_character_that_steers_is_written_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    "text",
    ["", "aoai-prod", "a b ~", "é", "e\u0301", "本番環境", "שלום", "مرحبا", "🚀", "❤️", "€ — ²"],
)
def test_a_character_that_shows_is_kept(text: str) -> None:
    assert printable(text) == text


@given(st.text())
def test_what_is_printable_stays_as_it_is_and_on_one_line(text: str) -> None:
    shown = printable(text)
    assert printable(shown) == shown
    assert len(shown.splitlines()) <= 1


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_printable_ascii_is_itself(text: str) -> None:
    assert printable(text) == text
