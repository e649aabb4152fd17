"""The HTTP API: OpenAPI from the schemas, problem+json for every refusal."""

from flask import Flask

from identity.api import coordinator, ministry, respondents
from identity.api.place import API_SETTINGS, ProblemApi, refused
from identity.reasons import Refused


def register(app: Flask) -> ProblemApi:
    """Adds all routes of the API and `/openapi.json`; returns what knows the OpenAPI document."""
    app.config.update(API_SETTINGS)
    app.register_error_handler(Refused, refused)
    found = ProblemApi(app)
    found.register_blueprint(respondents.blueprint)
    found.register_blueprint(ministry.blueprint)
    found.register_blueprint(coordinator.blueprint)
    for response in found.spec.components.responses.values():
        response["content"] = {"application/problem+json": response["content"].popitem()[1]}
    app.extensions["identity.openapi"] = found.spec.to_dict()
    return found
