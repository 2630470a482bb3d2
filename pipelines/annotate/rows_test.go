package annotate

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

// withOrientation puts an EXIF segment with an orientation into a JPEG (EXIF
// 2.32, 4.5: APP1 "Exif\0\0", then a TIFF with one entry).
func withOrientation(jpeg string, orientation byte) string {
	tiff := "MM\x00\x2a\x00\x00\x00\x08" + "\x00\x01" +
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00" + "\x00\x00\x00\x00"
	body := "Exif\x00\x00" + tiff
	return jpeg[:2] + "\xff\xe1\x00" + string(byte(len(body)+2)) + body + jpeg[2:]
}

func TestRowContents(t *testing.T) {
	jpeg := withOrientation(jpegOf(64, 48, 1), 6)
	s := sample{"dir/one", map[string]string{
		"jpg":  jpeg,
		"json": `{"caption": "a café, a red fox and a red \ud800 fox", "url": "http://example.com/1", "width": 64}`,
	}}
	broken := sample{"two", map[string]string{"jpg": jpegOf(50, 50, 2), "txt": "an old \xff\xfe dog"}}
	opts := testOptions(t, shards(t, tarOf(t, s, broken)))
	opts.Output.EmbedImages = true
	r := mustRun(t, opts)
	row := r.data[0]
	sum := sha256.Sum256([]byte(jpeg))
	want := &schema.Row{
		Key: "dir/one", URL: "http://example.com/1", Caption: "a café, a red fox and a red � fox",
		Width: 64, Height: 48, ImageSHA256: hex.EncodeToString(sum[:]),
		Image:  &schema.EncodedImage{Bytes: []byte(jpeg), Path: "dir/one.jpg"},
		Source: schema.Source{Shard: "00000.tar", Index: 0},
		Meta:   map[string]string{"width": "64", "exif_orientation": "6", "caption_sanitized": "true"},
	}
	got := *row
	got.Phrases = nil
	if diff := cmp.Diff(want, &got); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
	if len(row.Phrases) < 2 || row.Phrases[0].Text != "a café" || row.Phrases[1].Span != (schema.Span{Start: 8, End: 17}) {
		t.Errorf("phrases are %+v", row.Phrases)
	}
	second := r.data[1]
	if second.Caption != "an old � dog" || second.Meta["caption_sanitized"] != "true" {
		t.Errorf("second caption is %q, meta %v", second.Caption, second.Meta)
	}
	if r.raw[0].Image != nil {
		t.Error("the raw file holds the image, too")
	}
}

// TestRawHoldsWhatTheFilterRemoved compares both files box by box.
func TestRawHoldsWhatTheFilterRemoved(t *testing.T) {
	opts := testOptions(t, shards(t, tarOf(t, pairs(60)...)))
	opts.Filter.MinScore = 0.4
	r := mustRun(t, opts)
	var kept, all, empty int
	for i, row := range r.data {
		for j, phrase := range row.Phrases {
			raw := r.raw[i].Phrases[j]
			if raw.Text != phrase.Text || raw.BestScore != phrase.BestScore {
				t.Fatalf("row %d phrase %d: raw is %+v, data is %+v", i, j, raw, phrase)
			}
			kept, all = kept+len(phrase.Boxes), all+len(raw.Boxes)
			if len(phrase.Boxes) == 0 {
				empty++
			}
			for _, box := range phrase.Boxes {
				if box.Score <= 0.4 || !slices.Contains(raw.Boxes, box) {
					t.Errorf("row %d phrase %d keeps %v", i, j, box)
				}
			}
			for _, box := range raw.Boxes {
				if box.Score < 0.1 {
					t.Errorf("row %d phrase %d: raw box %v is below the floor", i, j, box)
				}
			}
		}
	}
	var removed int64
	for _, n := range r.manifest.Totals.Removals {
		removed += n
	}
	if kept == 0 || empty == 0 || int64(all-kept) != removed || r.manifest.Totals.Boxes != int64(kept) {
		t.Errorf("%d raw boxes, %d kept, %d removed; %d phrases without; totals %+v", all, kept, removed, empty, r.manifest.Totals)
	}
}

func TestLongCaptionIsFlagged(t *testing.T) {
	caption := "a red fox " + strings.Repeat("and so on ", 150) + "near a bicycle"
	r := mustRun(t, testOptions(t, shards(t, tarOf(t, pairOf(1, caption)))))
	row := r.data[0]
	last := row.Phrases[len(row.Phrases)-1]
	if !row.CaptionTruncated || last.Text != "a bicycle" || !slices.Contains(last.Flags, schema.FlagBeyondPrompt) {
		t.Errorf("truncated is %v, last phrase is %+v", row.CaptionTruncated, last)
	}
	if slices.Contains(row.Phrases[0].Flags, schema.FlagBeyondPrompt) {
		t.Errorf("first phrase is %+v", row.Phrases[0])
	}
}

func TestManifestSaysWhatMadeIt(t *testing.T) {
	opts := testOptions(t, shards(t, tarOf(t, pairs(3)...)))
	m := mustRun(t, opts).manifest
	if m.ToolVersion != "test" || m.Model.Name != "synthetic" || len(m.Model.SHA256) != 64 || len(m.WordListSHA256) != 64 ||
		len(m.InputFingerprint) != 64 || !strings.Contains(m.Config, "min_score: 0.5") || !strings.Contains(m.Config, "max_code_points") {
		t.Errorf("manifest is %+v", m)
	}
}
