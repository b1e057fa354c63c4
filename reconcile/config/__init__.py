"""From config.yaml to `Settings`; every fault of the file is named at once.

pydantic checks, ruamel.yaml reads (YAML 1.2: `yes` and `no` are words, as people mean them
under `values:`). Both are known in this package and nowhere else.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic import (
    Field as Setting,
)
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError

from reconcile.config.addresses import is_loopback, ping_fault, server_of
from reconcile.config.faults import sentence
from reconcile.config.kinds import Name, Seconds, Strict, Text, nearest, several
from reconcile.config.notify import NoticeKind, NotifySettings, PingSettings
from reconcile.domain.errors import ConfigError
from reconcile.domain.fields import FIELDS, normal_name
from reconcile.domain.model import Field
from reconcile.domain.payload import STATUSES
from reconcile.domain.rules import YES_NO, CellRules, PlanningRules, ResolvingRules
from reconcile.domain.text import quoted

__all__ = [
    "DEFAULT_NAME",
    "NoticeKind",
    "NotifySettings",
    "OrderNumberSettings",
    "PingSettings",
    "Settings",
    "TimeoutSettings",
    "is_loopback",
    "ping_fault",
    "read_settings",
    "server_of",
    "settings_from",
]

DEFAULT_NAME = "config.yaml"
CEILING = 2.0
"""Requests per second that Flxpoint allows a token (both reference pages)."""


def _texts(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _field(value: object) -> str:
    if _field_named(str(value)) is None:
        raise ValueError(f"there is no field {nearest(str(value), list(Field))}")
    return str(value)


def _meaning(value: object) -> object:
    if isinstance(value, bool):
        return value
    if str(value).casefold() in _MEANINGS:
        return str(value)
    raise ValueError(
        f"must mean yes, no or a status: {nearest(str(value), ['yes', 'no', *STATUSES])}"
    )


def _synced(value: object) -> object:
    if isinstance(value, bool) or value in ("auto", "none"):
        return value
    raise ValueError("must be auto, true, false or none")


def _base_url(value: str) -> str:
    """The address in one spelling, since history and budget go by it."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("must be an address such as https://api.flxpoint.com")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must hold nothing but scheme, host, port and path")
    if parts.scheme == "http" and not is_loopback(value):
        raise ValueError("must begin with https://; plain http is for this machine only")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = (
        "" if parts.port in (None, {"http": 80, "https": 443}[parts.scheme]) else f":{parts.port}"
    )
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"


class TimeoutSettings(Strict):
    """Seconds: to connect, to send, to wait for a piece of the answer, for a connection, in all."""

    connect: Seconds = 10.0
    write: Seconds = 10.0
    read: Seconds = 30.0
    pool: Seconds = 10.0
    whole: Seconds = 60.0


class OrderNumberSettings(Strict):
    """Where the order's own number stands in an export, and what stands before each of them."""

    column: Name | None = None
    prefix: Name | None = None


