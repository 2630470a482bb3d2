package verdict

import (
	"encoding/json"
	"io"
)

// Write writes the file. Equal files give equal bytes.
func (f *File) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	if err := enc.Encode(f.Header); err != nil {
		return err
	}
	for i := range f.Judgements {
		if err := enc.Encode(&f.Judgements[i]); err != nil {
			return err
		}
	}
	return nil
}
