"""The risk model's progressive validation is on ``/metrics``."""

from prometheus_client import generate_latest

from analytics.risk.lessons import next_version
from analytics.risk.model import Example, PopulationModel
from api.alerting import metrics
from api.telemetry import REGISTRY


def test_figures_of_the_newest_model_are_shown() -> None:
    lesson = [Example(at, (0.0,) * 19, 0.1 + 0.8 * (at < 5), 0, 0, at < 5) for at in range(10)]
    model = next_version(lesson, PopulationModel.initial())
    metrics.judged(model.version, model.report())
    text = generate_latest(REGISTRY).decode()
    assert 'homeward_risk_model{figure="version"} 1.0' in text
    assert 'homeward_risk_model{figure="auroc"} 1.0' in text
    assert 'homeward_risk_model{figure="auroc_news2"} 0.5' in text
    assert 'homeward_risk_model{figure="drifts"} 0.0' in text
    assert 'homeward_risk_calibration{fifth="5",what="happened"} 1.0' in text


def test_what_is_not_known_yet_is_no_figure() -> None:
    model = PopulationModel.initial()
    metrics.judged(model.version, model.report())
    text = generate_latest(REGISTRY).decode()
    assert 'homeward_risk_model{figure="examples"} 0.0' in text
    assert 'figure="auroc"' not in text
    assert "homeward_risk_calibration{" not in text
