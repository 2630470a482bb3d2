package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	gcs "cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"
)

// operation is what was asked of a bucket: its name in errors and the permission
// that it needs, https://cloud.google.com/storage/docs/access-control/iam-permissions.
type operation struct{ name, permission string }

var (
	opOpen    = operation{"open", "storage.objects.get"}
	opRead    = operation{"read", "storage.objects.get"}
	opList    = operation{"list", "storage.objects.list"}
	opWrite   = operation{"write", "storage.objects.create"}
	opPublish = operation{"publish", "storage.objects.create"}
	opRemove  = operation{"remove", "storage.objects.delete"}
)

// fail explains an error of the service; nil stays nil. A missing file is told
// from a missing bucket by asking for a listing, once.
func (g *gs) fail(ctx context.Context, op operation, name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gcs.ErrBucketNotExist), errors.Is(err, gcs.ErrObjectNotExist) && g.bucketMissing(ctx):
		return fmt.Errorf("storage: %s %s: %w", op.name, g.where(name), ErrNoBucket)
	case errors.Is(err, gcs.ErrObjectNotExist):
		err = fs.ErrNotExist
	case isStatus(err, http.StatusUnauthorized):
		err = fmt.Errorf("%w: the credentials were refused, see `gcloud auth application-default login`: %w", fs.ErrPermission, err)
	case isStatus(err, http.StatusForbidden):
		err = fmt.Errorf("%w: the account needs %s on bucket %s: %w", fs.ErrPermission, op.permission, g.bucket, err)
	}
	return fail(op.name, g.where(name), err)
}

// bucketMissing reports whether the bucket does not exist for sure.
func (g *gs) bucketMissing(ctx context.Context) bool {
	if g.seen.Load() {
		return false
	}
	_, _, err := g.page(ctx, "", "")
	return errors.Is(err, gcs.ErrBucketNotExist)
}

// isStatus reports whether the service answered with an HTTP status.
func isStatus(err error, code int) bool {
	var answer *googleapi.Error
	return errors.As(err, &answer) && answer.Code == code
}
