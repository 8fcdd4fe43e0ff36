import subprocess
import sys

import pytest

SCRIPT = """
import sys
import helper, package.part, installed, linked
from prov4ml.source_code import loaded_sources, running_script
script = running_script()
print(script.name)
print([path.relative_to(script.parent).as_posix() for path in loaded_sources(script.parent)])
"""


def test_the_script_and_the_modules_of_its_folder(tmp_path):
    folder = tmp_path / "project"
    (folder / "package").mkdir(parents=True)
    (folder / "venv" / "lib").mkdir(parents=True)
    (folder / "venv" / "pyvenv.cfg").write_text("")
    (folder / "venv" / "lib" / "installed.py").write_text("")
    (tmp_path / "elsewhere.py").write_text("")
    (folder / "linked.py").symlink_to(tmp_path / "elsewhere.py")
    for name in ("helper.py", "package/__init__.py", "package/part.py", "unused.py"):
        (folder / name).write_text("")
    (folder / "train.py").write_text(
        f"import sys; sys.path.append({str(folder / 'venv' / 'lib')!r})\n{SCRIPT}"
    )
    done = subprocess.run(
        [sys.executable, str(folder / "train.py")], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.splitlines() == [
        "train.py",
        "['helper.py', 'package/__init__.py', 'package/part.py', 'train.py']",
    ]


@pytest.mark.parametrize("arguments", [["-c"], ["-"]])
def test_no_script(arguments):
    code = "from prov4ml.source_code import running_script; print(running_script())"
    command = [sys.executable, *arguments] + ([code] if arguments == ["-c"] else [])
    done = subprocess.run(command, input=code, capture_output=True, text=True, check=True)
    assert done.stdout == "None\n"
