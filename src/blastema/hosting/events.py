"""Server-sent events: the newest message of each kind, for any number of browsers, whenever they come."""

import json
from threading import Condition
from typing import Any


class Bulletin:
    """Holds the newest message of each kind. Who comes late gets them all; who is slow misses those in between.

    So nothing piles up, however many listen or do not. Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._messages: dict[str, tuple[int, bytes]] = {}
        self._number = 0

    def publish(self, kind: str, message: dict[str, Any]) -> None:
        """Put up a message in place of the last of its kind."""
        text = f"event: {kind}\ndata: {json.dumps(message, ensure_ascii=False, allow_nan=False)}\n\n".encode()
        with self._changed:
            self._number += 1
            self._messages[kind] = (self._number, text)
            self._changed.notify_all()

    def newer(self, than: int, seconds: float) -> tuple[int, bytes]:
        """Wait for messages put up after number `than`, at most so long; return the last number, and them.

        The first call is with 0. They come in the order in which they were put up, as the event stream has them; none
        if the time is over.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._number > than, seconds)
            messages = sorted(self._messages.values())
            return self._number, b"".join(text for number, text in messages if number > than)
