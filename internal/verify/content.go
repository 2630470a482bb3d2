package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
)

// wholeFile is the largest file that is held in memory, so that it is read once.
// The files of a unit of 10,000 rows without images have a tenth of it.
const wholeFile = 32 << 20

// content is a file that is open for a check.
type content struct {
	io.ReaderAt
	io.Closer
	size   int64
	digest string // hex; "" when it was not asked for
}

// open opens a file and, unless the check is quick, reads it for its digest.
func (f *folder) open(ctx context.Context, name string) (*content, error) {
	r, err := f.store.Open(ctx, f.prefix+name)
	if err != nil {
		return nil, err
	}
	c := &content{ReaderAt: r, Closer: r, size: r.Size()}
	if f.opts.Quick {
		return c, nil
	}
	if err := c.read(r); err != nil {
		r.Close()
		return nil, err
	}
	return c, nil
}

// read reads the file to its end. A small one stays in memory.
func (c *content) read(r io.Reader) (err error) {
	sum := sha256.New()
	if c.size > wholeFile {
		c.size, err = io.Copy(sum, r)
	} else {
		whole := bytes.NewBuffer(make([]byte, 0, c.size+bytes.MinRead))
		c.size, err = whole.ReadFrom(r)
		sum.Write(whole.Bytes())
		c.ReaderAt = bytes.NewReader(whole.Bytes())
	}
	c.digest = hex.EncodeToString(sum.Sum(nil))
	return err
}

// reader reads the file from its beginning.
func (c *content) reader() io.Reader { return io.NewSectionReader(c, 0, c.size) }