class Settings(Strict):
    """Everything that config.yaml can say, with its defaults.

    Nothing in it is shown that is secret: the addresses of `notify:` print as stars.
    """

    base_url: Annotated[Text, AfterValidator(_base_url)] = "https://api.flxpoint.com"
    account: Name | None = None
    token_variable: Name = "FLXPOINT_API_TOKEN"  # noqa: S105  (the name of a variable)
    token_file: Name | None = None
    journal: Name | None = None
    done: Name | None = None
    requests_per_second: Annotated[float, Setting(gt=0, le=1000)] = CEILING

    sheet: Name | None = None
    layout: Name | None = None
    order_number: OrderNumberSettings = OrderNumberSettings()
    ids: Name | None = None
    not_items: Annotated[tuple[Text, ...], BeforeValidator(several)] = ()
    bookings: Annotated[tuple[Text, ...], BeforeValidator(several)] = ()
    columns: Mapping[Annotated[str, BeforeValidator(_field)], Name] = {}
    values: Mapping[Any, Annotated[str | bool, BeforeValidator(_meaning)]] = {}
    only: Mapping[Text, Annotated[list[Text], BeforeValidator(_texts)]] = {}
    clear_word: Name = "(clear)"

    accounting_synced: Annotated[Literal["auto", "none"] | bool, BeforeValidator(_synced)] = "auto"
    order_level_only: bool = False
    status_updates: bool = False
    max_changes: Annotated[int, Setting(ge=0)] = 25
    overwrite: Literal["blanks", "all", "never"] | None = None
    verify: Literal["sample", "all", "none"] | None = None

    tries: Annotated[int, Setting(ge=1, le=100)] = 6
    max_failures: Annotated[int, Setting(ge=1)] = 20
    longest_retry_after: Seconds = 300.0
    give_up_after: Seconds = 45.0
    timeouts: TimeoutSettings = TimeoutSettings()

    notify: NotifySettings = NotifySettings()

    @field_validator("columns")
    @classmethod
    def _one_column_each(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        fields = _twice(_field_named(name) for name in value)
        columns = _twice(map(normal_name, value.values()))
        faults = [f"names the field {field} twice" for field in fields]
        for column in columns:
            first = next(name for name in value.values() if normal_name(name) == column)
            faults.append(f"names the column {quoted(first)} for several fields")
        if faults:
            raise ValueError("; ".join(faults))
        return value

    @field_validator("values")
    @classmethod
    def _one_meaning_each(cls, value: Mapping[Any, str | bool]) -> Mapping[Any, str | bool]:
        words = _twice(map(_word, value))
        if words:
            raise ValueError(f"explains {', '.join(map(quoted, words))} twice; case doesn't matter")
        return value

    @field_validator("requests_per_second")
    @classmethod
    def _within_ceiling(cls, value: float, info: ValidationInfo) -> float:
        if value > CEILING and not is_loopback(info.data.get("base_url", "")):
            raise ValueError(
                f"must be at most {CEILING:g}, which Flxpoint allows; more is for this machine only"
            )
        return value

    @property
    def as_reported(self) -> dict[str, Any]:
        """What journal and workbook say of it, as JSON can: neither the API nor who is told."""
        return self.model_dump(
            mode="json", exclude={"base_url": True, "notify": {"people": True, "ping": True}}
        )

    @property
    def field_columns(self) -> dict[Field, str]:
        """`columns:` by field; `order_number:` names one too, but `columns:` beats it."""
        named = ((_field_named(name), column) for name, column in self.columns.items())
        found = {field: column for field, column in named if field is not None}
        if self.order_number.column is not None:
            found.setdefault(Field.ORDER_NUMBER, self.order_number.column)
        return found

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
            ResolvingRules(
                self.order_number.prefix or "",
                self.order_level_only,
                frozenset(sku.strip().casefold() for sku in self.not_items),
            ),
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
    settings = settings_from({**said, **given}, name, () if path is None else tuple(given))
    if path is None:
        return settings
    beside = {
        key: str(path.parent / Path(value).expanduser())
        for key in ("journal", "token_file", "ids")
        if key not in given and (value := getattr(settings, key)) is not None
    }
    return settings.model_copy(update=beside)


def settings_from(
    values: Mapping[str, Any], name: str = "The settings", options: Sequence[str] = ()
) -> Settings:
    """Settings from values.

    Args:
        values: what config.yaml could say.
        name: what the values are called in messages.
        options: which of them were given on the command line.

    Raises:
        ConfigError: the values say something that can't be; one sentence for every fault.
    """
    try:
        return Settings.model_validate(dict(values))
    except ValidationError as error:
        faults = "; ".join(sentence(fault, options, _MODELS) for fault in error.errors())
        stop = "" if faults.endswith("?") else "."
        raise ConfigError(f"{name}: {faults}{stop}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        said = _yaml().load(path.read_text(encoding="utf-8-sig"))
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
        problem = str(problem).partition(" with value ")[0]
        raise ConfigError(f"The config file {path} can't be read{where}: {problem}.") from error
    except ValueError as error:
        raise ConfigError(f"The config file {path} can't be read: {error}.") from error
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise ConfigError(f"The config file {path} must hold settings such as `account: …`.")
    return {str(key): value for key, value in said.items() if value is not None}


class _ExactNumbers(SafeConstructor):
    """Leaves `00123` the text that it is; YAML would make it 123, another id."""

    def whole_number(self, node: Any) -> int | str:
        """The number, if it is written as such a number is usually written."""
        number: int = self.construct_yaml_int(node)
        return number if str(number) == node.value else str(node.value)


_ExactNumbers.add_constructor("tag:yaml.org,2002:int", _ExactNumbers.whole_number)


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _ExactNumbers
    return yaml


def _field_named(name: str) -> Field | None:
    plain = normal_name(name)
    for field, spec in FIELDS.items():
        if plain in (normal_name(field.value), normal_name(spec.header)):
            return field
    return None


def _word(word: object) -> str:
    return str(word).strip().casefold()


def _twice(names: Iterable[Any]) -> list[Any]:
    return [name for name, times in Counter(names).items() if times > 1]


_MODELS: dict[tuple[str, ...], type[BaseModel]] = {
    (): Settings,
    ("order_number",): OrderNumberSettings,
    ("timeouts",): TimeoutSettings,
    ("notify",): NotifySettings,
    ("notify", "ping"): PingSettings,
}
