"""The battery takes minutes and wants the machine for itself, so it is asked for: `make attacks`."""

import os

collect_ignore_glob = [] if os.environ.get("ATTACKS") else ["test_*.py"]
