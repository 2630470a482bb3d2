package annotate

import (
	"testing"

	"github.com/groundmill/groundmill/internal/webdataset"
)

// TestMissingPartsAreExplained guards what a user with dots in the keys is told.
func TestMissingPartsAreExplained(t *testing.T) {
	const dot = "; a key ends at the first dot of the file name"
	txt, jpg := webdataset.Member{Ext: "txt", Data: []byte(fox)}, webdataset.Member{Ext: "jpg"}
	tests := []struct {
		name   string
		sample webdataset.Sample
		want   string
	}{
		{"no image", webdataset.Sample{Members: []webdataset.Member{txt}}, "missing_image: there is no .jpg, .jpeg, .png, .webp, .gif"},
		{"image behind a dot", webdataset.Sample{Members: []webdataset.Member{txt}, Unread: []string{"v2.jpg"}},
			`missing_image: there is no .jpg, .jpeg, .png, .webp, .gif, but ["v2.jpg"]` + dot},
		{"caption behind a dot", webdataset.Sample{Members: []webdataset.Member{jpg}, Unread: []string{"v2.txt", "cls"}},
			`missing_caption: there is no .txt and no caption in .json, but ["v2.txt" "cls"]` + dot},
	}
	for _, tt := range tests {
		if _, err := readContent(&tt.sample, 64); err == nil || err.Error() != tt.want {
			t.Errorf("%s: error %q, want %q", tt.name, err, tt.want)
		}
	}
}
