"""Writes into the Markdown pages what can be produced from the code: tables, help texts, the tree.

Usage: python tools/update_docs.py [--check]

A part stands between `<!-- name -->` and `<!-- /name -->`, on one page of the repository each.
"""

import ast
import csv
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from openpyxl import load_workbook

from reconcile.cli import program
from reconcile.config import NoticeKind
from reconcile.domain.errors import ExitCode
from reconcile.domain.fields import FIELDS
from reconcile.domain.issues import ISSUES, NOTICES
from reconcile.domain.model import CallKind, IgnoreRule, Outcome
from reconcile.flxpoint import judge
from reconcile.flxpoint.exchange import Exchange, NeverSent, NoReply, Reply
from reconcile.flxpoint.verdict import Accept, Doubt, Halt, Refuse, Retry, Verdict
from reconcile.journal import MOVES
from reconcile.loader.layouts import LAYOUTS
from reconcile.loader.readers.common.columns import MAX_CELLS, MAX_NOTED
from reconcile.loader.readers.common.grid import LAST_COLUMN, LAST_ROW
from reconcile.loader.readers.common.package import MAX_SMALL, MAX_STRINGS, MAX_TEXT, MAX_UNPACKED
from reconcile.loader.recognition import MAX_SHEETS
from reconcile.planner.validation import NOTE_LIMIT
from reconcile.results.report.outcome_words import NEXT_STEPS, OUTCOMES
from tests.doubles import EPOCH
from tests.test_imports import ARROWS

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path("benchmarks", "results")
PROOFS = ("kills", "faults", "identity", "pace", "long_run")
MARK = re.compile(r"<!-- (\w[\w-]*) -->\n")


def pages() -> Iterator[Path]:
    """Every Markdown page that people read, by path."""
    yield from sorted(ROOT.glob("*.md"))
    yield from sorted((ROOT / "docs").rglob("*.md"))


def parts() -> dict[str, Callable[[Path], str]]:
    """What makes each part, by the name of its markers; told the page, for links."""
    return {
        "arrows": lambda _: _arrows(),
        "bookings": lambda _: _bookings(),
        "columns": lambda _: _columns(),
        "file-costs": _file_costs,
        "exit-codes": lambda _: _exit_codes(),
        "help": lambda _: _help(),
        "ignored": lambda _: _ignored(),
        "issues": lambda _: _issues(),
        "layouts": lambda _: _layouts(),
        "limits": lambda _: _limits(),
        "measured": _measured,
        "moves": lambda _: _moves(),
        "notice-kinds": lambda _: _notice_kinds(),
        "notices": lambda _: _notices(),
        "outcomes": lambda _: _outcomes(),
        "pace": lambda _: _pace(),
        "proofs": _proofs,
        "settings": lambda _: _settings(),
        "sheets": lambda _: _sheets(),
        "tree": lambda _: _tree(),
        "verdicts": lambda _: _verdicts(),
    }


def updated() -> dict[Path, tuple[str, str]]:
    """Each page that has produced parts: as it stands, and as it must be.

    Raises:
        SystemExit: a marker that nothing produces, or a part that stands on no page or on two.
    """
    makers = parts()
    found: dict[Path, tuple[str, str]] = {}
    seen: list[str] = []
    for page in pages():
        text = new = page.read_text(encoding="utf-8")
        for name in MARK.findall(text):
            if name not in makers:
                raise SystemExit(f"{page.relative_to(ROOT)}: nothing produces <!-- {name} -->.")
            part = makers[name](page)
            pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
            new, times = re.subn(
                pattern, lambda m, part=part: m[1] + part + m[2], new, flags=re.DOTALL
            )
            if times != 1:
                raise SystemExit(f"{page.relative_to(ROOT)}: <!-- {name} --> has no end.")
            seen.append(name)
            found[page] = (text, new)
    wrong = [name for name in makers if seen.count(name) != 1]
    if wrong:
        raise SystemExit(f"These parts must stand on one page each: {', '.join(wrong)}.")
    return found


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


def _exit_codes() -> str:
    return _table(("code", "meaning"), [(str(c.value), c.meaning) for c in ExitCode])


def _columns() -> str:
    rows = [
        (
            spec.header,
            spec.meaning,
            ", ".join(spec.synonyms),
            "yes" if spec.null_allowed else "",
        )
        for spec in FIELDS.values()
    ]
    return _table(("usual header", "what it becomes", "also called", "can be cleared"), rows)


