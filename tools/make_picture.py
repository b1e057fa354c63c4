"""Makes docs/results.png: the first page of a real results workbook, as it is printed.

Usage: python tools/make_picture.py

Runs the demonstration at full speed and renders its workbook; needs LibreOffice and pdftoppm.
"""

import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Writes the picture anew."""
    told = subprocess.run(
        [sys.executable, "-m", "reconcile", "demo", "--fast"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    workbook = re.search(r"Workbook +(\S+)", told)
    if workbook is None:
        raise SystemExit("The demonstration named no workbook.")
    render = runpy.run_path(str(ROOT / "tools" / "render_workbook.py"))["render"]
    with tempfile.TemporaryDirectory() as folder:
        pages = render(Path(workbook[1]), Path(folder), 80)
        shutil.copyfile(pages[0], ROOT / "docs" / "results.png")


if __name__ == "__main__":
    main()
