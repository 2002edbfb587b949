package exchange

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/report"
)

// stixTime is a timestamp of STIX: milliseconds, in UTC.
const stixTime = "2006-01-02T15:04:05.000Z"

// Namespaces of name-based ids: STIX 2.1 gives the first for observables
// (section 2.9), the second is ours.
var (
	observables = uuid.MustParse("00abedb4-aa42-466c-9c01-fed23315a9b7")
	ours        = uuid.MustParse("5d3c5f0e-6a43-5e0a-8f0c-0b5d6c1f7a42")
)

// STIX writes the incidents of a report as a bundle of STIX 2.1: incidents,
// what was observed of whom, and the techniques. Addresses are observed, not
// indicators: whether one is the attacker's alone is for a person to say. The
// same report gives the same bundle.
func STIX(w io.Writer, doc report.Document) error {
	b := bundler{at: doc.Window.To.UTC().Format(stixTime), seen: make(map[string]bool)}
	if doc.Window.To.IsZero() {
		b.at = time.Unix(0, 0).UTC().Format(stixTime)
	}
	b.author = b.add("identity", "conshelf", map[string]any{"name": "conshelf", "identity_class": "system"})
	for _, s := range doc.Incidents {
		if err := b.incident(s, len(doc.Tenants) > 1); err != nil {
			return fmt.Errorf("write STIX: %w", err)
		}
	}
	names := make([]string, len(doc.Incidents))
	for i, s := range doc.Incidents {
		names[i] = s.Incident.ID
	}
	bundle := map[string]any{"type": "bundle", "id": "bundle--" + uuid.NewSHA1(ours, []byte(strings.Join(names, " "))).String(), "objects": b.objects}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(bundle); err != nil {
		return fmt.Errorf("write STIX: %w", err)
	}
	return nil
}

type bundler struct {
	at      string // when the objects are made: the end of the evidence
	author  string
	objects []map[string]any
	seen    map[string]bool
}

// add adds a domain object or a relationship, whose id is made of a name, and
// returns the id.
func (b *bundler) add(kind, name string, properties map[string]any) string {
	id := kind + "--" + uuid.NewSHA1(ours, []byte(kind+" "+name)).String()
	if b.seen[id] {
		return id
	}
	b.seen[id] = true
	o := map[string]any{"type": kind, "spec_version": "2.1", "id": id, "created": b.at, "modified": b.at}
	if b.author != "" {
		o["created_by_ref"] = b.author
	}
	maps.Copy(o, properties)
	b.objects = append(b.objects, o)
	return id
}

// observe adds an observable, whose id is made of those of its properties that
// STIX names for it, and returns the id.
func (b *bundler) observe(kind string, contributing map[string]any) (string, error) {
	var canonical bytes.Buffer // keys sorted, no space: RFC 8785 for texts such as these
	e := json.NewEncoder(&canonical)
	e.SetEscapeHTML(false)
	if err := e.Encode(contributing); err != nil {
		return "", err
	}
	id := kind + "--" + uuid.NewSHA1(observables, bytes.TrimSuffix(canonical.Bytes(), []byte("\n"))).String()
	if b.seen[id] {
		return id, nil
	}
	b.seen[id] = true
	o := map[string]any{"type": kind, "spec_version": "2.1", "id": id}
	maps.Copy(o, contributing)
	b.objects = append(b.objects, o)
	return id, nil
}

// incident adds an incident, with its tenant where there are several.
func (b *bundler) incident(s report.IncidentSection, several bool) error {
	i := s.Incident
	text := fmt.Sprintf("Severity %s, from %s to %s, %d alerts.", i.Severity, i.First.UTC().Format(time.RFC3339), i.Last.UTC().Format(time.RFC3339), len(i.Alerts))
	if several {
		text += " Tenant: " + cmp.Or(i.Tenant, "not named in the evidence") + "."
	}
	id := b.add("incident", i.ID, map[string]any{
		"name": i.Title, "description": text,
		"external_references": []map[string]any{{"source_name": "conshelf", "external_id": i.ID}},
	})
	refs := []string{id}
	for _, t := range s.Techniques {
		pattern := b.technique(t)
		refs = append(refs, pattern, b.relate(id, pattern))
	}
	for _, a := range i.Alerts {
		data, err := b.alert(a)
		if err != nil {
			return err
		}
		if data != "" {
			refs = append(refs, data, b.relate(id, data))
		}
	}
	b.add("report", i.ID, map[string]any{
		"name": i.Title, "report_types": []string{"observed-data"}, "published": b.at, "object_refs": refs,
	})
	return nil
}