def _issues() -> str:
    rows = [
        (f"`{code}`", kind.sentence.format(found="…", detail="…"), kind.scope.value, kind.remedy)
        for code, kind in ISSUES.items()
    ]
    return _table(("code", "what is wrong", "what it holds back", "what to do"), rows)


def _notices() -> str:
    rows = [
        (f"`{code}`", kind.sentence.format(found="…", detail="…")) for code, kind in NOTICES.items()
    ]
    return _table(("code", "what is told"), rows)


def _outcomes() -> str:
    rows = [
        (f"**{outcome}**", OUTCOMES[outcome], NEXT_STEPS[outcome] or "nothing")
        for outcome in Outcome
    ]
    return _table(("outcome", "meaning", "what to do"), rows)


def _ignored() -> str:
    return ", ".join(rule.value for rule in IgnoreRule) + "\n"


def _measured(page: Path) -> str:
    """The targets of every page of benchmarks/results, the proofs of sending first."""
    names = sorted(page.stem for page in (ROOT / RESULTS).glob("*.md"))
    others = [name for name in names if name not in PROOFS]
    rows: list[tuple[str, ...]] = []
    for name in (*PROOFS, *others):
        measured = ROOT / RESULTS / f"{name}.md"
        title, *targets = _targets(measured.read_text(encoding="utf-8"))
        link = f"[{title[0]}]({_way(page, measured)})"
        links = (link, *("" for _ in targets[1:]))
        rows += [(link, *target) for link, target in zip(links, targets, strict=True)]
    return _table(("page", "what", "measured", "must be", ""), rows)


def _proofs(page: Path) -> str:
    """The proofs of sending, one line each: the first figures that a stranger asks for."""
    rows: list[tuple[str, ...]] = []
    for name, wanted in _SHOWN.items():
        measured = ROOT / RESULTS / f"{name}.md"
        targets = {row[0]: row for row in _targets(measured.read_text(encoding="utf-8"))[1:]}
        for what, words in wanted.items():
            _, figure, must, met = targets[what]
            rows.append((f"[{words}]({_way(page, measured)})", figure, must, met))
    return _table(("what", "measured", "must be", ""), rows)


_SHOWN = {
    "kills": {
        "kills": "kills at random moments, resumed to the end",
        "mismatches": "orders that then differed from the file, or were told wrongly",
    },
    "faults": {"calls lost or wrongly done": "calls lost or wrongly done under combined faults"},
    "identity": {"outcomes that belong to another order": "outcomes told of another order"},
    "pace": {
        "ours: share of the ceiling, the least of all cases": "share of the two calls a second, %",
        "ours: 429s, all cases": 'calls answered "too many requests"',
    },
}


def _way(page: Path, to: Path) -> str:
    return Path(os.path.relpath(to, page.parent)).as_posix()


def _pace() -> str:
    """Ours beside the others against a sliding window, from the page of the benchmark."""
    page = (ROOT / RESULTS / "pace.md").read_text(encoding="utf-8")
    latencies: list[str] = []
    found: dict[str, list[str]] = {}
    for line in page.splitlines():
        if line.startswith("## An answer takes "):
            latencies.append(line.removeprefix("## An answer takes "))
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == "sliding":
            side, _, refused, _, share = cells[1:]
            found.setdefault(side, []).append(f"{share}, {refused} x 429")
    rows: list[tuple[str, ...]] = [(side, *figures) for side, figures in found.items()]
    return _table(("an answer takes", *latencies), rows)


def _file_costs(page: Path) -> str:
    """What reading and planning cost, from the pages of the benchmarks: ours is the first side."""
    rows: list[tuple[str, ...]] = []
    for name, what in (("reading", "read"), ("memory", "read and planned")):
        measured = ROOT / RESULTS / f"{name}.md"
        for section in measured.read_text(encoding="utf-8").split("\n## ")[1:]:
            heading, *lines = section.splitlines()
            table = [line for line in lines if line.startswith("|")]
            if len(table) > _HEAD_LINES and table[0].startswith("| side | CPU s |"):
                cells = [cell.strip() for cell in table[_HEAD_LINES].strip("|").split("|")]
                link = f"[{what}]({_way(page, measured)})"
                rows.append((heading, link, f"{float(cells[1]):.0f} s", f"{cells[-1]} MiB"))
    return _table(("file", "what", "time", "memory"), rows)


_HEAD_LINES = 2
"""The heading of a Markdown table, and the line below it."""


