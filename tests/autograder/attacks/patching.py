"""Patches whatever the grade might depend on: NumPy, builtins, sys, IPython, the probe."""

from textwrap import dedent

from tests.autograder.attacks.attack import NOTHING, Attack, gains_nothing

UNREAD = rf"can't be (read|called)|is not defined|could not be had|longer than|not tried|NaN|{NOTHING}"


def patches(name: str, told: str, code: str) -> Attack:
    """Code before an answer that is wrong in every case."""
    return gains_nothing(name, told, dedent(code) + "\ndef neuron(x, w, b):\n    return np.zeros(len(x))\n")


LIAR = 'Liar = type("Liar", (), {"__getattr__": lambda self, name: self, "__call__": lambda *a, **k: "100"})'

ATTACKS = [
    patches(
        "numpy_compares_all_alike",
        NOTHING,
        "np.allclose = np.array_equal = np.isclose = np.testing.assert_allclose = lambda *a, **k: True\n",
    ),
    patches(
        "numpy_arithmetic",
        UNREAD,
        """
        np.abs = np.max = np.subtract = np.maximum = lambda *a, **k: 0.0
        np.asarray = np.array = np.asanyarray = lambda *a, **k: __import__("numpy").zeros(3)
        """,
    ),
    patches(
        "numpy_writes_something_else",
        UNREAD,
        "np.savez = lambda file, **arrays: file.write(b'PK' + bytes(1000))\nnp.save = np.savez\n",
    ),
    patches(
        "builtins",
        UNREAD,
        """
        import builtins
        builtins.abs = builtins.all = builtins.any = builtins.isinstance = builtins.callable = lambda *a, **k: True
        builtins.len = lambda thing: 0
        builtins.zip = lambda *a, **k: iter(())
        """,
    ),
    patches(
        "builtin_import",
        UNREAD,
        f"""
        import builtins
        {LIAR}
        real = builtins.__import__
        builtins.__import__ = lambda name, *a, **k: Liar() if "autograder" in name else real(name, *a, **k)
        """,
    ),
    gains_nothing(
        "import_in_the_notebook",
        UNREAD,
        f"""
        {LIAR}
        def __import__(name, *a, **k):
            return Liar()

        __builtins__ = {{"__import__": __import__}}
        np = Liar()
        def neuron(x, w, b): return np.zeros(len(x))
        """,
    ),
    patches(
        "sys_modules",
        UNREAD,
        """
        import sys, types
        fake = types.ModuleType("autograder.probe")
        fake.reply = fake.observe_all = fake.probe = lambda *a, **k: "100"
        for name in [name for name in sys.modules if name.startswith("autograder")]:
            sys.modules[name] = fake
        """,
    ),
    *(
        patches(
            f"probe_replies_{name}",
            UNREAD,
            f"""
            import autograder.probe, autograder.wire
            autograder.probe.reply = lambda *a, **k: {text}
            """,
        )
        for name, text in {
            "nothing_at_all": "None",
            "no_answers": "autograder.wire.encode([])",
            "true": "autograder.wire.encode([True] * 100)",
            "points": "'1000'",
            "passed": 'autograder.wire.encode([dict(outcome="passed", value=None, error="", printed="", '
            "modified=())] * 100)",
            "text": 'autograder.wire.encode([dict(outcome="returned", value="all right", error="", printed="", '
            "modified=())] * 100)",
            "not_a_number": 'autograder.wire.encode([dict(outcome="returned", value=float("nan"), error="", '
            'printed="", modified=())] * 100)',
            "a_million_answers": 'autograder.wire.encode([dict(outcome="returned", value=0.0, error="", '
            'printed="", modified=())] * 100_000)',
        }.items()
    ),
    patches(
        "probe_observes_nothing",
        UNREAD,
        """
        import autograder.probe as probe
        probe.observe_all = probe.observe = lambda *a, **k: []
        """,
    ),
    patches(
        "probe_encodes_lies",
        UNREAD,
        """
        import autograder.probe as probe, autograder.wire as wire
        honest = wire.encode
        probe.encode = wire.encode = lambda tree: honest([{**answer, "outcome": "returned", "value": None}
                                                          for answer in tree])
        """,
    ),
    patches(
        "input_transformer",
        NOTHING,
        'get_ipython().input_transformers_cleanup.append(lambda lines: ["1000\\n"])\n',
    ),
    patches(
        "input_transformer_post",
        UNREAD,
        'get_ipython().input_transformers_post.append(lambda lines: ["print(1000)\\n"])\n',
    ),
    patches(
        "ast_transformer",
        UNREAD,
        """
        import ast

        class Thousand(ast.NodeTransformer):
            def visit(self, node):
                return ast.parse("1000")

        get_ipython().ast_transformers.append(Thousand())
        """,
    ),
    patches(
        "displayhook",
        UNREAD,
        """
        import sys
        sys.displayhook = get_ipython().displayhook = lambda value: print("1000")
        """,
    ),
    gains_nothing(
        "showtraceback",
        UNREAD,
        """
        shell = get_ipython()
        shell.showtraceback = shell._showtraceback = shell.showsyntaxerror = lambda *a, **k: print("100 of 100 points")
        shell.set_custom_exc((BaseException,), lambda *a, **k: None)
        def neuron(x, w, b): raise ValueError("unseen")
        """,
        exercise="neuron",
    ),
    patches(
        "post_run_cell",
        NOTHING,
        """
        from IPython.display import publish_display_data
        for event in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
            get_ipython().events.register(event, lambda *a: publish_display_data({"text/plain": "1000"}))
        """,
    ),
    patches(
        "events_that_raise",
        "died",
        """
        def broken(*arguments):
            raise SystemExit("events")
        for event in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
            get_ipython().events.register(event, broken)
        """,
    ),
    *(
        patches(
            f"formatter_says_{name}",
            UNREAD,
            f"""
            shell = get_ipython()
            shell.display_formatter.format = lambda *a, **k: {formatted}
            plain = shell.display_formatter.formatters["text/plain"]
            plain.for_type(str, lambda value, printer, cycle: printer.text("1000"))
            """,
        )
        for name, formatted in {
            "a_thousand": '({"text/plain": "1000"}, {})',
            "code": '({"text/plain": "__import__(\'os\').abort()"}, {})',
            "no_text": "({}, {})",
            "a_number": '({"text/plain": 7}, {})',
            "deep_parentheses": '({"text/plain": "(" * 100_000}, {})',
            "a_set_too_deep": '({"text/plain": "-" * 1_000_000 + "1"}, {})',
            "null_bytes": '({"text/plain": "\'\\0\'"}, {})',
            "huge_number": '({"text/plain": "9" * 1_000_000}, {})',
        }.items()
    ),
    patches(
        "user_expressions",
        UNREAD,
        """
        import types
        get_ipython().user_expressions = lambda expressions: {
            name: {"status": "ok", "data": {"text/plain": "'1000'"}, "metadata": {}} for name in expressions
        }
        """,
    ),
    patches(
        "run_cell",
        UNREAD,
        "get_ipython().run_cell = get_ipython().run_cell_async = lambda *a, **k: None\n",
    ),
    patches(
        "do_execute",
        UNREAD,
        """
        async def do_execute(*arguments, **options):
            return {"status": "ok", "execution_count": 1, "payload": [],
                    "user_expressions": {"answer": {"status": "ok", "data": {"text/plain": "1000"}}}}
        get_ipython().kernel.do_execute = do_execute
        """,
    ),
    patches(
        "shell_handlers",
        UNREAD,
        """
        handlers = get_ipython().kernel.shell_handlers
        handlers["execute_request"] = lambda *a, **k: None
        """,
    ),
    patches(
        "result_in_its_own_output",
        NOTHING,
        """
        from IPython.display import publish_display_data
        publish_display_data({
            "text/plain": "100",
            "application/vnd.autograder.result+json": {
                "exercise": "neuron", "points": 100.0, "max_points": 100.0, "passed": True, "summary": "all right",
                "mistake": None, "hint": None, "seed": 1, "criteria": [], "report": ""},
        })
        """,
    ),
    patches(
        "check_always_passes",
        NOTHING,
        """
        import autograder
        autograder.check = check = lambda *a, **k: print("all right: 3 of 3 points")
        """,
    ),
]
