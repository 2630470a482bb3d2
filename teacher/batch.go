package teacher

import "slices"

// Shaped is anything that a Batcher can group, such as Prepared.
type Shaped interface {
	Shape() Shape
}

// Batcher groups items of equal Shape into batches. Which items share a batch
// depends on their order alone, never on time, so a run can be repeated bit for
// bit:
//
//   - a shape with size items waiting is emitted;
//   - when window items have been added or skipped since the oldest waiting one
//     (itself included), its shape is emitted;
//   - Flush emits the rest, the shape with the oldest item first.
//
// So no item is overtaken by more than window-1 later ones, which bounds both
// what waits here and what a consumer holds back to restore the order. Items
// keep their order inside a batch. A Batcher is not safe for concurrent use.
type Batcher[T Shaped] struct {
	size, window int
	added        int // items so far; the number of the next one
	waiting      []bucket[T]
}

// bucket holds the waiting items of one shape; Batcher.waiting is ordered by
// first, so the oldest item's bucket comes first.
type bucket[T Shaped] struct {
	shape Shape
	first int // number of items[0]
	items []T
}

// NewBatcher returns a Batcher of batches of at most size items. Both numbers
// must be positive; a window below size limits batches to window items.
func NewBatcher[T Shaped](size, window int) *Batcher[T] {
	if size < 1 || window < 1 {
		panic("teacher: a batcher needs a positive size and window")
	}
	return &Batcher[T]{size: size, window: window}
}

// Add takes the next item and returns the batches that are ready, at most two.
func (b *Batcher[T]) Add(item T) [][]T {
	var ready [][]T
	if i := b.put(item); len(b.waiting[i].items) == b.size {
		ready = append(ready, b.take(i))
	}
	return b.overdue(ready)
}

// Skip counts an item that needs no batch, such as one found to be unusable, so
// that it ages the waiting ones. It returns the batches that are ready.
func (b *Batcher[T]) Skip() [][]T {
	b.added++
	return b.overdue(nil)
}

// overdue appends the batch of the oldest item if that has waited long enough.
// One is enough: ages are distinct and grow by one from call to call.
func (b *Batcher[T]) overdue(ready [][]T) [][]T {
	if len(b.waiting) > 0 && b.added-b.waiting[0].first >= b.window {
		ready = append(ready, b.take(0))
	}
	return ready
}

// Flush returns what is waiting and leaves the Batcher empty.
func (b *Batcher[T]) Flush() [][]T {
	var rest [][]T
	for len(b.waiting) > 0 {
		rest = append(rest, b.take(0))
	}
	return rest
}

// put adds item to its bucket and returns the bucket's position.
func (b *Batcher[T]) put(item T) int {
	number, shape := b.added, item.Shape()
	b.added++
	for i := range b.waiting {
		if b.waiting[i].shape == shape {
			b.waiting[i].items = append(b.waiting[i].items, item)
			return i
		}
	}
	b.waiting = append(b.waiting, bucket[T]{shape, number, []T{item}})
	return len(b.waiting) - 1
}

func (b *Batcher[T]) take(i int) []T {
	items := b.waiting[i].items
	b.waiting = slices.Delete(b.waiting, i, i+1)
	return items
}
