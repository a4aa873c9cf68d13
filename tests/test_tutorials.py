"""The tutorial notebooks run from top to bottom, assertions included."""

from __future__ import annotations

from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

ROOT = Path(__file__).parents[1]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.ipynb"))


# Jupyter's own: its kernel's ports, on this machine only, are not encrypted by default.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_tutorial(path: Path) -> None:
    """A cell that raises fails; what is stored was printed by a run without errors."""
    if path.stem == "your_own_solver":
        pytest.importorskip("cyipopt")  # which has no wheel for the latest Python
    notebook = nbformat.read(path, as_version=4)
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    assert outputs, "run it and store what it prints"
    assert not [out for out in outputs if out["output_type"] == "error"]
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(ROOT)}}
    )
    client.execute()
    if path.stem == "first_problem":
        # Messages name cells by their numbers, not by the kernel's temporary files.
        assert "Cell In[9]:2, in pace" in str(notebook.cells[-2].outputs)
