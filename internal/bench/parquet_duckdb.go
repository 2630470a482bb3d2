package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// readersHome is where `make readers` installs DuckDB.
const readersHome = ".cache/readers"

// duckWritten is what DuckDB's own writer makes of a file's rows.
type duckWritten struct {
	V1, V2 struct{ Bytes, Seconds float64 }
}

// duckRead is how long DuckDB takes to read a file, in milliseconds.
type duckRead struct{ Scan, Lookup float64 }

// againstDuckDB compares sizes with DuckDB's, and row groups and pages of several
// sizes in its hands.
func (b *bench) againstDuckDB(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(readersHome, "node_modules")); err != nil {
		b.line("\nDuckDB is not installed: run make readers.")
		return nil
	}
	if err := b.duckSizes(ctx); err != nil {
		return err
	}
	return b.duckGroups(ctx)
}

// duckSizes compares the size of files and the speed of writing them.
func (b *bench) duckSizes(ctx context.Context) error {
	b.line(`
The same rows written by DuckDB with Zstandard and two threads, as Parquet of version 1,
its default, and of version 2, which not every reader knows all encodings of.

| rows | bytes a row | DuckDB 1 | DuckDB 2 | of DuckDB 1 | of DuckDB 2 | DuckDB 1, rows/s | DuckDB 2, rows/s |
| --- | --- | --- | --- | --- | --- | --- | --- |`)
	for _, c := range []struct {
		name  string
		shape rowtest.Shape
		rows  int
	}{{"data", rowtest.Data, unitRows}, {"data", rowtest.Data, groupRows}, {"raw", rowtest.Raw, unitRows}, {"raw", rowtest.Raw, groupRows}} {
		path := filepath.Join(b.work, "rows.parquet")
		size, err := writeRowsFile(path, rowtest.Rows(c.shape, c.rows), schema.WriterOptions{})
		if err != nil {
			return err
		}
		d, err := duckDB[duckWritten](ctx, b, "write", path)
		if err != nil {
			return err
		}
		n, own := float64(c.rows), float64(size)
		b.line("| %s, %d | %.1f | %.1f | %.1f | **%.3f** | %.3f | %s | %s |", c.name, c.rows, own/n,
			d[0].V1.Bytes/n, d[0].V2.Bytes/n, own/d[0].V1.Bytes, own/d[0].V2.Bytes,
			thousands(n/d[0].V1.Seconds), thousands(n/d[0].V2.Seconds))
	}
	return nil
}

// duckGroups compares row groups and pages of several sizes.
func (b *bench) duckGroups(ctx context.Context) error {
	const rows = 2 * groupRows
	b.line(`
%d rows of data in row groups and pages of several sizes, and what DuckDB with two
threads takes to scan captions and boxes and to find a row by its key. The first line
is the default.

| rows in a group | in a page | bytes a row | scan, ms | look-up, ms |
| --- | --- | --- | --- | --- |`, rows)
	all := rowtest.Rows(rowtest.Data, rows)
	options := []schema.WriterOptions{
		{RowGroupRows: 40_960, PageRows: 20_480},
		{RowGroupRows: 10_240, PageRows: 20_480}, {RowGroupRows: 20_480, PageRows: 20_480},
		{RowGroupRows: 122_880, PageRows: 20_480}, {RowGroupRows: 245_760, PageRows: 20_480},
		{RowGroupRows: 40_960, PageRows: 1_024}, {RowGroupRows: 40_960, PageRows: 5_120},
		{RowGroupRows: 40_960, PageRows: 10_240}, {RowGroupRows: 40_960, PageRows: 40_960},
	}
	paths, sizes := make([]string, len(options)), make([]int64, len(options))
	for i, o := range options {
		var err error
		paths[i] = filepath.Join(b.work, fmt.Sprintf("rows-%d.parquet", i))
		if sizes[i], err = writeRowsFile(paths[i], all, o); err != nil {
			return err
		}
	}
	times, err := duckDB[duckRead](ctx, b, "read", paths...)
	if err != nil {
		return err
	}
	for i, o := range options {
		b.line("| %d | %d | %.1f | %.0f | %.0f |", o.RowGroupRows, o.PageRows, float64(sizes[i])/rows, times[i].Scan, times[i].Lookup)
	}
	return nil
}

func writeRowsFile(path string, rows []*schema.Row, opts schema.WriterOptions) (size int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	buf := bufio.NewWriter(f)
	if err := writeParquet(buf, rows, opts); err != nil {
		return 0, err
	}
	if err := buf.Flush(); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// duckDB runs schema/testdata/readers/measure.mjs, which prints a result for each
// file.
func duckDB[T any](ctx context.Context, b *bench, what string, paths ...string) (results []T, err error) {
	script, err := filepath.Abs(filepath.Join("schema", "testdata", "readers", "measure.mjs"))
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "node", append([]string{script, what, b.work}, paths...)...)
	cmd.Dir = readersHome
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	lines, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", cmd, err, stderr.Bytes())
	}
	for decoder := json.NewDecoder(bytes.NewReader(lines)); len(results) < len(paths); {
		var one T
		if err := decoder.Decode(&one); err != nil {
			return nil, fmt.Errorf("%s: %w", cmd, err)
		}
		results = append(results, one)
	}
	return results, nil
}
