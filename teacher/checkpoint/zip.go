package checkpoint

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// archive is the zip container of torch 1.6 and later: NAME/data.pkl with the
// object, NAME/data/KEY with the bytes of each storage, NAME/byteorder.
type archive struct {
	data    io.ReaderAt
	entries map[string]*zip.File
	root    string // NAME
}

func readZip(data io.ReaderAt, size int64) (any, error) {
	a, err := openArchive(data, size)
	if err != nil {
		return nil, err
	}
	if err := a.checkByteOrder(); err != nil {
		return nil, err
	}
	pickle, err := a.section("data.pkl")
	if err != nil {
		return nil, err
	}
	if pickle.Size() > MaxPickle {
		return nil, fmt.Errorf("%w: data.pkl has %d bytes, the limit is %d", ErrRefused, pickle.Size(), MaxPickle)
	}
	m := newMachine(newSource(pickle, pickle.Size()), newPool(a.attach))
	root, err := m.run()
	if err != nil {
		return nil, fmt.Errorf("data.pkl: %w", err)
	}
	return root, nil
}

func openArchive(data io.ReaderAt, size int64) (*archive, error) {
	z, err := zip.NewReader(data, size)
	if err != nil {
		return nil, fmt.Errorf("truncated or damaged zip container: %w", err)
	}
	a := &archive{data: data, entries: make(map[string]*zip.File, len(z.File))}
	for _, e := range z.File {
		if a.entries[e.Name] != nil {
			return nil, fmt.Errorf("%w: the archive names %q twice", ErrRefused, e.Name)
		}
		a.entries[e.Name] = e
		if err := a.noteRoot(e.Name); err != nil {
			return nil, err
		}
	}
	if a.root == "" {
		return nil, errors.New("not a PyTorch checkpoint: the zip archive has no NAME/data.pkl")
	}
	if a.entries[a.root+"/constants.pkl"] != nil {
		return nil, errors.New("a TorchScript archive, not a checkpoint; save model.state_dict() instead")
	}
	return a, nil
}

// noteRoot learns the archive's folder from the one entry NAME/data.pkl.
func (a *archive) noteRoot(entry string) error {
	root, ok := strings.CutSuffix(entry, "/data.pkl")
	if !ok || root == "" || strings.Contains(root, "/") {
		return nil
	}
	if a.root != "" {
		return fmt.Errorf("%w: the archive has two pickles, %q and %q", ErrRefused, path.Join(a.root, "data.pkl"), entry)
	}
	a.root = root
	return nil
}

// section returns the bytes of an entry of the archive's folder, which must be
// stored as they are.
func (a *archive) section(name string) (*io.SectionReader, error) {
	e := a.entries[a.root+"/"+name]
	if e == nil {
		return nil, fmt.Errorf("entry %q is missing", name)
	}
	if e.Method != zip.Store || e.CompressedSize64 != e.UncompressedSize64 || e.Flags&1 != 0 {
		return nil, fmt.Errorf("%w: entry %q is compressed or encrypted, torch stores entries as they are", ErrRefused, name)
	}
	offset, err := e.DataOffset()
	if err != nil {
		return nil, fmt.Errorf("entry %q: %w", name, err)
	}
	// NewReader has bounded the directory only; torch never writes 2^62 bytes.
	if e.UncompressedSize64 > 1<<62 {
		return nil, fmt.Errorf("%w: entry %q claims %d bytes", ErrRefused, name, e.UncompressedSize64)
	}
	section := io.NewSectionReader(a.data, offset, int64(e.UncompressedSize64))
	return section, checkPresent(section, name)
}

// checkPresent reads the last byte of a section, so that an entry that claims
// more than the file holds is found before anything is allocated for it.
func checkPresent(section *io.SectionReader, name string) error {
	if section.Size() == 0 {
		return nil
	}
	if _, err := section.ReadAt(make([]byte, 1), section.Size()-1); err != nil {
		return fmt.Errorf("entry %q is cut short: %d bytes are not in the file", name, section.Size())
	}
	return nil
}

func (a *archive) checkByteOrder() error {
	if a.entries[a.root+"/byteorder"] == nil {
		return nil // torch before 2.0 writes none and is little-endian
	}
	section, err := a.section("byteorder")
	if err != nil {
		return err
	}
	order, err := io.ReadAll(io.LimitReader(section, 16))
	if err != nil {
		return err
	}
	if string(order) != "little" {
		return fmt.Errorf("byte order is %q, only little is supported", order)
	}
	return nil
}

// attach finds the bytes of a storage that the pickle names.
func (a *archive) attach(s *storage) {
	section, err := a.section("data/" + s.key)
	if err != nil {
		s.err = err
		return
	}
	if section.Size() != s.bytes() {
		s.err = fmt.Errorf("%w: storage %q should have %d bytes (%d of %s) and has %d",
			ErrRefused, s.key, s.bytes(), s.numel, s.dtype, section.Size())
		return
	}
	s.data = section
}
