"""Which hosts a copy asks, in which order, and the SMSC_HOST by which ours asks the same."""

from __future__ import annotations

from typing import List, Mapping, Optional

from smsc_transports.switching.fingerprints import Slots
from smsc_transports.switching.known_editions import DEFAULTS
from smsc_transports.values.settings import Settings, read_settings

MOST_TRIES = 20


def hosts_asked(slots: Slots) -> List[str]:
    """Give the hosts of all tries in their order, none if that is not certain."""
    first, replaced = slots.hosts.get(":// /sys/"), slots.hosts.get(" /")
    mirror, tries = slots.hosts.get(". /"), slots.tries
    if first is None or replaced is None or mirror is None or tries is None:
        return []
    if not 1 <= tries <= MOST_TRIES:
        return []
    url = f"://{first}/sys/"
    hosts = [first]
    for number in range(2, tries + 1):
        # As the copy itself makes them: a domain that was changed in one place only shows here.
        tried = url.replace(f"{replaced}/", f"www{number}.{mirror}/")
        hosts.append(tried[len("://") : -len("/sys/")])
    return hosts


def host_setting(hosts: List[str], mail_to: str, constants: Mapping[str, object]) -> Optional[str]:
    """Give the SMSC_HOST that makes ours ask these hosts and write to this recipient, else None.

    ``constants`` are the SMTP settings of the copy as far as they are known. The answer is proven
    by reading it as a call does.
    """
    for candidate in (hosts[0], ",".join(hosts), f"{hosts[0]},"):
        names = {**DEFAULTS, **constants, "SMSC_HOST": candidate}
        settings = read_settings(names, environ={})
        if settings.hosts == hosts and (not mail_to or _same_mail(settings, mail_to, constants)):
            return candidate
    return None


def _same_mail(settings: Settings, mail_to: str, constants: Mapping[str, object]) -> bool:
    """Tell whether a mail goes from the same sender by the same server to the same recipient."""
    same = settings.mail_to == f"send@send.{mail_to}"
    if isinstance(constants.get("SMTP_FROM"), str):
        same = same and settings.mail_from == constants["SMTP_FROM"]
    server = constants.get("SMTP_SERVER")
    return same and (not isinstance(server, str) or settings.smtp_servers == [server])
