// Package chunk turns the values of one leaf column into the column chunks of a
// Parquet file and back. It knows Parquet and nothing of what is stored.
//
// Why it exists beside parquet-go: that library's writer takes every value as a
// 24-byte tagged union with its own pair of levels. Here a leaf is a typed slice,
// leaves of one struct share their levels, a row group's leaves are encoded in
// parallel, the encoding is chosen with all values of a row group in sight, and
// a chunk of another file can be taken over as it is. Pages are read into typed slices
// too, levels that leaves share once. Encodings, compression for reading and the
// footer are parquet-go's.
//
// Writing a row group of one leaf:
//
//	levels, values := &chunk.Levels{}, &chunk.Values{}
//	levels.Init(0, 1, 10_000)
//	levels.Add(0, 1)
//	values.Strings.Add("a dog")
//	chunks, err := encoder.Encode(levels, chunk.Column{Leaf: &leaf, Values: values})
//	err = file.WriteGroup(chunks)
//
// and reading it:
//
//	var cursor chunk.Cursor[string]
//	err := cursor.Open(chunk.Source{File: file}, 0, 0, 0, 1, &chunk.Shared{})
//	run, err := cursor.Rows(10_000)
//
// Invariants: a chunk's bytes depend on its leaf, levels and values alone, never
// on time, on the number of processors or on what an Encoder encoded before. A
// page begins with a row. Data pages are written as of version 1, whose levels are
// compressed with the values; both versions are read.
package chunk
