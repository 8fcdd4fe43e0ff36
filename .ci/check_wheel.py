"""Check what a wheel would put into site-packages: three packages with their data, and nothing else.

Usage: check_wheel.py WHEEL
"""

import sys
import zipfile

PACKAGES = {"prov4ml", "prov4ml_packager", "prov4ml_validators"}
DATA = {
    "prov4ml/py.typed",
    "prov4ml_packager/py.typed",
    "prov4ml_packager/demo/train.py",
    "prov4ml_packager/demo/crate.toml",
    "prov4ml_validators/py.typed",
}


def main(wheel: str) -> int:
    """Print what is wrong with the wheel; return 1 if anything is."""
    names = set(zipfile.ZipFile(wheel).namelist())
    top = {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")}
    problems = [f"installs {name}, which is none of its packages" for name in sorted(top - PACKAGES)]
    problems += [f"lacks {name}" for name in sorted((PACKAGES - top) | (DATA - names))]
    if not any(name.startswith("prov4ml_validators/schemas/") for name in names):
        problems.append("lacks the schemas of prov4ml_validators")
    if not any(name.endswith(".dist-info/licenses/LICENSE") for name in names):
        problems.append("lacks the licence")
    for problem in problems:
        print(f"{wheel}: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
