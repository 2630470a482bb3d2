package pipelines

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/schema"
)

// retriesFolder holds the retries of a run, each a folder of its own: 0001, 0002
// and so on.
const retriesFolder = "retries"

// planRetry makes the request one over the rejects of the run in the output
// folder, in a folder of its own below.
func (r *run) planRetry(ctx context.Context) (*schema.RetryOf, error) {
	h, err := readHistory(ctx, r.store)
	if err != nil {
		return nil, err
	}
	if err := h.checkInput(&r.req.Plan); err != nil {
		return nil, err
	}
	reasons := slices.Compact(slices.Sorted(slices.Values(r.req.Retry)))
	plan := h.plan(r.req.Plan, reasons)
	if len(plan.Units) == 0 {
		return nil, fmt.Errorf("%s: %w: %s", r.store, ErrNothingToRetry, joinReasons(reasons))
	}
	r.req.Plan, r.folder = plan, h.next()
	r.store = inFolder(r.store, r.folder)
	return &schema.RetryOf{ManifestSHA256: h.digest, Reasons: reasons}, nil
}

// history is a finished run and the finished retries of its rejects.
type history struct {
	store  storage.Store
	record *schema.RunRecord
	digest string // of the run's manifest
	runs   []pastRun
}

// pastRun is what a history needs of the run, which comes first, and of each
// retry, in their order.
type pastRun struct {
	done  []schema.Reason     // that a retry did again
	units map[string]pastUnit // by name
}

type pastUnit struct {
	file    string // the rejects file, below the whole output
	rejects map[schema.Reason]int64
}

// readHistory reads the run in an output folder, which must be complete, and its
// retries.
func readHistory(ctx context.Context, store storage.Store) (*history, error) {
	h := &history{store: store}
	if _, err := store.Stat(ctx, schema.SuccessName); err != nil {
		if missing(err) {
			return nil, fmt.Errorf("output %s holds no finished run whose rejects could be done again: finish it first", store)
		}
		return nil, fmt.Errorf("output: %w", err)
	}
	var err error
	if h.record, err = readRecord(ctx, store); err != nil {
		return nil, err
	}
	if h.digest, err = h.read(ctx, "", h.record); err != nil {
		return nil, err
	}
	for {
		folder := h.next()
		_, err := store.Stat(ctx, folder+"/"+schema.SuccessName)
		switch {
		case missing(err):
			return h, nil
		case err != nil:
			return nil, fmt.Errorf("output: %w", err)
		}
		if err := h.readRetry(ctx, folder); err != nil {
			return nil, err
		}
	}
}

// next is the folder of the first retry that is not finished.
func (h *history) next() string { return path.Join(retriesFolder, fmt.Sprintf("%04d", len(h.runs))) }

func (h *history) readRetry(ctx context.Context, folder string) error {
	record, err := readRecord(ctx, inFolder(h.store, folder))
	if err != nil {
		return err
	}
	of := record.RetryOf
	if of == nil || of.ManifestSHA256 != h.digest {
		return fmt.Errorf("output %s: %s retries another run than the one that is there now: remove that folder first", h.store, folder)
	}
	_, err = h.read(ctx, folder, record)
	return err
}

// read adds a finished run to the history and returns the digest of its manifest.
func (h *history) read(ctx context.Context, folder string, record *schema.RunRecord) (digest string, err error) {
	data, err := storage.ReadFile(ctx, inFolder(h.store, folder), schema.ManifestName)
	if err != nil {
		return "", fmt.Errorf("output: %w", err)
	}
	manifest, err := schema.ParseManifest(data)
	if err != nil {
		return "", fmt.Errorf("output %s: %s: %w", h.store, path.Join(folder, schema.ManifestName), err)
	}
	past := pastRun{units: map[string]pastUnit{}}
	if record.RetryOf != nil {
		past.done = record.RetryOf.Reasons
	}
	for _, u := range manifest.Units {
		file := schema.FileName(schema.KindRejects, record.Split, u.Unit, len(manifest.Units))
		past.units[u.Name] = pastUnit{path.Join(folder, file), u.Rejects}
	}
	h.runs = append(h.runs, past)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// checkInput refuses a plan that is not the run's.
func (h *history) checkInput(plan *Plan) error {
	var d differ
	d.compare(AspectInput, "units", strconv.Itoa(h.record.Units), strconv.Itoa(len(plan.Units)))
	d.compare(AspectInput, "fingerprint", h.record.InputFingerprint, plan.Fingerprint)
	if len(d.found) == 0 {
		return nil
	}
	return &MismatchError{Output: h.store.String(), Differences: d.found}
}

// plan returns the units that still have rejects of the reasons, numbered anew.
func (h *history) plan(all Plan, reasons []schema.Reason) Plan {
	plan := Plan{Fingerprint: all.Fingerprint}
	for _, unit := range all.Units {
		open := h.rejects(unit.Name)
		if !slices.ContainsFunc(reasons, func(r schema.Reason) bool { return open[r] > 0 }) {
			continue
		}
		unit.Index, unit.History = len(plan.Units), h.files(unit.Name)
		unit.Reasons = strings.Split(joinReasons(reasons), ",")
		plan.Units = append(plan.Units, unit)
	}
	for i := range plan.Units {
		plan.Units[i].Of = len(plan.Units)
	}
	return plan
}

// rejects returns how many records of a unit are rejects by now. A retry has
// done all of its reasons again; what it could not make a row of, it rejected
// anew.
func (h *history) rejects(unit string) map[schema.Reason]int64 {
	open := map[schema.Reason]int64{}
	for _, past := range h.runs {
		maps.DeleteFunc(open, func(r schema.Reason, _ int64) bool { return slices.Contains(past.done, r) })
		for reason, n := range past.units[unit].rejects {
			open[reason] += n
		}
	}
	return open
}

// files returns the rejects files that say the same record by record.
func (h *history) files(unit string) []RejectFile {
	var files []RejectFile
	for _, past := range h.runs {
		file := RejectFile{Name: past.units[unit].file}
		for _, reason := range past.done {
			file.Done = append(file.Done, string(reason))
		}
		files = append(files, file)
	}
	return files
}
