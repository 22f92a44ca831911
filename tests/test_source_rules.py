"""What the source must not do, looked up in its syntax: a line of it fails here by name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
APPS = ("accounts", "assessments", "careers", "config")
FILES = sorted(
    path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
DANGEROUS = {
    "pickle", "marshal", "shelve", "dill", "yaml", "subprocess", "pty", "ctypes", "random", "imp",
    "code", "codeop", "xml", "lxml", "ldap", "ldap3", "pylatex",
}  # fmt: skip
ASKING = {
    "requests",
    "urllib3",
    "httpx",
    "aiohttp",
    "ftplib",
    "telnetlib",
    "paramiko",
    "urllib.request",
}
OF_COMMANDS = {"subprocess": {"management", "backups"}, "random": {"management"}}
"""What only folders of the operator's commands may import."""
CALLS = {"eval", "exec", "compile", "__import__", "system", "popen", "spawnl", "execv"}


def modules(path: Path) -> Iterator[str]:
    """Return every module that a file imports, whole and by its first word."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
        for name in names:
            yield name
            yield name.partition(".")[0]


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Return every call of a file with the last word of what is called."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node
            elif isinstance(node.func, ast.Attribute):
                owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
                yield ("re." if owner == "re" else "") + node.func.attr, node


def where(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the files in which anything was found."""
    return {name: rows for name, rows in found.items() if rows}


def name_of(path: Path) -> str:
    """Return a file's place in the repository."""
    return path.relative_to(ROOT).as_posix()


def test_the_source_starts_and_loads_nothing_dangerous():
    """No text is run as code, no object unpickled, no weak chance used.

    Programs are started by commands of the operator alone, such as a backup: no page does it.
    The demo's people are made up by a chance that is the same on every run.
    """
    assert len(FILES) > 150
    found = {
        name_of(path): [
            m
            for m in modules(path)
            if m in DANGEROUS and not OF_COMMANDS.get(m, set()) & set(path.parts)
        ]
        + [name for name, _call in calls(path) if name in CALLS]
        for path in FILES
    }
    assert where(found) == {}


def test_the_source_asks_nobody_else():
    """No client of HTTP or the like: what is typed is never an address that the server opens."""
    found = {name_of(path): [m for m in modules(path) if m in ASKING] for path in FILES}
    assert where(found) == {}


def test_the_source_imports_no_tests():
    """Nor what only development has."""
    only = {"tests", "pytest", "hypothesis", "playwright", "time_machine"}
    assert where({name_of(p): [m for m in modules(p) if m in only] for p in FILES}) == {}


def test_the_source_has_no_raw_sql():
    """``execute`` takes a constant text, values apart; ``raw`` and ``extra`` are not used.

    A PRAGMA takes no values: ``erasing`` writes two whole numbers of its own into one.
    ``answers`` joins constants, with as many placeholders as it has rows.
    """
    found = {}
    for path in FILES:
        rows = []
        for name, call in calls(path):
            text = call.args[0] if call.args else None
            is_built = isinstance(text, ast.JoinedStr | ast.BinOp)
            if name in ("raw", "extra", "RawSQL") or (name.startswith("execute") and is_built):
                rows.append(name)
        found[name_of(path)] = rows
    assert where(found) == {
        "accounts/erasing.py": ["execute", "execute"],
        "assessments/answers.py": ["execute"],
    }


def test_no_pattern_is_made_of_what_was_typed():
    """Every pattern is a constant: a text of the source, or a name in capitals."""
    functions = {
        f"re.{n}"
        for n in ("compile", "match", "search", "sub", "fullmatch", "findall", "split", "finditer")
    }
    found = {}
    for path in FILES:
        patterns = [call.args[0] for name, call in calls(path) if name in functions and call.args]
        found[name_of(path)] = [
            ast.unparse(each)
            for each in patterns
            if not isinstance(each, ast.Constant)
            and not (isinstance(each, ast.Name) and each.id.isupper())
        ]
    assert where(found) == {}


def test_the_source_hashes_by_sha_2_or_blake_2_alone():
    """No MD5 and no SHA-1 by our own hand."""
    used = {
        name
        for path in FILES
        for name in re.findall(r"hashlib\.(\w+)", path.read_text(encoding="utf-8"))
    }
    assert used == {"sha256", "sha384", "blake2b"}
    keyed = [call for path in FILES for call in calls_of("salted_hmac", path)]
    assert len(keyed) == 2
    assert {ast.unparse(call.keywords[0]) for call in keyed} == {"algorithm='sha256'"}


def calls_of(name: str, path: Path) -> list[ast.Call]:
    """Return every call of a function by its name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in called if getattr(node.func, "id", "") == name]


def test_no_cipher_is_used_but_fernet():
    """Whose tokens are authenticated (AES-CBC, then HMAC-SHA256), with a new vector for each."""
    ciphers = ("cryptography.", "Crypto", "nacl")
    used = {m for path in FILES for m in modules(path) if m.startswith(ciphers)}
    assert {m for m in used if not m.startswith("cryptography.fernet")} == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.name for path in SCRIPTS])
def test_scripts_put_in_html_of_our_own_pages_only(path):
    """What a person typed is text; whole parts of pages come from this site, escaped there."""
    allowed = {
        "effects.js": ["innerHTML = await response.text()"],
        "matrix.js": [
            "outerHTML = await reply.text()",
            'innerHTML = byId("check").querySelector("[data-check-sum]").innerHTML',
        ],
        "what-if.js": ['innerHTML = page.getElementById("what-if-result").innerHTML'],
    }
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"(?:inner|outer)HTML\s*=[^;]+|insertAdjacentHTML|document\.write", text)
    assert found == allowed.get(path.name, [])


def test_scripts_keep_nothing_in_the_browser():
    """No storage but the two cookies, which scripts cannot read; no message to other windows."""
    signs = r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.|postMessage"
    assert where({p.name: re.findall(signs, p.read_text(encoding="utf-8")) for p in SCRIPTS}) == {}


def test_scripts_merge_no_objects_of_others():
    """No key that somebody typed becomes a property: no ``__proto__`` gets anywhere."""
    signs = r"__proto__|\.prototype|for \(const \w+ in |Object\.assign\((?!cell\.dataset)"
    assert where({p.name: re.findall(signs, p.read_text(encoding="utf-8")) for p in SCRIPTS}) == {}


def test_templates_print_nothing_unescaped_but_these():
    """Help texts of the source, pictures made here, and the settings of the API's docs."""
    allowed = {"field.help_text|safe", "totp_svg|safe", "drawing|safe", "swagger_settings|safe"}
    found = {
        each
        for path in (ROOT / "templates").rglob("*.html")
        for each in re.findall(
            r"[\w.]+\|safe\b|autoescape off|\|safeseq|[\w.]+\|escapejs", path.read_text()
        )
    }
    assert found <= allowed


def test_no_test_fails_by_the_clock():
    """Made-up examples may take as long as a busy machine needs."""
    assert settings.default is not None
    assert settings.default.deadline is None
    assert HealthCheck.too_slow in settings.default.suppress_health_check
