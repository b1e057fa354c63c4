"""`notify:` of the config. The addresses hold secrets: they print as stars, also in faults."""

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, SecretStr, model_validator

from reconcile.config.addresses import is_variable, ping_fault
from reconcile.config.kinds import Name, Strict, nearest, several, text

__all__ = ["NoticeKind", "NotifySettings", "PingSettings"]

_LONGEST_NAME = 100


class NoticeKind(StrEnum):
    """What a notice can be about; `notify: on:` of the config names these."""

    SUCCESS = "success"
    INCOMPLETE = "incomplete"
    FAILURE = "failure"
    RECOVERY = "recovery"
    NO_FILE = "no-file"
    SAME_FILE = "same-file"
    UNUSUAL_COUNT = "unusual-count"
    SKIPPED = "skipped"


def _title(value: str) -> str:
    if not value.isprintable() or len(value) > _LONGEST_NAME:
        raise ValueError(f"must be one line of at most {_LONGEST_NAME} signs")
    return value


def _kind(value: object) -> NoticeKind:
    word = str(value)
    if word in list(NoticeKind):
        return NoticeKind(word)
    if "://" in word:
        raise ValueError(f"must be what notices are about (known: {', '.join(NoticeKind)})")
    raise ValueError(f"there is no notice about {nearest(word, list(NoticeKind))}")


def _notice_address(value: SecretStr) -> SecretStr:
    address = value.get_secret_value()
    if not is_variable(address) and not re.fullmatch(r"[A-Za-z0-9]+://\S.*", address):
        raise ValueError("must be an address of apprise, such as mailtos://…, or $NAME")
    if not address.isprintable():
        raise ValueError("must be one line of text")
    return value


def _ping_address(value: SecretStr) -> SecretStr:
    address = value.get_secret_value()
    fault = "" if is_variable(address) else ping_fault(address)
    if fault:
        raise ValueError(fault)
    return value


Address = Annotated[SecretStr, AfterValidator(_notice_address), BeforeValidator(text)]
PingAddress = Annotated[SecretStr, AfterValidator(_ping_address), BeforeValidator(text)]


class PingSettings(Strict):
    """What is pinged at the start of a run, after a good end and after a bad one."""

    start: PingAddress | None = None
    success: PingAddress | None = None
    failure: PingAddress | None = None


class NotifySettings(Strict):
    """Who is told of a run, and of what. The addresses may be secrets, and are never shown."""

    name: Annotated[Name, AfterValidator(_title)] = "reconcile"
    people: Annotated[tuple[Address, ...], BeforeValidator(several)] = ()
    on: Annotated[
        tuple[Annotated[NoticeKind, BeforeValidator(_kind)], ...], BeforeValidator(several)
    ] = (
        NoticeKind.FAILURE,
        NoticeKind.INCOMPLETE,
        NoticeKind.RECOVERY,
        NoticeKind.NO_FILE,
        NoticeKind.SAME_FILE,
        NoticeKind.UNUSUAL_COUNT,
        NoticeKind.SKIPPED,
    )
    ping: PingSettings = PingSettings()

    @model_validator(mode="before")
    @classmethod
    def _said(cls, value: Any) -> Any:
        """What is left empty is not said, as everywhere in the file."""
        if not isinstance(value, dict):
            return value
        return {key: said for key, said in value.items() if said is not None}