func (b *bundler) relate(from, to string) string {
	return b.add("relationship", from+" "+to, map[string]any{"relationship_type": "related-to", "source_ref": from, "target_ref": to})
}

func (b *bundler) technique(t report.Technique) string {
	id := cmp.Or(t.Now, t.ID)
	properties := map[string]any{
		"name": string(id),
		"external_references": []map[string]any{{
			"source_name": "mitre-attack", "external_id": string(id), "url": "https://attack.mitre.org/techniques/" + strings.ReplaceAll(string(id), ".", "/"),
		}},
	}
	if t.Name != "" {
		properties["name"] = t.Name
	}
	if known, ok := attack.Lookup(id); ok {
		properties["name"] = known.Name
	}
	return b.add("attack-pattern", string(id), properties)
}

// maxObserved is the most that STIX lets number_observed be.
const maxObserved = 999_999_999

// alert adds what an alert observed, and returns its id; ” if it names nobody
// and nothing that STIX has a form for.
func (b *bundler) alert(a incident.Alert) (string, error) {
	var refs []string
	for _, e := range a.Entities {
		id, err := b.entity(e)
		if err != nil {
			return "", err
		}
		if id != "" && !slices.Contains(refs, id) {
			refs = append(refs, id)
		}
	}
	if len(refs) == 0 {
		return "", nil
	}
	return b.add("observed-data", a.ID, map[string]any{
		"first_observed": a.First.UTC().Format(stixTime), "last_observed": a.Last.UTC().Format(stixTime),
		"number_observed": min(max(a.OriginCount, 1), maxObserved), "object_refs": refs,
		"external_references": []map[string]any{{"source_name": "conshelf", "external_id": a.ID, "description": a.Rule.Name}},
	}), nil
}

// entity adds the observable of an entity, and returns its id; ” if STIX has
// none for it.
func (b *bundler) entity(e incident.Entity) (string, error) {
	switch e.Type {
	case incident.Account:
		return b.account(e)
	case incident.IP:
		address, err := netip.ParseAddr(e.Identifier("Address"))
		if err != nil {
			return "", nil //nolint:nilerr // what is no address has no observable
		}
		if address = address.Unmap(); address.Is6() {
			return b.named("ipv6-addr", "value", address.String())
		}
		return b.named("ipv4-addr", "value", address.String())
	case incident.CloudApplication:
		return b.named("software", "name", e.String())
	case incident.Mailbox:
		return b.named("email-addr", "value", e.Identifier("MailboxPrimaryAddress"))
	case incident.URL:
		return b.named("url", "value", e.Identifier("Url"))
	case incident.File:
		return b.named("file", "name", e.Identifier("Name"))
	case incident.Host, incident.AzureResource, incident.SecurityGroup, incident.Session:
	}
	return "", nil
}

// named adds an observable of one property, if that has a value.
func (b *bundler) named(kind, property, value string) (string, error) {
	if value == "" {
		return "", nil
	}
	return b.observe(kind, map[string]any{property: value})
}

func (b *bundler) account(e incident.Entity) (string, error) {
	user, login := e.Identifier("AadUserId"), e.Identifier("FullName")
	if login == "" && e.Identifier("Name") != "" && e.Identifier("UPNSuffix") != "" {
		login = e.Identifier("Name") + "@" + e.Identifier("UPNSuffix")
	}
	contributing := map[string]any{}
	if user != "" {
		contributing["user_id"] = user
	}
	if login != "" {
		contributing["account_login"] = login
	}
	if len(contributing) == 0 {
		return "", nil
	}
	contributing["account_type"] = "azure-ad"
	return b.observe("user-account", contributing)
}
