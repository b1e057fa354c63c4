"""Pictures of a workbook, page by page as it is printed: WORKBOOK -> OUT_DIR/page-1.png ...

Owns the two programs that it takes: LibreOffice makes a PDF, pdftoppm makes the pictures.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAMS = {"soffice": "libreoffice-calc", "pdftoppm": "poppler-utils"}
"""The programs, and the Debian packages that bring them."""


def main(arguments: list[str] | None = None) -> int:
    """The command: 0 if the pictures are there, 2 if not, with one sentence on stderr."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("workbook", type=Path, help="the .xlsx file")
    parser.add_argument("out_dir", type=Path, help="where the pictures go; made if missing")
    parser.add_argument("--dpi", type=int, default=80, help="dots per inch (default %(default)s)")
    given = parser.parse_args(arguments)
    try:
        pages = render(given.workbook, given.out_dir, given.dpi)
    except RenderError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{page}\n" for page in pages)
    return 0


class RenderError(Exception):
    """No picture could be made; the text is one sentence for the person who asked."""


def render(workbook: Path, out_dir: Path, dpi: int = 80) -> list[Path]:
    """The pages of a workbook as PNG files.

    Args:
        workbook: The file to look at.
        out_dir: Where the pictures go.
        dpi: Dots per inch.

    Returns:
        The pictures, in the order of the pages.

    Raises:
        RenderError: a program is missing, or can't read the workbook.
    """
    missing = [package for name, package in PROGRAMS.items() if shutil.which(name) is None]
    if missing:
        raise RenderError(
            f"Install what is missing first: apt-get install {' '.join(missing)} "
            "fonts-crosextra-carlito (a typeface as wide as Calibri)."
        )
    if not workbook.is_file():
        raise RenderError(f"{workbook} is no file.")
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        # A profile of its own, since LibreOffice refuses to share one with a running one.
        profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        pdf = Path(folder, workbook.with_suffix(".pdf").name)
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder]
        _run([*convert, str(workbook)], pdf)
        _run(["pdftoppm", "-png", "-r", str(dpi), str(pdf), str(out_dir / "page")], out_dir)
    return sorted(out_dir.glob("page-*.png"))


def _run(command: list[str], made: Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not made.exists():
        said = (done.stderr or done.stdout).strip()
        raise RenderError(f"{command[0]} could not read the workbook: {said}")


if __name__ == "__main__":
    raise SystemExit(main())
