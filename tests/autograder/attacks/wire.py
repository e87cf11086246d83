"""Speaks on the kernel's sockets itself: forged, broken, huge, or none at all."""

from textwrap import dedent, indent

from tests.autograder.attacks.attack import NOTHING, Attack, gains_nothing

LOST = rf"can't be (read|called)|could not be had|come back|longer|died|raised|{NOTHING}"

SPEAK = '''
import json, os, threading, time
import zmq
kernel = get_ipython().kernel
session = kernel.session

def out(send):
    """Have the thread that owns the shell channel's stream do it, and wait until it has."""
    thread, done, ident = kernel.shell_channel_thread, threading.Event(), kernel._shell_parent_ident.get()
    def do():
        try:
            send(kernel.shell_stream, ident)
            kernel.shell_stream.flush()
        finally:
            done.set()
    if thread is None:
        do()
    else:
        thread.io_loop.add_callback(do)
        done.wait(0.3)

def reply(content, parent=None, kind="execute_reply", **changed):
    """One message to the grader on the shell channel, in answer to what it asked."""
    message = session.msg(kind, parent=parent or kernel.get_parent("shell"))
    message["header"].update(changed)
    message["content"] = content
    frames = [session.pack(message[part]) for part in ("header", "parent_header", "metadata", "content")]
    raw(b"<IDS|MSG>", session.sign(frames), *frames)
    publish("status", {"execution_state": "idle"})  # so that it is the last word
    time.sleep(0.3)

def raw(*frames):
    """Frames as they are."""
    out(lambda stream, ident: stream.send_multipart([*ident, *frames]))

def publish(kind, content, parent=None):
    session.send(kernel.iopub_socket, kind, content, parent or kernel.get_parent("shell"))

def answer(text):
    return {"status": "ok", "execution_count": 1, "payload": [],
            "user_expressions": {"answer": {"status": "ok", "data": {"text/plain": text}, "metadata": {}}}}

FULL = answer("'1000'")
'''

BOMB = """
import base64, io, zipfile
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("skeleton.npy", "w") as member:
    for _ in range(1024):
        member.write(bytes(2**20))
bomb = base64.b64encode(buffer.getvalue()).decode()
"""


def in_the_answer(name: str, *lines: str, told: str = LOST) -> Attack:
    """Speaks while the grader waits for the answer; the answer itself is wrong."""
    body = indent("\n".join(lines), "    ")
    return gains_nothing(
        name,
        told,
        f"{SPEAK}{BOMB if 'bomb' in body else ''}\ndef neuron(x, w, b):\n{body}\n    return np.zeros(len(x))\n",
    )


def in_the_cell(name: str, code: str, told: str = LOST) -> Attack:
    """Speaks while its cell runs, and afterwards; the answer itself is wrong."""
    return gains_nothing(name, told, SPEAK + dedent(code) + "\ndef neuron(x, w, b):\n    return np.zeros(len(x))\n")


CONTENTS = {
    "points": "FULL",
    "nothing": "{}",
    "a_list": "[]",
    "null": "None",
    "text": "'1000'",
    "no_expressions": '{"status": "ok", "user_expressions": None}',
    "expressions_as_list": '{"status": "ok", "user_expressions": ["answer"]}',
    "answer_as_text": '{"status": "ok", "user_expressions": {"answer": "1000"}}',
    "no_data": '{"status": "ok", "user_expressions": {"answer": {"status": "ok"}}}',
    "data_as_number": '{"status": "ok", "user_expressions": {"answer": {"status": "ok", "data": 5}}}',
    "text_as_list": "answer([1000])",
    "code": "answer(\"__import__('os').system('touch /tmp/@MARK@')\")",
    "open_parentheses": "answer('(' * 200_000)",
    "minus_signs": "answer('-' * 2_000_000 + '1')",
    "a_long_list": "answer('[' + '1,' * 4_000_000 + ']')",
    "long_number": "answer('1' * 1_000_000)",
    "zip_bomb": "answer(repr(bomb))",
    "odd_status": '{"status": ["ok"], "user_expressions": {"answer": {"status": {"ok": 1}, "data": {}}}}',
    "odd_error": '{"status": "error", "ename": {"a": 1}, "evalue": ["<b>"], "traceback": 7, '
    '"user_expressions": {"answer": {"status": "error", "ename": 5, "evalue": ["x\\ny"], "traceback": None}}}',
}

