"""Load a folder as Hugging Face datasets does and dump what comes out.

    python load.py FOLDER

The first line is the JSON of the features of the split "train", with the
member order of the file; the other lines are its rows as read.py writes them.
"""

import json
import sys
import tempfile

import datasets

from read import plain


def main():
    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as cache:
        data = datasets.load_dataset(sys.argv[1], split="train", cache_dir=cache)
        print(json.dumps(data.features.to_dict()))
        if "image" in data.features:  # the bytes, not the decoded picture
            data = data.cast_column("image", datasets.Image(decode=False))
        for row in data:
            print(json.dumps(plain(row)))


if __name__ == "__main__":
    main()
