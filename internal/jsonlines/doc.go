// Package jsonlines reads files of one JSON value a line, of any length, and says
// in every error which line is wrong.
//
//	err := jsonlines.Read(file, "gold.jsonl", func(line int, v caption) error { ... })
//
// Lines count from 1. Empty lines are skipped, and so is a byte order mark at the
// start. Memory is one line, at most MaxLine bytes. Members that the type does not
// have are ignored: files carry more than one reader needs. Package schema reads
// its rejects itself, strictly.
package jsonlines
