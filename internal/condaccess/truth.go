package condaccess

// A Truth is a value of Kleene's logic. The zero Truth is Unsure: what a record
// does not say is not a no. Yes and No are a bit each, of which operators make use:
// what two values do not have in common is not known.
type Truth int8

// The three values.
const (
	Unsure Truth = iota
	Yes
	No
)

// String returns yes, no or unknown.
func (t Truth) String() string {
	switch t {
	case Unsure:
		return "unknown"
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	panic(t)
}

// And is yes if both are, and no if either is no.
func (t Truth) And(u Truth) Truth {
	if t == No || u == No {
		return No
	}
	return t & u
}

// Or is yes if either is, and no if both are no.
func (t Truth) Or(u Truth) Truth {
	if t == Yes || u == Yes {
		return Yes
	}
	return t & u
}

// Not turns yes and no round, and leaves what is not known as it is.
func (t Truth) Not() Truth { return (t<<1 | t>>1) & (Yes | No) }

// truth returns the Truth of something that is known.
func truth(b bool) Truth {
	if b {
		return Yes
	}
	return No
}
