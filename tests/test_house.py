"""The house holds together: its files agree with each other, and its arrows run one way."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements(*extras: str) -> set[str]:
    listed = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    return {line for line in listed if not line.startswith(PROJECT["name"])}


def test_environment_yml_says_what_pyproject_says():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *packages, by_pip = environment["dependencies"]
    *others, itself = by_pip["pip"]  # those that conda-forge may not have
    assert itself == "-e ."
    packages += others
    assert f"python{PROJECT['requires-python']}" in packages
    wanted = requirements("data", "hdf5", "notebooks", "grading")
    assert wanted <= set(packages)
    extra = set(packages) - wanted - {f"python{PROJECT['requires-python']}", "pip"}
    assert extra <= requirements("tests")


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_course_knows_nothing_of_the_autograder():
    for path in (ROOT / "course").rglob("*.py"):
        assert not {name for name in imports(path) if name.split(".")[0] == "autograder"}, path


@pytest.mark.parametrize(
    ("package", "above"),
    [
        ("layers", ("course.models", "course.widgets")),
        ("models", ("course.widgets",)),
        ("activations", ("course.layers", "course.models", "course.widgets")),
        ("losses", ("course.layers", "course.models", "course.widgets")),
    ],
)
def test_arrows_inside_course_run_one_way(package, above):
    files = [*(ROOT / "course").glob(f"{package}.py"), *(ROOT / "course" / package).glob("*.py")]
    assert files
    for path in files:
        assert not {name for name in imports(path) if name.startswith(above)}, path


def test_the_grader_needs_no_widgets():
    for path in (ROOT / "autograder").rglob("*.py"):
        assert not {name for name in imports(path) if name.startswith("course.widgets")}, path


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_the_core_imports_numpy_alone():
    beyond = modules_after("import course, course.models, course.layers") - modules_after("import numpy.random")
    ours = {name for name in beyond if not name.startswith("_")} - set(sys.stdlib_module_names)
    assert ours == {"course"}


def test_the_readme_names_targets_that_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", readme, flags=re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


def test_links_in_documents_lead_somewhere():
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("words", [["--help"], ["build", "--help"], ["grade", "--help"], ["demo", "--help"]])
def test_the_command_line_explains_itself(words):
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *words], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "Usage:" in done.stdout


def test_the_command_line_refuses_in_one_line(tmp_path):
    command = [sys.executable, "-m", "autograder", "grade", "01_neurons"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "there is no nbgrader_config.py" in done.stderr
