"""The one way to refuse input: what is wrong and where, on one line."""


class BadInput(ValueError):
    """Input that cannot be used. `where` is a path such as `entry[3].resource.birthDate`, empty for the whole file."""

    def __init__(self, where: str, why: str) -> None:
        self.where = printable(where)
        self.why = printable(why)
        super().__init__(f"{self.where}: {self.why}" if self.where else self.why)


def printable(text: str, at_most: int = 300) -> str:
    """The text on one line and safe for a terminal: control characters, line breaks and lone surrogates are escaped."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[: at_most + 1])
    return shown if len(text) <= at_most else shown[:at_most] + "…"
