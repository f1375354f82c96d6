"""Dangers that are kept out by having no door: each of these would be a decision, and fails here first."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]  # what `re` itself reads a pattern with

import pytest

from tests.architecture.sources import imported, modules, shown, tree

MODULES = modules("src")

BANNED = {
    "objects out of bytes": {"pickle", "marshal", "shelve", "dill", "jsonpickle", "yaml"},
    "XML": {"xml", "lxml", "xmltodict", "defusedxml", "plistlib"},
    "templates": {"jinja2", "mako", "chameleon"},
    "a terminal or another language": {"pty", "telnetlib", "ftplib", "ctypes", "cffi"},
}

LET_IN = {"src/medianest/adapters/system/large_blocks.py": {"ctypes"}}
"""One call of the C library with two numbers of ours."""

RANDOM_WITHOUT_SECRETS = {
    "src/medianest/application/commands.py": "how long somebody who lost a race waits",
    "src/medianest/adapters/upstream/transport.py": "how long a call that failed waits",
    "src/medianest/main/demo/": "a made-up house, the same for the same seed",
    "src/medianest/adapters/standin/": "what a stand-in makes up",
}

STARTS_PROGRAMS = {
    "src/medianest/main/children.py",
    "src/medianest/adapters/embedded/account.py",
    "src/medianest/adapters/embedded/binaries.py",
    "src/medianest/adapters/embedded/daemon.py",
    "src/medianest/adapters/embedded/postgres.py",
    "src/medianest/adapters/embedded/servers.py",
}
"""Our own processes and servers, with words that we or the owner's settings chose."""

STARTING = {"run", "Popen", "call", "check_call", "check_output", "create_subprocess_exec"}
THROUGH_A_SHELL = {
    *("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"),
    "asyncio.create_subprocess_shell",
}
NESTED_WITHOUT_HARM = {
    "src/medianest/application/outgoing.py": "each round of labels begins with a dot, which no label holds",
}
RE = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}


@pytest.mark.parametrize("what", BANNED)
def test_nothing_reads(what: str) -> None:
    found = {shown(path): _roots(path) & BANNED[what] for path in MODULES}
    guilty = {path: roots for path, roots in found.items() if roots - LET_IN.get(path, set())}
    assert guilty == {}


def test_no_text_becomes_code() -> None:
    called = {(shown(path), call.func.id) for path, call in _calls() if isinstance(call.func, ast.Name)}
    assert {found for found in called if found[1] in {"eval", "exec", "compile", "__import__"}} == set()


def test_no_program_is_started_through_a_shell() -> None:
    guilty = {
        f"{shown(path)}:{call.lineno}"
        for path, call in _calls()
        if ast.unparse(call.func) in THROUGH_A_SHELL
        or any(word.arg == "shell" and not _is_false(word.value) for word in call.keywords)
    }
    assert guilty == set()


def test_programs_are_started_where_we_start_our_own_and_nowhere_else() -> None:
    starting = {
        shown(path)
        for path, call in _calls()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in STARTING
        and ast.unparse(call.func.value) in {"subprocess", "asyncio"}
        and ast.unparse(call.func) != "asyncio.run"
    }
    assert starting == STARTS_PROGRAMS


def test_dice_that_can_be_foreseen_decide_no_secret() -> None:
    rolling = {shown(path) for path in MODULES if "random" in _roots(path)}
    assert {name for name in rolling if not name.startswith(tuple(RANDOM_WITHOUT_SECRETS))} == set()


def test_one_cipher_is_used_and_it_notices_every_change() -> None:
    """AES-GCM, authenticated. What else is imported from there derives keys or speaks of them."""
    enciphering = [path for path in MODULES if "cryptography" in _roots(path)]
    ciphers = {name for path in enciphering for name in imported(path) if name.startswith("cryptography.")}
    assert ciphers == {
        "cryptography.exceptions",
        "cryptography.hazmat.primitives.ciphers.aead",
        "cryptography.hazmat.primitives.hashes",
        "cryptography.hazmat.primitives.kdf.hkdf",
        "cryptography.hazmat.primitives.kdf.scrypt",
    }
    used = {
        alias.name
        for path in enciphering
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "cryptography.hazmat.primitives.ciphers.aead"
        for alias in node.names
    }
    assert used == {"AESGCM"}


def test_nothing_runs_with_its_innards_shown() -> None:
    """`debug` of a library answers with stack traces."""
    guilty = {
        f"{shown(path)}:{call.lineno}"
        for path, call in _calls()
        for word in call.keywords
        if word.arg == "debug" and not _is_false(word.value)
    }
    assert guilty == set()


def test_no_pattern_is_made_of_what_somebody_said() -> None:
    """Unless it was escaped: in a pattern that is put together, each part is a constant or goes through `re.escape`."""
    put_together = {
        f"{shown(path)}: {ast.unparse(call.args[0])}"
        for path, call in _patterns()
        if isinstance(call.args[0], (ast.JoinedStr, ast.BinOp, ast.Call))
    }
    assert put_together == {
        "src/medianest/main/settings/source.py: f'{PREFIX}(PARENT_PIPE|LISTENER|TEST_\\\\w*|EXPORT_PASSPHRASE)'",
        "src/medianest/adapters/http/foundation/parameters.py: '|'.join(map(re.escape, words))",
    }


def test_no_pattern_takes_longer_than_its_text_deserves() -> None:
    """A repetition without end within another one is what makes matching exponential."""
    literal = [(path, call.args[0].value) for path, call in _patterns() if isinstance(call.args[0], ast.Constant)]
    assert len(literal) > 50
    guilty = {shown(path) for path, pattern in literal if _is_nested(_parser.parse(pattern))}
    assert guilty == set(NESTED_WITHOUT_HARM)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(?:a*)*", r"([\w.]+)*@", "((?:ab+)*c?)+x", "(x(y(z+)*))w"])
def test_patterns_that_could_explode_are_known(pattern: str) -> None:
    assert _is_nested(_parser.parse(pattern))


def _is_nested(parsed: object, *, within: bool = False) -> bool:
    if not isinstance(parsed, (list, tuple, _parser.SubPattern)):
        return False
    for part in parsed:
        if isinstance(part, tuple) and part and part[0] in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            _, most, inner = part[1]
            is_endless = most == _constants.MAXREPEAT
            if is_endless and within:
                return True
            if _is_nested(inner, within=within or is_endless):
                return True
        elif _is_nested(part, within=within):
            return True
    return False


@cache
def _calls() -> Sequence[tuple[Path, ast.Call]]:
    return [(path, node) for path in MODULES for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


def _patterns() -> Iterator[tuple[Path, ast.Call]]:
    for path, call in _calls():
        func = call.func
        if isinstance(func, ast.Attribute) and func.attr in RE and ast.unparse(func.value) == "re" and call.args:
            yield path, call


@cache
def _roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False
