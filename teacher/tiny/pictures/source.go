package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/image/webp"
)

// A source says where the pictures of a set come from.
type source struct {
	set       string
	tarball   string // as `npm pack` names it
	integrity string // base64 of its SHA-512, the registry's dist.integrity
	dir       string // folder of the pictures inside the tarball
	decode    func(io.Reader) (image.Image, error)
	levels    int // shades per colour channel that are kept; 256 keeps all
}

var sources = []source{
	{
		set:       "noto",
		tarball:   "emoji-datasource-google-16.0.0.tgz",
		integrity: "ZRexfzs7MVoLnmzZmNsO4TKhnAJp5D++Vm6PpUpH/jEQQlemp3l88CjZ+DoZ2faM9R4QxZkOPJCoT8DlPhfQ3A==",
		dir:       "package/img/google/64",
		decode:    png.Decode,
		levels:    256,
	},
	{
		set:       "twemoji",
		tarball:   "emoji-datasource-twitter-16.0.0.tgz",
		integrity: "7F+uCuHH+7Qnrc15P5tnbvKkg9E6tlzi4MnT2uW1RlN4pLYTza6cP/dstIfSDMtpjFLWuZewWg8jBbuL2eyELQ==",
		dir:       "package/img/twitter/64",
		decode:    png.Decode,
		levels:    256,
	},
	{
		set:       "fluent",
		tarball:   "lobehub-fluent-emoji-3d-1.1.0.tgz",
		integrity: "Wlq2lVStTnr8BDpIJ0pEnTKO4LuDxxqTEhTvRtD1DLRF0me7ogeRQjKoehDHXuVJ2Qaecgl5wRBv60lUAG3h7g==",
		dir:       "package/assets",
		decode:    webp.Decode,
		levels:    32,
	},
}

// read returns the pictures of the source by emoji code, from its tarball in folder from.
func (s source) read(from string) (map[string][]byte, error) {
	raw, err := os.ReadFile(filepath.Join(from, s.tarball))
	if err != nil {
		return nil, fmt.Errorf("%w (fetch it with npm pack)", err)
	}
	sum := sha512.Sum512(raw)
	if got := base64.StdEncoding.EncodeToString(sum[:]); got != s.integrity {
		return nil, fmt.Errorf("%s has SHA-512 %s, want %s", s.tarball, got, s.integrity)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	return s.pictures(tar.NewReader(z))
}

func (s source) pictures(t *tar.Reader) (map[string][]byte, error) {
	files := map[string][]byte{}
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		} else if err != nil {
			return nil, err
		}
		dir, base := path.Split(h.Name)
		if path.Clean(dir) != s.dir {
			continue
		}
		body, err := io.ReadAll(t)
		if err != nil {
			return nil, err
		}
		files[strings.TrimSuffix(base, path.Ext(base))] = body
	}
}
