"""A plugin with a hook that does exist, and one of an argument that does not."""

from typing import List

from smsc_transports import Settings, hookimpl


@hookimpl
def smsc_choose_transport(names: List[str]) -> str:
    return "no such transport"


@hookimpl
def smsc_settings(setings: Settings) -> Settings:
    return setings
