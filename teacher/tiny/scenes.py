"""Generated scenes in WebDataset tars: KEY.jpg or KEY.png, and KEY.json."""
import io
import json
import pathlib
import tarfile
from dataclasses import dataclass

from PIL import Image


@dataclass
class Phrase:
    """A noun phrase caption[start:end] and the boxes of all objects it names (exclusive xyxy)."""

    start: int
    end: int
    noun: str
    boxes: list


@dataclass
class Scene:
    """A picture, still encoded, and its gold."""

    key: str
    picture: bytes
    caption: str
    phrases: list
    picture_sets: list

    def image(self):
        return Image.open(io.BytesIO(self.picture)).convert("RGB")


def parse(key, picture, text):
    """Scene from its members; a span that does not match its text is an error."""
    entry = json.loads(text)
    for p in entry["phrases"]:
        if entry["caption"][p["start"]:p["end"]] != p["text"]:
            raise ValueError("%s: phrase %r is not at its span" % (key, p["text"]))
    phrases = [Phrase(p["start"], p["end"], p["noun"], p["boxes"]) for p in entry["phrases"]]
    return Scene(key, picture, entry["caption"], phrases, entry["picture_sets"])


def read_shard(path):
    """All scenes of one tar, in the order of their first members."""
    members = {}
    with tarfile.open(path) as tar:
        for member in tar:
            key, kind = member.name.rsplit(".", 1)
            part = "json" if kind == "json" else "picture"
            members.setdefault(key, {})[part] = tar.extractfile(member).read()
    return [parse(key, parts["picture"], parts["json"]) for key, parts in members.items()]


def shards(folder):
    """The tars of a folder, sorted; none is an error."""
    paths = sorted(pathlib.Path(folder).glob("*.tar"))
    if not paths:
        raise FileNotFoundError("%s: no *.tar; make scenes first (README.md)" % folder)
    return paths


def read_all(folder, limit=None):
    """Scenes of a folder in order, at most `limit`."""
    found = []
    for path in shards(folder):
        found += read_shard(path)
        if limit and len(found) >= limit:
            break
    return found[:limit]
