package tagger

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"fmt"
	"math"
	"slices"

	"github.com/jdkato/prose/v2"
)

// assets is the model as prose ships it.
type assets struct {
	classes []string
	dict    map[string]string // surface form -> its only tag
	weights map[string]map[string]float64
	hash    string // of the three encoded files
}

const assetFolder = "model/AveragedPerceptron/"

func readAssets() (*assets, error) {
	a := &assets{}
	sum := sha256.New()
	for _, part := range []struct {
		name string
		into any
	}{
		{"classes.gob", &a.classes}, {"tags.gob", &a.dict}, {"weights.gob", &a.weights},
	} {
		data, err := prose.Asset(assetFolder + part.name)
		if err != nil {
			return nil, fmt.Errorf("read the tagger model of prose: %w", err)
		}
		sum.Write(data)
		if err := gob.NewDecoder(bytes.NewReader(data)).Decode(part.into); err != nil {
			return nil, fmt.Errorf("decode %s of prose: %w", part.name, err)
		}
	}
	a.hash = hex.EncodeToString(sum.Sum(nil))
	return a, a.check()
}

// check proves that the classes are the ones that this package names.
func (a *assets) check() error {
	got := slices.Sorted(slices.Values(a.classes))
	if !slices.Equal(got, tagNames[:classCount]) {
		return fmt.Errorf("prose's tagger model has classes %v, want %v", got, tagNames[:classCount])
	}
	return nil
}

// features turns prose's weights into rows by kind and value.
func (a *assets) features() (features, error) {
	out := make(features, len(kinds))
	for _, k := range kinds {
		out[k] = make(map[string]row)
	}
	for name, weights := range a.weights {
		kind, value, ok := splitFeature(name)
		if !ok {
			return nil, fmt.Errorf("prose's tagger model has a feature of unknown kind %q", name)
		}
		r, err := toRow(weights)
		if err != nil {
			return nil, fmt.Errorf("feature %q of prose's tagger model: %w", name, err)
		}
		out[kind][value] = r
	}
	return out, nil
}

// maxWeight bounds one weight, so that no sum of a token's features overflows.
const maxWeight = 1000

// toRow converts weights by class name to a row in order of class.
func toRow(weights map[string]float64) (row, error) {
	r := make(row, 0, len(weights))
	for class, name := range tagNames[:classCount] {
		w, ok := weights[name]
		if !ok {
			continue
		}
		milli := math.Round(w * 1000)
		if math.Abs(w) > maxWeight || math.Abs(w*1000-milli) > 1e-6 {
			return nil, fmt.Errorf("weight %v of class %s is no multiple of 0.001 within ±%d", w, name, maxWeight)
		}
		r = append(r, int32(milli)<<classBits|int32(class))
	}
	if len(r) != len(weights) {
		return nil, fmt.Errorf("names a class outside %v", tagNames[:classCount])
	}
	return r, nil
}
