"""The network's logo in the web bucket: what was uploaded, and what the pages show."""

import hashlib
import re

from botocore.exceptions import ClientError
from msgspec import Struct

from chalicelib.platform.domain.images import Image, read_header
from shared import aws
from shared.clock import Clock
from shared.errors import Invalid
from shared.ids import new_id
from shared.settings import Settings, load
from shared.texts import later as _
from shared.upload_forms import Form, upload_form

LARGEST_LOGO = 500_000  # bytes
LARGEST_UPLOAD = 5_000_000  # S3 refuses more in words of its own; up to here we can say it in ours
MOST_PIXELS = 2000  # on a side
MOST_STRETCHED = 4  # times as wide as high, or the head of a phone's page has no room for the name
ACCEPTED = "image/png,image/jpeg,image/webp"
FOREVER = "public, max-age=31536000, immutable"

_MISSING = ("404", "403", "AccessDenied", "NoSuchKey")
_ID = re.compile(r"[0-9A-Z]{26}")
_START = 64 * 1024  # bytes in which a header is looked for; a JPEG's may follow a thumbnail


class Upload(Struct, frozen=True):
    """A file that was or will be uploaded, at a place that we chose."""

    id: str

    @property
    def key(self) -> str:
        """Where it lies; a rule of the bucket removes it after a day."""
        return f"incoming/{self.id}"


class Logos:
    """The part of the web bucket that is about logos."""

    def form(self, upload: Upload, back_to: str) -> Form:
        """The form that sends the file, and returns the browser to `back_to`."""
        found = load(Settings)
        bucket, origin = found.web_bucket, found.upload_origin
        return upload_form(origin, bucket, upload.key, back_to, LARGEST_UPLOAD)

    def read(self, upload: Upload) -> tuple[bytes, Image] | None:
        """The upload and what it is, or None when it is not there. Raises Invalid for no logo."""
        try:
            answer = aws.client("s3").get_object(Bucket=load(Settings).web_bucket, Key=upload.key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        if answer["ContentLength"] > LARGEST_LOGO:
            raise _no_logo(_("Het bestand is te groot. Een logo is hoogstens 500 kB."))
        data: bytes = answer["Body"].read()
        return data, _image_of(data)

    def keep(self, upload: Upload, data: bytes, image: Image) -> str:
        """Put the logo where every page can show it; answers its name.

        The upload is part of the name: a logo that comes back is a new one, so that removing the
        old one cannot hit it.
        """
        hashed = hashlib.sha256(upload.id.encode() + data).hexdigest()[:16]
        name = f"logo-{hashed}.{image.suffix}"
        aws.client("s3").put_object(
            Bucket=load(Settings).web_bucket,
            Key=f"static/{name}",
            Body=data,
            ContentType=image.content_type,
            CacheControl=FOREVER,
        )
        return name

    def remove(self, name: str) -> None:
        """Remove a logo that no page shows any more."""
        self._delete(f"static/{name}")

    def forget(self, upload: Upload) -> None:
        """Remove an upload."""
        self._delete(upload.key)

    def _delete(self, key: str) -> None:
        aws.client("s3").delete_object(Bucket=load(Settings).web_bucket, Key=key)


def new_upload(clock: Clock) -> Upload:
    """A place for an upload that nobody can guess or choose."""
    return Upload(new_id(clock))


def upload_named(text: str) -> Upload | None:
    """The upload with this id, or None when it is no id of ours."""
    return Upload(text) if _ID.fullmatch(text) else None


def _image_of(data: bytes) -> Image:
    image = read_header(data[:_START])
    if image is None:
        raise _no_logo(_("Dit is geen PNG-, JPEG- of WebP-bestand, of het is beschadigd."))
    if max(image.width, image.height) > MOST_PIXELS:
        raise _no_logo(_("Het logo is te groot: hoogstens 2000 pixels breed en hoog."))
    if image.width > MOST_STRETCHED * image.height:
        raise _no_logo(_("Het logo is te breed: hoogstens vier keer zo breed als hoog."))
    return image


def _no_logo(text: str) -> Invalid:
    return Invalid("no_logo", text, fields={"file": text})
