"""The files in `deploy/`: valid, without rights that nothing needs, and in step with the program."""

import re
import shutil
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import typer
import yaml

from bot.bootstrap.fleet.worker_process import DRAIN
from bot.bootstrap.settings.environment import NAMES
from bot.cli.app import app
from tests.tree import ROOT

DEPLOY = ROOT / "deploy"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MANIFESTS = sorted(path.relative_to(ROOT) for path in DEPLOY.glob("kubernetes/**/*.yaml"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_bytes())
SERVICES = COMPOSE["services"]
OBJECTS = [one for path in MANIFESTS for one in yaml.safe_load_all((ROOT / path).read_bytes())]
PODS = {
    one["metadata"]["name"]: one["spec"]["template"]["spec"]
    for one in OBJECTS
    if one["kind"] in {"Deployment", "Job"}
}
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
GUIDES = [
    line.split("  ")[0].split()
    for name in ("compose.yaml", "kubernetes/00-namespace.yaml")
    for line in re.findall(
        r"^#.* tipsbot ((?:fleet|status).*)$", (DEPLOY / name).read_text("utf-8"), re.MULTILINE
    )
]
"""The words of each command that the comments have somebody type."""
OURS = {
    **{name: one["command"] for name, one in SERVICES.items() if "build" in one},
    **{f"pod {name}": pod["containers"][0]["args"] for name, pod in PODS.items()},
    **{f"guide {number}": words for number, words in enumerate(GUIDES, 1)},
}
"""The words of each command of ours, by service, pod or guide."""

WRITTEN = {
    name
    for path in DEPLOY.rglob("*")
    if path.is_file()
    for name in re.findall(r"\bTIPSBOT_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))
}

every_service = pytest.mark.parametrize("name", SERVICES)
every_pod = pytest.mark.parametrize("name", PODS)


def check(tool, *words, folder=ROOT):
    """Run one of the checks as the project runs it."""
    command = [Path(sys.executable).with_name(tool), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def validate(folder=ROOT):
    """Both checks of the files in `deploy/`, by the name of the tool."""
    schema = ("--builtin-schema", "vendor.compose-spec", "deploy/compose.yaml")
    return {
        "check-jsonschema": check("check-jsonschema", *schema, folder=folder),
        "kubernetes-validate": check("kubernetes-validate", "--strict", *MANIFESTS, folder=folder),
    }


def objects(kind):
    """The objects of a kind in the manifests, by name."""
    return {one["metadata"]["name"]: one for one in OBJECTS if one["kind"] == kind}


def seconds(text):
    """A duration of Compose as a number."""
    return int(text.removesuffix("s"))


def test_they_are_valid():
    """The Compose file and each manifest are what their specifications allow."""
    assert MANIFESTS
    for tool, done in validate().items():
        assert done.returncode == 0, (tool, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("file", "old", "new", "tool"),
    [
        ("compose.yaml", "stop_grace_period: 60s", "grace_period: 60s", "check-jsonschema"),
        ("compose.yaml", "replicas: 2", "replicas: [2]", "check-jsonschema"),
        ("kubernetes/30-worker.yaml", "replicas: 2", "replicas: two", "kubernetes-validate"),
        ("kubernetes/40-web.yaml", "containerPort: 8140", "port: 8140", "kubernetes-validate"),
        ("kubernetes/20-migrate.yaml", "runAsNonRoot", "runAsNoRoot", "kubernetes-validate"),
    ],
)
def test_a_mistake_is_found(tmp_path, file, old, new, tool):
    """A misspelt key or a wrong value in one of them fails its check, and that one alone."""
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    path = tmp_path / "deploy" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    failed = [name for name, done in validate(tmp_path).items() if done.returncode]
    assert failed == [tool]


def test_their_variables_exist():
    """Each variable that they set or mention is one that the program reads."""
    assert not WRITTEN - set(NAMES)


@pytest.mark.parametrize("name", OURS)
def test_their_commands_exist(name):
    """Each service, pod and guide names a command that the program has, with options it has."""
    command, words = COMMANDS[OURS[name][0]], OURS[name][1:]
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    command.make_context(OURS[name][0], list(words))


@every_service
def test_no_service_has_rights_that_it_does_not_need(name):
    """Each service is a user that is not root, on a read-only file system, without capabilities."""
    one = SERVICES[name]
    assert int(one["user"].split(":")[0]) > 0
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in one["security_opt"]
    assert not one.get("privileged")


@every_pod
def test_no_pod_has_rights_that_it_does_not_need(name):
    """Each pod meets the cluster's restricted standard, on a read-only file system, with bounds."""
    assert PODS[name]["securityContext"]["runAsNonRoot"] is True
    assert PODS[name]["securityContext"]["runAsUser"] > 0
    assert PODS[name]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert PODS[name]["automountServiceAccountToken"] is False
    for one in PODS[name]["containers"]:
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert one["resources"]["requests"].keys() >= {"cpu", "memory"}
        assert "memory" in one["resources"]["limits"]


@pytest.mark.parametrize("name", ["worker", "web"])
def test_there_is_time_to_stop(name):
    """A worker that is told to stop is not killed before it has finished its work."""
    assert seconds(SERVICES[name]["stop_grace_period"]) > DRAIN.total_seconds()
    assert PODS[name]["terminationGracePeriodSeconds"] > DRAIN.total_seconds()


@pytest.mark.parametrize("name", objects("Deployment"))
def test_each_deployment_is_probed(name):
    """Each probe asks at a port that the container has; its labels are those that are selected."""
    spec = objects("Deployment")[name]["spec"]
    (one,) = spec["template"]["spec"]["containers"]
    ports = {port["name"] for port in one["ports"]}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert one[probe]["tcpSocket"]["port"] in ports
    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]


@every_service
def test_each_service_is_watched(name):
    """Each service that goes on has a health check: its own, or the one of our image."""
    one = SERVICES[name]
    if one["restart"] == "no":
        assert one["healthcheck"] == {"disable": True}
    else:
        assert "healthcheck" in one or COMPOSE["x-tipsbot"]["image"] == one["image"]


@every_service
def test_what_a_service_names_is_there(name):
    """Networks, secrets, volumes and files that a service names exist, or the guide makes them."""
    one = SERVICES[name]
    guide = (DEPLOY / "compose.yaml").read_text(encoding="utf-8").split("\nname:")[0]
    assert set(one["networks"]) <= set(COMPOSE["networks"])
    assert set(one.get("secrets", ())) <= set(COMPOSE["secrets"])
    assert set(one.get("depends_on", ())) <= set(SERVICES)
    files = [COMPOSE["secrets"][secret]["file"] for secret in one.get("secrets", ())]
    for source in [*files, *(volume.split(":")[0] for volume in one.get("volumes", ()))]:
        if source.startswith("./"):
            assert (DEPLOY / source).exists() or source.removeprefix("./") in guide, source
        else:
            assert source in COMPOSE["volumes"]
    for path in (one.get("environment") or {}).values():
        if str(path).startswith("/run/secrets/"):
            assert path.removeprefix("/run/secrets/") in one["secrets"]


@every_pod
def test_what_a_pod_names_is_there(name):
    """Volumes, config maps, secrets and their keys that a pod names exist."""
    (one,), volumes = PODS[name]["containers"], PODS[name]["volumes"]
    secrets, maps = objects("Secret"), objects("ConfigMap")
    assert {mount["name"] for mount in one["volumeMounts"]} == {part["name"] for part in volumes}
    assert all(source["configMapRef"]["name"] in maps for source in one["envFrom"])
    used = {part["secret"]["secretName"] for part in volumes if "secret" in part}
    assert used <= set(secrets)
    projected = [part["projected"]["sources"] for part in volumes if "projected" in part]
    for source in chain(*projected):
        keys = {item["key"] for item in source["secret"]["items"]}
        assert keys <= set(secrets[source["secret"]["name"]]["stringData"])
    paths = maps["tipsbot"]["data"].items()
    mounted = {f"/secrets/{key}" for key in secrets["tipsbot"]["stringData"]}
    assert {path for variable, path in paths if variable.endswith("_FILE")} == mounted


def test_the_service_leads_to_the_site():
    """The cluster's service selects the web pods, at the ports where they listen."""
    spec, (one,) = objects("Service")["web"]["spec"], PODS["web"]["containers"]
    labels = objects("Deployment")["web"]["spec"]["template"]["metadata"]["labels"]
    assert spec["selector"] == labels
    assert {port["targetPort"] for port in spec["ports"]} == {port["name"] for port in one["ports"]}
    data = objects("ConfigMap")["tipsbot"]["data"]
    ports = {port["name"]: str(port["containerPort"]) for port in one["ports"]}
    assert data["TIPSBOT_BIND"].rpartition(":")[2] == ports["http"]
    assert data["TIPSBOT_INTERNAL_BIND"].rpartition(":")[2] == ports["internal"]


def test_caddy_asks_the_site():
    """Caddy leads to the site's port and asks the internal one, which nobody outside can reach."""
    caddy, web = (DEPLOY / "Caddyfile").read_text(encoding="utf-8"), SERVICES["web"]
    port = web["environment"]["TIPSBOT_BIND"].rpartition(":")[2]
    internal = web["environment"]["TIPSBOT_INTERNAL_BIND"].rpartition(":")[2]
    assert re.findall(r"reverse_proxy (\S+)", caddy) == [f"web:{port}"]
    assert re.findall(r"ask (\S+)", caddy) == [f"http://web:{internal}/tls"]
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["caddy"]


def test_the_site_trusts_caddy():
    """The site believes what Caddy says about visitors: it names the network that they share."""
    (shared,) = set(SERVICES["caddy"]["networks"]) & set(SERVICES["web"]["networks"])
    (config,) = COMPOSE["networks"][shared]["ipam"]["config"]
    assert SERVICES["web"]["environment"]["TIPSBOT_TRUSTED_PROXIES"] == config["subnet"]


def test_they_run_this_version():
    """Every pod runs this version's image, and Compose builds it with an extra that exists."""
    images = {one["image"] for pod in PODS.values() for one in pod["containers"]}
    assert {image.rpartition(":")[2] for image in images} == {PROJECT["version"]}
    assert COMPOSE["x-tipsbot"]["build"]["args"]["EXTRAS"] in PROJECT["optional-dependencies"]
