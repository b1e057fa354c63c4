"""Writes into README.md what can be produced from the code: help texts and tables.

Usage: python tools/update_readme.py [--check]
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import click

from reconcile.cli import program
from reconcile.domain.errors import ExitCode
from reconcile.domain.fields import FIELDS
from reconcile.domain.issues import ISSUES, NOTICES
from reconcile.domain.model import CallKind, IgnoreRule, Outcome
from reconcile.flxpoint import judge
from reconcile.flxpoint.exchange import Exchange, NeverSent, NoReply, Reply
from reconcile.flxpoint.verdict import Accept, Doubt, Halt, Refuse, Retry, Verdict
from reconcile.journal import MOVES
from reconcile.results.report.outcome_words import NEXT_STEPS, OUTCOMES
from tests.doubles import EPOCH

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
RESULTS = Path("benchmarks", "results")
PROOFS = ("kills", "faults", "identity", "pace", "long_run")


def produced() -> dict[str, str]:
    """Every produced part of README.md, by the name of its markers."""
    parts: dict[str, Callable[[], str]] = {
        "columns": _columns,
        "exit-codes": _exit_codes,
        "help": _help,
        "ignored": _ignored,
        "issues": _issues,
        "measured": _measured,
        "moves": _moves,
        "notices": _notices,
        "outcomes": _outcomes,
        "pace": _pace,
        "verdicts": _verdicts,
    }
    return {name: make() for name, make in parts.items()}


def filled_in(text: str) -> str:
    """README.md with every produced part as the code has it now."""
    for name, part in produced().items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text, found = re.subn(
            pattern, lambda m, part=part: m[1] + part + m[2], text, flags=re.DOTALL
        )
        if found != 1:
            raise SystemExit(f"README.md must have the markers <!-- {name} --> once.")
    return text


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


def _measured() -> str:
    """The targets of every page of benchmarks/results, the proofs of sending first."""
    names = sorted(page.stem for page in (ROOT / RESULTS).glob("*.md"))
    others = [name for name in names if name not in PROOFS]
    rows: list[tuple[str, ...]] = []
    for name in (*PROOFS, *others):
        page = (RESULTS / f"{name}.md").as_posix()
        title, *targets = _targets((ROOT / page).read_text(encoding="utf-8"))
        links = (f"[{title[0]}]({page})", *("" for _ in targets[1:]))
        rows += [(link, *target) for link, target in zip(links, targets, strict=True)]
    return _table(("page", "what", "measured", "must be", ""), rows)


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
        if command is not None:
            parts.append(_help_of(command, f"reconcile {name}"))
    return "\n".join(parts)


def _help_of(command: click.Command, name: str) -> str:
    epilog, command.epilog = command.epilog, None
    context = click.Context(
        command, info_name=name, terminal_width=88, max_content_width=88, **program.context_settings
    )
    text = command.get_help(context)
    command.epilog = epilog
    return f"```text\n$ {name} --help\n{text}\n```\n"


def main() -> None:
    """Rewrites README.md, or with --check says whether it is as the code has it."""
    text = README.read_text(encoding="utf-8")
    new = filled_in(text)
    if "--check" in sys.argv[1:]:
        raise SystemExit(
            0 if new == text else "README.md is older than the code: run tools/update_readme.py"
        )
    README.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
