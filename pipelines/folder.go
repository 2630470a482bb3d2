package pipelines

import (
	"context"
	"strings"

	"github.com/groundmill/groundmill/internal/storage"
)

// folder is a part of a store as a store of its own. Lock and Sweep are those of
// the whole: whoever works in a part works in the whole.
type folder struct {
	storage.Store
	name string // without a slash at its end
}

// inFolder returns the part of a store below a folder, the store itself for "".
func inFolder(store storage.Store, name string) storage.Store {
	if name == "" {
		return store
	}
	return &folder{store, name}
}

func (f *folder) Create(ctx context.Context, name string) (storage.File, error) {
	return f.Store.Create(ctx, f.name+"/"+name)
}

func (f *folder) Open(ctx context.Context, name string) (storage.Reader, error) {
	return f.Store.Open(ctx, f.name+"/"+name)
}

func (f *folder) Stat(ctx context.Context, name string) (storage.Info, error) {
	info, err := f.Store.Stat(ctx, f.name+"/"+name)
	info.Name = name
	return info, err
}

func (f *folder) List(ctx context.Context, prefix string) ([]storage.Info, error) {
	files, err := f.Store.List(ctx, f.name+"/"+prefix)
	for i := range files {
		files[i].Name = strings.TrimPrefix(files[i].Name, f.name+"/")
	}
	return files, err
}

func (f *folder) Remove(ctx context.Context, name string) error {
	return f.Store.Remove(ctx, f.name+"/"+name)
}

func (f *folder) String() string { return strings.TrimSuffix(f.Store.String(), "/") + "/" + f.name }
