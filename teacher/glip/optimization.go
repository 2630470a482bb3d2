package glip

import "fmt"

// Optimization says how a graph computes what the official modules compute.
type Optimization string

const (
	// OptimizeFull re-orders the fusion (graph_fusion.go), scores only the tokens
	// of phrases and picks the candidate boxes inside the graph
	// (graph_candidates.go); texts have their real length, rounded up to a bucket.
	OptimizeFull Optimization = "full"
	// OptimizeNone multiplies in the official order, over texts padded to the
	// model's longest, and leaves everything after the last layer to this package:
	// what the other is measured against.
	OptimizeNone Optimization = "none"
)

// Optimizations lists the known values.
var Optimizations = []Optimization{OptimizeFull, OptimizeNone}

func (o Optimization) validate() error {
	for _, known := range Optimizations {
		if o == known {
			return nil
		}
	}
	return fmt.Errorf("glip: optimization %q is unknown, use one of %q", string(o), Optimizations)
}

// textBuckets are the lengths to which texts are padded, in tokens. Padding
// changes nothing, and few shapes let a device tune and keep its memory.
var textBuckets = []int{16, 32, 48, 64, 96, 128, 192}

// phraseBuckets are the numbers of phrases that a run is told of.
var phraseBuckets = []int{4, 8, 16, 32, 64, 128}

// textBucket returns to which length texts of n tokens are padded, for a model
// that reads at most limit of them.
func textBucket(n, limit int) int { return min(bucket(n, textBuckets, limit), limit) }

// phraseBucket returns how many phrases a run with n of them is told of.
func phraseBucket(n int) int { return bucket(n, phraseBuckets, n) }

// bucket returns the smallest bucket that holds n, else beyond.
func bucket(n int, buckets []int, beyond int) int {
	for _, b := range buckets {
		if n <= b {
			return b
		}
	}
	return beyond
}
