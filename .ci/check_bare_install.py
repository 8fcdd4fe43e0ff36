"""Check an environment that holds the bare wheel: nothing else came with it, and the logger works."""

import sys
import tempfile
from importlib import metadata
from pathlib import Path

# What the interpreter loads at every start (the .pth file of setuptools, say) is not the logger's doing.
AT_START = set(sys.modules)


def main() -> int:
    """Return 1 after saying what is not as promised."""
    import prov4ml

    loaded = {name.partition(".")[0] for name in set(sys.modules) - AT_START}
    foreign = loaded - sys.stdlib_module_names - {"prov4ml"}
    installed = {distribution.name for distribution in metadata.distributions()} - {"pip", "setuptools"}
    if foreign or installed != {"prov4ml"}:
        print(f"import prov4ml loaded {sorted(foreign)}; installed: {sorted(installed)}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        prov4ml.start_run("bare", prov_save_path=folder)
        prov4ml.log_metric("loss", 0.5, prov4ml.Context.TRAINING)
        prov4ml.end_run()
        if not list(Path(folder).glob("bare_*/rank_0/metrics.bin")):
            print("the bare logger wrote no run directory", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
