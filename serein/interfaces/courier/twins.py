"""Two ways to hand a letter over: a mail server, or a folder. Each raises `NotDelivered` with a code, never with a server's words."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

SECONDS = 30


class NotDelivered(Exception):
    """`code` says what kind of failure it was; it may stand in the database and in logs."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Courier(Protocol):
    def hand_over(self, name: str, message: EmailMessage) -> None:
        """Deliver, or raise NotDelivered. `name` is the letter's id."""


@dataclass(frozen=True)
class Folder:
    """The sandbox twin: nothing leaves the machine. One file a letter, readable by this account alone; the same letter is the same file."""

    path: Path

    def hand_over(self, name: str, message: EmailMessage) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = self.path / f".{name}"
            unfinished.touch(mode=0o600)
            unfinished.write_bytes(message.as_bytes())
            unfinished.rename(self.path / f"{name}.eml")
        except OSError as problem:
            raise NotDelivered(f"folder: {type(problem).__name__}") from problem


@dataclass(frozen=True)
class MailServer:
    """The live twin: `smtps://user:password@host:465`, or `smtp://…:587` with STARTTLS, which is not optional but for localhost."""

    url: str

    def hand_over(self, name: str, message: EmailMessage) -> None:
        where = urlsplit(self.url)
        try:
            with self._open(where.scheme, where.hostname or "", where.port) as server:
                if where.username:
                    server.login(unquote(where.username), unquote(where.password or ""))
                server.send_message(message)
        except smtplib.SMTPResponseException as problem:
            raise NotDelivered(f"smtp: {problem.smtp_code}") from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise NotDelivered(f"smtp: {type(problem).__name__}") from problem

    def _open(self, scheme: str, host: str, port: int | None) -> smtplib.SMTP:
        if scheme == "smtps":
            return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=ssl.create_default_context())
        server = smtplib.SMTP(host, port or 587, timeout=SECONDS)
        if host not in ("localhost", "127.0.0.1", "::1"):
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server
