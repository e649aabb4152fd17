"""The workspaces of ministry and coordinators: pages rendered on the server, complete without scripts."""

from pathlib import Path

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader

from chassis.web import serve_static
from identity.slips import texts
from identity.workspace import (  # noqa: F401  # their routes are what counts
    auditing,
    campaigns,
    docs,
    entrance,
    handover,
    leaflets,
    letters,
    opening,
    people,
    registering,
    school,
    schools,
    sessions,
    slips,
)
from identity.workspace.frame import Frame, blueprint
from look import page, paths

__all__ = ["register"]


def register(app: Flask) -> None:
    """Adds all pages, their style sheet and their templates."""
    app.jinja_loader = ChoiceLoader([PackageLoader("identity"), FileSystemLoader(paths.TEMPLATES)])
    app.jinja_env.globals.update(page.constants())
    app.extensions["identity.frame"] = Frame(texts())
    serve_static(app, "/static/look", paths.STATIC)
    serve_static(app, "/static/identity", Path(__file__).parents[1] / "static")
    app.register_blueprint(blueprint)
