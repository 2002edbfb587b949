package condaccess

// A Truth is a value of Kleene's logic. The zero Truth is Unsure: what a record
// does not say is not a no.
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
	switch {
	case t == No || u == No:
		return No
	case t == Yes && u == Yes:
		return Yes
	}
	return Unsure
}

// Or is yes if either is, and no if both are no.
func (t Truth) Or(u Truth) Truth {
	return t.Not().And(u.Not()).Not()
}

// Not turns yes and no round, and leaves what is not known as it is.
func (t Truth) Not() Truth {
	switch t {
	case Unsure:
		return Unsure
	case Yes:
		return No
	case No:
		return Yes
	}
	panic(t)
}

// truth returns the Truth of something that is known.
func truth(b bool) Truth {
	if b {
		return Yes
	}
	return No
}
