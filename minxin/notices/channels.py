"""The notice channel: words that reach a leader outside the system, by apprise.

Which services (mail, SMS gateway, 政务微信, 钉钉 …) an installation names by address; without any,
notices stay inside the system. What is sent names a case by number and never holds personal data.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence


class NotSent(Exception):
    """A service did not take the notice; the promise is kept later. Names no address."""


_services: dict[str, Sequence[str]] = {}
EVERY_CITY = ""
"""The services of an installation, for cities that name none of their own."""


def use(services: Mapping[str, Sequence[str]]) -> None:
    """Name the services of this process: city → addresses; see Settings.notice_urls."""
    _services.clear()
    _services.update(services)
    logging.getLogger("apprise").disabled = True  # it would log addresses, which hold keys


def configured(city: str) -> bool:
    """Does this city reach anybody outside the system?"""
    return bool(_addresses(city))


def send(city: str, title: str, body: str) -> bool:
    """Hand a notice to every service of a city; False where there is none.

    Raises NotSent where one refuses: whoever promised it tries again, so that a notice may come
    twice but is never lost.
    """
    addresses = _addresses(city)
    if not addresses:
        return False
    import apprise  # a second to load, and only a worker sends

    channel = apprise.Apprise()
    known = [channel.add(address) for address in addresses]
    if not all(known) or not channel.notify(title=title, body=body):
        raise NotSent
    return True


def _addresses(city: str) -> Sequence[str]:
    return _services.get(city) or _services.get(EVERY_CITY, ())
