"""What becomes of an example export, in plain values, to be set beside what is expected.

`<name>.expected.json` beside an export has the `settings` under which it is read, and what
comes of it. `python tools/rewrite_expectations.py` writes the outcomes again; the settings
are ours.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reconcile.config import Settings
from reconcile.domain.errors import NothingSentError
from reconcile.domain.issues import explain
from reconcile.job.planned_input import PlannedFiles, SendRules, plan_files

EXPORTS = Path(__file__).resolve().parents[2] / "exports"


def examples() -> list[Path]:
    """Every example export; the id map is none."""
    return sorted(path for path in EXPORTS.glob("*/*") if path.suffix in (".csv", ".xlsx"))


def expectation_of(export: Path) -> Path:
    return export.with_name(f"{export.stem}.expected.json")


def settings_of(export: Path) -> dict[str, Any]:
    """What config.yaml says in this example."""
    path = expectation_of(export)
    if not path.exists():
        return {}
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["settings"]
    return said


def prepared(export: Path, said: dict[str, Any]) -> PlannedFiles:
    settings = Settings.model_validate(said)
    if settings.ids is not None:
        settings = settings.model_copy(update={"ids": str(EXPORTS / settings.ids)})
    return plan_files([export], settings, SendRules())


def outcome(export: Path) -> dict[str, Any]:
    """All that comes of it: payloads, rejected rows with codes and cells, ignored rows."""
    said = settings_of(export)
    try:
        made = prepared(export, said)
    except NothingSentError as why:
        return {"settings": said, "refused": str(why)}
    return {"settings": said, **dict(_outcome(made))}


def _outcome(made: PlannedFiles) -> Iterator[tuple[str, Any]]:
    [export] = made.exports
    yield "layout", export.layout.name
    yield "columns", {field.value: export.headers[at] for field, at in export.fields.items()}
    yield "payloads", {str(o.order_id): o.sync.to_json() for o in made.plan.orders if o.sync}
    yield (
        "rejected",
        [
            {
                "order": rejection.order_id,
                "rows": [row.row for row in rejection.rows],
                "issues": [[issue.code, *map(str, issue.places)] for issue in rejection.issues],
            }
            for rejection in made.plan.rejections
        ],
    )
    yield "ignored", {str(each.row.row): str(each.rule) for each in made.plan.ignored}
    yield "told", [explain(notice) for notice in made.plan.notices]


def as_text(found: dict[str, Any]) -> str:
    """As it stands in the file."""
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"
