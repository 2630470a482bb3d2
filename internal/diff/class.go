package diff

// class is a kind of change of which the page shows rows.
type class int

const (
	lost class = iota
	added
	moved
	rescored
	ungroundedNow
	groundedNow
	onlyA
	onlyB
	numClasses
)

// classInfo says what a class is. Classes that mirror each other draw by the same
// hashes, so that comparing B with A shows the same rows.
var classInfo = [numClasses]struct {
	id, title, meaning, what string
	draw                     uint64
	count                    func(*Counts) int64
}{
	lost: {"lost", "Lost boxes", "Boxes of A that no box of B is matched with, of phrases that both have.", "boxes", 1,
		func(n *Counts) int64 { return n.Boxes.Lost }},
	added: {"added", "Added boxes", "Boxes of B that no box of A is matched with, of phrases that both have.", "boxes", 1,
		func(n *Counts) int64 { return n.Boxes.Added }},
	moved: {"moved", "Moved boxes", "Matched boxes with other edges, unless they are rescored.", "boxes", 2,
		func(n *Counts) int64 { return n.Boxes.Moved }},
	rescored: {"rescored", "Rescored boxes", "Matched boxes with another score, and equal edges or an IoU of at least 0.95.", "boxes", 3,
		func(n *Counts) int64 { return n.Boxes.Rescored }},
	ungroundedNow: {"ungrounded_now", "Phrases ungrounded now", "Phrases with a box in A and none in B.", "phrases", 4,
		func(n *Counts) int64 { return n.Phrases.UngroundedNow }},
	groundedNow: {"grounded_now", "Phrases grounded now", "Phrases with a box in B and none in A.", "phrases", 4,
		func(n *Counts) int64 { return n.Phrases.GroundedNow }},
	onlyA: {"only_a", "Rows only in A", "Pairs of image and caption that B does not have, or not as often.", "rows", 5,
		func(n *Counts) int64 { return n.Rows.OnlyA }},
	onlyB: {"only_b", "Rows only in B", "Pairs of image and caption that A does not have, or not as often.", "rows", 5,
		func(n *Counts) int64 { return n.Rows.OnlyB }},
}
