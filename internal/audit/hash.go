package audit

import (
	"github.com/cespare/xxhash/v2"

	"github.com/groundmill/groundmill/schema"
)

// mix spreads the bits of x: the finaliser of SplitMix64 (Steele, Lea, Flood,
// OOPSLA 2014). It is a bijection.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// pickHash is the hash of a record's phrase in the samples of a seed; -1 stands for
// the record itself.
func pickHash(record, seed uint64, phrase int) uint64 {
	return mix(record ^ mix(seed+uint64(phrase+1)))
}

// rejectHash is the hash of a reject in the samples of a seed.
func rejectHash(r *schema.Reject, seed uint64) uint64 {
	return mix(hashRecord(r.Key, r.Source) ^ mix(seed))
}

// hashRecord is the hash of a record's identity, the same in every process.
func hashRecord(key string, source schema.Source) uint64 {
	return mix(mix(xxhash.Sum64String(key)^mix(xxhash.Sum64String(source.Shard))) ^ uint64(source.Index))
}
