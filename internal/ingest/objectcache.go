package ingest

import "bytes"

// An objectCache holds objects that were read lately, with their members.
// Records of one log repeat their small objects: how a sign-in ended, and where
// it came from.
type objectCache struct {
	ways [objectWays]cachedObject
	next int
}

type cachedObject struct {
	raw  []byte
	list []member // that alias raw
}

const (
	objectWays = 8
	objectMost = 1 << 10 // bytes of an object that is remembered
)

// members returns the members of an object, if it is known.
func (c *objectCache) members(raw []byte) ([]member, bool) {
	for i := range c.ways {
		if o := &c.ways[i]; len(o.raw) > 0 && bytes.Equal(o.raw, raw) {
			return o.list, true
		}
	}
	return nil, false
}

// read returns the members of an object that s reads, and remembers them unless
// it is large. What is no object is nil.
func (c *objectCache) read(s *scan, raw []byte) []member {
	s.data = raw
	if len(raw) > objectMost {
		if s.object(0) != len(raw) {
			return nil
		}
		return s.members
	}
	o := &c.ways[c.next]
	c.next = (c.next + 1) % objectWays
	o.raw = append(o.raw[:0], raw...)
	s.data, s.members = o.raw, o.list
	if s.object(0) != len(raw) {
		o.raw, s.members = o.raw[:0], nil
		return nil
	}
	o.list, s.members = s.members, nil
	return o.list
}
