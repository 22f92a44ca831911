"""What nobody should send: values, bodies and addresses, from seeded dice."""

import json
import random
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

VALUES = (
    "", " ", "0", "-1", "5", "1.5", "1e308", "NaN", "inf", "-0", "+1", "1_000", "0x1f", "²", "١٢٣",
    "99999999999", "99999999999999999999999", "-9223372036854775809", "9223372036854775808",
    "2147483648", "9" * 5000, "\0", "a\0b", "\ud800", "\udfff x", "\u202eright to left", "مرحبا",
    "e\u0301" * 40, "\U0001f469\u200d\U0001f527" * 30, "x" * 81, "x" * 1001, "x" * 100_000,
    "=1+1", "@SUM(A1)", "<script>alert(1)</script>", "' OR 1=1 --", "{{ 7 }}{% load x %}", "%00",
    "%s%d%(x)s", "../../etc/passwd", "\r\nSet-Cookie: a=b", "true", "on", "null", "[]", "{}",
    "unsure", "4", "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "99999-01-01",
    "2026-11-25", "12/31/2026", "25:61", "1970-01-01T00:00:00Z", "not-a-uuid",
    "00000000-0000-0000-0000-000000000000", "http://elsewhere.example/", "//elsewhere.example",
    "javascript:alert(1)",
    "a@b", "mara@example.org", "x" * 250 + "@example.org", "\x7f\x1b[31m", "\ufeff", "\ufffe",
)  # fmt: skip
SEGMENTS = (
    "%ff", "%00", "%C0%AF", "%ED%A0%80", "..", "%2e%2e", "%2F", "x" * 3000, "-1", "0", "9" * 25,
    "%E2%80%AE", "a%0Ab", "null", "%F0%9F%98%80", "ghost", "%25", "{}", "🙂",
)  # fmt: skip
HEADERS = (
    {"HTTP_ACCEPT": "application/json"}, {"HTTP_ACCEPT": "x" * 500}, {"HTTP_ACCEPT": "*/*;q=x"},
    {"HTTP_ACCEPT": "\xff\xfe"}, {"HTTP_ACCEPT_LANGUAGE": "xx-\0,*;q=9"}, {"HTTP_HOST": "evil"},
    {"HTTP_HOST": "a:b:c"}, {"HTTP_REFERER": "\xff"}, {"HTTP_ORIGIN": "null"},
    {"HTTP_X_FORWARDED_FOR": "x" * 300}, {"HTTP_COOKIE": "sessionid=\xff; csrftoken=\0"},
    {"HTTP_IF_MODIFIED_SINCE": "yesterday"}, {"HTTP_RANGE": "bytes=9-1"},
    {"HTTP_ACCEPT_ENCODING": "gzip;q=nan"}, {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"},
    {"HTTP_AUTHORIZATION": "Basic \xff"},
)  # fmt: skip
TYPES = (
    "application/x-www-form-urlencoded", "application/json", "text/plain", "multipart/form-data",
    "multipart/form-data; boundary=", "multipart/form-data; boundary=x", "", "x" * 300,
    "multipart/form-data; boundary=" + "y" * 300, "application/json; charset=utf-16",
    "application/x-www-form-urlencoded; charset=nonsense", "multipart/form-data; boundary=\xff",
)  # fmt: skip


def value(dice: random.Random) -> str:
    """Return a hostile value; rarely one of a million signs."""
    if dice.random() < 0.01:
        return "m" * 1_000_000
    return dice.choice(VALUES)


def form(dice: random.Random, fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return a form's fields with some changed, doubled, dropped, or made up."""
    found = list(fields)
    for _ in range(dice.randint(1, 3)):
        kind = dice.random()
        place = dice.randrange(len(found)) if found else 0
        if kind < 0.65 and found:
            found[place] = (found[place][0], value(dice))
        elif kind < 0.75 and found:
            found.append((found[place][0], value(dice)))
        elif kind < 0.85 and found:
            del found[place]
        elif kind < 0.95 and found:
            found[place] = (found[place][0] + dice.choice(("[]", "\0", "-9", ".x")), value(dice))
        else:
            made_up = dice.choice(
                ("owner", "next", "version", "is_staff", "low", "pk", value(dice))
            )
            found.append((made_up[:2000], value(dice)))
    return found


def urlencoded(fields: list[tuple[str, str]]) -> bytes:
    """Return fields as a body; lone surrogates go over the wire as their three bytes."""
    return urlencode(fields, errors="surrogatepass").encode()


def multipart(dice: random.Random, fields: list[tuple[str, str]], files: list[str]) -> bytes:
    """Return fields and made-up files as parts, now and then broken off."""
    parts = []
    for name, text in fields:
        head = f'--x\r\nContent-Disposition: form-data; name="{quote(name, errors="replace")}"'
        parts.append(head.encode() + b"\r\n\r\n" + text.encode(errors="surrogatepass") + b"\r\n")
    for name in files:
        said = f'form-data; name="{name}"; filename="{dice.choice(SEGMENTS)}"'
        head = f"--x\r\nContent-Disposition: {said}"
        content = dice.choice(
            (
                b"",
                b"\0" * 3000,
                b"PK\x03\x04" + dice.randbytes(400),
                b"{" * 5000,
                b"{}",
                b"\xff\xfe",
            )
        )
        parts.append(head.encode() + b"\r\nContent-Type: x/y\r\n\r\n" + content + b"\r\n")
    body = b"".join(parts) + b"--x--\r\n"
    return body[: dice.randrange(len(body))] if dice.random() < 0.15 else body


def raw(dice: random.Random) -> bytes:
    """Return a body that is none."""
    return dice.choice(
        (
            b"", b"\xff\xfe\x00", b"rating=\xff&evidence=%ff%fe&revision=%", b"&&&===", b"{",
            b"[" * 50_000, b'{"a":' * 3000, b"null", b"NaN", b'{"cells": NaN}', b'"\\ud800"',
            b'{"cells": [{"level": "\\u0000", "skill": "\\ud800"}]}', b"a=1;b=2" * 2000,
            b'{"cells": [[]]}', b'{"cells": [{}]}', b"--x\r\n", b"--x--", dice.randbytes(300),
            b"&".join(b"f%d=1" % n for n in range(6000)), b"\0" * 10_000,
        )
    )  # fmt: skip


def json_value(dice: random.Random, depth: int = 0) -> Any:
    """Return any JSON, odd numbers and nesting included."""
    if depth < 3 and dice.random() < 0.2:
        return [json_value(dice, depth + 1) for _ in range(dice.randint(0, 3))]
    if depth < 3 and dice.random() < 0.2:
        return {value(dice)[:200]: json_value(dice, depth + 1) for _ in range(dice.randint(0, 3))}
    return dice.choice(
        (None, True, False, 0, -1, 3, 5, 2**31, 2**63, 2**64, -(2**70), 1.5, 1e308, float("nan"),
         float("inf"), value(dice), value(dice)[:500])
    )  # fmt: skip


def changed_json(dice: random.Random, content: Any) -> Any:
    """Return JSON with something in it replaced, dropped, or added."""
    if isinstance(content, dict) and content and dice.random() < 0.85:
        key = dice.choice(list(content))
        if dice.random() < 0.1:
            return {name: each for name, each in content.items() if name != key}
        if dice.random() < 0.1:
            return {**content, value(dice)[:200]: json_value(dice)}
        return {**content, key: changed_json(dice, content[key])}
    if isinstance(content, list) and content and dice.random() < 0.7:
        place = dice.randrange(len(content))
        return [*content[:place], changed_json(dice, content[place]), *content[place + 1 :]]
    return json_value(dice)


def as_json(dice: random.Random, content: Any) -> bytes:
    """Return JSON as bytes; now and then with a key twice, or broken off."""
    body = json.dumps(content).encode()
    if dice.random() < 0.05:
        body = b'{"level": 1, ' + body[1:]
    return body[: dice.randrange(len(body) + 1)] if dice.random() < 0.05 else body


def query(dice: random.Random, names: tuple[str, ...]) -> str:
    """Return a query string of hostile values, now and then badly escaped."""
    if dice.random() < 0.2:
        return dice.choice(("%", "%ff=%fe", "q=%00", "a[]=1&a[]=2", "&" * 500, "q=" + "%C3" * 300))
    pairs = [(dice.choice(names), value(dice)[:3000]) for _ in range(dice.randint(1, 3))]
    return "&".join(
        f"{quote_plus(k, errors='surrogatepass')}={quote_plus(v, errors='surrogatepass')}"
        for k, v in pairs
    )
