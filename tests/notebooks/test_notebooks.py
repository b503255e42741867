"""The notebooks run from top to bottom, say nothing but what they mean to say, and are kept without outputs."""

import ast
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONGEST_FUNCTION = 4  # lines: a label or a unit may be spelt out, but no logic lives in a notebook
JAPANESE = range(0x3040, 0xA000)

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> Any:
    from_json: Any = nbformat.reads
    return from_json(path.read_text(encoding="utf-8"), as_version=4)


def code(path: Path) -> list[Any]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def test_notebooks_are_the_four_that_the_readme_lists() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert len(NOTEBOOKS) == 4
    assert [path.name for path in NOTEBOOKS if path.name not in listed] == []


@each_notebook
def test_notebooks_are_kept_without_outputs(path: Path) -> None:
    kept = [cell.id for cell in code(path) if cell.outputs or cell.execution_count is not None]
    assert kept == [], "clear all outputs before saving"


@each_notebook
def test_notebooks_begin_with_a_japanese_title_and_a_line_in_english(path: Path) -> None:
    title, english = read(path).cells[0].source.splitlines()[:2]
    assert title.startswith("# ")
    assert any(ord(letter) in JAPANESE for letter in title)
    assert english.startswith("*")
    assert english.isascii()


@each_notebook
def test_notebooks_hold_no_logic_of_their_own(path: Path) -> None:
    nodes = [node for cell in code(path) for node in ast.walk(ast.parse(cell.source))]
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION] == []
    assert not any(isinstance(node, ast.ClassDef) for node in nodes)


@each_notebook
@pytest.mark.slow
def test_notebooks_run_from_top_to_bottom(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = run(path, tmp_path, monkeypatch)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    warnings = "".join(output.text for output in outputs if output.output_type == "stream")
    assert warnings == ""
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) >= 4
    assert all(picture.metadata["image/png"]["alt"] for picture in pictures)


def run(path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The notebook with its outputs, run by a kernel that has a home of its own and opens no network port."""
    for name in ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "MPLCONFIGDIR", "TMPDIR"):
        (home / name).mkdir()
        monkeypatch.setenv(name, str(home / name))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    notebook = read(path)
    with TemporaryDirectory(prefix="kouken-", dir="/tmp") as sockets:  # a socket's path may hold 107 characters
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", sockets)
        kernel = {"transport": "ipc", "connection_file": f"{sockets}/kernel.json"}
        client = NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            resources={"metadata": {"path": str(FOLDER)}},
            config=Config({"KernelManager": kernel}),
        )
        client.execute()
    return notebook
