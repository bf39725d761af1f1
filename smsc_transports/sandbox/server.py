"""The sandbox for programs: start it, read what arrived, make it fail, advance its clock.

::

    with Sandbox() as sandbox, sandbox.fence():
        legacy_program.run()
        assert sandbox.wait_for(phone="79991112233").text == "Hello"

It runs in a thread of its own and all its members may be used from any thread.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from decimal import Decimal
from pathlib import Path
from typing import (
    Any,
    Callable,
    ContextManager,
    Coroutine,
    Dict,
    Iterable,
    List,
    Mapping,
    Optional,
    TypeVar,
)

from smsc_transports.sandbox.defaults import BALANCE, CALLBACK_SECRET, KEEP, SMTP_PORT
from smsc_transports.values.extras import without

try:
    from smsc_transports.sandbox.engine import Engine
    from smsc_transports.sandbox.fence import launch, trust
    from smsc_transports.sandbox.fence.reports import Report, Reports
    from smsc_transports.sandbox.inbox.api import application
    from smsc_transports.sandbox.protocols.listener import PortTaken
    from smsc_transports.sandbox.rules.faults import DEFAULT_SEED, make_rule
    from smsc_transports.sandbox.rules.gateway import money
    from smsc_transports.sandbox.rules.store import Message, Refusal
except ModuleNotFoundError as missing:
    raise without(missing, "sandbox", "The sandbox") from None

__all__ = ["PortTaken", "Sandbox"]

_T = TypeVar("_T")


class SandboxClock:
    """The sandbox's clock: real time, plus what it was advanced by."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._sandbox._engine.clock.now()

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once; callbacks that fall due are posted before it returns."""
        self._sandbox._await(lambda engine: engine.advance(seconds))


class Sandbox:
    """A gateway on 127.0.0.1 with five hosts, HTTP, HTTPS, SMTP, SMPP and an inbox.

    ``port`` is the inbox's, the HTTP hosts take the five after it, the HTTPS hosts the five from
    ``port + 11``, SMPP ``port + 21``, with TLS ``port + 22``; 0 is any free port for all.
    ``limits=False`` switches the gateway's rules against repeats and floods off. With ``login``
    or ``password`` other credentials are refused; without, all are accepted. The newest ``keep``
    messages are kept. Status changes are posted to ``callback_url``, which must be on this
    machine, signed with ``callback_secret``.
    """

    def __init__(
        self,
        port: int = 0,
        limits: bool = True,
        balance: object = BALANCE,
        keep: int = KEEP,
        login: Optional[str] = None,
        password: Optional[str] = None,
        callback_url: Optional[str] = None,
        callback_secret: str = CALLBACK_SECRET,
        smtp_port: Optional[int] = None,
    ) -> None:
        if smtp_port is None:
            smtp_port = SMTP_PORT if port else 0
        self._engine = Engine(
            port,
            smtp_port,
            limits,
            balance,
            keep,
            login,
            password,
            callback_url,
            callback_secret,
        )
        self._loop = asyncio.new_event_loop()
        self._thread: Optional[threading.Thread] = None
        self._reports = Reports()
        self._folder: Optional[tempfile.TemporaryDirectory[str]] = None
        self.clock = SandboxClock(self)

    def start(self) -> Sandbox:
        """Open the ports and begin to answer; raises :class:`PortTaken`."""
        if self._thread is not None or self._loop.is_closed():
            raise RuntimeError("a sandbox is started once")
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="smsc-sandbox", daemon=True
        )
        self._thread.start()
        try:
            page = application(self._engine)
            self._reports.join(page)
            self._await(lambda engine: engine.start(page))
        except BaseException:
            self._join()
            raise
        return self

    def stop(self) -> None:
        """Close the ports. What arrived can still be looked at."""
        if self._thread is not None:
            self._await(lambda engine: engine.stop())
            self._join()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address of the inbox, for ``smsc sandbox run --at``."""
        return f"http://{self._engine.inbox.address}"

    @property
    def http(self) -> List[str]:
        """The five HTTP hosts, base name first, as ``127.0.0.1:port``."""
        return [listener.address for listener in self._engine.http]

    @property
    def https(self) -> List[str]:
        """The five HTTPS hosts."""
        return [listener.address for listener in self._engine.https]

    @property
    def smtp(self) -> List[str]:
        """The SMTP server, a list of one."""
        return [self._engine.smtp.address]

    @property
    def smpp(self) -> List[str]:
        """The SMPP server: its plain port, and the one with TLS."""
        return [listener.address for listener in self._engine.smpp]

    @property
    def ca_pem(self) -> str:
        """The certificate authority of the HTTPS hosts, PEM."""
        return self._engine.authority.pem

    def environment(self, given: Optional[Mapping[str, str]] = None) -> Dict[str, str]:
        """The environment that fences a program: ``given`` (``os.environ``) and what it needs."""
        environ = os.environ if given is None else given
        made: Dict[str, str] = launch.smsc_fence().environment(environ, self._plan())
        return made

    def fence(self) -> ContextManager[None]:
        """Fence this process and the programs that it starts, for the length of a ``with``.

        Libraries that connect without Python (pycurl, uvloop, grpc) are not fenced.
        """
        return launch.around_this_process(self._plan())

    @property
    def fences(self) -> List[Report]:
        """What the fences of programs reported, oldest first."""
        return list(self._reports.all)

    @property
    def connections(self) -> int:
        """How many connections came to the gateway's hosts since the start."""
        return self._ask(lambda engine: engine.connections)

    def _plan(self) -> Any:
        if self._thread is None:
            raise RuntimeError("the sandbox is not running")
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="smsc-sandbox-")
            trust.write_bundle(Path(self._folder.name) / "authorities.pem", self.ca_pem)
        bundle = Path(self._folder.name) / "authorities.pem"
        return launch.plan_for(self._ask(lambda engine: engine.addresses()), bundle)

    @property
    def messages(self) -> List[Message]:
        """What was accepted, oldest first."""
        return self._ask(lambda engine: list(engine.store.messages.values()))

    @property
    def refusals(self) -> List[Refusal]:
        """The latest requests that were answered with an error, oldest first."""
        return self._ask(lambda engine: list(engine.store.refusals))

    @property
    def balance(self) -> Decimal:
        """What is left on the account; may be set to anything that reads as an amount."""
        return self._engine.gateway.balance

    @balance.setter
    def balance(self, amount: object) -> None:
        value = money(amount)
        self._ask(lambda engine: setattr(engine.gateway, "balance", value))

    @property
    def limits(self) -> bool:
        """Whether the rules against repeats, rates and floods are on."""
        return self._engine.limits.enabled

    @limits.setter
    def limits(self, on: bool) -> None:
        self._ask(lambda engine: setattr(engine.limits, "enabled", on))

    @property
    def status_lag(self) -> float:
        """For how many seconds after its send a message is "not found" to status.php."""
        return self._engine.faults.switches.status_lag

    @status_lag.setter
    def status_lag(self, seconds: float) -> None:
        self._ask(lambda engine: engine.faults.switches.change(status_lag=seconds))

    @property
    def error9_on_repeat(self) -> bool:
        """Refuse, within a minute, an identical send or the same id, even without limits."""
        return self._engine.faults.switches.error9_on_repeat

    @error9_on_repeat.setter
    def error9_on_repeat(self, on: bool) -> None:
        self._ask(lambda engine: engine.faults.switches.change(error9_on_repeat=on))

    @property
    def slow_interval(self) -> float:
        """Seconds between two bytes of an answer that the fault ``slow`` holds up."""
        return self._engine.faults.switches.slow_interval

    @slow_interval.setter
    def slow_interval(self, seconds: float) -> None:
        self._ask(lambda engine: engine.faults.switches.change(slow_interval=seconds))

    def status(self, message: Message, phone: Optional[str] = None) -> int:
        """The present status of a message to ``phone``, or to its first number."""
        from smsc_transports.sandbox.rules import statuses

        recipient = next(r for r in message.recipients if phone in (None, r.phone))
        return statuses.current(message, recipient, self.clock.now()).status

    def wait_for(
        self, phone: Optional[str] = None, text: Optional[str] = None, timeout: float = 5
    ) -> Message:
        """The newest message to ``phone`` that contains ``text``.

        Waits for it up to ``timeout`` seconds; then AssertionError that lists what did arrive.
        """
        message = self._await(lambda engine: engine.wait_for(phone, text, timeout))
        if message is None:
            raise AssertionError(self._missed(phone, text, timeout))
        return message

    def fail(
        self,
        fault: Optional[str] = None,
        *,
        stored: bool = False,
        host: Optional[int] = None,
        endpoint: Optional[str] = None,
        times: Optional[int] = None,
        chance: float = 1.0,
        script: Iterable[str] = (),
        chances: Optional[Mapping[str, float]] = None,
        seed: int = DEFAULT_SEED,
    ) -> int:
        """Make requests go wrong from now on; the number to :meth:`heal` it by.

        ``fault`` is one of the words of :mod:`smsc_transports.sandbox.rules.faults`. With
        ``stored`` the message is accepted and only the answer is lost. ``host`` is 0 (base) to
        4 (www5), ``endpoint`` "send", "status", "balance", "smtp" or "smpp"; None is all of them.
        The fault comes to the next ``times`` requests, or with a ``chance``, or always. In place of
        one fault: a ``script``, a list of faults and "ok" in the order of the requests, and
        ``chances``, {fault: probability}, for the requests after it, rolled with ``seed``.
        "close+stored" is "close" with ``stored``. ValueError for what makes no sense.
        """
        rule = make_rule(
            fault,
            stored=stored,
            times=times,
            chance=chance,
            script=script,
            chances=chances,
            host=host,
            endpoint=endpoint,
            seed=seed,
        )
        return self._await(lambda engine: engine.fail(rule))

    def heal(self, number: Optional[int] = None) -> None:
        """Lift one rule of :meth:`fail`, or all of them, the lag and error 9 on repeats included.

        KeyError for an unknown number.
        """
        self._await(lambda engine: engine.lift(number))

    def reset(self) -> None:
        """As just started: no messages, no faults, the first balance, real time."""
        self._await(lambda engine: engine.reset())
        self._reports.all.clear()

    def received(self) -> str:
        """The latest messages, refusals and reports of fences in words, a line for each."""
        arrived = [f"  {', '.join(m.phones)}: {m.text!r}" for m in self.messages[-20:]]
        arrived += [
            f"  refused {r.endpoint}: error {r.code} ({r.description})" for r in self.refusals[-5:]
        ]
        arrived += [f"  {report.text}" for report in self.fences[-5:] if report.text]
        return "\n".join(arrived or ["  nothing"])

    def on_message(self, listener: Callable[[Message], None]) -> None:
        """Call ``listener`` with each message; from the sandbox's thread, so it must be quick."""
        self._ask(lambda engine: engine.store.listeners.append(listener))

    def on_refusal(self, listener: Callable[[Refusal], None]) -> None:
        """Call ``listener`` with each refused request, from the sandbox's thread."""
        self._ask(lambda engine: engine.store.refusal_listeners.append(listener))

    def _missed(self, phone: Optional[str], text: Optional[str], timeout: float) -> str:
        wanted = [f"to {phone}"] if phone is not None else []
        wanted += [f"with {text!r}"] if text is not None else []
        return f"no message {' '.join(wanted)} within {timeout:g} s; arrived:\n{self.received()}"

    def _ask(self, question: Callable[[Engine], _T]) -> _T:
        """Ask the engine in its own thread; without one, before and after the run, right here."""
        if self._thread in (None, threading.current_thread()):
            return question(self._engine)

        async def ask() -> _T:
            return question(self._engine)

        return asyncio.run_coroutine_threadsafe(ask(), self._loop).result()

    def _await(self, question: Callable[[Engine], Coroutine[Any, Any, _T]]) -> _T:
        if self._thread is None:
            raise RuntimeError("the sandbox is not running")
        if self._thread is threading.current_thread():
            raise RuntimeError("a listener must not wait for the sandbox that waits for it")
        return asyncio.run_coroutine_threadsafe(question(self._engine), self._loop).result()

    def _join(self) -> None:
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._thread = None
        self._loop.close()
