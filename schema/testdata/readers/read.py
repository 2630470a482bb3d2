"""Dump the rows of Parquet files as JSON lines, read with pyarrow.

    python read.py FILE_OR_FOLDER...

A folder stands for its *.parquet files in the order of their names. One line
holds one row with the names of the file's columns. Floats are written exactly,
binary values as hex, a null as null: what DuckDB's read.mjs writes for the same
file is the same JSON value.

Each phrase of a row is cut out of its caption on the way, as users do; one whose
offsets cut another text ends the program with status 1.
"""

import json
import os
import sys

import pyarrow.parquet as pq


def plain(value):
    """Return value with every binary value as hex."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def files(path):
    """Return the Parquet files that path stands for."""
    if not os.path.isdir(path):
        return [path]
    names = sorted(name for name in os.listdir(path) if name.endswith(".parquet"))
    return [os.path.join(path, name) for name in names]


def check(row):
    """Exit unless every phrase of row is what its offsets cut out of the caption."""
    for phrase in row.get("phrases") or []:
        cut = row["caption"][phrase["start"]:phrase["end"]]
        if cut != phrase["text"]:
            sys.exit(f"row {row['key']!r}: offsets of {phrase['text']!r} cut out {cut!r}")


def main():
    for argument in sys.argv[1:]:
        for path in files(argument):
            for batch in pq.ParquetFile(path).iter_batches():
                for row in batch.to_pylist():
                    check(row)
                    print(json.dumps(plain(row)))


if __name__ == "__main__":
    main()
