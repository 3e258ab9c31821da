"""`make contracts`: write the documents about events that other systems may rely on."""

from infra import asyncapi
from infra.paths import ROOT
from infra.problems import command


@command
def main() -> None:
    """Write the AsyncAPI document."""
    asyncapi.PATH.parent.mkdir(parents=True, exist_ok=True)
    asyncapi.PATH.write_text(asyncapi.text())
    print(f"Wrote {asyncapi.PATH.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
