package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/groundmill/groundmill/schema"
	"github.com/groundmill/groundmill/schema/rowtest"
)

// Sizes of the Parquet figures, in rows.
const (
	unitRows  = 10_000  // a unit of a run, which is a file
	groupRows = 122_880 // a row group of DuckDB
)

// parquetRounds is how often a speed is taken; the best one counts.
const parquetRounds = 9

// parquet measures the writing and the reading of data files.
func (b *bench) parquet(ctx context.Context) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	b.section("Parquet", fmt.Sprintf(`Rows of the bench shape (package schema/rowtest: captions of 62 characters, 3 or 4
phrases, 4.7 boxes in the data file and 9.5 in the raw one): files of %d rows in
memory, on two cores, with validation, Zstandard and the digest. One file: its columns
are encoded in parallel. Two files: at a time, as lanes of a run do. Narrow: the boxes
of a raw file go through a threshold and all other columns are copied. CPU: what all
cores spend on a row. The best of %d rounds.`, unitRows, parquetRounds))
	if err := b.parquetSpeeds(); err != nil {
		return err
	}
	return b.againstDuckDB(ctx)
}

// speed is what a workload does with the rows of one file.
type speed struct {
	name string
	run  func() error
}

func (b *bench) parquetSpeeds() error {
	data, raw := rowtest.Rows(rowtest.Data, unitRows), rowtest.Rows(rowtest.Raw, unitRows)
	dataFile, err := parquetBytes(data)
	if err != nil {
		return err
	}
	rawFile, err := parquetBytes(raw)
	if err != nil {
		return err
	}
	b.line("| | one file, rows/s | two files, rows/s | CPU, ns a row |\n| --- | --- | --- | --- |")
	for _, s := range []speed{
		{"write data", func() error { return writeParquet(io.Discard, data, schema.WriterOptions{}) }},
		{"write raw", func() error { return writeParquet(io.Discard, raw, schema.WriterOptions{}) }},
		{"read data row by row", func() error { return readRows(dataFile) }},
		{"read all columns of data", func() error { return readBatches(dataFile, schema.AllColumns) }},
		{"read the boxes of raw", func() error { return readBatches(rawFile, schema.SizeColumns|schema.BestScoreColumn|schema.BoxColumns) }},
		{"narrow raw", func() error { return narrowParquet(rawFile) }},
	} {
		one, _, err := s.measure(1)
		if err != nil {
			return err
		}
		two, processor, err := s.measure(2)
		if err != nil {
			return err
		}
		b.line("| %s | %s | %s | %.0f |", s.name, thousands(one), thousands(two), processor)
	}
	return nil
}

// measure runs the workload some times in each of several lanes and returns the
// rows a second of all lanes, and the processor time of a row in ns.
func (s speed) measure(lanes int) (rate, processor float64, err error) {
	const files = 4 // of a lane in a round
	for range parquetRounds {
		errs := make([]error, lanes)
		start, used := time.Now(), processorTime()
		var group sync.WaitGroup
		for lane := range lanes {
			group.Go(func() {
				for range files {
					if errs[lane] = s.run(); errs[lane] != nil {
						return
					}
				}
			})
		}
		group.Wait()
		for _, err := range errs {
			if err != nil {
				return 0, 0, fmt.Errorf("%s: %w", s.name, err)
			}
		}
		rows := float64(lanes * files * unitRows)
		if own := float64(processorTime()-used) / rows; processor == 0 || own < processor {
			processor = own
		}
		rate = max(rate, rows/time.Since(start).Seconds())
	}
	return rate, processor, nil
}

// processorTime is what this process has used of all processors.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // not with these arguments
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// thousands writes a number with two or three digits that mean something.
func thousands(n float64) string { return fmt.Sprintf("%.0f,000", n/1000) }

func writeParquet(w io.Writer, rows []*schema.Row, opts schema.WriterOptions) error {
	out, err := schema.NewWriter(w, schema.Metadata{}, opts)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := out.Write(row); err != nil {
			return err
		}
	}
	_, err = out.Close()
	return err
}

func parquetBytes(rows []*schema.Row) ([]byte, error) {
	var out bytes.Buffer
	err := writeParquet(&out, rows, schema.WriterOptions{})
	return out.Bytes(), err
}

func openParquet(data []byte) (*schema.Reader, error) {
	return schema.NewReader(bytes.NewReader(data), int64(len(data)))
}

func readRows(data []byte) error {
	r, err := openParquet(data)
	if err != nil {
		return err
	}
	for _, err := range r.Rows() {
		if err != nil {
			return err
		}
	}
	return nil
}

func readBatches(data []byte, columns schema.Columns) error {
	r, err := openParquet(data)
	if err != nil {
		return err
	}
	for _, g := range r.Groups() {
		for _, err := range g.Batches(columns) {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func narrowParquet(data []byte) error {
	r, err := openParquet(data)
	if err != nil {
		return err
	}
	w, err := schema.NewWriter(io.Discard, schema.Metadata{}, schema.WriterOptions{})
	if err != nil {
		return err
	}
	for _, g := range r.Groups() {
		if err := w.Narrow(g, 0, keepConfident); err != nil {
			return err
		}
	}
	_, err = w.Close()
	return err
}

// keepConfident keeps the boxes above 0.5.
func keepConfident(rows *schema.Selection) error {
	for row := range rows.Rows() {
		for phrase, end := rows.Phrases(row); phrase < end; phrase++ {
			for box, end := rows.Boxes(phrase); box < end; box++ {
				rows.KeepBox(box, rows.Score(box) > 0.5)
			}
		}
	}
	return nil
}
