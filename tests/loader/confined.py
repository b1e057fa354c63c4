"""Loads files in a process of its own, which gets only so much memory.

`python -m tests.loader.confined MEBIBYTES FILE...` prints a line of JSON for each file: how the
load ended, the seconds it took and the highest memory in use so far.
"""

import json
import resource
import sys
import time
from pathlib import Path

from reconcile.domain.errors import ReconcileError
from reconcile.loader import LoadRules, load


def main(mebibytes: str, *files: str) -> None:
    most = int(mebibytes) << 20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    for file in files:
        begin = time.perf_counter()
        path = Path(file)
        try:
            export = load(path, path.name, LoadRules())
            end = f"{export.rows} rows, {len(export.headers)} columns"
        except ReconcileError as refused:
            end = f"refused: {refused}"
        except MemoryError:
            end = "out of memory"
        seconds = round(time.perf_counter() - begin, 2)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        said = {"file": path.name, "end": end, "seconds": seconds, "mebibytes": peak}
        print(json.dumps(said), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
