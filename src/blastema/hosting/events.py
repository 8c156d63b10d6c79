"""Server-sent events: the newest message of each kind, for any number of browsers, whenever they connect."""

import json
from threading import Condition
from typing import Any


class Bulletin:
    """Holds the newest message of each kind. Late clients get all of these; slow clients skip older ones.

    Memory does not grow with the number of clients. Thread-safe.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._messages: dict[str, tuple[int, bytes]] = {}
        self._number = 0

    def publish(self, kind: str, message: dict[str, Any]) -> None:
        """Publish a message in place of the last of its kind."""
        text = f"event: {kind}\ndata: {json.dumps(message, ensure_ascii=False, allow_nan=False)}\n\n".encode()
        with self._changed:
            self._number += 1
            self._messages[kind] = (self._number, text)
            self._changed.notify_all()

    def newer(self, than: int, seconds: float) -> tuple[int, bytes]:
        """Wait for messages after number `than`; return the number of the last one and the messages.

        The messages are text of an event stream, in the order of publication; empty after a timeout.

        Args:
            than: the number that the last call returned; 0 in the first call.
            seconds: the timeout.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._number > than, seconds)
            messages = sorted(self._messages.values())
            return self._number, b"".join(text for number, text in messages if number > than)
