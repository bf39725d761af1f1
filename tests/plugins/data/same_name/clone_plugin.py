"""A plugin whose entry point is called as another plugin's is; their transports are not."""

from typing import Any, List

from smsc_transports import Request, Transport, hookimpl


class Clone(Transport):
    name = "clone"

    def exchange(self, request: Request, address: str, timeout: Any) -> str:
        return "9,1,0.00,0.00"


@hookimpl
def smsc_transports() -> List[Transport]:
    return [Clone()]
