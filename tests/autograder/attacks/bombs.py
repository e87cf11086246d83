"""Takes more than its share: processes, memory, disk, output, depth, time."""

from tests.autograder.attacks.attack import NOTHING, Attack, costs_itself, makes_trouble_first

DIED = r"died|killed|ended|memory"
MEMORY = rf"longer|Memory|memory|{DIED}"
FLOOD = r"output|printed|flood|too much|more than"


def inside(name: str, told: str, *lines: str) -> Attack:
    """An attack in the body of the answer."""
    body = "\n    ".join(lines)
    return costs_itself(name, told, f"import os, sys, threading, time\ndef neuron(x, w, b):\n    {body}\n")


def instead(name: str, told: str, code: str) -> Attack:
    """An attack in the place of the answer: that it failed is what is told."""
    return costs_itself(name, told, code)


FLOODS = {
    "flood_of_lines": "while True:\n    print('spam' * 20)",
    "flood_at_once": "print('x' * 300_000_000)",
    "flood_of_errors": "import sys\nwhile True:\n    print('spam' * 20, file=sys.stderr)",
    "flood_below_python": "import os\nwhile True:\n    os.write(1, b'spam' * 9999)",
    "flood_of_displays": """
        from IPython.display import display
        while True:
            display({'text/html': 'x' * 1000}, raw=True)
        """,
    "flood_of_updates": """
        from IPython.display import display
        handle = display('x', display_id=True)
        while True:
            handle.update('x' * 10000)
        """,
    "flood_of_clears": """
        from IPython.display import clear_output
        while True:
            print('x' * 1000)
            clear_output()
        """,
    "flood_of_comms": """
        from comm import create_comm
        while True:
            create_comm(target_name='x', data={'x': 'x' * 10000})
        """,
    "flood_in_the_result": "'x' * 50_000_000",
}

ATTACKS = [
    makes_trouble_first(
        "fork_bomb", rf"Blocking|Resource|longer|Error|{DIED}", "import os\nwhile True:\n    os.fork()"
    ),
    makes_trouble_first(
        "fork_bomb_deaf",
        rf"longer|silent|Error|{DIED}",
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
    ),
    instead("shell_fork_bomb", "is not defined|died|memory", "import os\nos.system('bomb() { bomb | bomb & }; bomb')"),
    instead(
        "thread_bomb",
        rf"thread|Error|longer|{DIED}",
        "from threading import Thread\nimport time\n"
        "while True:\n    Thread(target=time.sleep, args=(600,), daemon=True).start()",
    ),
    instead("memory_at_once", MEMORY, "kept = np.ones(200 * 2**30 // 8)"),
    makes_trouble_first("memory_by_and_by", MEMORY, "kept = []\nwhile True:\n    kept.append(bytearray(2**24))"),
    makes_trouble_first(
        "memory_in_children",
        rf"longer|{MEMORY}|Error",
        """
        import os, time
        for _ in range(40):
            if os.fork() == 0:
                kept = bytearray(b"x") * 300_000_000
                time.sleep(600)
        time.sleep(600)
        """,
    ),
    instead(
        "memory_file",
        rf"{MEMORY}|Error",
        "import os\nfile = os.memfd_create('x')\nwhile True:\n    os.write(file, bytes(2**24))",
    ),
    instead(
        "memory_shared",
        rf"{MEMORY}|Error",
        "import mmap\nkept = []\nwhile True:\n    kept.append(mmap.mmap(-1, 2**27))\n    kept[-1].write(bytes(2**27))",
    ),
    *(
        instead(
            f"disk_filler_{name}",
            r"Error|killed|died|space|disk|File",
            f"import os\nfor i in range(10**6):\n    with open(f'{folder}/@MARK@{{i}}', 'wb') as file:\n"
            "        for _ in range(5): file.write(bytes(2**24))",
        )
        for name, folder in {"here": ".", "tmp": "/tmp", "shm": "/dev/shm", "home": "/root"}.items()
    ),
    instead(
        "one_huge_file",
        r"Error|killed|died|space|disk|File",
        "with open('huge', 'wb') as file:\n    while True: file.write(bytes(2**24))",
    ),
    instead(
        "inode_filler",
        r"Error|longer|space|killed|died",
        "for i in range(10**9):\n    open(f'@MARK@{i}', 'w').close()",
    ),
    instead(
        "folders_too_deep",
        r"Error|longer|space|killed|died",
        "import os\nwhile True:\n    os.mkdir('deeper')\n    os.chdir('deeper')",
    ),
    instead("descriptors", r"Error|killed|died|longer", "kept = [open('/dev/null') for _ in iter(int, 1)]"),
    instead("pipes", r"Error|killed|died|longer", "import os\nkept = [os.pipe() for _ in iter(int, 1)]"),
    *(makes_trouble_first(name, rf"{FLOOD}|longer", code) for name, code in FLOODS.items()),
    makes_trouble_first("flood_in_the_error", rf"{FLOOD}|ValueError|longer", "raise ValueError('x' * 50_000_000)"),
    makes_trouble_first(
        "error_that_never_tells",
        r"longer",
        "class Endless(Exception):\n    def __str__(self):\n        while True: pass\nraise Endless",
    ),
    makes_trouble_first(
        "depth_in_python",
        rf"Recursion|{DIED}",
        "import sys\nsys.setrecursionlimit(10**9)\ndef deeper(n): return deeper(n + 1) + 1\ndeeper(0)",
    ),
    makes_trouble_first(
        "depth_in_c",
        rf"Recursion|{DIED}|longer|Error",
        "import sys\nsys.setrecursionlimit(10**9)\nnest = None\nfor _ in range(10**6): nest = [nest]\nrepr(nest)",
    ),
    instead("depth_of_the_parser", rf"Error|{DIED}", "eval('-' * 10**7 + '1')"),
    inside("huge_array_in_the_answer", r"MiB|memory|Memory|can't be read|more than", "return np.zeros(2**28)"),
    inside(
        "many_arrays_in_the_answer",
        rf"MiB|{MEMORY}|read|more than|differ|expected",
        "return [np.zeros((1, 10**6))] * 200",
    ),
    inside("long_text_in_the_answer", r"text|expected|more than|read|MiB", "return 'x' * 100_000_000"),
    inside("much_printed_in_the_answer", rf"{FLOOD}|{NOTHING}|longer", "print('x' * 10**8)", "return np.zeros(len(x))"),
    inside("long_error_in_the_answer", r"raised ValueError", "raise ValueError('x' * 10**8)"),
    inside("memory_in_the_answer", MEMORY, "return np.ones(200 * 2**30 // 8)[:2]"),
    inside("for_ever_in_c", r"longer|come back", "return 7 ** 7 ** 11"),
    inside("for_ever_in_an_expression", r"longer|come back", "import re", "return re.match(r'(a+)+$', 'a' * 60 + 'b')"),
    inside("sleeps", r"longer|come back", "time.sleep(600)"),
    inside("just_below_the_limit_each_time", rf"longer|come back|took|{NOTHING}", "time.sleep(0.4)", "return x"),
    inside("forks_in_the_answer", r".", "os.fork()", "return np.zeros(len(x))"),
    inside("iterates_for_ever", rf"object|returned|longer|does not end|{NOTHING}", "return iter(int, 1)"),
    costs_itself(
        "array_that_never_comes",
        r"longer|come back|cannot|read",
        "class Slow:\n    def __array__(self, *a, **k):\n        while True: pass\n"
        "def neuron(x, w, b):\n    return Slow()\n",
    ),
]
