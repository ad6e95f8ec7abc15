"""docker-compose.yml as data: no container engine runs it in the tests, so what it promises is read from it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = {"web", "worker", "beat", "migrate"}
ONCE = {"migrate"}  # ends by itself


def test_each_part_stands_alone() -> None:
    assert set(SERVICES) == {"proxy", "web", "worker", "beat", "migrate", "postgres", "valkey"}
    assert {name for name in SERVICES if SERVICES[name].get("build")} == OURS


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert str(service["user"]).split(":")[0] not in {"", "0", "root"}
    assert any(place.startswith("/tmp") for place in service["tmpfs"])
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert int(service["logging"]["options"]["max-file"]) > 1
    assert "max-size" in service["logging"]["options"]
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"] == {"disable": True} if name in ONCE else SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - OURS))
def test_an_image_of_others_has_its_exact_version(name: str) -> None:
    assert re.fullmatch(r"[a-z/]+:\d+\.\d+(\.\d+)?-bookworm", SERVICES[name]["image"])


def test_the_image_of_ours_is_built_on_an_exact_version_and_runs_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert re.fullmatch(r"FROM python:3\.11\.\d+-slim-bookworm", lines[0])
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001"]
    assert any("--require-hashes" in line for line in lines)


def test_only_the_proxy_can_be_reached() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert {name for name, network in FILE["networks"].items() if not network.get("internal")} == {"outside"}
    assert {name for name, service in SERVICES.items() if "outside" in service["networks"]} == {"proxy"}
    assert "inside" not in SERVICES["proxy"]["networks"]  # it reaches the pages, never the database or the broker


def test_every_secret_comes_by_a_file_and_none_stands_here() -> None:
    for name, service in SERVICES.items():
        used = set(service.get("secrets", []))
        assert used <= set(FILE["secrets"]), name
        for key, value in service.get("environment", {}).items():
            if re.search("KEY|PASSWORD|TOKEN", key) and not key.endswith("_LENGTH"):
                assert key.endswith("_FILE"), (name, key)
                assert str(value).removeprefix("/run/secrets/") in used, (name, key)
            assert not re.search(r"://[^@/]*:[^@/]*@", str(value)), (name, key)  # a password in an address
    assert set().union(*(service.get("secrets", []) for service in SERVICES.values())) == set(FILE["secrets"])
    assert all(given["file"].startswith("./secrets/") for given in FILE["secrets"].values())
    assert "secrets/" in (ROOT / ".gitignore").read_text().split()
    assert "secrets" in (ROOT / ".dockerignore").read_text().split()


def test_workers_may_be_many_and_the_beat_is_one() -> None:
    for name, service in SERVICES.items():
        assert "container_name" not in service, name  # it would forbid a second one
    assert SERVICES["beat"]["deploy"]["replicas"] == 1
    assert "replicas" not in SERVICES["worker"]["deploy"]
    assert SERVICES["web"]["volumes"] == SERVICES["worker"]["volumes"] == SERVICES["beat"]["volumes"]


def test_what_the_files_name_is_there() -> None:
    for volume in SERVICES["proxy"]["volumes"]:
        assert (ROOT / volume.split(":")[0]).is_file()
    assert (ROOT / SERVICES["web"]["healthcheck"]["test"][-1]).is_file()
    command = SERVICES["beat"]["healthcheck"]["test"][-1]
    assert (ROOT / "toyota_collect" / "management" / "commands" / f"{command}.py").is_file()


def test_the_proxy_replaces_what_the_program_believes_and_hides_what_is_for_inside() -> None:
    told = (ROOT / "deploy" / "to_web.conf").read_text()
    for line in ("X-Forwarded-Proto https;", "X-Forwarded-For $remote_addr;", "X-Request-ID $request_id;"):
        assert f"proxy_set_header {line}" in told
    door = (ROOT / "deploy" / "nginx.conf").read_text()
    for inside in ("/metrics", "/healthz"):
        assert f"location = {inside} {{ return 404; }}" in door
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in door
    (log_format,) = re.findall(r"log_format lines.*?;\n", door, re.S)
    for untold in ("$request ", "$args", "$query_string", "$request_uri", "$http_"):
        assert untold not in log_format  # a search in a query is about somebody
