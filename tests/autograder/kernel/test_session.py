"""Cells in, outputs out, within limits: with kernels that crash, hang, flood and lie."""

import pytest

from autograder.kernel import session as session_module
from autograder.kernel.limits import Limits
from tests.autograder.kernel.conftest import printed

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A busy machine may take its time to stop what is to be stopped, and to say what is to be said."""
    for name in ("RECOVER_SECONDS", "IDLE_SECONDS"):
        monkeypatch.setattr(session_module, name, 60.0)


def test_outputs_are_those_of_a_notebook(start):
    session = start()
    ran = session.run("""
import sys
print("a"); print("b", file=sys.stderr); print("c")
for i in range(3):
    print(f"\\r{i}", end="")
{"x": 1}
""")
    kinds = [(output.output_type, output.get("name", "")) for output in ran.outputs]
    assert kinds[-1] == ("execute_result", "")
    assert ("stream", "stderr") in kinds
    assert ran.outputs[-1].data["text/plain"] == "{'x': 1}"
    assert "".join(o.text for o in ran.outputs if o.get("name") == "stdout") in ("a\nc\n2", "a\n2c\n")


def test_displays_change_in_place(start):
    session = start()
    first = session.run("from IPython.display import display, clear_output\nhandle = display('old', display_id=True)")
    session.run("handle.update('new')")
    assert first.outputs[0].data["text/plain"] == "'new'"
    ran = session.run("print(1); clear_output(wait=True); print(2)")
    assert [output.text for output in ran.outputs] == ["2\n"]


def test_an_error_is_an_output_and_the_next_cell_runs(start):
    session = start()
    ran = session.run("1 / 0")
    assert (ran.ended, ran.message) == ("raised", "ZeroDivisionError: division by zero")
    assert ran.outputs[0].ename == "ZeroDivisionError"
    assert printed(session, "print(1)") == "1\n"


@pytest.mark.parametrize("sandboxed", [True, False])
def test_a_cell_that_takes_too_long_is_interrupted(start, sandboxed):
    session = start(cell_seconds=2, sandboxed=sandboxed)
    ran = session.run("x = 1\nwhile True: pass")
    assert (ran.ended, ran.message) == ("timed out", "ran longer than 2 s; it was stopped")
    assert printed(session, "print(x)") == "1\n"


def test_one_that_ignores_the_interrupt_is_ended(start, monkeypatch):
    monkeypatch.setattr(session_module, "RECOVER_SECONDS", 0.5)
    session = start(cell_seconds=2)
    ran = session.run("""
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True: time.sleep(1)
""")
    assert (ran.ended, ran.message) == ("timed out", "ran longer than 2 s and did not stop")
    assert not session.alive
    session.start()
    assert printed(session, "print(1)") == "1\n"


@pytest.mark.parametrize("sandboxed", [True, False])
@pytest.mark.parametrize("end", ["import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)"])
def test_death_is_noticed(start, end, sandboxed):
    session = start(sandboxed=sandboxed)
    assert session.run(end).ended == "died"
    session.start()
    assert printed(session, "print(1)") == "1\n"


@pytest.mark.parametrize(
    "flood",
    [
        "while True: print('x' * 1000)",
        "from IPython.display import display\nwhile True: display({'text/plain': 'x' * 1000}, raw=True)",
        "print('x' * 10**8)",
        "import sys\nwhile True: sys.stderr.write('x' * 200)",
        "import os, threading\nthreading.Thread(target=lambda: [print('x' * 1000) for _ in iter(int, 1)]).start()",
    ],
    ids=["prints", "displays", "one huge", "stderr", "thread"],
)
def test_a_flood_is_stopped_while_it_flows(start, flood, monkeypatch):
    monkeypatch.setattr(session_module, "RECOVER_SECONDS", 3.0)  # it may end the kernel: it is stopped either way
    session = start(cell_output=100_000)
    ran = session.run(flood)
    if ran.ended == "ok":  # a thread's cell may end before the flood; then it reaches the next one
        ran = session.run("import time; time.sleep(50)")
    assert ran.ended == "flooded"
    assert "more than 100 kB" in ran.message
    assert sum(len(str(output)) for output in ran.outputs) < 300_000


def test_after_a_flood_the_next_cells_are_heard(start):
    session = start(cell_output=50_000, notebook_output=60_000)
    assert session.run("while True: print('x' * 1000)").ended == "flooded"
    assert session.run("while True: print('x' * 1000)").ended == "flooded"
    assert printed(session, "print(1)") == "1\n"
    assert session.ask("2 + 3", 60.0)[1]["data"]["text/plain"] == "5"


def test_exit_costs_nothing_and_is_told(start):
    session = start()
    ran = session.run("x = 1\nexit()")
    assert (ran.ended, ran.message) == ("exited", "called exit(); what follows it was graded all the same")
    assert session.alive
    assert printed(session, "print(x)") == "1\n"


def test_the_notebook_has_limits_of_its_own(start):
    session = start(notebook_seconds=1.0)
    assert session.run("import time; time.sleep(5)").ended == "timed out"
    assert session.run("1").message == "the notebook took longer than 1 s"
    session = start(notebook_output=50_000)
    session.run("print('x' * 40_000)")
    assert session.run("print('x' * 40_000)").ended == "flooded"


def test_memory_is_limited_for_one_process_and_for_all(start):
    session = start(memory=600_000_000)
    assert session.run("import numpy as np; a = np.ones(10**9)").message.startswith("MemoryError")
    together = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        a = bytearray(300_000_000); time.sleep(60)
time.sleep(30)
"""
    assert session.run(together).ended == "memory"


def test_disk_and_processes_are_limited(start):
    session = start(disk=2_000_000, processes=40)
    assert "No space left" in session.run("open('a', 'wb').write(b'x' * 5_000_000)").message
    assert "OSError" in session.run("for i in range(10**6): open(f'/tmp/{i}', 'w')").message
    bomb = session.run("import os\nwhile True: os.fork() or __import__('time').sleep(60)")
    assert bomb.ended in ("raised", "memory")


def test_what_is_no_message_is_passed_over(start):
    session = start()
    forged = """
kernel = get_ipython().kernel
socket = kernel.iopub_socket
for frames in ([b"x"], [b"a", b"<IDS|MSG>", b"bad", b"{", b"}", b"", b""], [b"<IDS|MSG>"] * 9):
    kernel.iopub_thread.socket.send_multipart(frames) if hasattr(kernel.iopub_thread, "socket") else None
print("still here")
"""
    assert printed(session, forged) == "still here\n"


def test_asking_is_out_of_the_notebook_s_sight(start):
    session = start()
    session.run("x = 41")
    ran, answer = session.ask("x + 1", 60.0)
    assert (ran.ended, answer["data"]["text/plain"]) == ("ok", "42")
    assert session.ask("nothing", 60.0)[1]["ename"] == "NameError"
    assert session.ask("__import__('time').sleep(60)", 0.5)[0].ended == "timed out"
    assert printed(session, "print(Out, len(In))") == "{} 3\n"


def test_limits_know_their_names():
    with pytest.raises(ValueError, match="there is no memmory; there are memory, processes"):
        Limits.of({"memmory": 3})
    with pytest.raises(ValueError, match="Limits: disk must be a positive number, got -1"):
        Limits.of({"disk": -1})
