"""What `deploy/` holds is checked as far as it can be without the services it is for: rendered, parsed, cross-read."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import go_template
import hcl2
import kubernetes_validate
import promql_parser
import yaml
from prometheus_client import generate_latest

from tradewind.kernel.database import Database
from tradewind.kernel.health import database_metrics
from tradewind.kernel.telemetry import REGISTRY
from tradewind.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
KUBERNETES = "1.33"
_VARIABLE = re.compile(r"TRADEWIND_[A-Z_]+")


def rendered(tmp_path: Path, **changes: Any) -> list[dict[str, Any]]:
    """The chart's objects for the default values with `changes`."""
    values = yaml.safe_load((DEPLOY / "helm/tradewind/values.yaml").read_text()) | changes
    source, target = tmp_path / "values.yaml", tmp_path / "rendered.yaml"
    source.write_text(yaml.safe_dump({"Values": values, "Release": {"Name": "crm", "Revision": "3"}}))
    found = []
    for template in sorted((DEPLOY / "helm/tradewind/templates").glob("*.yaml")):
        go_template.render_template(str(template), str(source), str(target))
        found += [entry for entry in yaml.safe_load_all(target.read_text()) if entry]
    return found


def test_the_chart_renders_to_valid_objects(tmp_path: Path) -> None:
    objects = rendered(tmp_path)
    for entry in objects:
        kubernetes_validate.validate(entry, KUBERNETES, strict=True)
    kinds = sorted(entry["kind"] for entry in objects)
    assert kinds == [
        "Deployment", "Deployment", "HorizontalPodAutoscaler", "Ingress", "Job", "PersistentVolumeClaim",
        "PodDisruptionBudget", "Secret", "Service",
    ]  # fmt: skip


def test_a_secret_and_a_fixed_number_of_workers_of_ones_own(tmp_path: Path) -> None:
    worker = {"replicas": 3, "cpu": "1", "memory": "2Gi", "maxReplicas": 0}
    objects = rendered(tmp_path, existingSecret="vault", worker=worker)
    kinds = [entry["kind"] for entry in objects]
    assert "Secret" not in kinds
    assert "HorizontalPodAutoscaler" not in kinds
    pods = [entry["spec"]["template"]["spec"] for entry in objects if entry["kind"] in ("Deployment", "Job")]
    assert {pod["containers"][0]["envFrom"][0]["secretRef"]["name"] for pod in pods} == {"vault"}


def test_selectors_find_their_pods(tmp_path: Path) -> None:
    objects = {(entry["kind"], entry["metadata"]["name"]): entry for entry in rendered(tmp_path)}
    web = objects["Deployment", "crm-web"]["spec"]["template"]["metadata"]["labels"]
    service = objects["Service", "crm"]["spec"]["selector"]
    assert service.items() <= web.items()
    worker = objects["Deployment", "crm-worker"]["spec"]["template"]["metadata"]["labels"]
    assert not service.items() <= worker.items()


def test_every_variable_named_is_a_setting() -> None:
    known = {f"TRADEWIND_{name.upper()}" for name in Settings.model_fields} | {"TRADEWIND_BIND"}
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            unknown = set(_VARIABLE.findall(path.read_text())) - known
            assert not unknown, (path, unknown)


def test_the_dockerfile_passes_its_linter() -> None:
    linter = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([linter, str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_compose_names_only_what_it_defines() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    example = (DEPLOY / ".env.example").read_text()
    for name, service in compose["services"].items():
        assert set(service.get("depends_on", ())) <= set(compose["services"]), name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (DEPLOY / source).exists(), (name, source)
    for wanted in set(re.findall(r"\$\{([A-Z_]+):\?", (DEPLOY / "compose.yaml").read_text())):
        assert f"{wanted}=" in example


def test_terraform_parses_and_sets_what_the_chart_reads(tmp_path: Path) -> None:
    parsed = {path.name: hcl2.loads(path.read_text()) for path in (DEPLOY / "terraform").glob("*.tf")}
    assert {"main.tf", "variables.tf", "outputs.tf"} <= set(parsed)
    values = yaml.safe_load((DEPLOY / "helm/tradewind/values.yaml").read_text())
    text = (DEPLOY / "terraform/main.tf").read_text()
    for name in re.findall(r'\{ name = "([\w.]+)"', text):
        node = values
        for part in name.split("."):
            assert part in node, name
            node = node[part]
    declared = set(re.findall(r'variable "(\w+)"', (DEPLOY / "terraform/variables.tf").read_text()))
    assert set(re.findall(r"var\.(\w+)", text)) <= declared


def expressions() -> list[str]:
    """Every PromQL expression of the alerts and the dashboard; Grafana's own variable is put in as it would be."""
    alerts = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())
    board = json.loads((DEPLOY / "grafana/tradewind.json").read_text())
    found = [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    found += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return [expression.replace("$__rate_interval", "1m") for expression in found]


async def test_alerts_and_dashboard_ask_for_figures_that_exist(real_database: Database) -> None:
    told = (generate_latest(REGISTRY) + await database_metrics(real_database)).decode()
    known = set(re.findall(r"^# TYPE (\w+)", told, re.MULTILINE))
    known |= {f"{name}_bucket" for name in known}
    for expression in expressions():
        promql_parser.parse(expression)
        assert set(re.findall(r"tradewind_\w+", expression)) <= known, expression


def test_alerts_say_what_to_do() -> None:
    alerts = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())
    for group in alerts["groups"]:
        for rule in group["rules"]:
            assert rule["annotations"].keys() == {"summary", "action"}, rule["alert"]


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads((DEPLOY / "grafana/tradewind.json").read_text())["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
