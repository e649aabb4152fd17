"""The HTTP API: OpenAPI from the schemas, problem+json for every refusal."""

from flask import Flask

from identity.api import respondents, staff
from identity.api.place import API_SETTINGS, ProblemApi


def register(app: Flask) -> ProblemApi:
    """Adds all routes of the API and `/openapi.json`; returns what knows the OpenAPI document."""
    app.config.update(API_SETTINGS)
    found = ProblemApi(app)
    found.register_blueprint(respondents.blueprint)
    found.register_blueprint(staff.blueprint)
    return found
