package indicator

import (
	"encoding/json"
	"fmt"
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
	list.event(*one.Event)
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
		i, err := typed(a.Type, refang(a.Value))
		if err != nil {
			l.skip("attribute "+a.UUID, "%v", err)
			continue
		}
		l.add(i, a.Comment)
	}
}
