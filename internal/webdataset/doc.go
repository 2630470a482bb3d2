// Package webdataset streams WebDataset tar files: consecutive members that
// share a key form one sample.
//
//	r := webdataset.Open(file, "00000.tar", webdataset.Limits{})
//	for {
//		s, err := r.Next()
//		if err == io.EOF { break }
//		// err is *TruncatedError, *FormatError or an I/O error
//		use(s.Key, s.Find("jpg", "jpeg"))
//	}
//
// The rules are those of the webdataset Python package. The key is the path up
// to the first dot of the base name, folders included; the extension is the
// rest, in lower case. A member without a dot, or with nothing before it, is
// skipped, and so is one whose first path element is of the form __name__.
// Anything but a regular file is skipped. An extension that occurs twice in one
// sample is reported on the sample; the first one stays.
//
// Reading never seeks. Memory is bounded by one sample: the members named in
// Limits.Extensions, each at most Limits.MemberBytes; a larger one is reported
// by its size and skipped without being read into memory.
//
// The package knows nothing of images, captions or Parquet; package
// pipelines/annotate decides what a sample means.
package webdataset
