"""Any service's web face: problem+json for every refusal, security headers on every answer, ops paths."""

import pytest
from flask import Flask, request
from flask.typing import ResponseReturnValue
from prometheus_client import REGISTRY

from chassis.errors import Unavailable
from chassis.ops import Health
from chassis.web import create_app, gunicorn_command, problem, transport


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def app(health: Health) -> Flask:
    app = create_app(__name__, health=health, max_bytes=100)

    @app.post("/echo")
    def echo() -> ResponseReturnValue:
        request.get_data()
        return {"fine": True}

    @app.get("/away")
    def away() -> ResponseReturnValue:
        raise Unavailable("broker", 7)

    @app.get("/broken")
    def broken() -> ResponseReturnValue:
        raise RuntimeError("a secret detail")

    @app.get("/refused")
    def refused() -> ResponseReturnValue:
        return problem(422, "not-on-scale", "Answers are 1 to 5.", errors=[{"pointer": "/answers/A1"}])

    return app


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/echo", 405, "method-not-allowed"),
        ("GET", "/away", 503, "broker"),
        ("GET", "/broken", 500, "internal-error"),
        ("GET", "/refused", 422, "not-on-scale"),
    ],
)
def test_every_refusal_is_a_problem_with_its_reason(
    app: Flask, method: str, path: str, status: int, reason: str
) -> None:
    answer = app.test_client().open(path, method=method)
    assert (status, "application/problem+json", reason) == (
        answer.status_code,
        answer.mimetype,
        answer.get_json()["title"],
    )
    assert "secret detail" not in answer.text


def test_too_large_a_body_is_413(app: Flask) -> None:
    assert 413 == app.test_client().post("/echo", data=b"x" * 101).status_code


def test_what_is_away_says_when_to_come_back(app: Flask) -> None:
    assert "7" == app.test_client().get("/away").headers["Retry-After"]


def test_every_answer_carries_the_security_headers(app: Flask) -> None:
    for path in ("/echo", "/nowhere", "/livez"):
        headers = app.test_client().get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "nosniff" == headers["X-Content-Type-Options"]
        assert "no-referrer" == headers["Referrer-Policy"]
        assert "Set-Cookie" not in headers


def test_browsers_are_kept_on_https_where_people_reach_the_service_by_it_and_nowhere_else(health: Health) -> None:
    secure = create_app(__name__, health=health, max_bytes=1, headers=transport("https://answers.example.org"))
    plain = create_app(__name__, health=health, max_bytes=1, headers=transport("http://127.0.0.1:8002"))
    said = secure.test_client().get("/nowhere").headers["Strict-Transport-Security"]
    assert int(said.partition("max-age=")[2].partition(";")[0]) >= 365 * 86_400
    assert "Strict-Transport-Security" not in plain.test_client().get("/nowhere").headers


@pytest.mark.parametrize(
    "body",
    [b"[" * 20_000, b'{"a":' * 20_000, b"[NaN]", b"[-Infinity]", b"[" + b"9" * 5_000 + b"]", b'["\\ud800"]', b"\xff"],
)
def test_json_that_nothing_further_in_could_take_is_no_json(health: Health, body: bytes) -> None:
    app = create_app(__name__, health=health, max_bytes=200_000)
    app.add_url_rule("/read", "read", lambda: {"read": request.get_json(silent=True)}, methods=["POST"])
    read = app.test_client().post("/read", data=body, content_type="application/json")
    assert (read.status_code, read.json) == (200, {"read": None})
    fine = app.test_client().post("/read", data='{"ad": "Məktəb 😀"}'.encode(), content_type="application/json")
    assert fine.json == {"read": {"ad": "Məktəb 😀"}}


def test_readiness_names_its_problems_and_mere_degradation_stays_ready(app: Flask, health: Health) -> None:
    client = app.test_client()
    health.notice("broker", lambda: "Kafka is away")
    answer = client.get("/readyz")
    assert (200, {"problems": {}, "degraded": {"broker": "Kafka is away"}}) == (answer.status_code, answer.json)
    health.ready("directory", lambda: "not read yet")
    assert 503 == client.get("/readyz").status_code


def test_a_loop_that_stands_still_is_not_alive(app: Flask) -> None:
    now = [0.0]
    health = Health(silence=60, monotonic=lambda: now[0])
    assert health.alive()
    health.beat()
    now[0] = 61
    assert not health.alive()


def test_each_request_moves_its_counter_by_one(app: Flask) -> None:
    labels = {"route": "/refused", "method": "GET", "status": "422"}
    before = REGISTRY.get_sample_value("http_requests_total", labels) or 0
    app.test_client().get("/refused")
    assert before + 1 == REGISTRY.get_sample_value("http_requests_total", labels)
    assert b"# HELP http_requests_total" in app.test_client().get("/metrics").data


def test_gunicorn_serves_with_threads_and_without_access_log() -> None:
    command = gunicorn_command("collector.main:web", "127.0.0.1", 8002, 2)
    assert "collector.main:web()" == command[-1]
    assert "gthread" in command
    assert "--access-logfile" not in command
    assert "--preload" not in command
