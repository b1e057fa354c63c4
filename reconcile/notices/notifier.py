"""Who is told what: pings for the machine that watches, notices for people."""

from collections.abc import Mapping

from reconcile.config import NotifySettings
from reconcile.domain.errors import ExitCode
from reconcile.notices.ending import Ending, figures, kinds_of, message
from reconcile.notices.people import tell_people, unusable_addresses
from reconcile.notices.ping import Ping, send_ping

__all__ = ["Notifier", "ping_of"]

_FAILURES = (ExitCode.NOTHING_SENT, ExitCode.STOPPED_BY_API, ExitCode.INTERNAL)


def ping_of(exit_code: ExitCode) -> Ping:
    """Success or failure, as a dead man's switch is to see it.

    It watches that the job does its work, so it fails at 2, 3 and 5. At 1 the job did all it
    can, and what is left over is for people, who get a notice. 4 was somebody's wish, or that
    of `--finish-by`; with neither ping the switch would wait for the end of what it saw start,
    and raise an alarm.
    """
    return "failure" if exit_code in _FAILURES else "success"


class Notifier:
    """Tells of one run. Every method gives remarks on what failed, and raises nothing.

    Args:
        settings: `notify:` of the config.
        environment: the variables that its addresses may name.
    """

    def __init__(self, settings: NotifySettings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._environment = environment
        self._people = [address.get_secret_value() for address in settings.people]

    def started(self) -> list[str]:
        """Pings the start.

        Addresses that can't be used are named now, not when the run has ended.
        """
        remarks = self._ping("start", "")
        if self._people:
            remarks += unusable_addresses(self._people, self._environment)
        return remarks

    def ended(self, ending: Ending) -> list[str]:
        """Pings how the run ended, and tells people what they asked to be told."""
        remarks = self._ping(ping_of(ending.exit_code), figures(ending))
        kinds = [kind for kind in kinds_of(ending) if kind in self._settings.on]
        if self._people and kinds:
            title, body = message(ending, kinds, self._settings.name)
            remarks += tell_people(self._people, title, body, self._environment)
        return remarks

    def _ping(self, ping: Ping, body: str) -> list[str]:
        addresses = self._settings.ping
        address = {
            "start": addresses.start,
            "success": addresses.success,
            "failure": addresses.failure,
        }[ping]
        if address is None:
            return []
        remark = send_ping(ping, address.get_secret_value(), body, self._environment)
        return [] if remark is None else [remark]
