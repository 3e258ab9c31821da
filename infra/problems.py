"""What the operator's commands say when they cannot go on."""

import functools
import sys
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError


class Problem(Exception):
    """One clear sentence; the commands print it without a traceback and end with code 1."""


def command(main: Callable[[], None]) -> Callable[[], None]:
    """Wrap a command's main function so that every foreseen failure is one sentence."""

    @functools.wraps(main)
    def wrapped() -> None:
        try:
            main()
        except Problem as problem:
            sys.exit(f"plekken: {problem}")
        except ClientError as error:
            details = error.response["Error"]
            sys.exit(f"plekken: AWS refused {error.operation_name}: {details['Message']}")
        except BotoCoreError as error:
            sys.exit(f"plekken: AWS cannot be reached: {error}")
        except KeyboardInterrupt:
            sys.exit(130)

    return wrapped
