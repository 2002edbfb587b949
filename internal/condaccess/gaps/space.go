package gaps

import (
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A Space holds every sign-in that the policies of an evaluator tell apart. It
// is not for several goroutines.
type Space struct {
	evaluator *condaccess.Evaluator
	tenant    *condaccess.Tenant
	policies  int
	sheets    map[sheetKey]*sheet
	own       map[sheetKey]*sheet // of the dimensions that are pinned
	parts     map[partKey]*sheet
	diagrams  []*diagramOf
	pins      []pin
	uses      *Uses // nil where none were recorded
}

// sheetKey tells sheets of a dimension apart that differ by what else there is:
// whose principals, whether a policy for Exchange ActiveSync sees them, whose
// device.
type sheetKey struct {
	dimension dimension
	kind      condaccess.PrincipalKind
	mail      bool
	device    deviceKind
	values    string
}

// NewSpace returns the space of an evaluator.
func NewSpace(e *condaccess.Evaluator) (*Space, error) {
	s := &Space{evaluator: e, tenant: e.Tenant(), policies: len(e.Policies()), sheets: make(map[sheetKey]*sheet), parts: make(map[partKey]*sheet)}
	if s.policies > maxPolicies/2 {
		return nil, fmt.Errorf("%d policies: more than %d cannot be told apart", s.policies, maxPolicies/2)
	}
	return s, nil
}

// A region is the part of a space that a situation is about.
type region struct {
	space     *Space
	situation *situation
	sheets    []*sheet // by layer
	diagram   *diagram
	sure      set // stop the situation for certain where they cover it
	perhaps   set // may stop it
	beside    set // what they cover is not of the region
}

func (s *Space) region(sit *situation) (*region, error) {
	r := &region{space: s, situation: sit}
	for _, d := range dimensionsOf(sit.kind) {
		sheet, err := s.sheet(d, sit)
		if err != nil {
			return nil, err
		}
		r.sheets = append(r.sheets, sheet)
	}
	r.diagram = s.diagram(r.sheets)
	r.sure, r.perhaps = s.stoppers(sit, condaccess.No)
	return r, nil
}

// A diagramOf is the diagram over some sheets, which does not depend on what a
// profile can satisfy.
type diagramOf struct {
	sheets  []*sheet
	diagram *diagram
}

func (s *Space) diagram(sheets []*sheet) *diagram {
	for _, d := range s.diagrams {
		if slices.Equal(d.sheets, sheets) {
			return d.diagram
		}
	}
	layers := make([]layer, len(sheets))
	for i, sheet := range sheets {
		layers[i] = layer{sheet.dimension, sheet.classes}
	}
	d := &diagramOf{sheets, newDiagram(layers, 2*s.policies)}
	s.diagrams = append(s.diagrams, d)
	return d.diagram
}

// dimensionsOf returns the layers, in order: the risks that a principal can have
// come before the others.
func dimensionsOf(kind condaccess.PrincipalKind) []dimension {
	risks := []dimension{signInRisks, userRisks, workloadRisks, agentRisks}
	switch kind {
	case condaccess.ServicePrincipalIdentity:
		risks = []dimension{workloadRisks, userRisks, signInRisks, agentRisks}
	case condaccess.AgentIdentity, condaccess.AgentUser:
		risks = []dimension{agentRisks, userRisks, signInRisks, workloadRisks}
	case condaccess.User, condaccess.UnknownPrincipal, condaccess.ManagedIdentity:
	}
	return slices.Concat([]dimension{principals, targets, clients, flows}, risks, []dimension{insiderRisks, platforms, devices, places})
}

func (s *Space) sheet(d dimension, sit *situation) (*sheet, error) {
	key := sheetKey{dimension: d, kind: sit.kind}
	base := sit.base()
	switch d {
	case principals:
		key.mail = sit.clients[0] == mailClient
	case devices:
		key.device = sit.device
	case clients:
		key.values = fmt.Sprint(sit.clients)
	case flows:
		key.values = fmt.Sprint(sit.flows)
	case targets, signInRisks, userRisks, workloadRisks, agentRisks, insiderRisks, platforms, places:
	}
	sheets := s.sheetsOf(d)
	if sheet, ok := sheets[key]; ok {
		return sheet, nil
	}
	atoms, err := s.atoms(d, sit)
	if err != nil {
		return nil, err
	}
	sheet := s.newSheet(d, base, atoms)
	sheets[key] = sheet
	return sheet, nil
}

// atoms returns the atoms of a dimension: all there are, or the one that is
// asked about.
func (s *Space) atoms(d dimension, sit *situation) ([]atom, error) {
	for _, p := range s.pins {
		if p.dimension == d {
			return p.atoms, nil
		}
	}
	user := sit.kind == condaccess.User
	agent := sit.kind == condaccess.AgentIdentity || sit.kind == condaccess.AgentUser
	switch d {
	case principals:
		return s.withUsed(principalsOf(s.tenant, sit.kind), sit.kind, func(u *use) atom { return u.who }), nil
	case targets:
		return s.withUsed(resources(s.tenant), sit.kind, func(u *use) atom { return u.what }), nil
	case clients:
		return words(func(s *condaccess.SignIn, v string) { s.Client = v }, sit.clients...), nil
	case flows:
		return words(func(s *condaccess.SignIn, v string) { s.Flow = v }, sit.flows...), nil
	case signInRisks:
		return words(func(s *condaccess.SignIn, v string) { s.SignInRisk = v }, risks(user)...), nil
	case userRisks:
		return words(func(s *condaccess.SignIn, v string) { s.UserRisk = v }, risks(user)...), nil
	case workloadRisks:
		return words(func(s *condaccess.SignIn, v string) { s.ServicePrincipalRisk = v }, risks(sit.kind == condaccess.ServicePrincipalIdentity)...), nil
	case agentRisks:
		return words(func(s *condaccess.SignIn, v string) { s.AgentRisk = v }, risks(agent)...), nil
	case insiderRisks:
		levels := []string{"none"}
		if user {
			levels = append(levels, "minor", "moderate", "elevated")
		}
		return words(func(s *condaccess.SignIn, v string) { s.InsiderRisk = v }, levels...), nil
	case platforms:
		return words(func(s *condaccess.SignIn, v string) { s.Platform = v },
			"windows", "macOS", "linux", "iOS", "android", "windowsPhone", condaccess.OtherPlatform), nil
	case devices:
		return devicesOf(s.tenant, sit.device)
	case places:
		return everywhere(s.tenant), nil
	}
	panic(d)
}

// risks returns the levels of a risk, or that there is none where it is not one
// of the principal.
func risks(has bool) []string {
	if has {
		return []string{"none", "low", "medium", "high"}
	}
	return []string{"none"}
}

// base is what all sign-ins of a situation have.
func (s *situation) base() condaccess.SignIn {
	return condaccess.SignIn{Client: s.clients[0], Flow: s.flows[0], Facts: s.facts}
}

// stoppers returns the policies that stop a situation for certain where they
// cover it, and those that may. Registers is as ProbeGrant has it.
func (s *Space) stoppers(sit *situation, registers condaccess.Truth) (sure, perhaps set) {
	base := sit.base()
	base.Device = condaccess.Device{Registered: condaccess.No}
	s.evaluator.ProbeGrant(&base, registers, func(policy int, stops condaccess.Truth) {
		if stops == condaccess.Yes {
			sure.add(policy)
		}
		if stops != condaccess.No {
			perhaps.add(s.policies + policy)
		}
	})
	others := s.signatureOf(condaccess.OtherDimension, &condaccess.SignIn{})
	return sure.and(&others), perhaps.and(&others)
}

// whole is the state of all that is of the region.
func (r *region) whole() state { return state{settled: true, stops: r.beside} }

// open is the state of what no policy may stop.
func (r *region) open() state { return state{settled: true, stops: r.perhaps.or(&r.beside)} }

// unsure is the state of what a policy may stop and none does for certain.
func (r *region) unsure() state { return state{wanted: r.perhaps, stops: r.sure.or(&r.beside)} }

// signIn returns a sign-in of a point.
func (r *region) signIn(point []int) *condaccess.SignIn {
	out := r.situation.base()
	for l, c := range point {
		sheet := r.sheets[l]
		sheet.atoms[sheet.classes[c].atoms[0]].put(&out)
	}
	return &out
}

// place returns the class of a sign-in in each layer. It is not ok where the
// universe has none.
func (r *region) place(s *condaccess.SignIn) (point []int, ok bool) {
	for _, sheet := range r.sheets {
		in := r.space.signature(sheet.dimension, s)
		n, known := sheet.number[in]
		if !known || n == noClass {
			return nil, false
		}
		point = append(point, n)
	}
	return point, true
}

// confirm asks the evaluator what the diagram says of a sign-in: that it is
// granted, or that it is not known.
func (r *region) confirm(s *condaccess.SignIn, granted bool) error {
	want := condaccess.Unsure
	if granted {
		want = condaccess.No
	}
	if got := r.stopped(s, all); got != want {
		return differ(s, got)
	}
	return nil
}

// confirmChange asks the evaluator whether one set of policies stops a sign-in,
// and another does not, or not for certain.
func (r *region) confirmChange(s *condaccess.SignIn, one, other func(int) bool, want condaccess.Truth) error {
	if got := r.stopped(s, one); got != condaccess.Yes {
		return differ(s, got)
	}
	if got := r.stopped(s, other); got != want {
		return differ(s, got)
	}
	return nil
}

func differ(s *condaccess.SignIn, got condaccess.Truth) error {
	return fmt.Errorf("the diagram and the evaluator differ on a sign-in of %s: whether it is stopped is %v by evaluation", s.Principal.ID, got)
}

// stopped tells whether a set of policies stops a sign-in.
func (r *region) stopped(s *condaccess.SignIn, in func(int) bool) condaccess.Truth {
	e := r.space.evaluator.Evaluate(s)
	out := condaccess.No
	for i := range e.Policies {
		if in(i) {
			out = out.Or(e.Policies[i].Stops())
		}
	}
	return out
}
