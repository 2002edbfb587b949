package posture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// An Export is what was exported of Defender for Cloud.
type Export struct {
	Assessments []Assessment
	Plans       []Plan
	Access      []AccessPolicy
	// Assessed, Planned and Timed say that there was a record of the kind.
	Assessed, Planned, Timed bool
	Incomplete               []string // why there may be more than is here
	Others                   int      // records of other kinds
}

// An Assessment is one recommendation for one resource.
type Assessment struct {
	Key, Name, Resource   string
	Status, Cause         string
	Severity, Description string
	Categories            []string
}

// A Plan is a plan of Defender, by the kind of resource.
type Plan struct{ ID, Name, Tier string }

// An AccessPolicy is which ports of a machine can be opened just in time.
type AccessPolicy struct {
	Name, Machine string
	Port          int
	Sources       []string
	Longest       string // as ISO 8601 has it: PT3H
}

type record struct {
	ID, Name, Type string
	Value, Data    json.RawMessage
	NextLink       string
	Error          *struct{ Code string }
	Properties     json.RawMessage
}

// Read takes in one file: a page of the API, a list, an object or several after
// each other. On an error nothing of the file is kept.
func (e *Export) Read(file string, data []byte) error {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	next := *e
	next.Incomplete = append([]string(nil), e.Incomplete...)
	d := json.NewDecoder(bytes.NewReader(data))
	for n := 0; ; n++ {
		var raw json.RawMessage
		err := d.Decode(&raw)
		switch {
		case errors.Is(err, io.EOF) && n > 0:
			*e = next
			return nil
		case err == nil:
			err = next.value(file, raw)
		}
		if err != nil {
			e.Incomplete = append(e.Incomplete, file+" could not be read")
			return fmt.Errorf("read %s: %w", file, plain(err))
		}
	}
}

var (
	errCut   = errors.New("the JSON text ends in the middle: the file is cut off, or empty")
	errShape = errors.New("holds something that is neither a record nor a list of records")
)

func plain(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errCut
	}
	return err
}

func (e *Export) value(file string, raw json.RawMessage) error {
	switch raw = bytes.TrimSpace(raw); {
	case len(raw) > 0 && raw[0] == '[':
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return err
		}
		for _, item := range list {
			if err := e.value(file, item); err != nil {
				return err
			}
		}
		return nil
	case len(raw) > 0 && raw[0] == '{':
		return e.object(file, raw)
	}
	return errShape
}

func (e *Export) object(file string, raw json.RawMessage) error {
	var r record
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	if r.NextLink != "" {
		e.Incomplete = append(e.Incomplete, file+" is one page of several")
	}
	switch {
	case r.Error != nil:
		e.Incomplete = append(e.Incomplete, file+" holds the error "+r.Error.Code+" in place of an answer")
		return nil
	case len(r.Value) > 0 && r.Value[0] == '[':
		return e.value(file, r.Value)
	case len(r.Data) > 0 && r.Data[0] == '[':
		return e.value(file, r.Data)
	}
	return e.record(&r)
}

func (e *Export) record(r *record) error {
	kind := strings.ToLower(r.Type)
	switch {
	case strings.HasSuffix(kind, "microsoft.security/assessments"):
		return e.assessment(r)
	case strings.HasSuffix(kind, "microsoft.security/pricings"):
		return e.plan(r)
	case strings.HasSuffix(kind, "jitnetworkaccesspolicies"):
		return e.access(r)
	}
	e.Others++
	return nil
}

func (e *Export) assessment(r *record) error {
	var p struct {
		DisplayName     string
		ResourceDetails map[string]any
		Status          struct{ Code, Cause, Description string }
		Metadata        struct {
			DisplayName, Severity string
			Category, Categories  []string
		}
	}
	if err := json.Unmarshal(r.Properties, &p); err != nil {
		return fmt.Errorf("assessment %s: %w", r.ID, err)
	}
	a := Assessment{
		Key: strings.ToLower(r.Name), Name: p.DisplayName, Status: p.Status.Code, Cause: p.Status.Cause, Description: p.Status.Description,
		Severity: p.Metadata.Severity, Categories: append(p.Metadata.Category, p.Metadata.Categories...),
	}
	if a.Name == "" {
		a.Name = p.Metadata.DisplayName
	}
	for name, v := range p.ResourceDetails {
		if id, ok := v.(string); ok && strings.EqualFold(name, "id") {
			a.Resource = id
		}
	}
	if a.Resource == "" {
		a.Resource, _, _ = strings.Cut(r.ID, "/providers/Microsoft.Security/")
	}
	e.Assessments, e.Assessed = append(e.Assessments, a), true
	return nil
}

func (e *Export) plan(r *record) error {
	var p struct{ PricingTier string }
	if err := json.Unmarshal(r.Properties, &p); err != nil {
		return fmt.Errorf("plan %s: %w", r.ID, err)
	}
	e.Plans, e.Planned = append(e.Plans, Plan{r.ID, r.Name, p.PricingTier}), true
	return nil
}

func (e *Export) access(r *record) error {
	var p struct {
		VirtualMachines []struct {
			ID    string
			Ports []struct {
				Number                       int
				AllowedSourceAddressPrefix   string
				AllowedSourceAddressPrefixes []string
				MaxRequestAccessDuration     string
			}
		}
	}
	if err := json.Unmarshal(r.Properties, &p); err != nil {
		return fmt.Errorf("just-in-time policy %s: %w", r.ID, err)
	}
	e.Timed = true
	for _, vm := range p.VirtualMachines {
		for _, port := range vm.Ports {
			sources := port.AllowedSourceAddressPrefixes
			if port.AllowedSourceAddressPrefix != "" {
				sources = append([]string{port.AllowedSourceAddressPrefix}, sources...)
			}
			e.Access = append(e.Access, AccessPolicy{r.Name, vm.ID, port.Number, sources, port.MaxRequestAccessDuration})
		}
	}
	return nil
}
