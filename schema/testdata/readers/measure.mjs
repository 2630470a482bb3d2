// Measure DuckDB on data files: what its own writer makes of their rows, and how
// fast it reads them.
//
//     node measure.mjs write|read FOLDER FILE...
//
// A line of JSON for each file. write: the bytes of the same rows written by
// DuckDB with Zstandard, as Parquet of version 1 and 2, and the seconds that took.
// read: the milliseconds of a scan of captions and boxes, and of finding the row
// in the middle by its key, the best of five. DuckDB has two threads.

import { statSync, unlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const { DuckDBInstance } = require("@duckdb/node-api");

const connection = await (await DuckDBInstance.create(":memory:")).connect();
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
await connection.run("SET threads = 2");

// quote returns a string literal.
const quote = (text) => `'${text.replaceAll("'", "''")}'`;

// seconds returns how long a statement takes, the best of several times.
async function seconds(sql, times) {
  let best = Infinity;
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await rows(sql);
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}

async function write(file, out) {
  await connection.run(`CREATE OR REPLACE TABLE t AS SELECT * FROM read_parquet(${quote(file)})`);
  const result = {};
  for (const version of ["V1", "V2"]) {
    const time = await seconds(`COPY t TO ${quote(out)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION ${version})`, 3);
    result[version] = { bytes: statSync(out).size, seconds: time };
    unlinkSync(out);
  }
  return result;
}

async function read(file) {
  const table = `read_parquet(${quote(file)})`;
  const [{ n }] = await rows(`SELECT count(*) AS n FROM ${table}`);
  const [{ key }] = await rows(`SELECT key FROM ${table} LIMIT 1 OFFSET ${Number(n) / 2}`);
  const boxes = "list_sum(list_transform(phrases, p -> list_sum(list_transform(p.boxes, b -> b.x1))))";
  return {
    scan: 1000 * (await seconds(`SELECT sum(length(caption)), sum(${boxes}) FROM ${table}`, 5)),
    lookup: 1000 * (await seconds(`SELECT * FROM ${table} WHERE key = ${quote(key)}`, 5)),
  };
}

const [what, folder, ...files] = process.argv.slice(2);
for (const file of files) {
  const result = what === "write" ? await write(file, join(folder, "duckdb.parquet")) : await read(file);
  console.log(JSON.stringify(result));
}
