"""Writes the outcome of every example export into its `.expected.json`; the settings stay.

Usage: python tools/rewrite_expectations.py
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.loader.layouts.outcomes import as_text, examples, expectation_of, outcome


def main() -> None:
    """Rewrites them all and names those that changed."""
    for export in examples():
        path, text = expectation_of(export), as_text(outcome(export))
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{export.parent.name}/{path.name}\n")


if __name__ == "__main__":
    main()
