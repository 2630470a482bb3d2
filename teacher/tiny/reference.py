"""Reference tensors: NAME.json (config, index, cases) beside NAME.bin (little-endian, C order)."""
import json
import pathlib

import numpy as np

ALIGN = 16


class Reference:
    """Reads tensors by name and the cases of a reference file."""

    def __init__(self, path):
        path = pathlib.Path(path)
        entry = json.loads(path.read_text())
        self.config, self.cases, self.index = entry["config"], entry["cases"], entry["tensors"]
        self.data = path.with_suffix(".bin").read_bytes()

    def tensor(self, name):
        """The tensor as a numpy array of its own."""
        at = self.index[name]
        raw = self.data[at["offset"]:at["offset"] + at["bytes"]]
        return np.frombuffer(raw, np.dtype(at["dtype"])).reshape(at["shape"]).copy()


class Writer:
    """Collects tensors and writes both files."""

    def __init__(self):
        self.index, self.data = {}, bytearray()

    def add(self, name, array):
        array = np.ascontiguousarray(array)
        self.data += b"\0" * (-len(self.data) % ALIGN)
        self.index[name] = {"dtype": str(array.dtype), "shape": list(array.shape),
                            "offset": len(self.data), "bytes": array.nbytes}
        self.data += array.tobytes()

    def write(self, path, name, config, cases):
        path = pathlib.Path(path)
        entry = {"config": config, "name": name, "tensors": self.index, "cases": cases}
        path.write_text(json.dumps(entry, indent=1) + "\n")
        path.with_suffix(".bin").write_bytes(bytes(self.data))
