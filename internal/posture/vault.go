package posture

import (
	"slices"
	"strings"
)

// A guard is what a document says of one thing that guards a vault or a storage
// account.
type guard struct {
	resource string // in lower case
	what     protection
	on       bool
	evidence Evidence
}

// A protection is something that a vault or a storage account has to have.
type protection int

const (
	logging protection = iota
	firewall
	softDelete
)

// String says what the protection is, in words.
func (p protection) String() string {
	switch p {
	case logging:
		return "logging"
	case firewall:
		return "the firewall"
	case softDelete:
		return "soft delete"
	}
	panic(p)
}

// in tells whether a recommendation of that name, in lower case, is about the
// protection.
func (p protection) in(name string) bool {
	words := map[protection][]string{
		logging:    {"diagnostic log", "resource log", "logging", "logs in"},
		firewall:   {"firewall", "network access", "private link", "private endpoint", "public network", "virtual network"},
		softDelete: {"soft delete", "soft-delete", "deletion protection", "purge protection"},
	}
	return slices.ContainsFunc(words[p], func(word string) bool { return strings.Contains(name, word) })
}

// guardedBy notes what a document says.
func (e *Export) guardedBy(place, resource string, what protection, on bool, text string) {
	e.guards = append(e.guards, guard{
		resource: strings.ToLower(resource), what: what, on: on, evidence: Evidence{Text: text + ": " + resource, Place: place, Resource: resource},
	})
}

// networks is who may reach a vault or a storage account.
type networks struct {
	PublicNetworkAccess string
	NetworkAcls         *networkRules
	NetworkRuleSet      *networkRules // as Azure's command line calls it
}

type networkRules struct{ DefaultAction string }

// judge notes whether everybody may reach a resource. A document that says
// neither is of no use.
func (n *networks) judge(e *Export, place, resource string) {
	if n.NetworkAcls == nil {
		n.NetworkAcls = n.NetworkRuleSet
	}
	switch {
	case strings.EqualFold(n.PublicNetworkAccess, "Disabled"):
		e.guardedBy(place, resource, firewall, true, "no public network reaches it")
	case n.NetworkAcls != nil && strings.EqualFold(n.NetworkAcls.DefaultAction, "Deny"):
		e.guardedBy(place, resource, firewall, true, "the firewall is on")
	case n.NetworkAcls != nil && strings.EqualFold(n.NetworkAcls.DefaultAction, "Allow"):
		e.guardedBy(place, resource, firewall, false, "all networks reach it")
	case n.NetworkAcls == nil && strings.EqualFold(n.PublicNetworkAccess, "Enabled"):
		e.guardedBy(place, resource, firewall, false, "all networks reach it, by no rule")
	}
}

func (e *Export) readVault(place string, data []byte) error {
	var p struct {
		networks
		EnableSoftDelete *bool
	}
	r, err := resource(data, &p)
	if err != nil {
		return err
	}
	e.stores = append(e.stores, strings.ToLower(r.ID))
	p.judge(e, place, r.ID)
	if p.EnableSoftDelete != nil {
		e.softDelete(place, r.ID, *p.EnableSoftDelete)
	}
	return nil
}

func (e *Export) softDelete(place, resource string, on bool) {
	text := "soft delete is on"
	if !on {
		text = "soft delete is off"
	}
	e.guardedBy(place, resource, softDelete, on, text)
}

func (e *Export) readStorage(place string, data []byte) error {
	var p struct {
		networks
		AllowBlobPublicAccess *bool
	}
	r, err := resource(data, &p)
	if err != nil {
		return err
	}
	e.stores = append(e.stores, strings.ToLower(r.ID))
	p.judge(e, place, r.ID)
	if p.AllowBlobPublicAccess != nil && *p.AllowBlobPublicAccess {
		e.guardedBy(place, r.ID, firewall, false, "its containers may be opened to everybody")
	}
	return nil
}

func (e *Export) readBlobService(place string, data []byte) error {
	var p struct {
		DeleteRetentionPolicy *struct{ Enabled bool }
	}
	r, err := resource(data, &p)
	if err != nil || p.DeleteRetentionPolicy == nil {
		return err
	}
	e.softDelete(place, guardedResource(r.ID), p.DeleteRetentionPolicy.Enabled)
	return nil
}

