"""Writes where it has no business: the gradebook, the lesson, other submissions, the system.

Whatever is named @MARK@ must be found nowhere outside afterwards; the course's folder must be as it was, to the byte.
"""

from tests.autograder.attacks.attack import NOTHING, Attack, gains_nothing

TOLD = rf"raised \w*(Error|Exception)|kernel died|killed|{NOTHING}"


def writes(name: str, code: str) -> Attack:
    """An attack that tries each line of code, and then answers with zeros."""
    tried = "\n".join(
        f"try:\n    {line}\nexcept Exception as e:\n    errors.append(e)" for line in code.strip().splitlines()
    )
    before = "import ctypes, os, pathlib, shutil, sqlite3, subprocess, sys, tempfile\nerrors = []\n"
    return gains_nothing(name, TOLD, f"{before}{tried}\ndef neuron(x, w, b):\n    return np.zeros(len(x))\n")


GRADEBOOK = """
with sqlite3.connect("@GRADEBOOK@") as db: db.execute("update grade set manual_score = 100, auto_score = 100")
with sqlite3.connect("@GRADEBOOK@") as db: db.execute("update base_cell set name = 'x'")
with sqlite3.connect("@GRADEBOOK@") as db: db.execute("update grade_cells set max_score = 1000")
open("@GRADEBOOK@", "wb").close()
os.remove("@GRADEBOOK@")
""".replace("@GRADEBOOK@", "@COURSE@/gradebook.db")

ATTACKS = [
    writes("the_gradebook", GRADEBOOK),
    writes(
        "the_lesson",
        """
open("@COURSE@/lessons/01_neurons/01_neurons.ipynb", "a").write("@MARK@")
open("@COURSE@/solutions/01_neurons/01_neurons.py", "a").write("# @MARK@")
open("@COURSE@/nbgrader_config.py", "a").write("# @MARK@")
pathlib.Path("@COURSE@/@MARK@").touch()
""",
    ),
    writes(
        "another_submission",
        """
for path in pathlib.Path("@COURSE@/submitted").glob("*/*/*.ipynb"): path.write_text("@MARK@")
for path in pathlib.Path("@COURSE@/autograded").glob("*/*/*.ipynb"): path.write_text("@MARK@")
for path in pathlib.Path("..").rglob("*.ipynb"): path.write_text("@MARK@")
for path in pathlib.Path("../..").rglob("*.ipynb"): path.write_text("@MARK@")
shutil.rmtree("@COURSE@/submitted")
""",
    ),
    writes(
        "through_symlinks",
        """
os.symlink("@COURSE@", "out")
open("out/@MARK@", "w").write("x")
open("out/nbgrader_config.py", "a").write("# @MARK@")
os.symlink("@COURSE@/gradebook.db", "01_neurons.db")
open("01_neurons.db", "w").write("@MARK@")
os.remove("01_neurons.ipynb")
os.symlink("@COURSE@/solutions/01_neurons/01_neurons.ipynb", "01_neurons.ipynb")
os.symlink("/etc/passwd", "timestamp.txt")
""",
    ),
    writes(
        "upwards",
        """
for depth in range(1, 12): pathlib.Path("../" * depth + "@MARK@").write_text("x")
for depth in range(1, 12): (pathlib.Path("../" * depth) / "submitted" / "@MARK@").write_text("x")
""",
    ),
    writes(
        "home_and_temporary_folders",
        """
pathlib.Path("~/@MARK@").expanduser().write_text("x")
pathlib.Path("/root/@MARK@").write_text("x")
pathlib.Path("/tmp/@MARK@").write_text("x")
pathlib.Path("/var/tmp/@MARK@").write_text("x")
pathlib.Path("/dev/shm/@MARK@").write_text("x")
pathlib.Path("/run/@MARK@").write_text("x")
pathlib.Path("/@MARK@").write_text("x")
tempfile.NamedTemporaryFile(prefix="@MARK@", delete=False).write(b"x")
""",
    ),
    writes(
        "what_runs_next_time",
        """
pathlib.Path("~/.ipython/profile_default/startup").expanduser().mkdir(parents=True)
pathlib.Path("~/.ipython/profile_default/startup/@MARK@.py").expanduser().write_text("x")
pathlib.Path("~/.jupyter/@MARK@.py").expanduser().write_text("x")
pathlib.Path("~/.bashrc").expanduser().open("a").write("# @MARK@")
pathlib.Path(sys.prefix, "@MARK@.pth").write_text("x")
pathlib.Path(np.__file__).with_name("@MARK@.py").write_text("x")
pathlib.Path("@REPO@/autograder/@MARK@.py").write_text("x")
pathlib.Path("@REPO@/course/@MARK@.py").write_text("x")
pathlib.Path(sys.modules["autograder"].__file__).with_name("@MARK@.py").write_text("x")
""",
    ),
    writes(
        "after_remounting",
        """
libc = ctypes.CDLL(None)
libc.unshare(0x10000000 | 0x00020000)
libc.mount(b"none", b"/", None, 32 | 4096, None)
libc.mount(b"proc", b"/proc", b"proc", 0, None)
libc.umount2(b"/", 2)
libc.chroot(b"/proc/1/root")
os.mknod("disk", 0o60600, os.makedev(8, 0))
pathlib.Path("@COURSE@/@MARK@").write_text("x")
subprocess.run(["sudo", "-n", "touch", "@COURSE@/@MARK@"], timeout=5)
""",
    ),
    writes(
        "through_open_descriptors",
        """
for number in range(3, 100): os.fstat(number) and os.ftruncate(number, 0)
for number in range(3, 100): open(f"/proc/self/fd/{number}/@MARK@", "w")
for number in range(3, 100): os.open("@MARK@", os.O_CREAT | os.O_WRONLY, dir_fd=number)
""",
    ),
    writes(
        "hard_links_and_modes",
        """
os.link("@COURSE@/gradebook.db", "mine.db")
os.chmod("@COURSE@", 0o777)
os.chmod("@COURSE@/gradebook.db", 0o000)
os.chown("@COURSE@/gradebook.db", 65534, 65534)
os.utime("@COURSE@/nbgrader_config.py", (0, 0))
os.rename("@COURSE@/solutions", "@COURSE@/@MARK@")
os.setxattr("@COURSE@/gradebook.db", "user.mark", b"x")
""",
    ),
    writes(
        "its_own_kernel_s_files",
        """
for path in pathlib.Path("/").glob("*/kernel*.json"): path.write_text("{}")
for path in pathlib.Path("/rooms").rglob("*.py"): path.write_text("raise SystemExit")
for path in pathlib.Path(".").glob("*"): path.unlink()
""",
    ),
]
