package teacher

import "errors"

// ErrExample is wrapped by every Prepare error and every Answer.Err: the example
// is at fault, not the teacher, and the run may go on without it.
var ErrExample = errors.New("example cannot be grounded")

// ErrExtremeAspect is wrapped, together with ErrExample, when an image is so
// elongated that its short side would vanish in the model's resize.
var ErrExtremeAspect = errors.New("image is too elongated")

// ErrOutOfMemory is wrapped by a Ground error when the batch was too large for
// the device's memory: a smaller one may succeed.
var ErrOutOfMemory = errors.New("the device is out of memory")

// ErrDeviceLost is wrapped by a Ground error when the device answers no more,
// whatever the batch: the process has to be started again.
var ErrDeviceLost = errors.New("the device is lost")
