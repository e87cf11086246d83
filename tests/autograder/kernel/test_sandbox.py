"""What a submission's process can see, write, reach and take: asked from inside."""

import ast
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from autograder.kernel import processes, sandbox, seccomp
from tests.autograder.kernel.conftest import printed

pytestmark = pytest.mark.slow


def test_it_is_nobody_without_privileges(said):
    status = "import os; print((os.getuid(), os.getgid(), os.getgroups() in ([], [65534])))"
    assert said(status).strip() == "(65534, 65534, True)"


def test_its_own_copy_is_all_that_it_can_write_to(start, tmp_path):
    (tmp_path / "mine.csv").write_text("1,2")
    session = start()
    tried = """
import os, stat
written = []
for folder, folders, files in os.walk("/"):
    for place in [os.path.join(folder, "written"), *(os.path.join(folder, name) for name in files)]:
        if place.startswith("/dev/") and not place.startswith("/dev/shm"):
            continue
        try:
            with open(place, "ab"):
                if os.path.realpath(place) != "/dev/null":
                    written.append(place)
        except OSError:
            pass
print({place.split("/")[1] if not place.startswith("/dev/shm") else "dev/shm" for place in written})
open("mine.csv", "w").write("changed")
"""
    assert ast.literal_eval(printed(session, tried)) == {"submission", "tmp", "dev/shm"}
    assert (tmp_path / "mine.csv").read_text() == "1,2"


def test_nothing_of_the_course_or_of_home_is_there(said):
    root = Path(__file__).parents[3]
    looked = f"""
import os
found = [os.path.join(folder, name) for folder, _, names in os.walk("/") for name in names]
print([path for path in found if path.endswith((".ipynb", "gradebook.db")) or "/exercises/" in path and "room" in path])
print(sorted(set(os.listdir({str(root)!r})) - {{".venv"}}))
print(os.path.exists({str(Path.home() / ".ssh")!r}), os.listdir("/proc"), "SECRET" in os.environ)
"""
    os.environ["SECRET"] = "1"
    found, beside, rest = said(looked).splitlines()
    outside = sys.prefix, sys.base_prefix, "/usr"
    assert [path for path in ast.literal_eval(found) if not path.startswith(outside)] == []
    assert beside == "[]"
    assert rest == "False [] False"


def test_there_is_no_network(said):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        tried = f"""
import socket
for address in [("127.0.0.1", {port}), ("192.0.2.1", 80)]:
    try:
        socket.create_connection(address, 1); print("connected")
    except OSError as error:
        print(type(error).__name__)
try:
    socket.getaddrinfo("example.org", 80); print("resolved")
except OSError as error:
    print(type(error).__name__)
"""
        assert "connected" not in (text := said(tried))
        assert "resolved" not in text
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    "call",
    [
        "libc.unshare(0x10000000)",
        "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)",
        "libc.umount2(b'/jobs', 2)",
        "libc.ptrace(0, 0, 0, 0)",
        "libc.syscall(319, b'memory', 0)",  # memfd_create
        "libc.syscall(425, 1, 0)",  # io_uring_setup
        "libc.socket(40, 1, 0)",  # AF_VSOCK
        "libc.socket(16, 3, 9)",  # AF_NETLINK, audit
        "libc.chroot(b'/tmp')",
        "libc.setuid(0)",
    ],
)
def test_what_has_let_people_out_is_refused(said, call):
    if os.uname().machine != "x86_64" and "syscall" in call:
        pytest.skip("the numbers of system calls are those of x86-64")
    assert said(f"import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nprint({call})").strip() == "-1"


def test_the_filter_refuses_by_name():
    assert len(seccomp.program()) % 8 == 0
    assert {"mount", "ptrace", "unshare", "bpf"} <= set(seccomp.REFUSED)


def test_ending_it_ends_what_it_started(start):
    session = start()
    marker = f"marker-{time.time_ns()}"
    printed(
        session,
        f"""
import subprocess, sys
code = "import time; time.sleep(1000)"
for _ in range(3):
    subprocess.Popen([sys.executable, "-c", code, {marker!r}], start_new_session=True)
""",
    )
    deadline = time.monotonic() + 60
    while running(marker) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running(marker) == 3
    session.close()
    assert running(marker) == 0


def test_two_submissions_do_not_meet(start, tmp_path):
    first, second = (tmp_path / name for name in "ab")
    for folder in (first, second):
        folder.mkdir()
    (first / "answer.txt").write_text("42")
    one, other = start(first), start(second)
    printed(
        one,
        """
import socket
open("/tmp/left", "w").write("42")
door = socket.socket(socket.AF_UNIX); door.bind("\\0door"); door.listen()
""",
    )
    tried = """
import os, socket
print([os.path.exists(path) for path in ("answer.txt", "/tmp/left", "/jobs/0", "/dev/shm/left")])
try:
    socket.socket(socket.AF_UNIX).connect("\\0door"); print("met")
except OSError as error:
    print("refused")
"""
    assert printed(other, tried).splitlines() == ["[False, False, False, False]", "refused"]


