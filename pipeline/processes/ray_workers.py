"""The same map over the slots of an existing Ray cluster: an actor for each processor or GPU of each node.

Tasks name the recordings by path, so the archive must be mounted at the same place on every node. Nothing is kept in
Ray: what a lost node was doing is told as `WORKER_DIED` and waits in the ledger like after any other death.
"""

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Generic

from pipeline.errors import BadInput, ItemError, KoukenError, Reason
from pipeline.language import Text
from pipeline.processes.workers import Done, Item, Result, Work, outcome

LOOK_SECONDS = 5.0  # between two looks at which nodes there are
POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Cluster:
    """Which cluster: its address ("auto" for the one this machine is part of), its token's file, what a slot is."""

    address: str
    token_file: Path | None
    gpu: bool


class Worker:
    """What runs in an actor."""

    def __init__(self, work: Work[Any, Any]) -> None:
        self.work = work

    def begin(self) -> str:
        """Load what the work needs; the version of this worker."""
        self.work.start(*self.work.start_arguments)
        return self.work.version(*self.work.start_arguments)

    def run(self, item: Any) -> tuple[Any, Exception | None]:
        """The result, or what went wrong; an item that this node does not reach is not looked at."""
        try:
            if not self.work.is_there(item):
                return None, NotMounted()
            return self.work.function(item), None
        except (ItemError, KoukenError, OSError, MemoryError) as error:
            return None, error
        except Exception as error:  # noqa: BLE001 - an exception of a library may not survive the way back
            return None, outcome(item, None, error).error


class NotMounted(Exception):
    """The archive is not there on this node: nothing about the item."""


def map_over_cluster(
    work: Work[Item, Result],
    items: Iterable[Item],
    *,
    cluster: Cluster,
    most: int,
    stop: Callable[[], bool],
    tell: Callable[[Text], None],
) -> Iterator[Done[Item, Result]]:
    """As `pipeline.processes.workers.map_items`, over at most `most` slots (0: all), also of nodes that join meanwhile.

    Raises `BadInput` without a token, `KoukenError` where the cluster is not reached or none of its nodes can work.
    """
    left = iter(items)
    first = next(left, None)
    if first is None:
        return  # a night without work loads no model anywhere
    with _connected(cluster):
        crew = _Crew(work, cluster.gpu, most, tell)
        try:
            yield from _map(crew, chain([first], left), stop)
        finally:
            crew.dismiss_all()


def _map(crew: "_Crew[Item, Result]", left: Iterator[Item], stop: Callable[[], bool]) -> Iterator[Done[Item, Result]]:
    back: list[Item] = []
    more = True
    while not stop():
        crew.recruit()
        for member in crew.idle():
            item = back.pop() if back else next(left, None)
            if item is None:
                more = False
                break
            member.give(item)
        if not more and not crew.is_busy():
            return
        for member, result, error in crew.ended():
            item, member.item = member.item, None
            assert item is not None
            if isinstance(error, NotMounted):
                crew.reject(member.node, Text("アーカイブが見えません", "the archive is not mounted there"))
                back.append(item)
            else:
                yield outcome(item, result, error)


@dataclass(eq=False)
class _Member(Generic[Item]):
    """One actor: beginning, idle (no call), or at work on an item since a moment."""

    node: str
    actor: Any
    call: Any
    item: Item | None = None
    since: float = 0.0

    def give(self, item: Item) -> None:
        self.item, self.since = item, time.monotonic()
        self.call = self.actor.run.remote(item)


