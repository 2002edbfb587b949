package indicator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// An event is a MISP event in its core format, as far as it is read.
type event struct {
	Attribute []attribute `json:"Attribute"`
	Object    []struct {
		Attribute []attribute `json:"Attribute"`
	} `json:"Object"`
}

type attribute struct {
	UUID    string `json:"uuid"`
	Type    string `json:"type"`
	Value   string `json:"value"`
	Comment string `json:"comment"`
	Deleted bool   `json:"deleted"`
}

type wrapped struct {
	Event *event `json:"Event"`
}

func readMISP(text []byte) (List, error) {
	var one wrapped
	if err := json.Unmarshal(text, &one); err != nil {
		return List{}, fmt.Errorf("read MISP event: %w", err)
	}
	var list List
	if one.Event == nil {
		return list, errors.New("read MISP event: it is null")
	}
	list.event(*one.Event)
	return list, nil
}

// readMISPAnswer reads what MISP's search answers: events, or attributes.
func readMISPAnswer(response json.RawMessage) (List, error) {
	var attributes event
	if text := bytes.TrimSpace(response); len(text) > 0 && text[0] == '[' {
		return readMISPEvents(text)
	}
	if err := json.Unmarshal(response, &attributes); err != nil {
		return List{}, fmt.Errorf("read MISP attributes: %w", err)
	}
	var list List
	if attributes.Attribute == nil {
		return list, errors.New("read MISP attributes: there are none")
	}
	list.event(attributes)
	return list, nil
}

func readMISPEvents(text []byte) (List, error) {
	var all []wrapped
	if err := json.Unmarshal(text, &all); err != nil {
		return List{}, fmt.Errorf("read MISP events: %w", err)
	}
	var list List
	for n, one := range all {
		if one.Event == nil {
			return List{}, fmt.Errorf("element %d of the array is no MISP event", n+1)
		}
		list.event(*one.Event)
	}
	return list, nil
}

func (l *List) event(e event) {
	attributes := e.Attribute
	for _, o := range e.Object {
		attributes = append(attributes, o.Attribute...)
	}
	for _, a := range attributes {
		if a.Deleted {
			continue
		}
		kind, value := single(a.Type, refang(a.Value))
		i, err := typed(kind, value)
		if err != nil {
			l.skip("attribute "+a.UUID, "%v", err)
			continue
		}
		l.add(i, a.Comment)
	}
}

// single returns the address of an attribute that has a port beside it, which
// no log tells.
func single(kind, value string) (string, string) {
	switch kind {
	case "ip-src|port", "ip-dst|port":
		address, _, _ := strings.Cut(value, "|")
		return strings.TrimSuffix(kind, "|port"), address
	}
	return kind, value
}
