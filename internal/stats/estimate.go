package stats

import "math"

// Estimate is a share as a sample shows it.
type Estimate struct {
	Share float64 // NaN when nothing was judged
	N     int     // judged
	// Effective is the size of a simple random sample that says as much, +Inf
	// when everything there is was judged.
	Effective float64
}

// Interval returns Wilson's two-sided interval on the effective size.
func (e Estimate) Interval(confidence float64) Interval {
	if e.N == 0 {
		return Interval{0, 1}
	}
	if math.IsInf(e.Effective, 1) {
		return Interval{e.Share, e.Share}
	}
	return Wilson(e.Share*e.Effective, e.Effective, confidence)
}

// Lower returns the one-sided lower bound, Clopper and Pearson's on the effective
// size.
func (e Estimate) Lower(confidence float64) float64 {
	switch {
	case e.N == 0:
		return 0
	case math.IsInf(e.Effective, 1):
		return e.Share
	}
	return ExactLower(e.Share*e.Effective, e.Effective, confidence)
}

// Stratum is what was drawn from one part of a population, and what of that lies
// in the domain that is asked about, such as the boxes above a threshold.
type Stratum struct {
	Population float64 // N_h, all there are; at least Sampled
	Sampled    int     // n_h, drawn at random and judged
	Domain     int     // of them, in the domain
	Hits       int     // of those, right
}

// weight is how many of the population one of the sample stands for, N_h/n_h.
func (s Stratum) weight() float64 { return s.Population / float64(s.Sampled) }

// unseen is the finite population correction 1 - n_h/N_h.
func (s Stratum) unseen() float64 { return math.Max(0, 1-float64(s.Sampled)/s.Population) }

// Stratified estimates the share of hits in the domain from a stratified random
// sample: the ratio of two weighted sums, which is Cochran's Σ W_h p_h (Sampling
// Techniques, 3rd ed. 1977, §5.10) where the domain is everything.
//
// The effective size is the smaller of two. One is p(1-p)/v with Cochran's
// variance of the estimate (§5A.14, a domain across strata), which is
// Σ W_h² (1-f_h) p_h q_h/(n_h-1) where the domain is everything: it knows what
// strata gain and what unequal weights cost. It knows nothing where a stratum has one judgement or
// all are alike, which is where precision is wanted. The other is Kish's
// (Σw)²/Σw² (Survey Sampling, 1965, §11.7), with the finite population correction:
// it knows the weights alone. A stratum of which nothing was judged is left out of
// the estimate; see package sampling, which draws from all.
func Stratified(strata []Stratum) Estimate {
	var all, hits, squares float64
	e := Estimate{Share: math.NaN()}
	for _, s := range strata {
		if s.Sampled == 0 {
			continue
		}
		e.N += s.Domain
		all += s.weight() * float64(s.Domain)
		hits += s.weight() * float64(s.Hits)
		squares += s.unseen() * s.weight() * s.weight() * float64(s.Domain)
	}
	if e.N == 0 {
		return e
	}
	e.Share = hits / all
	e.Effective = all * all / squares // +Inf for a census
	if v := stratifiedVariance(strata, e.Share, all); v > 0 {
		e.Effective = math.Min(e.Effective, e.Share*(1-e.Share)/v)
	}
	return e
}

// stratifiedVariance sums over strata the variance of the linearised ratio: a hit
// adds w(1-p)/all, a miss takes w p/all, what is out of the domain counts 0.
func stratifiedVariance(strata []Stratum, p, all float64) (v float64) {
	for _, s := range strata {
		if s.Sampled < 2 {
			continue
		}
		n, hits, misses := float64(s.Sampled), float64(s.Hits), float64(s.Domain-s.Hits)
		sum := hits*(1-p) - misses*p
		squares := hits*(1-p)*(1-p) + misses*p*p
		scale := s.weight() / all
		v += s.unseen() * scale * scale * n / (n - 1) * (squares - sum*sum/n)
	}
	return v
}

// Cluster is what was judged of one unit that was drawn whole, such as an image:
// so many in the domain, of them so many right.
type Cluster struct{ Domain, Hits int }

// Clustered estimates the share of hits where whole clusters were drawn at random
// from a population without end. What lies in one cluster is alike, so that n
// judgements say less than n independent ones.
//
// The effective size is p(1-p)/v with the variance of a ratio between clusters
// (Cochran, ch. 2 and 9A), and at most n. Where all judgements are alike v is 0; then
// it is the number of clusters, as if each held a single judgement.
func Clustered(clusters []Cluster) Estimate {
	e := Estimate{Share: math.NaN()}
	hits, filled := 0, 0
	for _, c := range clusters {
		e.N += c.Domain
		hits += c.Hits
		if c.Domain > 0 {
			filled++
		}
	}
	if e.N == 0 {
		return e
	}
	e.Share = float64(hits) / float64(e.N)
	e.Effective = float64(filled)
	if hits > 0 && hits < e.N && filled > 1 {
		e.Effective = math.Min(float64(e.N), e.Share*(1-e.Share)/clusterVariance(clusters, e, filled))
	}
	return e
}

func clusterVariance(clusters []Cluster, e Estimate, filled int) float64 {
	var squares float64
	for _, c := range clusters {
		residual := float64(c.Hits) - e.Share*float64(c.Domain)
		squares += residual * residual
	}
	n, m := float64(e.N), float64(filled)
	return m / (m - 1) * squares / (n * n)
}
