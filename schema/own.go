package schema

import "strings"

// ownStrings copies all strings of the row, which refer to whole pages, to memory
// of their own.
func (r *Row) ownStrings() {
	size := 0
	r.eachString(func(s *string) { size += len(*s) })
	var own strings.Builder
	own.Grow(size)
	r.eachString(func(s *string) { own.WriteString(*s) })
	all, at := own.String(), 0
	r.eachString(func(s *string) {
		from := at
		at += len(*s)
		*s = all[from:at]
	})
	if r.Meta == nil {
		return
	}
	meta := make(map[string]string, len(r.Meta))
	for key, value := range r.Meta {
		meta[strings.Clone(key)] = strings.Clone(value)
	}
	r.Meta = meta
}

// eachString calls f with all strings of the row outside Meta.
func (r *Row) eachString(f func(*string)) {
	f(&r.Key)
	f(&r.URL)
	f(&r.Caption)
	f(&r.ImageSHA256)
	f(&r.Source.Shard)
	if r.Image != nil {
		f(&r.Image.Path)
	}
	for i := range r.Phrases {
		p := &r.Phrases[i]
		f(&p.Text)
		for j := range p.Flags {
			f(&p.Flags[j])
		}
	}
}
