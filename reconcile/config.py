"""From config.yaml to `Settings`; every fault of the file is named at once.

pydantic checks, ruamel.yaml reads (YAML 1.2: `yes` and `no` are words, as people mean them
under `values:`). Both are known here and nowhere else.
"""

import ipaddress
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic import (
    Field as Setting,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from reconcile.cells import YES_NO, CellRules, quoted
from reconcile.errors import ConfigError
from reconcile.fields import FIELDS, normal_name
from reconcile.model import Field
from reconcile.payload import STATUSES
from reconcile.planner import PlanningRules

__all__ = ["DEFAULT_NAME", "Settings", "TimeoutSettings", "is_loopback", "read_settings"]

DEFAULT_NAME = "config.yaml"
CEILING = 2.0
"""Requests per second that Flxpoint allows a token (both reference pages)."""


def _text(value: object) -> object:
    """Whole numbers are taken as text; what YAML made something else of needs quotes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return value
    raise ValueError("must be text; write it in quotes")


def _texts(value: object) -> object:
    return value if isinstance(value, list) else [value]


Text = Annotated[str, BeforeValidator(_text)]
Seconds = Annotated[float, Setting(gt=0, le=3600)]


def is_loopback(url: str) -> bool:
    """Whether the host of a URL is this machine: `localhost`, 127.0.0.0/8 or ::1."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(
            f"must be an address such as https://api.flxpoint.com, not {quoted(value)}"
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must hold nothing but scheme, host, port and path")
    if parts.scheme == "http" and not is_loopback(value):
        raise ValueError("must begin with https://; plain http is for this machine only")
    return value.rstrip("/")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TimeoutSettings(_Strict):
    """Seconds: to connect, to send, to wait for a piece of the answer, for the whole call."""

    connect: Seconds = 10.0
    write: Seconds = 10.0
    read: Seconds = 30.0
    whole: Seconds = 60.0


class Settings(_Strict):
    """Everything that config.yaml can say, with its defaults. Holds no secret."""

    base_url: Annotated[Text, AfterValidator(_base_url)] = "https://api.flxpoint.com"
    account: Text | None = None
    token_variable: Text = "FLXPOINT_API_TOKEN"  # noqa: S105  (the name of a variable)
    token_file: Text | None = None
    journal: Text | None = None
    requests_per_second: Annotated[float, Setting(gt=0, le=1000)] = CEILING

    sheet: Text | None = None
    columns: Mapping[str, Text] = {}
    values: Mapping[Any, str | bool] = {}
    only: Mapping[Text, Annotated[list[Text], BeforeValidator(_texts)]] = {}
    clear_word: Annotated[Text, Setting(min_length=1)] = "(clear)"

    accounting_synced: Literal["auto", "none"] | bool = "auto"
    status_updates: bool = False
    max_changes: Annotated[int, Setting(ge=0)] = 25

    tries: Annotated[int, Setting(ge=1, le=100)] = 6
    max_failures: Annotated[int, Setting(ge=1)] = 20
    longest_retry_after: Seconds = 300.0
    give_up_after: Seconds = 45.0
    timeouts: TimeoutSettings = TimeoutSettings()

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        unknown = [name for name in value if _field_named(name) is None]
        if unknown:
            known = [field.value for field in Field]
            raise ValueError(f"doesn't know {_nearest(unknown[0], known)}")
        fields = [_field_named(name) for name in value]
        if len(set(fields)) < len(fields):
            raise ValueError("names a column twice")
        return value

    @field_validator("values")
    @classmethod
    def _known_meanings(cls, value: Mapping[Any, str | bool]) -> Mapping[Any, str | bool]:
        for word, meaning in value.items():
            if not isinstance(meaning, bool) and meaning.casefold() not in _MEANINGS:
                known = ["yes", "no", *STATUSES]
                raise ValueError(
                    f"{word}: must mean yes, no or a status: {_nearest(meaning, known)}"
                )
        return value

    @model_validator(mode="after")
    def _within_ceiling(self) -> "Settings":
        if self.requests_per_second > CEILING and not is_loopback(self.base_url):
            raise ValueError(
                f"requests_per_second: Flxpoint allows {CEILING:g}; more is for this machine only"
            )
        return self

    @property
    def field_columns(self) -> dict[Field, str]:
        """`columns:` by field."""
        named = ((_field_named(name), column) for name, column in self.columns.items())
        return {field: column for field, column in named if field is not None}

    @property
    def planning(self) -> PlanningRules:
        """What the planner is told."""
        yes_no: dict[str, bool] = {}
        statuses: dict[str, str] = {}
        for word, meaning in self.values.items():
            key = _word(word)
            plain = str(meaning).casefold()
            if isinstance(meaning, bool) or plain in YES_NO:
                yes_no[key] = meaning if isinstance(meaning, bool) else YES_NO[plain]
            else:
                statuses[key] = next(s for s in STATUSES if s.casefold() == plain)
        return PlanningRules(
            CellRules(self.clear_word.strip(), yes_no, statuses),
            self.accounting_synced,
            self.status_updates,
        )


_MEANINGS = {*YES_NO, *(status.casefold() for status in STATUSES)}


def read_settings(path: Path | None, overrides: Mapping[str, Any]) -> Settings:
    """Reads the config file and lays the options of the command line over it.

    Args:
        path: the file that was named; None for `config.yaml` here, if there is one.
        overrides: settings that the command line gives; None means not given.

    Raises:
        ConfigError: the file can't be read, or says something that can't be; one sentence
            for every fault.
    """
    if path is None and Path(DEFAULT_NAME).is_file():
        path = Path(DEFAULT_NAME)
    said = {} if path is None else _read(path)
    name = "The options" if path is None else str(path)
    given = {key: value for key, value in overrides.items() if value is not None}
    try:
        settings = Settings.model_validate({**said, **given})
    except ValidationError as error:
        faults = "; ".join(_sentence(fault, said) for fault in error.errors())
        raise ConfigError(f"{name}: {faults}.") from None
    if path is None:
        return settings
    beside = {
        key: str(path.parent / Path(value).expanduser())
        for key in ("journal", "token_file")
        if key not in given and (value := getattr(settings, key)) is not None
    }
    return settings.model_copy(update=beside)


def _read(path: Path) -> dict[str, Any]:
    try:
        said = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError(f"There is no config file {path}.") from error
    except OSError as error:
        raise ConfigError(f"The config file {path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"The config file {path} is not UTF-8 text.") from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is no YAML"
        raise ConfigError(f"The config file {path} can't be read{where}: {problem}.") from error
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise ConfigError(f"The config file {path} must hold settings such as `account: …`.")
    return {str(key): value for key, value in said.items() if value is not None}


def _field_named(name: str) -> Field | None:
    plain = normal_name(name)
    for field, spec in FIELDS.items():
        if plain in (normal_name(field.value), normal_name(spec.header)):
            return field
    return None


def _word(word: object) -> str:
    return str(word).strip().casefold()


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean {quoted(near[0])}?" if near else f" (known: {', '.join(known)})"
    return f"{quoted(name)}{hint}"


def _sentence(fault: Any, said: Mapping[str, Any]) -> str:
    """One fault in words: where, what is wrong, what stands there."""
    place = [str(part) for part in fault["loc"]]
    if fault["type"] == "extra_forbidden":
        known = list(Settings.model_fields if len(place) == 1 else TimeoutSettings.model_fields)
        return f"there is no setting {_nearest(place[-1], known)}"
    words = str(fault["msg"]).removeprefix("Value error, ")
    if not place:
        return words
    found = said.get(place[0])
    shown = "" if isinstance(found, dict) or found is None else f" (found {quoted(str(found))})"
    return f"{'.'.join(place[:1])}: {words[:1].lower()}{words[1:]}{shown}"