class _Crew(Generic[Item, Result]):
    """The actors: one for each slot of the nodes that can work."""

    def __init__(self, work: Work[Item, Result], gpu: bool, most: int, tell: Callable[[Text], None]) -> None:
        import ray

        self.work, self.most, self.tell = work, most, tell
        self.resource = "GPU" if gpu else "CPU"
        self.expected = work.version(*work.start_arguments)
        self.shipped = ray.put(work)
        self.members: list[_Member[Item]] = []
        self.unfit: dict[str, Text] = {}
        self.looked = float("-inf")

    def recruit(self) -> None:
        """An actor for every slot that has none. Raises `KoukenError` where no node can work."""
        import ray

        if time.monotonic() - self.looked < LOOK_SECONDS:
            return
        self.looked = time.monotonic()
        nodes = ray.nodes()  # type: ignore[no-untyped-call]
        alive = {node["NodeID"]: int(node["Resources"].get(self.resource, 0)) for node in nodes if node["Alive"]}
        fit = {node: slots for node, slots in alive.items() if slots and node not in self.unfit}
        if not fit and not self.is_busy():
            raise _nobody(self.unfit.values(), self.resource)
        for node, slots in fit.items():
            room = slots - sum(member.node == node for member in self.members)
            if self.most:
                room = min(room, self.most - len(self.members))
            self.members += [self._hired(node) for _ in range(max(room, 0))]

    def _hired(self, node: str) -> _Member[Item]:
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        slot = {"num_gpus": 1} if self.resource == "GPU" else {"num_cpus": 1}
        here = NodeAffinitySchedulingStrategy(node, soft=False)
        actor = ray.remote(Worker).options(**slot, scheduling_strategy=here, max_restarts=0).remote(self.shipped)
        return _Member(node, actor, actor.begin.remote())  # type: ignore[attr-defined]

    def idle(self) -> list[_Member[Item]]:
        """Those who wait for an item."""
        return [member for member in self.members if member.call is None]

    def is_busy(self) -> bool:
        """Whether somebody is at work on an item."""
        return any(member.item is not None for member in self.members)

    def ended(self) -> Iterator[tuple[_Member[Item], Any, Exception | None]]:
        """Whose item is done, and how, after a short wait; who died, hangs or sits on an unfit node is let go."""
        import ray

        by_call = {member.call: member for member in self.members if member.call is not None}
        if not by_call:
            time.sleep(POLL_SECONDS)
            return
        ready, _ = ray.wait(list(by_call), num_returns=1, timeout=POLL_SECONDS)
        for member in [by_call[call] for call in ready]:
            if member.item is None:
                self._begun(member)
            else:
                yield (member, *self._taken(member))
        for member in [one for one in self.members if one.item is not None and self._is_late(one)]:
            self._dismiss(member)
            yield member, None, ItemError(Reason.TIMEOUT, retryable=True)
        for member in [one for one in self.idle() if one.node in self.unfit]:
            self._dismiss(member)

    def _taken(self, member: _Member[Item]) -> tuple[Any, Exception | None]:
        import ray

        call, member.call = member.call, None
        try:
            result, error = ray.get(call)
        except ray.exceptions.RayError:  # the process, its node, or what it sent back is lost
            self._dismiss(member)
            self.looked = float("-inf")
            return None, ItemError(Reason.WORKER_DIED, "process or node lost", retryable=True)
        return result, error

    def _begun(self, member: _Member[Item]) -> None:
        """Idle from now on, unless it is of another version or did not come up."""
        import ray

        call, member.call = member.call, None
        try:
            version = ray.get(call)
        except ray.exceptions.RayError as error:
            self._dismiss(member)
            if not isinstance(error, ray.exceptions.RayActorError):  # its start failed, and would again
                self.reject(member.node, Text("準備に失敗しました", "it could not begin"))
            return
        if version != self.expected:
            self.reject(member.node, Text(f"版が違います({version})", f"it has another version ({version})"))

    def _is_late(self, member: _Member[Item]) -> bool:
        assert member.item is not None
        return time.monotonic() - member.since > self.work.seconds(member.item)

    def reject(self, node: str, why: Text) -> None:
        """Give a node nothing more to do tonight."""
        if node not in self.unfit:
            self.unfit[node] = why
            self.looked = float("-inf")
            self.tell(Text(f"ノード {node[:8]} は使いません: {why.ja}", f"Node {node[:8]} is not used: {why.en}"))

    def _dismiss(self, member: _Member[Item]) -> None:
        import ray

        ray.kill(member.actor, no_restart=True)
        self.members.remove(member)

    def dismiss_all(self) -> None:
        """Let everybody go."""
        for member in list(self.members):
            self._dismiss(member)


def check_token(token_file: Path | None) -> str:
    """Where the cluster's token comes from. Raises `BadInput` where there is none: nobody else may be let in."""
    if token_file is not None and os.access(token_file, os.R_OK):
        return str(token_file)
    named = [name for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH") if os.environ.get(name)]
    if token_file is None and named:
        return named[0]
    raise BadInput(
        Text("Ray のトークンがないか、読めません。", "There is no token for Ray, or it cannot be read."),
        remedy=Text(
            "クラスターと同じトークンのファイルを work.ray_token_file に指定してください。",
            "Name the file of the cluster's token in work.ray_token_file.",
        ),
    )


@contextmanager
def _connected(cluster: Cluster) -> Iterator[None]:
    """In the cluster, with its token and nothing told to anybody outside."""
    check_token(cluster.token_file)
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token"}
    if cluster.token_file is not None:
        os.environ["RAY_AUTH_TOKEN_PATH"] = str(cluster.token_file)
    try:
        import ray
    except ModuleNotFoundError:
        raise KoukenError(
            Text("Ray の部品が入っていません。", "The parts for Ray are not installed."),
            remedy=Text("pip install 'kouken[ray]' を実行してください。", "Run pip install 'kouken[ray]'."),
        ) from None
    try:
        ray.init(address=cluster.address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise KoukenError(
            Text(
                f"Ray のクラスターにつながりません({cluster.address}、{type(error).__name__})。",
                f"Cannot reach the Ray cluster ({cluster.address}, {type(error).__name__}).",
            ),
            remedy=Text(
                "ray start で動いているか、work.ray_address とトークンを確かめてください。",
                "Check that it runs (ray start), work.ray_address and the token.",
            ),
        ) from None
    try:
        yield
    finally:
        ray.shutdown()


def _nobody(reasons: Iterable[Text], resource: str) -> KoukenError:
    told = list(reasons) or [Text(f"{resource} のあるノードがありません", f"no node has a {resource}")]
    return KoukenError(
        Text(
            f"Ray のクラスターに使えるノードがありません: {'、'.join(sorted({one.ja for one in told}))}。",
            f"No node of the Ray cluster can be used: {', '.join(sorted({one.en for one in told}))}.",
        ),
        remedy=Text(
            "各ノードに同じ版の kouken と重みを入れ、同じ場所にアーカイブをつないでください。",
            "Install the same kouken and weights on every node, and mount the archive at the same place.",
        ),
    )