def _targets(page: str) -> list[tuple[str, ...]]:
    """The title of a page, then of each target: what, the middle value, what it must be, met."""
    lines = page.splitlines()
    begin = next(at for at, line in enumerate(lines) if line.startswith("| target |"))
    found: list[tuple[str, ...]] = [(lines[0].removeprefix("# "),)]
    for line in lines[begin + 2 :]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        found.append((cells[0], cells[1].removesuffix(".00"), *cells[-2:]))
    return found


def _moves() -> str:
    lines = [
        f"    {before.name} --> {after.name}"
        for before, afters in MOVES.items()
        for after in sorted(afters)
    ]
    return "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```\n"


def _verdicts() -> str:
    samples: list[tuple[str, Exchange]] = [
        ("204", Reply(204)),
        ("200, 201", Reply(201)),
        ("2xx with an HTML page", Reply(200, {}, "<html>")),
        ("3xx", Reply(302)),
        ("400, 404, other 4xx", Reply(404)),
        ("401", Reply(401)),
        ("403 (first call, or three in a row: stop)", Reply(403)),
        ("408, 425", Reply(408)),
        ("429", Reply(429)),
        ("503", Reply(503)),
        ("500, 502, 504, other 5xx", Reply(500)),
        ("no whole answer", NoReply("")),
        ("never sent", NeverSent("")),
    ]
    rows = [
        (name, *(_verdict_words(judge(kind, exchange, EPOCH)) for kind in CallKind))
        for name, exchange in samples
    ]
    return _table(("answer", "accounting sync", "status"), rows)


def _verdict_words(verdict: Verdict) -> str:
    match verdict:
        case Accept():
            return "done, noted" if verdict.note else "done"
        case Refuse():
            return "refused, never repeated"
        case Doubt():
            return "in doubt, not repeated"
        case Halt():
            return "stops the run"
        case Retry() if verdict.throttled:
            return "again, uses up no try"
        case Retry():
            return "again, may be applied" if verdict.applied else "again, not applied"


def _help() -> str:
    parts = [_help_of(program, "reconcile")]
    context = click.Context(program, info_name="reconcile", **program.context_settings)
    for name in program.list_commands(context):
        command = program.get_command(context, name)
        if command is None:
            continue
        parts.append(_help_of(command, f"reconcile {name}"))
        if isinstance(command, click.Group):
            parts += [
                _help_of(inner, f"reconcile {name} {inner_name}")
                for inner_name, inner in sorted(command.commands.items())
            ]
    return "\n".join(parts)


def _help_of(command: click.Command, name: str) -> str:
    epilog, command.epilog = command.epilog, None
    context = click.Context(
        command, info_name=name, terminal_width=88, max_content_width=88, **program.context_settings
    )
    text = command.get_help(context)
    command.epilog = epilog
    return f"```text\n$ {name} --help\n{text}\n```\n"


def _layouts() -> str:
    rows = [
        (
            f"`{layout.name}`",
            f"{layout.title}: {layout.exports}",
            _one_of(layout.order_number, "you say: "),
            _one_of(layout.order_external_id),
            _one_of(layout.item_external_id) or "none, unless you name a column",
            _one_of(layout.sku) + ", else the heading of the group" * bool(layout.sku_in_headings),
        )
        for layout in LAYOUTS
        if layout.needs
    ]
    head = (
        "layout",
        "what it reads",
        "the order's number",
        "the order's external id",
        "the item's external id",
        "the SKU",
    )
    return _table(head, rows)


def _one_of(columns: tuple[str, ...], choose: str = "") -> str:
    """One column; of several the first that is there, or the one that people choose."""
    if choose and len(columns) > 1:
        return choose + ", ".join(f"`{column}`" for column in columns)
    return ", else ".join(f"`{column}`" for column in columns)


def _bookings() -> str:
    rows = [
        (
            f"`{layout.name}`",
            " or ".join(f"`{name}`" for name in words.columns),
            ", ".join(words.bookings) + ", and any other word" * words.any_other,
            ", ".join(words.others),
            ", ".join(words.credits),
        )
        for layout in LAYOUTS
        for words in layout.words
    ]
    head = ("layout", "column", "in the books", "not in the books", "takes a booking back")
    return _table(head, rows)


