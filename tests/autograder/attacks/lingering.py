"""Ends where it shouldn't, or doesn't end: exits, signals, processes that outlive, threads that go on."""

from tests.autograder.attacks.attack import NOTHING, Attack, costs_itself, makes_trouble_first

LATE = r"longer than|come back|could not be had"
DIED = r"died|killed|ended|exit|left"
SLEEPER = 'os.execv("/bin/sleep", ["@MARK@", "600"])'
RIGHT = "\ndef neuron(x, w, b):\n    return x @ w + b\n"


def inside(name: str, told: str, line: str) -> Attack:
    """An attack in the body of the answer."""
    imports = "import ctypes, os, signal, sys, threading, time"
    return costs_itself(name, told, f"{imports}\ndef neuron(x, w, b):\n    {line}\n    return np.zeros(len(x))\n")


def leaves(name: str, code: str) -> Attack:
    """An attack that leaves something running, before a wrong answer."""
    before = "import atexit, os, signal, subprocess, sys, threading, time\n"
    return costs_itself(name, NOTHING, f"{before}{code}\ndef neuron(x, w, b):\n    return np.zeros(len(x))\n")


ATTACKS = [
    inside("exit_in_the_answer", r"SystemExit", "sys.exit(0)"),
    inside("os_exit_in_the_answer", DIED, "os._exit(0)"),
    inside("kill_itself", DIED, "os.kill(os.getpid(), signal.SIGKILL)"),
    inside("segmentation_fault", DIED, "ctypes.string_at(0)"),
    inside("abort", DIED, "os.abort()"),
    inside("becomes_another_program", rf"{DIED}|come back", SLEEPER),
    inside("closes_all_descriptors", rf"{DIED}|come back|silent|read", "os.closerange(0, 4096)"),
    inside("stops_itself", LATE, "os.kill(os.getpid(), signal.SIGSTOP)"),
    inside("own_alarm_handler", LATE, "signal.alarm(0); time.sleep(60)"),
    inside("keyboard_interrupt", "KeyboardInterrupt", "raise KeyboardInterrupt"),
    inside("generator_exit", "GeneratorExit", "raise GeneratorExit"),
    inside(
        "ignores_all_signals",
        LATE,
        "[signal.signal(s, signal.SIG_IGN) for s in range(1, 32) if s not in (9, 19, 32)]; time.sleep(60)",
    ),
    inside(
        "blocks_all_signals",
        LATE,
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)); time.sleep(60)",
    ),
    inside(
        "swallows_what_stops_it",
        LATE,
        "exec('while True:\\n    try:\\n        time.sleep(9)\\n    except BaseException: pass')",
    ),
    makes_trouble_first("exit_in_a_cell", "exit|Exit|ended|died", "exit()"),
    costs_itself("kills_one", rf"{DIED}|Error", "import os\nos.kill(1, 9)\nraise OSError"),
    costs_itself("kills_all", rf"{DIED}|Error", "import os\nos.kill(-1, 9)\nraise OSError"),
    costs_itself("stops_all", rf"{LATE}|{DIED}|Error", "import os\nos.kill(-1, 19)\nraise OSError"),
    costs_itself("waits_for_input", "input", "input('your password: ')"),
    makes_trouble_first("os_exit_in_a_cell", DIED, "import os\nos._exit(3)"),
    makes_trouble_first("kills_its_group", rf"{DIED}|Error", "import os\nos.killpg(0, 9)"),
    makes_trouble_first("sleeps_past_the_limit", "longer", "import time\ntime.sleep(600)"),
    makes_trouble_first("loops_for_ever", "longer", "while True:\n    pass"),
    makes_trouble_first(
        "loops_deaf",
        "longer",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    ),
    makes_trouble_first("loops_in_c", "longer", "import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')"),
    makes_trouble_first("power_in_c", "longer", "len(str(0)) and 7 ** 7 ** 11"),
    makes_trouble_first(
        "waits_for_a_lock", "longer", "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()"
    ),
    leaves("atexit_for_ever", "atexit.register(lambda: time.sleep(600))"),
    leaves(
        "daemon_thread",
        "threading.Thread(target=lambda: [time.sleep(0.01) for _ in iter(int, 1)], daemon=True).start()",
    ),
    leaves("undying_thread", "threading.Thread(target=lambda: time.sleep(600)).start()"),
    leaves("child", f"if os.fork() == 0:\n    {SLEEPER}"),
    leaves(
        "grandchild",
        f"if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        {SLEEPER}\n    os._exit(0)\nos.wait()",
    ),
    leaves(
        "started_in_its_own_session",
        'subprocess.Popen(["@MARK@", "600"], executable="/bin/sleep", start_new_session=True)',
    ),
    leaves(
        "nohup", "subprocess.Popen(\"nohup sh -c 'while :; do sleep 1; : @MARK@; done' >/dev/null 2>&1 &\", shell=True)"
    ),
    leaves(
        "child_deaf_to_signals",
        f"if os.fork() == 0:\n    [signal.signal(s, signal.SIG_IGN) for s in (1, 2, 3, 13, 15)]\n    {SLEEPER}",
    ),
    costs_itself("child_that_goes_on_as_the_kernel", DIED, f"import os\nif os.fork() != 0:\n    os._exit(0)\n{RIGHT}"),
    leaves(
        "outlives_its_parent",
        "import ctypes\nctypes.CDLL(None).prctl(1, 0)\n"
        f"if os.fork() == 0:\n    ctypes.CDLL(None).prctl(1, 0)\n    os.setsid()\n    {SLEEPER}",
    ),
    leaves(
        "chain_of_forks",
        """
def hop(left):
    if os.fork() == 0:
        time.sleep(0.05)
        if left:
            hop(left - 1)
        os._exit(0)
if os.fork() == 0:
    hop(200)
    os._exit(0)
""",
    ),
]
