"""`python -m prov4ml_packager`: the same as `prov4ml-pack`."""

import sys

from .entry import main

sys.exit(main())
