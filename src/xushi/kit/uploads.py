"""一次选几个文件的输入框。"""

from typing import Any

from django import forms


class Files(forms.ClearableFileInput):
    """The files chosen, as a list; empty where none were."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else []
