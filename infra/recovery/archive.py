"""A backup on disk: a folder of encrypted files, and a manifest that says what they are.

AES-256-GCM in chunks (the STREAM construction: a counter and a mark of the last chunk in the nonce,
the file's name in the authenticated data), so that a file of any size streams, and one that was cut
off, swapped or changed is noticed. The key comes from a passphrase by scrypt.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.problems import Problem

FORMAT = 1
MANIFEST = "backup.json"
CHUNK = 1024 * 1024  # bytes
TAG = 16  # bytes that GCM adds to a chunk
PREFIX = 7  # bytes of a nonce that differ per file; 4 count the chunks, 1 marks the last
SCRYPT = {"n": 2**16, "r": 8, "p": 1}
LEAST_PASSPHRASE = 12  # characters
_WORD = b"plekken backup"


def key_from(passphrase: str, salt: bytes) -> bytes:
    """The key that a passphrase opens."""
    return hashlib.scrypt(passphrase.encode(), salt=salt, dklen=32, maxmem=2**27, **SCRYPT)


def _nonce(prefix: bytes, count: int, *, last: bool) -> bytes:
    return prefix + count.to_bytes(4, "big") + bytes([last])


def _chunks(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in pieces of CHUNK, each with whether it is the last."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) > CHUNK:
            yield bytes(waiting[:CHUNK]), False
            del waiting[:CHUNK]
    yield bytes(waiting), True


@dataclass
class Archive:
    """A backup that is being written or read."""

    folder: Path
    key: bytes
    manifest: dict[str, Any] = field(default_factory=dict)

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Encrypt these bytes to a file of the archive."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cipher, prefix, digest = AESGCM(self.key), os.urandom(PREFIX), hashlib.sha256()
        with path.open("wb") as file:
            for part in (prefix, *self._sealed(cipher, prefix, name, pieces)):
                digest.update(part)
                file.write(part)
        self.manifest["files"][name] = digest.hexdigest()

    @staticmethod
    def _sealed(
        cipher: AESGCM, prefix: bytes, name: str, pieces: Iterable[bytes]
    ) -> Iterator[bytes]:
        for count, (chunk, last) in enumerate(_chunks(pieces)):
            yield cipher.encrypt(_nonce(prefix, count, last=last), chunk, name.encode())

    def write_lines(self, name: str, lines: Iterable[dict[str, Any]]) -> None:
        """Encrypt JSON lines to a file of the archive."""
        self.write(name, (json.dumps(line, sort_keys=True).encode() + b"\n" for line in lines))

    def read(self, name: str) -> Iterator[bytes]:
        """Decrypt a file of the archive piece by piece. Raises Problem when it is damaged."""
        try:
            with (self.folder / name).open("rb") as file:
                yield from self._opened(file, name)
        except (InvalidTag, FileNotFoundError) as error:
            raise _damaged(name) from error

    def _opened(self, file: BinaryIO, name: str) -> Iterator[bytes]:
        cipher, prefix, count = AESGCM(self.key), file.read(PREFIX), 0
        sealed = file.read(CHUNK + TAG)
        while sealed:
            following = file.read(CHUNK + TAG)
            nonce = _nonce(prefix, count, last=not following)
            yield cipher.decrypt(nonce, sealed, name.encode())
            sealed, count = following, count + 1
        if not count:
            raise InvalidTag

    def read_lines(self, name: str) -> list[dict[str, Any]]:
        """Decrypt a file of JSON lines. Raises Problem."""
        return [json.loads(line) for line in b"".join(self.read(name)).splitlines()]

    def finish(self, facts: dict[str, Any]) -> None:
        """Write the manifest: from here on it is a backup."""
        self.manifest |= facts
        self.manifest["seal"] = _seal(self.key, self.manifest)
        path = self.folder / MANIFEST
        path.write_text(json.dumps(self.manifest, indent=1, sort_keys=True))

    def verify(self) -> None:
        """Check every file, before anything is done with one. Raises Problem."""
        for name, wanted in self.manifest["files"].items():
            try:
                with (self.folder / name).open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
            except FileNotFoundError as error:
                raise _damaged(name) from error
            if found != wanted:
                raise _damaged(name)


def create(folder: Path, passphrase: str) -> Archive:
    """Start a backup in a new folder. Raises Problem."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise Problem(f"The passphrase needs at least {LEAST_PASSPHRASE} characters.")
    folder.mkdir(mode=0o700, parents=True)
    salt = secrets.token_bytes(16)
    key = key_from(passphrase, salt)
    start = {"format": FORMAT, "id": secrets.token_hex(8), "salt": salt.hex(), "files": {}}
    start["word"] = hmac.digest(key, _WORD, "sha256").hex()
    return Archive(folder, key, start)


def read_manifest(folder: Path) -> dict[str, Any]:
    """What stands in a backup's manifest. Raises Problem when it is no backup that we can read."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        found = manifest["format"]
    except FileNotFoundError as error:
        raise Problem(f"{folder} holds no backup: {MANIFEST} is missing.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(MANIFEST) from error
    if found != FORMAT:
        raise Problem(
            f"This backup has format {found}; this version of Plekken reads format {FORMAT}. "
            "Restore it with the version that made it."
        )
    return manifest


def open_(folder: Path, passphrase: str) -> Archive:
    """Open a backup and check its manifest. Raises Problem."""
    manifest = read_manifest(folder)
    try:
        key = key_from(passphrase, bytes.fromhex(manifest["salt"]))
        word = manifest["word"]
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(MANIFEST) from error
    if not hmac.compare_digest(word, hmac.digest(key, _WORD, "sha256").hex()):
        raise Problem("The passphrase is not the one that this backup was made with.")
    if not hmac.compare_digest(str(manifest.get("seal")), _seal(key, manifest)):
        raise _damaged(MANIFEST)
    return Archive(folder, key, manifest)


def _seal(key: bytes, manifest: dict[str, Any]) -> str:
    content = {name: value for name, value in manifest.items() if name != "seal"}
    return hmac.digest(key, json.dumps(content, sort_keys=True).encode(), "sha256").hex()


def _damaged(name: str) -> Problem:
    return Problem(f"The backup is damaged: {name} is not what was written. Nothing was restored.")
