"""The side of a Python peer in the comparison of package phrasebench.

A job comes as JSON on standard input and its result goes as JSON to standard
output; package phrasebench documents both at Job and Result.
"""

import json
import platform
import sys
import time


class Unavailable(Exception):
    """The peer cannot run here; the message says why."""


def run(load):
    """Do the job. load(job) returns (about, find); find(captions) returns, for
    every caption, its spans as [start, end] in code points."""
    job = json.load(sys.stdin)
    try:
        about, find = load(job)
    except Unavailable as reason:
        json.dump({"unavailable": str(reason)}, sys.stdout)
        return
    about += f"; Python {platform.python_version()}"
    result = {"about": about, "ready": time.time(), "files": []}
    for file in job["files"]:
        captions = read(file["captions"])
        rates = timed(find, captions, file["seconds"]) if file.get("seconds") else []
        if file.get("spans"):
            write(file["spans"], find(captions))
        result["files"].append({"rates": rates, "allocations": -1})
    result["peak_bytes"] = peak_bytes()
    json.dump(result, sys.stdout)


def timed(find, captions, seconds):
    """Return the captions per second of one pass after the other for that long,
    after a pass to warm up."""
    find(captions)
    rates, spent = [], 0.0
    while spent < seconds:
        start = time.perf_counter()
        find(captions)
        elapsed = time.perf_counter() - start
        spent += elapsed
        rates.append(len(captions) / elapsed)
    return rates


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line)["caption"] for line in file]


def write(path, spans):
    with open(path, "w", encoding="utf-8") as file:
        for row in spans:
            file.write(json.dumps(row) + "\n")


def peak_bytes():
    """Return the most memory that was resident since the program started; what
    wait4 says would count the parent's before exec as well."""
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
