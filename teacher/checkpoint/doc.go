// Package checkpoint reads the weights of a PyTorch checkpoint (.pth, .pt)
// without Python and without trusting the file.
//
//	f, err := checkpoint.Open("glip_tiny.pth")
//	defer f.Close()
//	weights, err := f.StateDict()
//	for _, name := range weights.Names() {
//		t, _ := weights.Tensor(name)
//		err = t.WriteFloat32(w) // streamed, never whole in memory
//	}
//
// Both containers of torch.save are read: the zip archive of torch 1.6 and
// later, and the older stream of pickles ("legacy"). Opening reads the pickle
// alone, well under a megabyte for a model; tensor bytes are read when asked for, with
// their storage offset and strides honoured.
//
// # Safety
//
// A pickle is a program. Here nothing of it runs: it may build numbers,
// strings, lists, tuples and dicts, and it may name collections.OrderedDict,
// torch._utils._rebuild_tensor_v2, torch._utils._rebuild_parameter, the typed
// torch storages, and a handful of plain records that training scripts leave
// in optimizer state or arguments (see allowed in globals.go), which are kept
// by class name only. Any other name is refused when it is met, before the
// rest of the pickle is looked at. Errors that say so wrap ErrRefused.
//
// Every size is checked against the bytes that are really in the file before
// anything is allocated: a storage must have exactly the size that its type
// and count give, a tensor must lie inside its storage, archive entries must
// be stored uncompressed and be named once. A pickle has at most MaxPickle
// bytes and maxObjects objects, which bounds the memory that a hostile file can
// take. Checksums of archive entries are not verified; SHA256 tells files apart.
//
// The unpickler is the package's own. The one Go library for pickles allocates
// by lengths read from the file, panics on opcode 0xff and on empty LONG1
// integers, and builds several classes by itself before the caller can object.
//
// A File and everything got from it is safe for concurrent use until Close.
package checkpoint