ATTACKS = [
    *(in_the_answer(f"reply_holds_{name}", f"reply({content})") for name, content in CONTENTS.items()),
    in_the_answer("replies_to_another_request", 'reply(FULL, {"header": {"msg_id": "another"}})'),
    in_the_answer("reply_without_a_parent", "reply(FULL, {'header': {}})"),
    in_the_answer(
        "parent_is_no_mapping",
        "frames = [session.pack(part) for part in (session.msg_header('execute_reply'), [1, 2], {}, FULL)]",
        'raw(b"<IDS|MSG>", session.sign(frames), *frames)',
    ),
    in_the_answer("reply_of_another_kind", 'reply(FULL, kind="shutdown_reply")', 'reply({}, kind="kernel_info_reply")'),
    in_the_answer("reply_with_a_false_date", 'reply(FULL, date="yesterday", version=None, msg_id=5)'),
    in_the_answer("a_thousand_replies", "time.sleep = lambda seconds: None", "for _ in range(1000): reply(FULL)"),
    in_the_answer("wrong_signature", 'session.key = b"another"', "reply(FULL)"),
    in_the_answer("no_signature", "session.auth = None", "reply(FULL)"),
    in_the_answer("frames_without_meaning", 'raw(b"one", b"two")', 'raw(b"<IDS|MSG>")', 'raw(b"<IDS|MSG>", b"", b"{")'),
    in_the_answer(
        "json_without_meaning",
        'frames = [b"[", b"null", b"7", b"[]"]',
        'raw(b"<IDS|MSG>", session.sign(frames), *frames)',
        'frames = [b"[]", b"[]", b"[]", b"[]"]',
        'raw(b"<IDS|MSG>", session.sign(frames), *frames)',
    ),
    in_the_answer(
        "json_too_deep",
        'deep = b"[" * 500_000 + b"]" * 500_000',
        "header = session.pack(session.msg_header('execute_reply'))",
        "frames = [header, session.pack(kernel.get_parent('shell')['header']), b'{}', deep]",
        'raw(b"<IDS|MSG>", session.sign(frames), *frames)',
    ),
    in_the_answer("a_huge_frame", "reply(answer('x' * 400_000_000))"),
    in_the_answer("huge_buffers", "raw(*[bytes(10**6)] * 300)"),
    in_the_answer("closes_the_shell_socket", "out(lambda stream, ident: stream.close(linger=0))"),
    in_the_answer("closes_all_of_zmq", "zmq.Context.instance().destroy(linger=0)"),
    in_the_answer(
        "removes_its_sockets", "import glob", "for s in glob.glob('/*/k-*') + glob.glob('/*/*/k-*'): os.remove(s)"
    ),
    in_the_cell("says_idle_too_early", 'publish("status", {"execution_state": "idle"})'),
    in_the_cell("never_says_idle", "kernel._publish_status = lambda *a, **k: None"),
    in_the_cell("says_it_is_dead", 'publish("status", {"execution_state": "dead"})'),
    in_the_cell(
        "says_odd_things",
        """
        for kind in ("status", "stream", "display_data", "execute_result", "error", "clear_output",
                     "update_display_data", "execute_input", "comm_open", "comm_msg", "iopub_welcome", "no_such_kind"):
            for content in ({}, [], None, 7, "text", {"execution_state": 5, "name": [], "text": {}, "data": "x",
                            "transient": 3, "metadata": [], "ename": None, "evalue": {}, "traceback": "x",
                            "execution_count": "many", "comm_id": {}, "wait": "x", "code": 1}):
                try:
                    publish(kind, content)
                except Exception:
                    pass
        """,
    ),
    in_the_cell(
        "speaks_for_a_later_cell",
        """
        def later():
            while True:
                time.sleep(0.02)
                try:
                    reply(FULL)
                    publish("status", {"execution_state": "idle"})
                except Exception:
                    pass
        threading.Thread(target=later, daemon=True).start()
        """,
    ),
    in_the_cell("silences_the_shell_channel", "session.send = lambda *a, **k: None"),
    in_the_cell(
        "asks_for_input_for_ever", "kernel.raw_input = lambda *a: 'x'\nreply({'prompt': 'x'}, kind='input_request')"
    ),
    in_the_cell("publishes_broken_frames", "kernel.iopub_socket.send_multipart([b'x', b'<IDS|MSG>', b'', b'{'])"),
    in_the_cell("publishes_no_utf8", "kernel.iopub_socket.send_multipart([b'\\xff\\xfe', b'\\xff'])"),
    in_the_cell(
        "heartbeat_stops",
        "kernel.parent.heartbeat.context.destroy(linger=0) if getattr(kernel, 'parent', None) else None",
    ),
]
