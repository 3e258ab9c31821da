"""Looking into an uploaded file. Imported only where that happens: it needs Pillow and pypdf."""

from chalicelib.documents.inspection.report import Finding, Refusal, Report
from chalicelib.documents.inspection.run import Upload, inspect_file

__all__ = ["Finding", "Refusal", "Report", "Upload", "inspect_file"]
