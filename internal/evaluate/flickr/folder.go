package flickr

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ReadFolder reads a split of the official layout: split.txt with an image id a
// line, Sentences/ID.txt and Annotations/ID.xml below dir.
func ReadFolder(dir, split string) (*Gold, error) {
	list := filepath.Join(dir, split+".txt")
	g := &Gold{}
	err := eachLine(list, func(_ int, line string) error {
		id := strings.TrimSpace(line)
		if id == "" {
			return nil
		}
		if filepath.Base(id) != id || id == ".." {
			return fmt.Errorf("%q is no image id", id)
		}
		return g.readImage(dir, id)
	})
	if err == nil && len(g.Images) == 0 {
		err = fmt.Errorf("%s: it lists no image", list)
	}
	return g, err
}

func (g *Gold) readImage(dir, id string) error {
	path := filepath.Join(dir, "Annotations", id+".xml")
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	a, err := ParseAnnotation(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := g.addImage(id, a.Width, a.Height, a.Boxes); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	number := 0
	image := g.image(id)
	return eachLine(filepath.Join(dir, "Sentences", id+".txt"), func(_ int, line string) error {
		if strings.TrimSpace(line) == "" {
			return nil
		}
		s, err := ParseSentence(line)
		if err != nil {
			return err
		}
		s.Number = number
		number++
		return image.addSentence(s)
	})
}

// eachLine visits the lines of a small text file; errors name file and line.
func eachLine(path string, visit func(n int, line string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	n := 1
	for ; lines.Scan(); n++ {
		if err := visit(n, lines.Text()); err != nil {
			return fmt.Errorf("%s: line %d: %w", path, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: line %d: %w", path, n, err)
	}
	return nil
}
