package filter

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

func TestValidate(t *testing.T) {
	tests := []struct {
		name   string
		config Config
		want   []string
	}{
		{"default", Default(), nil},
		{"zero", Config{}, nil},
		{"upper limits", Config{MinScore: 0.9999, MaxRelativeArea: 1, NMSIoU: 1, DropFlags: schema.Flags()}, nil},
		{"everything wrong", Config{
			MinScore: 1, MinBoxSide: -1, MaxRelativeArea: 1.5, NMSIoU: -0.1, MaxBoxesPerPhrase: -1,
			DropFlags: []string{"name", "abstrct"},
		}, []string{
			"min_score: 1 is not in [0, 1)",
			"min_box_side: -1 is not 0 or more",
			"max_relative_area: 1.5 is not in [0, 1]",
			"nms_iou: -0.1 is not in [0, 1]",
			"max_boxes_per_phrase: -1 is negative",
			`drop_flags[1]: "abstrct" is not one of ["abstract" "name" "beyond_prompt"]`,
		}},
		{"evidence", Config{Evidence: map[string]string{"method": "ltt", "n_2": ""}}, nil},
		{"evidence that is none", Config{Evidence: map[string]string{
			"": "x", "a.b": "x", "long": strings.Repeat("x", 513), "raw": "\xff",
		}}, []string{
			`evidence: the name "" must be up to 64 lower-case letters, digits and underscores`,
			`evidence: the name "a.b" must be up to 64 lower-case letters, digits and underscores`,
			"evidence.long: is not UTF-8 of up to 512 bytes",
			"evidence.raw: is not UTF-8 of up to 512 bytes",
		}},
		{"NaN", Config{MinScore: math.NaN(), MinBoxSide: math.NaN(), MaxRelativeArea: math.NaN(), NMSIoU: math.NaN()}, []string{
			"min_score: NaN is not in [0, 1)",
			"min_box_side: NaN is not 0 or more",
			"max_relative_area: NaN is not in [0, 1]",
			"nms_iou: NaN is not in [0, 1]",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := New(test.config)
			var got []string
			var invalid *schema.InvalidError
			if errors.As(err, &invalid) {
				for _, p := range invalid.Problems {
					got = append(got, p.String())
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestDocument holds docs/filter.md to the rules, their order and defaults, and
// the names of the rules to those of the fields that set them.
func TestDocument(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "filter.md"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| ([a-z0-9.]+)").FindAllStringSubmatch(string(page), -1) {
		got = append(got, m[1]+" "+m[2])
	}
	defaults := map[string]string{}
	value := reflect.ValueOf(Default())
	for i := range value.NumField() {
		text := fmt.Sprint(value.Field(i).Interface())
		if text == "[]" {
			text = "none"
		}
		defaults[value.Type().Field(i).Tag.Get("yaml")] = text
	}
	var want []string
	for _, rule := range Rules() {
		want = append(want, string(rule)+" "+defaults[string(rule)])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/filter.md differs from the rules (-code +page):\n%s", diff)
	}
}
