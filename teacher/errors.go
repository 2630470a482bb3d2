package teacher

import "errors"

// ErrExample is wrapped by every Prepare error: the example is at fault, not
// the teacher, and the run may go on without it.
var ErrExample = errors.New("example cannot be prepared")

// ErrExtremeAspect is wrapped, together with ErrExample, when an image is so
// elongated that its short side would vanish in the model's resize.
var ErrExtremeAspect = errors.New("image is too elongated")
