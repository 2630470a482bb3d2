package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"

	gcs "cloud.google.com/go/storage"
	"google.golang.org/api/iterator"
)

const gsScheme = "gs://"

// maxObjectName is the length in bytes of the longest name of an object,
// https://cloud.google.com/storage/docs/objects#naming.
const maxObjectName = 1024

// gs is a Store in a bucket of Google Cloud Storage.
type gs struct {
	bucket string
	prefix string // of the names of its objects: "" or a path with a slash at the end
	settings
	seen atomic.Bool // the bucket exists
}

// openGS returns the store of gs://bucket/folder, given what follows gs://.
func openGS(rest string, options []Option) (Store, error) {
	bucket, folder, _ := strings.Cut(rest, "/")
	folder = strings.TrimSuffix(folder, "/")
	if bucket == "" || folder != "" && (!fs.ValidPath(folder) || folder == ".") {
		return nil, fmt.Errorf("storage: gs://%s is not of the form gs://bucket/folder", rest)
	}
	if folder != "" {
		folder += "/"
	}
	return &gs{bucket: bucket, prefix: folder, settings: newSettings(options)}, nil
}

func (g *gs) String() string { return gsScheme + g.bucket + strings.TrimSuffix("/"+g.prefix, "/") }

// where is a file's or, with a prefix of names, a listing's location.
func (g *gs) where(name string) string { return gsScheme + g.bucket + "/" + g.prefix + name }

// object returns the handle of a file. Retries are up to this package.
func (g *gs) object(ctx context.Context, name string) (*gcs.ObjectHandle, error) {
	client, err := gsClient(ctx)
	if err != nil {
		return nil, err
	}
	return client.Bucket(g.bucket).Object(g.prefix + name).Retryer(gcs.WithPolicy(gcs.RetryNever)), nil
}

func (g *gs) check(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if len(g.prefix+name) > maxObjectName {
		return fmt.Errorf("storage: %q is no valid name in %s: together they are longer than %d bytes", name, g, maxObjectName)
	}
	return nil
}

func (g *gs) Create(ctx context.Context, name string) (File, error) {
	if err := g.check(name); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fail("create", g.where(name), context.Cause(ctx))
	}
	return newUpload(ctx, g, name), nil
}

func (g *gs) Open(ctx context.Context, name string) (Reader, error) {
	attrs, err := g.attrs(ctx, name)
	if err != nil {
		return nil, g.fail(ctx, opOpen, name, err)
	}
	object, err := g.object(ctx, name)
	if err != nil {
		return nil, g.fail(ctx, opOpen, name, err)
	}
	if attrs.ContentEncoding == "gzip" {
		return nil, fmt.Errorf("storage: open %s: it is stored with the content encoding gzip, which the service undoes when it is read, "+
			"so that sizes and ranges are lost: upload the file as it is", g.where(name))
	}
	// The generation makes all ranges parts of one content, whatever happens to
	// the name.
	return newObjectReader(ctx, g, name, object.Generation(attrs.Generation), attrs), nil
}

func (g *gs) Stat(ctx context.Context, name string) (Info, error) {
	attrs, err := g.attrs(ctx, name)
	if err != nil {
		return Info{}, g.fail(ctx, opOpen, name, err)
	}
	return Info{Name: name, Size: attrs.Size}, nil
}

// attrs asks for what the service knows of a file.
func (g *gs) attrs(ctx context.Context, name string) (attrs *gcs.ObjectAttrs, err error) {
	if err := g.check(name); err != nil {
		return nil, err
	}
	err = g.retry.do(ctx, func(ctx context.Context) error {
		object, err := g.object(ctx, name)
		if err == nil {
			attrs, err = object.Attrs(ctx)
		}
		return err
	})
	return attrs, err
}

func (g *gs) List(ctx context.Context, prefix string) ([]Info, error) {
	if err := checkPrefix(prefix); err != nil {
		return nil, err
	}
	var list []Info
	for token := ""; ; {
		var objects []*gcs.ObjectAttrs
		err := g.retry.do(ctx, func(ctx context.Context) (err error) {
			objects, token, err = g.page(ctx, prefix, token)
			return err
		})
		if err != nil {
			return nil, g.fail(ctx, opList, prefix, err)
		}
		for _, o := range objects {
			// Consoles mark folders by empty objects.
			if name := strings.TrimPrefix(o.Name, g.prefix); name != "" && !strings.HasSuffix(name, "/") {
				list = append(list, Info{Name: name, Size: o.Size})
			}
		}
		if token == "" {
			break
		}
	}
	slices.SortFunc(list, func(a, b Info) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

// page returns a page of a listing and the token of the next one.
func (g *gs) page(ctx context.Context, prefix, token string) (objects []*gcs.ObjectAttrs, next string, err error) {
	client, err := gsClient(ctx)
	if err != nil {
		return nil, token, err
	}
	query := &gcs.Query{Prefix: g.prefix + prefix, Projection: gcs.ProjectionNoACL}
	if err := query.SetAttrSelection([]string{"Name", "Size"}); err != nil {
		return nil, token, err
	}
	bucket := client.Bucket(g.bucket).Retryer(gcs.WithPolicy(gcs.RetryNever))
	next, err = iterator.NewPager(bucket.Objects(ctx, query), 1000, token).NextPage(&objects)
	if err != nil {
		return nil, token, err
	}
	g.seen.Store(true)
	return objects, next, nil
}

func (g *gs) Remove(ctx context.Context, name string) error {
	if err := g.check(name); err != nil {
		return err
	}
	err := g.retry.do(ctx, func(ctx context.Context) error {
		object, err := g.object(ctx, name)
		if err != nil {
			return err
		}
		return object.Delete(ctx)
	})
	err = g.fail(ctx, opRemove, name, err)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Lock does nothing, as Store.Lock explains.
func (g *gs) Lock(ctx context.Context) (unlock func() error, err error) {
	if ctx.Err() != nil {
		return nil, fail("lock", g.String(), context.Cause(ctx))
	}
	return func() error { return nil }, nil
}

// Sweep does nothing: an upload that was not ended has no name, and the service
// forgets it after a week.
func (g *gs) Sweep(ctx context.Context) ([]string, error) {
	if ctx.Err() != nil {
		return nil, fail("sweep", g.String(), context.Cause(ctx))
	}
	return nil, nil
}
