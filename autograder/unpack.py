"""Archives of submissions, unpacked one by one: a hostile one must not keep the others from being collected."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin


class OneByOne(ExtractorPlugin):
    """nbgrader's own way to unpack, for each file alone."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack all files of a folder that can be unpacked; the others get a line each."""
        for path in sorted(Path(archive_path).rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            with tempfile.TemporaryDirectory(prefix="archive-") as folder:
                alone = Path(folder) / path.relative_to(archive_path)
                alone.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, alone)
                try:
                    super().extract(folder, extracted_path)
                except Exception as error:  # an archive can be broken in many ways
                    reason = " ".join(str(error).split())[:200] or type(error).__name__
                    self.log.error("%s can't be unpacked (%s); ask the student for it again", path.name, reason)
