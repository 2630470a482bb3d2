package ort

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// engineFolder returns the folder of TensorRT's engines for one model content
// and profile, which it makes, or "" without a cache.
func (p Provider) engineFolder(model string) (string, error) {
	if p.kind() != TensorRT || p.EngineCache == "" {
		return "", nil
	}
	sum := sha256.New()
	if err := writeModel(sum, model); err != nil {
		return "", fmt.Errorf("engine cache: %w", err)
	}
	for _, profile := range p.Profiles {
		fmt.Fprintf(sum, "\n%s\n%s\n%s", profile.min(), profile.opt(), profile.max())
	}
	folder := filepath.Join(p.EngineCache, hex.EncodeToString(sum.Sum(nil)[:8]))
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", fmt.Errorf("engine cache: %w", err)
	}
	return folder, nil
}

// writeModel copies to w the bytes of a model file and of the files of external
// data that it names.
func writeModel(w io.Writer, model string) error {
	data, err := os.ReadFile(model)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	locations, err := externalFiles(data)
	if err != nil {
		return fmt.Errorf("%s: %w", model, err)
	}
	slices.Sort(locations)
	for _, location := range slices.Compact(locations) {
		if err := writeFile(w, filepath.Join(filepath.Dir(model), location)); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(w io.Writer, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(w, file)
	return err
}
