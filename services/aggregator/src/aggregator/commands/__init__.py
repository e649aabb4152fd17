"""What an operator can ask of the aggregator, a module per command: pure answers, printed by `__main__`."""
