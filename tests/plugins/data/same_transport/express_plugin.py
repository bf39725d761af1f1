"""A plugin whose transport is called as another plugin's is."""

from typing import Any, List

from smsc_transports import Request, Transport, hookimpl


class Express(Transport):
    name = "pigeon"

    def exchange(self, request: Request, address: str, timeout: Any) -> str:
        return "8,1,0.00,0.00"


@hookimpl
def smsc_transports() -> List[Transport]:
    return [Express()]
