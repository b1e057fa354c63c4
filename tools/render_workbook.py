"""Pictures of a workbook, page by page as it is printed: WORKBOOK -> OUT_DIR/page-1.png ...

Owns the two programs that it takes: LibreOffice makes a PDF, pdftoppm makes the pictures.
"""

import argparse
import re
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


_POINTS = 72


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
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pdf = to_pdf(workbook, Path(folder))
        _run(["pdftoppm", "-png", "-r", str(dpi), str(pdf), str(out_dir / "page")], out_dir)
    return sorted(out_dir.glob("page-*.png"))


def to_pdf(workbook: Path, folder: Path) -> Path:
    """The workbook as it is printed, in this folder.

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
    folder.mkdir(parents=True, exist_ok=True)
    # A profile of its own, since LibreOffice refuses to share one with a running one.
    profile = f"-env:UserInstallation={Path(folder, 'profile').resolve().as_uri()}"
    pdf = Path(folder, workbook.with_suffix(".pdf").name)
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    _run([*convert, str(workbook)], pdf)
    return pdf


def page_of(
    pdf: Path, page: int, folder: Path, dpi: int, part: tuple[float, float] = (0.0, 1.0)
) -> Path:
    """One page as a picture, or the part of its height from here to there.

    Raises:
        RenderError: the page can't be read.
    """
    only = ["-f", str(page), "-l", str(page)]
    command = ["pdfinfo", *only, str(pdf)]
    size = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"size: +([0-9.]+) x ([0-9.]+)", size)
    if found is None:
        raise RenderError(f"{pdf.name} has no page {page}.")
    wide, high = (round(float(points) / _POINTS * dpi) for points in found.groups())
    top, end = (round(high * each) for each in part)
    crop = ["-x", "0", "-y", str(top), "-W", str(wide), "-H", str(end - top)]
    made = folder / "page.png"
    how = ["-png", "-r", str(dpi), *only, *crop, "-singlefile"]
    _run(["pdftoppm", *how, str(pdf), str(made.with_suffix(""))], made)
    return made


def _run(command: list[str], made: Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not made.exists():
        said = (done.stderr or done.stdout).strip()
        raise RenderError(f"{command[0]} could not read the workbook: {said}")


if __name__ == "__main__":
    raise SystemExit(main())