def _limits() -> str:
    rows = [
        ("rows of a sheet", f"{LAST_ROW:,}, as in Excel"),
        ("columns of a sheet", f"{LAST_COLUMN:,}, as in Excel"),
        ("sheets or tables of a file", f"{MAX_SHEETS:,}"),
        ("cells from the first to the last row below the header", f"{MAX_CELLS:,}"),
        ("a workbook, unpacked", _bytes(MAX_UNPACKED)),
        ("the shared texts of a workbook, unpacked", _bytes(MAX_STRINGS)),
        ("any other part of a workbook, unpacked", _bytes(MAX_SMALL)),
        ("one row of .xlsx, one cell of .ods, one line of text", f"{MAX_TEXT:,} characters"),
        ("one cell of a text file", f"{csv.field_size_limit():,} characters"),
        ("dates, error values and truth values kept of a workbook", f"{MAX_NOTED:,}"),
        ("an update note", f"{NOTE_LIMIT:,} characters, since it travels in the address"),
    ]
    return _table(("what", "at most"), rows)


def _bytes(number: int) -> str:
    gib, mib = divmod(number, 1 << 30)
    return f"{gib} GiB" if gib else f"{mib >> 20} MiB"


def _notice_kinds() -> str:
    return ", ".join(f"`{kind.value}`" for kind in NoticeKind) + "\n"


def _settings() -> str:
    """config.yaml by its headings: each setting, its default, and what is said of it there."""
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    found: list[str] = []
    rows: list[tuple[str, ...]] = []
    said: list[str] = []
    head = ("setting", "example, or the default", "what it does")
    for line in [*text.splitlines(), "# --- end ---"]:
        if heading := re.match(r"# --- (.+?) -+$", line):
            found.append(_table(head, rows))
            found.append(f"\n### {heading[1]}\n\n")
            rows, said = [], []
        elif setting := re.match(r"(?:# )?([a-z_]+):(?: (.*))?$", line):
            name, value = setting[1], setting[2] or ""
            rows.append((f"`{name}`", f"`{value}`" if value else "", " ".join(said)))
            said = []
        elif inner := re.match(r"#   (.+)$", line):
            name, value, words = rows[-1]
            rows[-1] = (name, "<br>".join(filter(None, (value, f"`{inner[1]}`"))), words)
        elif line.startswith("# "):
            said.append(line.removeprefix("# "))
        else:
            said = []
    return "".join(found[:-1])


def _sheets() -> str:
    """The sheets of the workbook that the demonstration writes, and their columns."""
    with tempfile.TemporaryDirectory() as folder:
        home = {"HOME": folder, "TMPDIR": folder, "XDG_DATA_HOME": folder, "XDG_STATE_HOME": folder}
        subprocess.run(
            [sys.executable, "-m", "reconcile", "demo", "--fast"],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env=os.environ | home | {"PYTHONPATH": str(ROOT)},
        )
        (path,) = Path(folder).rglob("*.xlsx")
        book = load_workbook(path, read_only=True)
        own = set((ROOT / "sample_data/orders.csv").read_text().splitlines()[0].split(","))
        rows = []
        for sheet in book.worksheets[1:]:
            header = next(sheet.iter_rows(max_row=1, values_only=True))
            beside = sheet.title in ("Failures", "Rows")
            names = [str(name) for name in header]
            if beside:
                names = names[: next(at for at, _ in enumerate(names) if set(names[at:]) <= own)]
            rows.append(
                (sheet.title, ", ".join(names) + ", then the columns of your file" * beside)
            )
        book.close()
    return _table(("sheet", "columns"), rows)


def _tree() -> str:
    """The packages of the program, the innermost first, by the first line of their docstrings."""
    lines = []
    for name in ARROWS:
        source = (ROOT / "reconcile" / name / "__init__.py").read_text(encoding="utf-8")
        docstring = ast.get_docstring(ast.parse(source)) or ""
        lines.append(f"  {name + '/':<12} {docstring.splitlines()[0]}")
    return "```text\nreconcile/\n" + "\n".join(lines) + "\n```\n"


def _arrows() -> str:
    """Which packages each one imports, as the test of the imports allows it."""
    rows = [
        (f"`{name}`", ", ".join(f"`{other}`" for other in others) or "nothing of ours")
        for name, others in ARROWS.items()
    ]
    return _table(("package", "imports"), rows)


def main() -> None:
    """Rewrites the pages, or with --check names those that are older than the code."""
    old = {page: new for page, (text, new) in updated().items() if new != text}
    if "--check" in sys.argv[1:]:
        names = ", ".join(str(page.relative_to(ROOT)) for page in old)
        raise SystemExit(f"Older than the code: {names}. Run tools/update_docs.py." if old else 0)
    for page, new in old.items():
        page.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
