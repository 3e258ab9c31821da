"""Looking into an uploaded file. Imported only where that happens: it needs Pillow and pypdf."""

from documents.inspection.report import Finding, Refusal, Report
from documents.inspection.run import inspect_file

__all__ = ["Finding", "Refusal", "Report", "inspect_file"]
