package evaluate

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/groundmill/groundmill/internal/bootstrap"
)

func TestFigures(t *testing.T) {
	nan := math.NaN()
	got := Figures([]string{"AP", "AR"}, []float64{0.5, nan}, []bootstrap.Interval{{Low: 0.25, High: 0.75}, bootstrap.None()})
	if text := got[0].String() + " " + got[1].String(); text != "50.0 [25.0, 75.0] -" {
		t.Errorf("text %q", text)
	}
	data, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"name":"AP","value":0.5,"low":0.25,"high":0.75},{"name":"AR","value":null,"low":null,"high":null}]`
	if string(data) != want {
		t.Errorf("JSON %s, want %s", data, want)
	}
	if text := Figures([]string{"AP"}, []float64{1}, nil)[0].String(); text != "100.0" {
		t.Errorf("without intervals %q", text)
	}
}

func TestWriteTable(t *testing.T) {
	var b strings.Builder
	WriteTable(&b, [][]string{{"type", "n"}, {"people", "12"}})
	if want := "  type    n\n  people  12\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