def test_they_draw_other_random_numbers(start):
    source = "import numpy as np, random; print(np.random.rand(), random.random())"
    assert len({printed(start(), source) for _ in range(3)}) == 3


def test_a_submission_gets_files_but_no_links(start, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.npy").write_bytes(np.arange(3).tobytes())
    (tmp_path / "passwd").symlink_to("/etc/passwd")
    (tmp_path / "up").symlink_to("..")
    os.mkfifo(tmp_path / "pipe")
    found = printed(start(), "import os; print(sorted(os.listdir()), os.listdir('data'))")
    assert found.strip() == "['data'] ['a.npy']"


def test_a_template_that_died_is_replaced(start):
    first = sandbox.running()
    first._process.kill()
    first._process.wait()
    assert printed(start(), "print(1)") == "1\n"
    assert sandbox.running() is not first
    assert not first.folder.exists()


def test_a_fork_has_the_sandbox_too_and_its_kernels_end_with_it(start):
    assert printed(start(), "print(1)") == "1\n"
    before = below_the_template()
    reading, writing = os.pipe()
    fork = os.fork()
    if fork == 0:
        folder = sandbox.running().folder
        session = start()
        os.write(writing, f"{folder} {printed(session, 'print(2)')}".encode())
        session.run("import time; time.sleep(1000)")
        os._exit(0)
    assert os.read(reading, 1000).decode().split() == [str(sandbox.running().folder), "2"]
    for end in (reading, writing):
        os.close(end)
    assert before < below_the_template()
    os.kill(fork, signal.SIGKILL)
    os.waitpid(fork, 0)
    end = time.monotonic() + 10
    while before != below_the_template():
        assert time.monotonic() < end, "the kernel outlives the process that asked for it"
        time.sleep(0.01)
    assert printed(start(), "print(3)") == "3\n"


def below_the_template() -> set[int]:
    return {pid for pid in processes.family(sandbox.running()._process.pid) if not has_ended(pid)}


def has_ended(pid: int) -> bool:
    """Whether it is gone, or waits only for its parent to ask how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_nobody_waits_for_the_template_and_it_ends_before_it_is_ready(monkeypatch):
    monkeypatch.setattr(sandbox, "END_SECONDS", 30.0)
    fresh = sandbox.Sandbox()
    assert fresh.alive
    folder = fresh.folder
    fresh.close()
    assert fresh._process.returncode == 0, "it should have noticed by itself"
    assert not folder.exists()


def test_what_a_kernel_started_yields_to_it(start):
    session = start()
    session.run("import os, subprocess, time; child = subprocess.Popen(['sleep', '600'])")
    session.run("time.sleep(0.5)")  # the grader looks at it meanwhile
    nice = "print(os.getpriority(os.PRIO_PROCESS, 0), os.getpriority(os.PRIO_PROCESS, child.pid))"
    assert printed(session, nice) == "0 19\n"


def test_a_kernel_has_the_cores_of_the_process_that_asks(start):
    cores = os.sched_getaffinity(0)
    try:
        for chosen in ({min(cores)}, {max(cores)}, cores):
            os.sched_setaffinity(0, chosen)
            found = printed(start(), "import os; print(sorted(os.sched_getaffinity(0)))")
            assert ast.literal_eval(found) == sorted(chosen)
    finally:
        os.sched_setaffinity(0, cores)


def test_the_list_of_fonts_is_kept_and_out_of_sight(start, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    fresh = sandbox.Sandbox()
    monkeypatch.setattr(sandbox, "_current", fresh)
    try:
        assert printed(start(), "import os; print(os.path.exists(os.environ['MPLCONFIGDIR']))") == "False\n"
        assert list((tmp_path / "cache" / "autograder" / "matplotlib").glob("fontlist*.json"))
    finally:
        fresh.close()


def test_folders_of_killed_graders_are_removed(tmp_path):
    code = "import os; from autograder.kernel import sandbox; print(sandbox.running().folder); os.kill(os.getpid(), 9)"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    killed = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    # what is printed is lost with the process; its folder is not
    del killed
    assert len(list(tmp_path.glob("autograder-*"))) == 1
    code = "from autograder.kernel import sandbox; sandbox.running()"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert list(tmp_path.glob("autograder-*")) == []


def running(marker: str) -> int:
    """Processes with `marker` in their command line."""
    count = 0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            count += marker in path.read_text().split("\0")
        except OSError:
            continue
    return count
