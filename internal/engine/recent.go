package engine

import "bytes"

// sharedText is the least length of a text that is looked for among those that
// a vector has already. Records of one log repeat their long texts, the
// policies of a sign-in above all.
const sharedText = 64

// A span is where a text stands.
type span struct{ start, end uint32 }

// recentTexts are where the last few long texts of a vector stand.
type recentTexts struct {
	spans [8]span
	next  uint8
	used  bool // some value has the text of one before it
}

// find returns where in text s stands, if it is one of those.
func (r *recentTexts) find(text, s []byte) (span, bool) {
	for _, at := range r.spans {
		if int(at.end-at.start) == len(s) && bytes.Equal(text[at.start:at.end], s) {
			r.used = true
			return at, true
		}
	}
	return span{}, false
}

func (r *recentTexts) add(at span) {
	r.spans[r.next] = at
	r.next = (r.next + 1) % uint8(len(r.spans))
}
