"""The sandbox through Jupyter's own doors: a kernel manager, nbclient."""

import nbformat
import pytest
from jupyter_client import KernelManager
from nbclient import NotebookClient

from autograder.kernel.provisioner import KERNEL_NAME, kernel_specs

pytestmark = pytest.mark.slow


def manager() -> KernelManager:
    return KernelManager(kernel_name=KERNEL_NAME, kernel_spec_manager=kernel_specs())


def test_nbclient_runs_a_notebook_in_it(tmp_path):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import os; os.getuid()")])
    NotebookClient(nb, km=manager()).execute(cwd=str(tmp_path))
    assert nb.cells[0].outputs[0].data["text/plain"] == "65534"


def test_a_kernel_is_started_restarted_and_ended(tmp_path):
    kernels = manager()
    kernels.start_kernel(cwd=str(tmp_path))
    assert kernels.is_alive()
    kernels.restart_kernel(now=True)
    assert kernels.is_alive()
    kernels.shutdown_kernel(now=True)
    assert not kernels.is_alive()
