package verdict

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/groundmill/groundmill/schema"
)

const (
	maxLine     = 16 << 20 // bytes; a caption of 100 kB has 600 when escaped
	maxProblems = 20       // that one error lists
)

// ReadFile reads and checks a file, and returns the hex SHA-256 of its bytes too.
func ReadFile(path string) (f *File, digest string, err error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer in.Close()
	h := sha256.New()
	f, err = Parse(io.TeeReader(in, h), path)
	return f, hex.EncodeToString(h.Sum(nil)), err
}

// Parse reads and checks a file; name stands in its errors, which have one line for
// each problem.
func Parse(r io.Reader, name string) (*File, error) {
	p := parser{name: name, file: &File{}, seen: map[string]int{}}
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 64<<10), maxLine)
	for in.Scan() && len(p.problems) < maxProblems {
		p.line++
		p.read(in.Bytes())
		if p.line == 1 && len(p.problems) > 0 {
			break // of another format, nothing else is worth saying
		}
	}
	if err := in.Err(); err != nil {
		p.line++
		p.fail("", "%v", err)
	}
	if p.line == 0 {
		p.fail("", "the file is empty; its first line must be a header")
	}
	if len(p.problems) > 0 {
		return nil, errors.Join(p.problems...)
	}
	return p.file, nil
}

type parser struct {
	name     string
	file     *File
	line     int            // number of the current line, from 1
	seen     map[string]int // line by id
	problems []error
}

func (p *parser) fail(field, format string, args ...any) {
	where := fmt.Sprintf("%s: line %d: ", p.name, max(p.line, 1))
	if field != "" {
		where += field + ": "
	}
	p.problems = append(p.problems, errors.New(where+fmt.Sprintf(format, args...)))
}

func (p *parser) read(line []byte) {
	if p.line == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff")) // some editors put it there
		if p.decode(line, &p.file.Header) {
			p.header()
		}
		return
	}
	var j Judgement
	if !p.decode(line, &j) {
		return
	}
	var c schema.Check
	j.check(&c)
	p.add(c.Err("judgement"))
	if first, double := p.seen[j.ID()]; double {
		p.fail("", "judges what line %d judges; keep one line for each box", first)
	}
	p.seen[j.ID()] = p.line
	p.file.Judgements = append(p.file.Judgements, j)
}

func (p *parser) header() {
	switch h := p.file.Header; {
	case h.Format != Format:
		p.fail("format", "%.80q is not %q; give a file that runner sample or runner review import wrote", h.Format, Format)
	case h.Version != Version:
		p.fail("version", "is %d, this program reads %d", h.Version, Version)
	default:
		p.add(h.Rules.Validate())
	}
}

// add records the problems of a checked value.
func (p *parser) add(err error) {
	var invalid *schema.InvalidError
	if errors.As(err, &invalid) {
		for _, problem := range invalid.Problems {
			p.fail(problem.Path, "%s", problem.Text)
		}
	}
}

// decode decodes a line into dst, a pointer to a struct, and reports whether it
// could. Package encoding/json alone would take KEY for key, a field's absence for
// its zero, and U+FFFD for what is no UTF-8.
func (p *parser) decode(line []byte, dst any) bool {
	known := len(p.problems)
	var members map[string]json.RawMessage
	switch err := json.Unmarshal(line, &members); {
	case !utf8.Valid(line):
		p.fail("", "is not UTF-8")
	case err != nil || members == nil:
		p.fail("", "is no JSON object: %v", describe(err))
	default:
		p.names(members, reflect.TypeOf(dst).Elem())
	}
	if len(p.problems) > known {
		return false
	}
	if err := json.Unmarshal(line, dst); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			p.fail(wrong.Field, "is a %s, which does not fit", wrong.Value)
		} else {
			p.fail("", "%v", err)
		}
		return false
	}
	return true
}

func describe(err error) string {
	if err == nil {
		return "null"
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// names compares the members of an object with the fields of a struct.
func (p *parser) names(members map[string]json.RawMessage, typ reflect.Type) {
	known := map[string]bool{}
	for i := range typ.NumField() {
		name, option, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		known[name] = true
		if _, ok := members[name]; !ok && option == "" {
			p.fail(name, "is missing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		switch {
		case !known[name]:
			p.fail(fmt.Sprintf("%.80q", name), "is unknown; known are %s", strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		case string(members[name]) == "null":
			p.fail(name, "is null")
		}
	}
}
