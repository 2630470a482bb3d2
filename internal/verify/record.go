package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/groundmill/groundmill/schema"
)

// readRecord reads run.json and compares it with the manifest.
func (f *folder) readRecord(ctx context.Context) {
	if _, ok := f.sizes[schema.RunName]; !ok {
		f.add(Problem{Kind: KindMissingFile, Path: schema.RunName, Text: "the record of who the folder belongs to is not there"})
		return
	}
	f.record = readDocument[schema.RunRecord](ctx, f, schema.RunName, nil, KindBadRunRecord)
	if f.record == nil {
		return
	}
	f.report.Job = f.record.Job
	f.addInvalid(f.record.Validate(), func(string) Problem {
		return Problem{Kind: KindAccounting, Path: schema.RunName}
	})
	if f.manifest == nil {
		return
	}
	for _, d := range differences(f.record.Identity, f.manifest.Identity) {
		f.add(Problem{Kind: KindAccounting, Path: schema.RunName, Field: d.member, Text: fmt.Sprintf("is %s, the manifest says %s", d.a, d.b)})
	}
}

// checkParent checks that a retry is one of the main run, whose manifest it names
// by its digest.
func (f *folder) checkParent(main *folder) {
	if f.record == nil || main.manifest == nil {
		return
	}
	data, err := schema.EncodeJSON(main.manifest)
	if err != nil { // it has been encoded before
		return
	}
	sum := sha256.Sum256(data)
	want, got := hex.EncodeToString(sum[:]), "nothing"
	if of := f.record.RetryOf; of != nil {
		got = of.ManifestSHA256
	}
	if got != want {
		f.add(Problem{Kind: KindAccounting, Path: schema.RunName, Field: "retry_of.manifest_sha256",
			Text: fmt.Sprintf("is %s: it is a retry of another run, not of this one (%s)", got, want)})
	}
}

// readSuccess compares _SUCCESS with the manifest.
func (f *folder) readSuccess(ctx context.Context) {
	f.report.Done = len(f.summaries)
	if f.report.State == StateUnfinished {
		f.add(Problem{Kind: KindNoSuccess, Path: schema.SuccessName, Text: fmt.Sprintf(
			"the run is not finished: %d of %d units are done; the command that began it continues it", f.report.Done, f.report.Units)})
		return
	}
	got := readDocument[schema.Success](ctx, f, schema.SuccessName, nil, KindBadSuccess)
	if got == nil || f.manifest == nil {
		return
	}
	for _, d := range differences(*got, f.manifest.Success()) {
		f.add(Problem{Kind: KindAccounting, Path: schema.SuccessName, Field: d.member, Text: fmt.Sprintf("is %s, the manifest says %s", d.a, d.b)})
	}
}
