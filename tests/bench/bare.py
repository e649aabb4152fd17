"""The limit for the collector and the reporter: the same Flask under the same gunicorn, without any work."""

from flask import Flask, Response, request


def web() -> Flask:
    """What gunicorn calls in each worker process."""
    app = Flask("bare")

    @app.post("/v1/responses")
    def take() -> Response:
        request.get_data()
        return Response(b'{"receipt":"0123456789abcdef0123456789abcdef"}', 202, mimetype="application/json")

    @app.get("/")
    def show() -> Response:
        return Response(b"x" * 8192, 200, mimetype="text/html")

    return app
