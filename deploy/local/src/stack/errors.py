"""What can go wrong with the embedded stack, each as one sentence that a person can act on."""


class StackError(Exception):
    """Something that the stack needs is missing, busy or does not answer; the message is the whole sentence."""
