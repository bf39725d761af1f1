"""Reports of the fences to the sandbox: that they are up, and what they refused."""

from __future__ import annotations

import json
from typing import List, NamedTuple

from aiohttp import web

KEPT = 1000


class Report(NamedTuple):
    """From the process ``pid`` of the interpreter ``python``; no ``text``: its fence is up."""

    pid: int
    python: str
    text: str


class Reports:
    """The latest reports, oldest first."""

    def __init__(self) -> None:
        self.all: List[Report] = []

    def join(self, page: web.Application) -> None:
        """Take and give reports at ``/api/fences``."""
        page.router.add_post("/api/fences", self._take)
        page.router.add_get("/api/fences", self._give)

    async def _take(self, request: web.Request) -> web.Response:
        try:
            given = json.loads(await request.read())
            report = Report(int(given["pid"]), str(given["python"]), str(given.get("text", "")))
        except (ValueError, LookupError, TypeError, AttributeError):
            return web.json_response({"error": "a report has pid and python"}, status=400)
        self.all.append(report)
        del self.all[:-KEPT]
        return web.json_response({"taken": True})

    async def _give(self, _request: web.Request) -> web.Response:
        return web.json_response([report._asdict() for report in self.all])
