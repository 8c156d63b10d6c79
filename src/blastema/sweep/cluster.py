"""The workers: a cluster of processes on this machine, or any running Dask scheduler, and which workers are fit."""

import logging
import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import metadata
from typing import TYPE_CHECKING, Any

from blastema._version import __version__
from blastema.errors import BlastemaError
from blastema.machine import cores
from blastema.sweep.slice import unfit

if TYPE_CHECKING:
    from distributed import Client

# Seconds to wait for an answer of a scheduler.
PATIENCE = 10
# What the bytes of an organism or the exchange of objects depend on, and how a machine is asked for it.
VERSIONS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "numpy": (metadata.version, ("numpy",)),
    "Python": (platform.python_version, ()),
}


# Dask looks at its own event loops, profiles and statistics up to a hundred times a second, for which the processes of
# a cluster on one machine take a twentieth of a core. Slices last seconds, so this is often enough.
SELDOM = {
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.worker.profile.enabled": False,
}


class SchedulerLostError(Exception):
    """The connection to the scheduler broke."""


class UnreachableError(BlastemaError):
    """No scheduler answers."""


class Cluster:
    """The workers of a scheduler.

    Attributes:
        client: of Dask.
        threads: threads of each worker that can train, by its address.
        unfit: why the others cannot, by address.
    """

    def __init__(self, client: "Client", engine: str, tell: Callable[[str], None]) -> None:
        self.client, self.engine, self.tell = client, engine, tell
        self.threads: dict[str, int] = {}
        self.unfit: dict[str, str] = {}
        self._fit: set[str] = set()
        self._waits = False

    def refresh(self) -> None:
        """Ask for the workers; examine new ones.

        Raises:
            SchedulerLostError: the scheduler does not answer.
        """
        self.check_connection()
        try:
            threads = self.client.nthreads()
            self._examine(sorted(threads.keys() - self._fit - self.unfit.keys()))
        except (OSError, TimeoutError, RuntimeError) as error:
            raise SchedulerLostError(str(error)) from None
        self.threads = {address: count for address, count in threads.items() if address in self._fit}
        self.unfit = {address: problem for address, problem in self.unfit.items() if address in threads}
        self._check_enough(len(threads))

    def _check_enough(self, count: int) -> None:
        """Say if there is no worker.

        Raises:
            BlastemaError: there are some, but no fit one, and never was.
        """
        if count and count == len(self.unfit) and not self._fit:
            raise BlastemaError(f"none of the workers can train, {count} in all; see above for the reasons")
        if not count and not self._waits:
            self.tell("the scheduler has no workers; waiting for one")
        self._waits = not count

    def check_connection(self) -> None:
        """Raise unless there is a connection.

        Raises:
            SchedulerLostError: it is broken.
        """
        if self.client.status != "running":
            raise SchedulerLostError("connection closed")

    @property
    def chosen(self) -> list[str] | None:
        """The workers to train on; None for all, so that Dask can move work to one that is started later."""
        return sorted(self.threads) if self.unfit else None

    def _examine(self, addresses: list[str]) -> None:
        for address, version in self._ask(metadata.version, ("blastema",), addresses).items():
            if isinstance(version, metadata.PackageNotFoundError):
                self._refuse(address, f"blastema is not installed there; install blastema {__version__}")
            elif version != __version__:
                self._refuse(
                    address, f"it has blastema {version}, this machine {__version__}; install the same on both"
                )
        known = [address for address in addresses if address not in self.unfit]
        for address, problem in self._ask(unfit, (self.engine, __version__), known).items():
            if problem is not None:
                self._refuse(address, str(problem))
            else:
                self._fit.add(address)
        self._compare(sorted(self._fit & set(addresses)))

    def _refuse(self, address: str, problem: str) -> None:
        self.unfit[address] = problem
        self.tell(f"the worker at {address} is not used: {problem}")

    def _compare(self, addresses: list[str]) -> None:
        """Say where versions differ from those of this machine."""
        for name, (function, arguments) in VERSIONS.items():
            own = function(*arguments)
            for address, version in self._ask(function, arguments, addresses).items():
                if version != own:
                    self.tell(
                        f"the worker at {address} has {name} {version}, this machine {own}; organisms trained there "
                        "may differ in their last bits, and their records name its versions"
                    )

    def _ask(self, function: Callable[..., Any], arguments: Iterable[Any], addresses: list[str]) -> dict[str, Any]:
        """Return the answer of each worker, or the exception that it raised; not of workers that are gone."""
        if not addresses:
            return {}
        answers = self.client.run(function, *arguments, workers=addresses, on_error="return")
        return {address: answer for address, answer in answers.items() if not isinstance(answer, OSError)}


@contextmanager
def connected(scheduler: str | None, workers: int) -> Iterator["Client"]:
    """Yield a client of a scheduler, or of a new cluster of processes on this machine.

    Args:
        scheduler: its address; None for a new one.
        workers: processes of a new one; they share the cores.

    Raises:
        UnreachableError: no scheduler answers at the address.
        BlastemaError: the extra is not installed, or the scheduler has another version of Blastema.
    """
    try:
        import dask.config
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise BlastemaError(f"a sweep needs Dask ({error}); install it with: pip install 'blastema[cluster]'") from None
    _silence()
    with ExitStack() as stack:
        # Files of runs are sent as arguments of tasks.
        stack.enter_context(dask.config.set({"distributed.admin.large-graph-warning-threshold": "100GB"}))
        if scheduler is None:
            stack.enter_context(dask.config.set(SELDOM))
            cluster = LocalCluster(
                n_workers=workers, threads_per_worker=1, memory_limit=0, silence_logs=logging.CRITICAL,
                dashboard_address="127.0.0.1:0", preload=["blastema.sweep.local_worker"],
                env={"BLASTEMA_THREADS": str(max(1, cores() // workers))},
            )  # fmt: skip
            stack.enter_context(cluster)
            yield stack.enter_context(Client(cluster))
        else:
            yield stack.enter_context(_reached(scheduler))


def _reached(scheduler: str) -> "Client":
    """Return a client of a running scheduler."""
    from distributed import Client

    try:
        client = Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreachableError(
            f"no scheduler answers at {scheduler} ({reason}); start one with: dask scheduler, and pass the address "
            "that it prints, such as tcp://192.168.0.2:8786"
        ) from None
    _check_scheduler(client)
    return client


def _check_scheduler(client: "Client") -> None:
    """Raise unless the scheduler has this version of Blastema; it reads the tasks that it hands out."""
    try:
        version = client.run_on_scheduler(metadata.version, "blastema")
    except metadata.PackageNotFoundError:
        version = "none"
    if version != __version__:
        client.close()
        raise BlastemaError(
            f"the scheduler has blastema {version}, this machine {__version__}; install the same version on both"
        )


def _silence() -> None:
    """Keep Dask from logging to the terminal; what a user should know is said by the sweep."""
    for name in ("distributed", *(name for name in logging.root.manager.loggerDict if name.startswith("distributed"))):
        logging.getLogger(name).setLevel(logging.CRITICAL)
