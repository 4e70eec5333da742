"""Reading texts needs Python and five libraries."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cases.monitoring.text as package

FOLDER = Path(package.__file__).parent
LIBRARIES = {"marisa_trie", "py3langid", "regex", "simplemma", "yaml"}


def test_it_imports_nothing_else() -> None:
    foreign = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign |= {
                (path.name, name)
                for name in names
                if name.partition(".")[0] not in {*sys.stdlib_module_names, *LIBRARIES}
                and not name.startswith(package.__name__)
            }
    assert foreign == set()


@pytest.mark.slow
def test_it_works_without_django_and_without_a_network() -> None:
    code = (
        "import socket, sys\n"
        "sys.modules['django'] = None\n"
        "socket.socket = None\n"
        "from cases.monitoring.text.classifier import classify\n"
        "print(classify('Nefunguje a nikdo to neřeší').complaint)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=FOLDER.parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
