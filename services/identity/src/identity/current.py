"""The desk of the running web app."""

from typing import cast

from flask import Flask, current_app

from identity.desk.desk import Desk

_EXTENSION = "identity.desk"


def attach(app: Flask, desk: Desk) -> None:
    """Gives the app its desk."""
    app.extensions[_EXTENSION] = desk


def the_desk() -> Desk:
    """The desk of this app."""
    return cast(Desk, current_app.extensions[_EXTENSION])
