package sigma

import (
	"net/netip"

	"github.com/conshelf/conshelf/kql/diag"
)

// A node is a part of what a rule looks for: a test of one field, or several
// nodes joined.
//
//sumtype:decl
type node interface {
	node() // only this package declares nodes
}

type (
	// allOf is true where each of its nodes is, also where there is none.
	allOf []node
	// anyOf is true where one of its nodes is.
	anyOf []node
	// notOf is true where its node is not.
	notOf struct{ of node }
	// A test is true of an event whose field passes the check.
	test struct {
		field string // empty: any text of the event
		at    diag.Span
		check check
	}
)

func (allOf) node() {}
func (anyOf) node() {}
func (notOf) node() {}
func (test) node()  {}

// A check is what is asked of a field's value. A field that the event does not
// have passes none but missing.
//
//sumtype:decl
type check interface {
	check() // only this package declares checks
}

type (
	// like asks for a text of the pattern, in any case unless cased.
	like struct {
		pattern pattern
		cased   bool
	}
	// matches asks for a text in which the regular expression finds something.
	matches struct{ regex string }
	// inside asks for an address of the network.
	inside struct{ network netip.Prefix }
	// compares asks for a number, or a part of a time, that stands so to another.
	compares struct {
		part   string // of a time; empty: the value is a number itself
		op     string // of KQL
		number string
	}
	// missing asks that there is no value.
	missing struct{}
	// present asks that there is one.
	present struct{}
	// ofList asks for a value of a list that the tenant gives: a watchlist, as
	// queries call it.
	ofList struct {
		name  string
		cased bool
	}
	// sameAs asks for what another field holds.
	sameAs struct {
		field  string
		before bool // anything may stand before it
		after  bool
		cased  bool
	}
)

func (like) check()     {}
func (matches) check()  {}
func (inside) check()   {}
func (compares) check() {}
func (missing) check()  {}
func (present) check()  {}
func (sameAs) check()   {}
func (ofList) check()   {}
