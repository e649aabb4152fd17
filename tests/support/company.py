"""Figures that are told ten at a time, told at once: for tests that look at one act."""

import pytest

from chassis.company import Company, Tens


class AtOnce(Tens):
    """Nobody waits for company."""

    def add(self, number: int = 1) -> int:
        return number


def told_at_once(monkeypatch: pytest.MonkeyPatch, module: object, *names: str) -> None:
    """Replaces these `Company` of a module for the length of a test."""
    for name in names:
        monkeypatch.setattr(module, name, Company(AtOnce()))
