"""JSON read strictly: what is wrong is named by line, column and path."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careers import json_text

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "line", "column", "path", "message"),
    [
        ('{"a": 1,\n "a": 2}', 2, 2, "a", "the key 'a' stands twice in one object"),
        ('[{"b": [1, {"x": 1, "\\u0078": 2}]}]', 1, 21, "[0].b[1].x", "the key 'x' stands twice"),
        ('{"a": [1, NaN]}', 1, 11, "a[1]", "NaN is not a number of JSON"),
        ('{"a": 1, "b": -Infinity}', 1, 15, "b", "-Infinity is not a number of JSON"),
        ('{"a": {"b": 1e999}}', 1, 13, "a.b", "1e999 is too large a number"),
        (f"[0, {'9' * 5000}]", 1, 5, "[1]", "this number is too long"),
        ('{"a": "x\\ud800"}', 1, 7, "a", "holds half a character"),
        ('{"\\udc00": 1}', 1, 2, "", "holds half a character"),
        ('["\\\\ud800", "\\ud800"]', 1, 13, "[1]", "holds half a character"),
        ('{"a":\n  tru}', 2, 3, "", "not JSON: Expecting value"),
        ('{"a": "b', 1, 7, "", "not JSON: Unterminated string"),
        ('{"a": "\x01"}', 1, 8, "", "not JSON: Invalid control character"),
        ("", 1, 1, "", "not JSON: Expecting value"),
        ("[" * 100_000, 1, 101, "[0]" * 10, "nested too deeply: more than 100"),
        ('{"k":' * 100_000, 1, 501, "k" + ".k" * 9, "nested too deeply: more than 100"),
    ],
)
def test_what_is_wrong_is_named_by_line_column_and_path(text, line, column, path, message):
    with pytest.raises(json_text.JsonTextError) as refused:
        json_text.read(text)
    error = refused.value
    assert (error.line, error.column, error.path) == (line, column, path)
    assert error.message.startswith(message)


def test_a_byte_that_is_not_utf8_is_named_by_line_and_column():
    """Counted in characters, after the mark that some editors write."""
    with pytest.raises(json_text.JsonTextError) as refused:
        json_text.read(b'\xef\xbb\xbf{\n"\xc3\xa9": "\xff"}')
    assert (refused.value.line, refused.value.column) == (2, 7)
    assert json_text.read(b'\xef\xbb\xbf{"a": 2.0}') == {"a": 2}


@given(values)
def test_what_was_written_is_read(value):
    """Whatever it is; and nothing right is blamed by the search for a fault."""
    text = json.dumps(value)
    assert json_text.read(text) == value


@given(values, st.data())
def test_the_fault_of_a_broken_text_is_within_it(value, data):
    """Cut anywhere, it is refused with a place in the text, or it is whole."""
    text = json.dumps([value], indent=1)
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    with pytest.raises(json_text.JsonTextError) as refused:
        json_text.read(cut)
    assert 1 <= refused.value.line <= cut.count("\n") + 1
    assert refused.value.column >= 1