func (e *Export) readDiagnostic(place string, data []byte) error {
	var p struct {
		Logs []struct {
			Category, CategoryGroup string
			Enabled                 bool
		}
	}
	r, err := resource(data, &p)
	if err != nil {
		return err
	}
	id := guardedResource(r.ID)
	if id == "" || !logsReads(r.ID, id) {
		return nil
	}
	var on []string
	for _, l := range p.Logs {
		if l.Enabled && slices.ContainsFunc(auditing(), func(name string) bool { return strings.EqualFold(name, l.Category+l.CategoryGroup) }) {
			on = append(on, l.Category+l.CategoryGroup)
		}
	}
	if len(on) == 0 {
		e.guardedBy(place, id, logging, false, "diagnostic setting "+r.Name+" does not log who reads it")
		return nil
	}
	e.guardedBy(place, id, logging, true, "diagnostic setting "+r.Name+" logs "+strings.Join(on, ", "))
	return nil
}

// logsReads tells whether a setting is where it is set who reads what a vault or
// a storage account holds: of an account not on the account, which has measures
// alone, nor on its queues, tables or file shares, but on its blobs.
func logsReads(setting, resource string) bool {
	part := strings.ToLower(setting[len(resource):])
	return !strings.Contains(strings.ToLower(resource), storageKind) || strings.HasPrefix(part, "/blobservices/")
}

// auditing are the categories of logs, and groups of them, that say who reads.
func auditing() []string { return []string{"AuditEvent", "StorageRead", "audit", "allLogs"} }

// guardedResource returns the vault or storage account that an id is of, or is
// part of; empty: it is of none.
func guardedResource(id string) string {
	lower := strings.ToLower(id)
	for _, kind := range []string{"/" + vaultKind + "/", "/" + storageKind + "/"} {
		at := strings.Index(lower, kind)
		if at < 0 {
			continue
		}
		end := at + len(kind)
		if name, _, ok := strings.Cut(id[end:], "/"); ok {
			return id[:end+len(name)]
		}
		return id
	}
	return ""
}

// vaultsGuarded wants, of each vault and storage account, every protection said
// to be on, by a recommendation or a document, and no recommendation open.
func vaultsGuarded(e *Export, r *result) {
	said := make(map[string][]protection)
	for _, id := range e.stores {
		said[id] = nil
	}
	for i := range e.Assessments {
		a := &e.Assessments[i]
		id := strings.ToLower(guardedResource(a.Resource))
		if id == "" || a.Status == NotApplicable {
			continue
		}
		said[id] = append(said[id], a.protections()...)
		judgeOne(a, r)
	}
	silent := e.unlogged()
	for i := range e.guards {
		g := &e.guards[i]
		said[g.resource] = append(said[g.resource], g.what)
		switch {
		case g.on:
			r.hold(g.evidence)
		case g.what != logging || silent[g.resource]: // of several settings one that logs is enough
			r.fail(g.evidence)
		}
	}
	if len(said) == 0 {
		r.lacks(want{"assessment or document of a vault or a storage account", assessmentsWanted().obtain})
	}
	for _, id := range sortedKeys(said) {
		unsaid(id, said[id], r)
	}
}

// protections returns what a recommendation says to be on; one that is not
// healthy says so too, the other way.
func (a *Assessment) protections() []protection {
	var out []protection
	for p := logging; p <= softDelete; p++ {
		if p.in(strings.ToLower(a.Name)) {
			out = append(out, p)
		}
	}
	return out
}

// unlogged returns the resources of which no diagnostic setting logs who reads.
func (e *Export) unlogged() map[string]bool {
	out := make(map[string]bool)
	for i := range e.guards {
		if g := &e.guards[i]; g.what == logging {
			none, seen := out[g.resource]
			out[g.resource] = !g.on && (none || !seen)
		}
	}
	return out
}

// unsaid notes the protections of a resource of which nothing tells.
func unsaid(id string, said []protection, r *result) {
	var missing []string
	for p := logging; p <= softDelete; p++ {
		if !slices.Contains(said, p) {
			missing = append(missing, p.String())
		}
	}
	if len(missing) > 0 {
		r.doubt("nothing says whether " + strings.Join(missing, ", ") + " is on: " + id)
		r.obtain = append(r.obtain, assessmentsWanted().obtain, "the vaults, storage accounts, their blobServices/default and diagnosticSettings, as Reader")
	}
}
