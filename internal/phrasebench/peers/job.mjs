// The side of a JavaScript peer in the comparison of package phrasebench.
//
// A job comes as JSON on standard input and its result goes as JSON to standard
// output; package phrasebench documents both at Job and Result. Packages are
// looked up from the working directory, so that the scripts can lie outside of
// node_modules' parent.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

export const require = createRequire(join(process.cwd(), "package.json"));

// version returns the version of an installed package.
export function version(name) {
  return JSON.parse(readFileSync(join("node_modules", name, "package.json"))).version;
}

// run does the job. load(job) returns { about, find }; find(caption) returns its
// spans as [start, end] in UTF-16 units, JavaScript's own offsets.
export function run(load) {
  const job = JSON.parse(readFileSync(0, "utf8"));
  const { about, find } = load(job);
  const result = { about: `${about}; Node ${process.versions.node}`, ready: Date.now() / 1000, files: [] };
  for (const file of job.files) {
    const captions = read(file.captions);
    const rates = file.seconds ? timed(find, captions, file.seconds) : [];
    if (file.spans) write(file.spans, captions, captions.map(find));
    result.files.push({ rates, allocations: -1 });
  }
  result.peak_bytes = peakBytes();
  process.stdout.write(JSON.stringify(result));
}

// timed returns the captions per second of one pass after the other for that
// many seconds, after a pass to warm up.
function timed(find, captions, seconds) {
  captions.map(find);
  const rates = [];
  for (let spent = 0; spent < seconds; ) {
    const start = performance.now();
    captions.map(find);
    const elapsed = (performance.now() - start) / 1000;
    spent += elapsed;
    rates.push(captions.length / elapsed);
  }
  return rates;
}

function read(path) {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line).caption);
}

function write(path, captions, spans) {
  const lines = captions.map((caption, i) => JSON.stringify(codePoints(caption, spans[i])) + "\n");
  writeFileSync(path, lines.join(""));
}

// codePoints turns spans in UTF-16 units into spans in code points.
function codePoints(caption, spans) {
  const at = (unit) => [...caption.slice(0, unit)].length;
  return spans.map(([start, end]) => [at(start), at(end)]);
}

// peakBytes returns the most memory that was resident since the program
// started; what wait4 says would count the parent's before exec as well.
function peakBytes() {
  const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return found ? Number(found[1]) * 1024 : 0;
}
