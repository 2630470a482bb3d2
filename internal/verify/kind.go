package verify

// Kind is a stable snake_case code of what is wrong. Codes are never renamed.
type Kind string

// The kinds of problems. Kinds and docs/verify.md explain each.
const (
	KindNoSuccess     Kind = "no_success"
	KindMissingFile   Kind = "missing_file"
	KindUnreadable    Kind = "unreadable_file"
	KindWrongSize     Kind = "wrong_size"
	KindWrongDigest   Kind = "wrong_digest"
	KindSwapped       Kind = "swapped"
	KindUnlistedFile  Kind = "unlisted_file"
	KindLeftoverTemp  Kind = "leftover_temp"
	KindNotParquet    Kind = "not_parquet"
	KindWrongMetadata Kind = "wrong_metadata"
	KindWrongRows     Kind = "wrong_rows"
	KindBadRow        Kind = "bad_row"
	KindBadReject     Kind = "bad_reject"
	KindBadPartial    Kind = "bad_partial"
	KindRawDiffers    Kind = "raw_differs"
	KindWrongOrder    Kind = "wrong_order"
	KindLostRecord    Kind = "lost_record"
	KindDoubledRecord Kind = "doubled_record"
	KindAccounting    Kind = "accounting"
	KindBadSummary    Kind = "bad_summary"
	KindBadManifest   Kind = "bad_manifest"
	KindBadRunRecord  Kind = "bad_run_record"
	KindBadSuccess    Kind = "bad_success"
)

// KindInfo explains a kind.
type KindInfo struct {
	Kind    Kind
	Meaning string // one line for users
}

// Kinds returns all kinds, each with its meaning.
func Kinds() []KindInfo {
	return []KindInfo{
		{KindNoSuccess, "There is no `_SUCCESS`: the run is not finished."},
		{KindMissingFile, "A file that the run's documents list is not there."},
		{KindUnreadable, "The storage fails to read a file."},
		{KindWrongSize, "A file is longer or shorter than it was written."},
		{KindWrongDigest, "A file has other bytes than were written."},
		{KindSwapped, "A file holds what another file of the run should hold."},
		{KindUnlistedFile, "A file that no document of the run lists."},
		{KindLeftoverTemp, "An unpublished attempt at a file, left by a process that died."},
		{KindNotParquet, "A data or raw file is no Parquet file of the schema's version, or not one to its end."},
		{KindWrongMetadata, "A footer names another configuration, model, input, decoder, word list or tool than the manifest."},
		{KindWrongRows, "A file has another number of rows, boxes or rejects, or another range of keys, than were counted."},
		{KindBadRow, "A row breaks a convention of the schema, such as a box outside the image."},
		{KindBadReject, "A line of a rejects file is no reject."},
		{KindBadPartial, "A partial result of an audit is not one."},
		{KindRawDiffers, "A row of a data file is not the raw row with some boxes left out."},
		{KindWrongOrder, "The rows or rejects of a unit are not in the order of the input."},
		{KindLostRecord, "A record of the input is neither a row nor a reject."},
		{KindDoubledRecord, "A record of the input is in two places."},
		{KindAccounting, "Numbers do not add up, or two documents of the run disagree."},
		{KindBadSummary, "A unit's summary is damaged."},
		{KindBadManifest, "`manifest.json` is damaged."},
		{KindBadRunRecord, "`run.json` is damaged."},
		{KindBadSuccess, "`_SUCCESS` is damaged."},
	}
}

// spares says whether a unit with such a problem need not be redone.
func (k Kind) spares() bool {
	return k == KindNoSuccess || k == KindUnlistedFile || k == KindLeftoverTemp || k == KindUnreadable
}
