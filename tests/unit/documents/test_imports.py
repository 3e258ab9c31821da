"""Only the inspect function carries the heavy libraries; the form's function must start without."""

import subprocess
import sys

HEAVY = "import sys; print(*sorted({'PIL', 'pypdf'} & set(sys.modules)))"


def test_entrances_import_without_the_inspection_layer() -> None:
    code = f"from chalicelib.documents import consumers, pages, routes; {HEAVY}"
    paths = [path for path in sys.path if path]
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={
            "PYTHONPATH": ":".join(paths),
            "STAGE": "test",
            "ORIGIN": "http://localhost:8000",
            "AWS_DEFAULT_REGION": "eu-central-1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stdout.strip(), result.stderr) == (0, "", "")
