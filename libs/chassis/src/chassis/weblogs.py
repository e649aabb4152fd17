"""The web server's own log lines, in the form of all others."""

from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # the library has no types

from chassis.logs import JsonLines


class JsonLogger(Logger):  # type: ignore[misc]  # the library has no types here
    """Gunicorn's logger, whose errors are JSON lines of the service that it serves (`package.main:web()`)."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonLines(str(cfg.proc_name).partition(".")[0]))
