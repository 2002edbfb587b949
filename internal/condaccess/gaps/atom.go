package gaps

import (
	"slices"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A dimension is a part of a sign-in that the universe has atoms for.
type dimension int

// The dimensions, in the order of the layers.
const (
	principals dimension = iota
	targets
	clients
	flows
	signInRisks
	userRisks
	workloadRisks
	agentRisks
	insiderRisks
	platforms
	devices
	places
)

// String returns a word for the dimension.
func (d dimension) String() string {
	switch d {
	case principals:
		return "principal"
	case targets:
		return "resource"
	case clients:
		return "client"
	case flows:
		return "flow"
	case signInRisks:
		return "sign-in risk"
	case userRisks:
		return "user risk"
	case workloadRisks:
		return "service principal risk"
	case agentRisks:
		return "agent risk"
	case insiderRisks:
		return "insider risk"
	case platforms:
		return "platform"
	case devices:
		return "device"
	case places:
		return "place"
	}
	panic(d)
}

// asked returns the evaluator's dimension.
func (d dimension) asked() condaccess.Dimension {
	switch d {
	case principals:
		return condaccess.PrincipalDimension
	case targets:
		return condaccess.TargetDimension
	case clients:
		return condaccess.ClientDimension
	case flows:
		return condaccess.FlowDimension
	case signInRisks:
		return condaccess.SignInRiskDimension
	case userRisks:
		return condaccess.UserRiskDimension
	case workloadRisks:
		return condaccess.ServicePrincipalRiskDimension
	case agentRisks:
		return condaccess.AgentRiskDimension
	case insiderRisks:
		return condaccess.InsiderRiskDimension
	case platforms:
		return condaccess.PlatformDimension
	case devices:
		return condaccess.DeviceDimension
	case places:
		return condaccess.PlaceDimension
	}
	panic(d)
}

// An atom is one value of a dimension, or one that stands for all that no
// policy tells from it.
type atom struct {
	label  string
	put    func(*condaccess.SignIn)
	person bool   // a user of the directory
	key    string // of a principal or a resource, by which recorded sign-ins find it; may be empty
}

// A sheet holds the atoms of a dimension, and what each is in.
type sheet struct {
	dimension dimension
	atoms     []atom
	in        []set
	number    map[set]int    // of the class of a set; noClass of one that was left out
	keys      map[string]int // of the class of an atom, by its key
	classes   []class
	left      []int // an atom of each class that was left out
}

// newSheet asks the evaluator what each atom is in. Base is what the answer
// depends on besides: the client.
func (s *Space) newSheet(d dimension, base condaccess.SignIn, atoms []atom) *sheet {
	in := make([]set, len(atoms))
	for i := range atoms {
		point := base
		atoms[i].put(&point)
		in[i] = s.signature(d, &point)
	}
	return sheetOf(d, atoms, in, func(int) bool { return true })
}

// sheetOf returns the sheet of those atoms that are kept.
func sheetOf(d dimension, atoms []atom, in []set, kept func(atom int) bool) *sheet {
	out := &sheet{dimension: d, atoms: atoms, in: in, number: make(map[set]int), keys: make(map[string]int)}
	for i := range atoms {
		if !kept(i) {
			if _, seen := out.number[in[i]]; !seen {
				out.number[in[i]] = noClass
				out.left = append(out.left, i)
			}
			continue
		}
		n, seen := out.number[in[i]]
		if !seen || n == noClass {
			n = len(out.classes)
			out.number[in[i]] = n
			out.classes = append(out.classes, class{in: in[i]})
		}
		out.classes[n].atoms = append(out.classes[n].atoms, i)
		out.classes[n].weight++
		if atoms[i].key != "" {
			out.keys[atoms[i].key] = n
		}
	}
	out.left = slices.DeleteFunc(out.left, func(i int) bool { return out.number[in[i]] != noClass })
	return out
}

// signature returns the policies whose condition over a dimension holds for a
// sign-in: certainly in the first half of the set, perhaps in the second.
func (s *Space) signature(d dimension, point *condaccess.SignIn) set {
	return s.signatureOf(d.asked(), point)
}

func (s *Space) signatureOf(d condaccess.Dimension, point *condaccess.SignIn) set {
	var in set
	s.evaluator.Probe(point, d, func(policy int, holds condaccess.Truth) {
		if holds == condaccess.Yes {
			in.add(policy)
		}
		if holds != condaccess.No {
			in.add(s.policies + policy)
		}
	})
	return in
}

func (s *sheet) labels(atoms []int) []string {
	out := make([]string, len(atoms))
	for i, a := range atoms {
		out[i] = s.atoms[a].label
	}
	return out
}

// words returns an atom for each value of a dimension with few.
func words(put func(*condaccess.SignIn, string), values ...string) []atom {
	out := make([]atom, len(values))
	for i, v := range values {
		out[i] = atom{label: v, put: func(s *condaccess.SignIn) { put(s, v) }}
	}
	return out
}
