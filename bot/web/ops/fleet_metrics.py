"""Metrics of the fleet, and of one of its workers, for Prometheus."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.core import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.core.errors import StoreError
from bot.core.fleet.figures import FleetFigures, WorkerFigures


@dataclass(frozen=True, eq=False, slots=True)
class FleetMetrics(Collector):
    """The figures of the whole fleet, which every process tells alike.

    While the database cannot be read there is one metric, which says so.
    """

    read: Callable[[], FleetFigures]

    def collect(self) -> Iterator[Metric]:
        """Every family."""
        try:
            figures = self.read()
        except StoreError:
            yield _is_up(0)
            return
        yield _is_up(1)
        yield from _fleet(figures)


@dataclass(frozen=True, eq=False, slots=True)
class WorkerMetrics(Collector):
    """The figures of this worker alone."""

    read: Callable[[], WorkerFigures]

    def collect(self) -> Iterator[Metric]:
        """Every family."""
        figures = self.read()
        queues = figures.queues.items()
        jobs = CounterMetricFamily(
            "tipsbot_worker_jobs", "Jobs that ended.", labels=["queue", "outcome"]
        )
        for name, queue in queues:
            jobs.add_metric([name, "done"], queue.done)
            jobs.add_metric([name, "failed"], queue.failed)
        yield jobs
        yield _by(
            "tipsbot_worker_running",
            "Jobs that run now.",
            "queue",
            {name: queue.running for name, queue in queues},
        )
        yield _by(
            "tipsbot_worker_slots",
            "How many jobs can run at once.",
            "queue",
            {name: queue.slots for name, queue in queues},
        )
        yield _by(
            "tipsbot_worker_dispatch_lag_seconds",
            "Time since it was last looked whether work is due.",
            "queue",
            {name: queue.lag.total_seconds() for name, queue in queues},
        )
        yield GaugeMetricFamily(
            "tipsbot_worker_bots_kept", "Bots whose parts are in memory.", figures.bots_kept
        )


def _is_up(value: int) -> Metric:
    return GaugeMetricFamily("tipsbot_database_up", "1 if the database can be read.", value)


def _fleet(figures: FleetFigures) -> Iterator[Metric]:
    yield _by("tipsbot_fleet_bots", "Bots by their state.", "state", figures.bots)
    yield _by("tipsbot_fleet_processes", "Processes by their kind.", "kind", figures.processes)
    for name, text, value in (
        ("tipsbot_fleet_due", "Planned posts whose time has come.", figures.due),
        (
            "tipsbot_fleet_late_seconds",
            "How long the oldest post has waited that nothing holds back.",
            figures.late.total_seconds(),
        ),
        ("tipsbot_fleet_posted_last_hour", "Posts of the last hour.", figures.posted),
        ("tipsbot_fleet_unsure", "Posts that may or may not exist.", figures.unsure),
        (
            "tipsbot_fleet_overdue_tasks",
            "Tasks that nobody began within a minute.",
            figures.overdue_tasks,
        ),
        ("tipsbot_fleet_open_hosts", "Servers that are asked nothing for now.", figures.open_hosts),
    ):
        yield GaugeMetricFamily(name, text, value)


def _by(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family
