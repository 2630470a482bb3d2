// Dump the rows of Parquet files as JSON lines, read with DuckDB.
//
//     node read.mjs FILE_OR_FOLDER...
//
// The output is that of read.py. @duckdb/node-api is looked up from the working
// directory, so that the script can lie outside of node_modules' parent.

import { readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const { DuckDBInstance } = require("@duckdb/node-api");

// plain returns a value with every binary value as hex and every bigint as a
// number; one that a number can't hold exactly is an error.
function plain(value) {
  if (typeof value === "bigint") {
    if (!Number.isSafeInteger(Number(value))) throw new Error(`${value} is no safe integer`);
    return Number(value);
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  }
  return value;
}

// files returns the Parquet files that a path stands for.
function files(path) {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith(".parquet"));
  return names.sort().map((name) => join(path, name));
}

const connection = await (await DuckDBInstance.create(":memory:")).connect();
for (const path of process.argv.slice(2).flatMap(files)) {
  const sql = `SELECT * FROM read_parquet('${path.replaceAll("'", "''")}')`;
  const result = await connection.runAndReadAll(sql);
  for (const row of result.getRowObjectsJS()) console.log(JSON.stringify(plain(row)));
}
