"""Notices to people: mail, Slack, Teams and whatever else apprise knows.

apprise is known here and nowhere else, and imported when it is needed, since it is slow to
start. An address holds a secret: no remark shows one, and what apprise logs is dropped.
"""

import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from reconcile.config import is_loopback
from reconcile.notices.sending import all_within, looked_up

__all__ = ["PATIENCE", "tell_people", "unusable_addresses"]

PATIENCE = 20.0
"""Seconds that all notices of one run may take together."""

_LOGGERS = ("apprise", "urllib3", "requests")


class _UnusableError(Exception):
    """An address that no notice can be sent to; says why, and nothing of the address."""


def tell_people(
    addresses: Sequence[str],
    title: str,
    body: str,
    environment: Mapping[str, str],
    patience: float = PATIENCE,
) -> list[str]:
    """Sends a notice to every address, all at once; raises nothing.

    Args:
        addresses: those of the config, `$NAME` for what a variable holds.
        title: one line.
        body: plain text.
        environment: the variables.
        patience: seconds after which nothing more is waited for.

    Returns:
        a remark for each address that failed, which it names by its number.
    """

    def send(address: str) -> None:
        plugin = _plugin(address, environment)
        if not plugin.notify(title=title, body=body, body_format="text"):
            raise _UnusableError("the service could not be reached or did not take it")

    return _remarks(addresses, send, patience, "The notice to {} was not sent: {}.")


def unusable_addresses(
    addresses: Sequence[str], environment: Mapping[str, str], patience: float = PATIENCE
) -> list[str]:
    """A remark for each address that no notice can be sent to; sends nothing, raises nothing."""

    def look(address: str) -> None:
        _plugin(address, environment)

    return _remarks(addresses, look, patience, "{} can't be used: {}.")


def _remarks(
    addresses: Sequence[str], work: Callable[[str], None], patience: float, words: str
) -> list[str]:
    def fault_of(address: str) -> str | None:
        try:
            work(address)
        except _UnusableError as error:
            return str(error)
        return None

    _silence()
    with warnings.catch_warnings():  # those of libraries are for nobody who reads our stderr
        warnings.simplefilter("ignore")
        found = all_within(patience, [partial(fault_of, address) for address in addresses])
    return [
        words.format(f"notify.people.{number}", why)
        for number, why in enumerate(found, start=1)
        if why is not None
    ]


def _plugin(address: str, environment: Mapping[str, str]) -> Any:
    """What apprise makes of an address, if a notice may be sent there."""
    import apprise  # noqa: PLC0415  (slow to start)

    url = looked_up(address, environment)
    if not url:
        raise _UnusableError(f"the variable {address[1:]} is not set")
    asset = apprise.AppriseAsset(
        app_id="reconcile",
        app_desc="reconcile",
        storage_mode="memory",
        pgp_autogen=False,
        pem_autogen=False,
        http_redirects=False,
    )
    # One address makes one plugin; a list of plugins to load or a config never comes in here.
    plugin: Any = apprise.Apprise.instantiate(url, asset=asset)
    if plugin is None:
        raise _UnusableError("apprise knows no such address")
    if isinstance(getattr(plugin, "template", None), apprise.AppriseAttachment) and plugin.template:
        raise _UnusableError("it names a template, which notices don't read")
    if not is_loopback(_as_url(getattr(plugin, "smtp_host", "") or plugin.host or "")):
        if not plugin.verify_certificate:
            raise _UnusableError("it leaves the certificate unchecked (verify=no)")
        if not _encrypted(plugin):
            raise _UnusableError(
                "it sends unencrypted, which is for this machine only; take the encrypted form, "
                "such as mailtos:// or jsons://"
            )
    plugin.redirects = False  # whatever the address says
    return plugin


def _encrypted(plugin: Any) -> bool:
    """Whether nothing secret goes out in the clear."""
    if str(getattr(plugin, "notify_url", "")).startswith("http://"):
        return False  # some services have only that
    mode = getattr(plugin, "secure_mode", None)
    if mode is not None:  # mail: a relay of the office often takes it so, but without a password
        return mode != "insecure" or not plugin.password
    if plugin.schema in _names(plugin.secure_protocol):
        return True
    # Neither an encrypted form nor a host of one's own: this machine, or the service's https.
    return not _names(plugin.secure_protocol) and "host" not in plugin.template_tokens


def _names(protocol: Any) -> tuple[str, ...]:
    return (protocol,) if isinstance(protocol, str) else tuple(protocol or ())


def _as_url(host: str) -> str:
    plain = host.strip("[]")
    return f"http://[{plain}]" if ":" in plain else f"http://{plain}"


def _silence() -> None:
    """Whatever these log may hold an address; without a handler it would go to stderr."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(handler, logging.NullHandler) for handler in logger.handlers):
            logger.addHandler(logging.NullHandler())
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)
