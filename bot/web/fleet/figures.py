"""Metrics of a web process: its answers, its open pages, its sites."""

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.core import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.web.fleet.sites import FleetSites
from bot.web.live.places import LivePlaces


@dataclass(frozen=True, eq=False, slots=True)
class WebFigures(Collector):
    """The figures of this process alone."""

    sites: FleetSites
    live_places: LivePlaces

    def collect(self) -> Iterator[Metric]:
        """Every family."""
        answers = CounterMetricFamily(
            "tipsbot_web_answers", "Answers by the class of their status.", labels=["status"]
        )
        for status, count in sorted(dict(self.sites.answered).items()):
            answers.add_metric([status], count)
        yield answers
        yield GaugeMetricFamily(
            "tipsbot_web_live_pages", "Open pages that are kept up to date.", len(self.live_places)
        )
        yield GaugeMetricFamily(
            "tipsbot_web_sites", "Sites that are kept in memory.", len(self.sites.cache)
        )
