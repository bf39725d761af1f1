"""A plugin in one file, switched on by SMSC_PLUGINS=one_file."""

from typing import Any, List

from smsc_transports import Request, Transport, hookimpl


class OneFile(Transport):
    name = "one-file"

    def exchange(self, request: Request, address: str, timeout: Any) -> str:
        return "5,1,0.00,0.00"


@hookimpl
def smsc_transports() -> List[Transport]:
    return [OneFile()]
