"""What the sandbox received, the newest messages only, and where to find each of them."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Callable, Deque, Dict, List, Mapping, Optional, Tuple

from smsc_transports.sandbox.rules.assumptions import FIRST_ID


@dataclass(frozen=True)
class Origin:
    """How a request came in: ``channel``, index of the host, masked text.

    A channel is http, https, smtp, soap or smpp.
    """

    channel: str
    host: int
    raw: str


@dataclass(frozen=True)
class Recipient:
    """One number of a message, what it costs and what will become of it.

    ``fate`` is the final status and ``err`` its error code. A ``wrong`` number was skipped.
    """

    phone: str
    cost: Decimal
    fate: int = 1
    err: int = 0
    wrong: bool = False


@dataclass
class Message:
    """One text that the gateway accepted, for one or several numbers.

    ``key`` is unique within the sandbox and grows; ``id`` is the gateway's (or the caller's) and
    need not be unique. ``request`` is the number of the accepted request: the lines of one
    ``list=`` share it. Times are seconds since the epoch by the sandbox's clock. ``options`` are
    the other parameters of the request as they came.
    """

    key: int
    request: int
    id: str
    recipients: Tuple[Recipient, ...]
    text: str
    comment: str
    sender: str
    kind: str
    encoding: str
    parts: Tuple[str, ...]
    received: float
    due: float
    validity: int
    options: Mapping[str, str]
    origin: Origin

    @property
    def phones(self) -> Tuple[str, ...]:
        """The numbers it goes to, digits only; wrong ones left out."""
        return tuple(recipient.phone for recipient in self.recipients if not recipient.wrong)

    @property
    def price(self) -> Decimal:
        """The cost for all numbers."""
        return sum((recipient.cost for recipient in self.recipients), Decimal("0.00"))

    @property
    def host(self) -> int:
        """Index of the host it came in on: 0 is the base name, 1 to 4 are www2 to www5."""
        return self.origin.host

    @property
    def raw(self) -> str:
        """The request as it came, secrets masked."""
        return self.origin.raw


@dataclass(frozen=True)
class Refusal:
    """A request that was answered with an error, for people who miss a message.

    ``phones`` and ``text`` are the parameters as they came. ``key`` is given by the store, from
    the same sequence as the keys of messages.
    """

    time: float
    endpoint: str
    code: int
    description: str
    origin: Origin
    phones: str = ""
    text: str = ""
    key: int = 0


Listener = Callable[[Message], None]


class Store:
    """The newest ``keep`` messages and the latest refusals."""

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self.messages: OrderedDict[int, Message] = OrderedDict()
        self.refusals: Deque[Refusal] = deque(maxlen=100)
        self.listeners: List[Listener] = []
        self.refusal_listeners: List[Callable[[Refusal], None]] = []
        self._by_phone_and_id: Dict[Tuple[str, str], Tuple[Message, Recipient]] = {}
        self._keys = self._requests = 0
        self._next_id = FIRST_ID

    def new_id(self) -> str:
        """An id for a message whose sender gave none."""
        self._next_id += 1
        return str(self._next_id - 1)

    def new_key(self) -> int:
        """A number that no message and no refusal had before."""
        self._keys += 1
        return self._keys

    def new_request(self) -> int:
        """A number for one accepted request."""
        self._requests += 1
        return self._requests

    def add(self, message: Message) -> None:
        """Keep ``message``, forget the oldest one when there are too many, tell the listeners."""
        self.messages[message.key] = message
        for recipient in message.recipients:
            self._by_phone_and_id[recipient.phone, message.id] = (message, recipient)
        if len(self.messages) > self.keep:
            self._forget_oldest()
        for listener in list(self.listeners):
            listener(message)

    def refuse(self, refusal: Refusal) -> None:
        """Keep ``refusal`` under a key of its own and tell the listeners."""
        refusal = replace(refusal, key=self.new_key())
        self.refusals.append(refusal)
        for listener in list(self.refusal_listeners):
            listener(refusal)

    def find(self, phone: str, message_id: str) -> Optional[Tuple[Message, Recipient]]:
        """The latest message with this id to this number, as status.php sees it."""
        return self._by_phone_and_id.get((phone, message_id))

    def delete(self, phone: str, message_id: str) -> bool:
        """Hide the message from status.php; whether there was one."""
        return self._by_phone_and_id.pop((phone, message_id), None) is not None

    def newest(self, search: str = "", limit: Optional[int] = None) -> List[Message]:
        """Messages, newest first, with ``search`` in text, number, id or sender."""
        wanted = search.casefold()
        found: List[Message] = []
        for message in reversed(self.messages.values()):
            if limit is not None and len(found) >= limit:
                break
            if not wanted or wanted in _searchable(message):
                found.append(message)
        return found

    def reset(self) -> None:
        """Forget everything received; keys and ids go on counting from the start."""
        self.messages.clear()
        self.refusals.clear()
        self._by_phone_and_id.clear()
        self._keys = self._requests = 0
        self._next_id = FIRST_ID

    def _forget_oldest(self) -> None:
        _, message = self.messages.popitem(last=False)
        for recipient in message.recipients:
            entry = self._by_phone_and_id.get((recipient.phone, message.id))
            if entry and entry[0] is message:
                del self._by_phone_and_id[recipient.phone, message.id]


def _searchable(message: Message) -> str:
    return "\n".join((message.text, message.id, message.sender, *message.phones)).casefold()


def matches(message: Message, phone: Optional[str], text: Optional[str]) -> bool:
    """Whether the message went to ``phone`` and contains ``text``; None fits everything."""
    if phone is not None and "".join(filter(str.isdigit, phone)) not in message.phones:
        return False
    return text is None or text in message.text
