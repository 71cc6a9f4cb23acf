"""The refusals that people read."""


class MinxinError(Exception):
    """Base of everything that the product itself raises."""


class Refused(MinxinError):
    """An act that cannot be done; `message` is a Chinese sentence that says what to do."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Conflict(Refused):
    """Somebody else was faster: what the form was made from has changed since."""
