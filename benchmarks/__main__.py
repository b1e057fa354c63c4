"""`python -m benchmarks [NAME ...]`: runs benchmarks and writes their results."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.bench import ROOT, Bench
from benchmarks.markdown import as_markdown
from benchmarks.registry import BENCHMARKS

QUICK = 0.02
SEED = 20240607
ROUNDS = 5


def main(arguments: list[str] | None = None) -> int:
    """The command: 0 if every target is met, 1 if one is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures reconcile beside its peers; results/NAME.md has the figures.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="tiny samples; writes no result")
    parser.add_argument(
        "--share", type=float, default=1.0, help="samples of this share of their full size"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="default %(default)s")
    parser.add_argument("--seed", type=int, default=SEED, help="default %(default)s")
    parser.add_argument("--samples", type=Path, help="a folder that keeps the samples")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}")
    results = ROOT / "benchmarks" / "results"
    missed = False
    with tempfile.TemporaryDirectory() as temporary:
        share = QUICK if given.quick else given.share
        bench = Bench(given.samples or Path(temporary), given.seed, given.rounds, share)
        for name in given.names or BENCHMARKS:
            result = BENCHMARKS[name](bench)
            page = as_markdown(result, bench)
            if not given.quick:
                results.mkdir(exist_ok=True)
                (results / f"{name}.md").write_text(page, encoding="utf-8")
            sys.stdout.write(f"{page}\n")
            missed = missed or not all(check.met for check in result.checks)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
